"""The record of a training: progress for those who look on, an epoch's results as CSV, curve and TensorBoard's."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from smartselfie.errors import RunError
from smartselfie.files import atomic_write

if TYPE_CHECKING:
    from lightning_fabric.loggers.tensorboard import TensorBoardLogger


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch: the mean training loss, and the averaged network's accuracy (0…1) on PublicTest where it is known."""

    epoch: int
    loss: float
    learning_rate: float
    accuracy_fer2013: float | None
    accuracy_ferplus: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: epoch and step count from 1, `loss` is the last step's."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks on: called after every step and every epoch, and asked after every step whether to stop."""

    on_step: Callable[[Progress], None] = lambda _: None
    on_epoch: Callable[[EpochResult], None] = lambda _: None
    wants_stop: Callable[[], bool] = lambda: False


class Clock:
    """Times steps and epochs; the time of a step is smoothed, since other programs share the machine."""

    def __init__(self) -> None:
        self._last = self._epoch = time.monotonic()
        self.seconds_a_step: float | None = None

    def tick(self) -> float:
        """A step is over; returns the seconds that a step takes."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self.seconds_a_step = took if self.seconds_a_step is None else 0.98 * self.seconds_a_step + 0.02 * took
        return self.seconds_a_step

    def lap(self) -> float:
        """An epoch is over; returns the seconds that it took."""
        now = time.monotonic()
        took, self._epoch = now - self._epoch, now
        self._last = now
        return took


def write_history(run: Path, history: list[EpochResult]) -> None:
    """Write `history.csv` and `curve.png` into the run's folder.

    Raises:
        RunError: they cannot be written.
    """
    hint = "free some space, then use --resume"
    with atomic_write(run / "history.csv", RunError, hint) as file:
        file.write(_to_csv(history))
    with atomic_write(run / "curve.png", RunError, hint) as file:
        _draw(file, history)


def _to_csv(history: list[EpochResult]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(field.name for field in fields(EpochResult))
    for result in history:
        writer.writerow(f"{value:.6g}" if isinstance(value, float) else value for value in astuple(result))
    return text.getvalue().encode()


def _draw(file: BinaryIO, history: list[EpochResult]) -> None:
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
    canvas.print_figure(file, format="png")


# In the run's folder; `tensorboard --logdir RUN` finds it.
FOLDER = "tensorboard"


def open_tensorboard(run: Path) -> "TensorBoardLogger":
    """Fabric's logger, which writes into the run's folder.

    Raises:
        RunError: TensorBoard is not installed, or the folder cannot be written.
    """
    from lightning_fabric.loggers.tensorboard import TensorBoardLogger

    try:
        logger = TensorBoardLogger(run, name=FOLDER, version="")
        # opens the files now, before anything is trained
        _ = logger.experiment
    except ModuleNotFoundError:
        raise RunError("TensorBoard is not installed here", "pip install tensorboard") from None
    except OSError as error:
        raise RunError(f"{run / FOLDER} cannot be written: {error.strerror}", "choose another --out") from None
    return logger


def log_epoch(logger: "TensorBoardLogger", result: EpochResult) -> None:
    """The points of one epoch, flushed to the disk."""
    points = {
        "loss": result.loss,
        "learning rate": result.learning_rate,
        "PublicTest/fer2013": result.accuracy_fer2013,
        "PublicTest/ferplus": result.accuracy_ferplus,
    }
    logger.log_metrics({tag: value for tag, value in points.items() if value is not None}, result.epoch)
    logger.save()
