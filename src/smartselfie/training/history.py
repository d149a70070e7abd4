"""The record of a training: a line an epoch as CSV, and its curve as a picture."""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from smartselfie.errors import RunError


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch: the mean training loss, and the averaged network's accuracy (0…1) on PublicTest where it is known."""

    epoch: int
    loss: float
    learning_rate: float
    accuracy_fer2013: float | None
    accuracy_ferplus: float | None
    seconds: float


def write_history(run: Path, history: list[EpochResult]) -> None:
    """Write `history.csv` and `curve.png` into the run's folder.

    Raises:
        RunError: they cannot be written.
    """
    try:
        _list(run / "history.csv", history)
        _draw(run / "curve.png", history)
    except OSError as error:
        raise RunError(
            f"the record of {run} cannot be written: {error.strerror}", "free some space, then use --resume"
        ) from None


def _list(path: Path, history: list[EpochResult]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(EpochResult)])
        writer.writeheader()
        for result in history:
            writer.writerow(
                {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in asdict(result).items()}
            )


def _draw(path: Path, history: list[EpochResult]) -> None:
    # the figure is made without pyplot, which would look for a screen and keep global state
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    loss, accuracy = figure.subplots(1, 2)
    epochs = [result.epoch for result in history]
    loss.plot(epochs, [result.loss for result in history], color="#444444")
    loss.set(xlabel="epoch", ylabel="training loss")
    for label, values in (
        ("2013 labels", [result.accuracy_fer2013 for result in history]),
        ("FER+ majority", [result.accuracy_ferplus for result in history]),
    ):
        known = [(epoch, 100 * value) for epoch, value in zip(epochs, values, strict=True) if value is not None]
        if known:
            accuracy.plot(*zip(*known, strict=True), label=f"{label}: {known[-1][1]:.1f} %")
            accuracy.legend(loc="lower right")
    accuracy.set(xlabel="epoch", ylabel="accuracy on PublicTest, %")
    for axes in (loss, accuracy):
        axes.grid(alpha=0.3)
    canvas.print_figure(path, format="png")
