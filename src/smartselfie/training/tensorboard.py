"""The record of a training for TensorBoard, where that is installed and asked for."""

from pathlib import Path
from typing import Protocol

from smartselfie.errors import RunError
from smartselfie.training.history import EpochResult

FOLDER = "tensorboard"
"""In the run's folder; `tensorboard --logdir RUN` finds it."""


class Writer(Protocol):
    """As much of `torch.utils.tensorboard.SummaryWriter` as is used."""

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """One point of a curve."""
        ...

    def flush(self) -> None:
        """To the disk."""
        ...


def open_writer(run: Path) -> Writer:
    """A writer into the run's folder.

    Raises:
        RunError: TensorBoard is not installed, or the folder cannot be written.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise RunError("TensorBoard is not installed here", "pip install tensorboard") from None
    try:
        writer: Writer = SummaryWriter(str(run / FOLDER))
    except OSError as error:
        raise RunError(f"{run / FOLDER} cannot be written: {error.strerror}", "choose another --out") from None
    return writer


def log_epoch(writer: Writer, result: EpochResult) -> None:
    """The points of one epoch."""
    points = {
        "loss": result.loss,
        "learning rate": result.learning_rate,
        "PublicTest/fer2013": result.accuracy_fer2013,
        "PublicTest/ferplus": result.accuracy_ferplus,
    }
    for tag, value in points.items():
        if value is not None:
            writer.add_scalar(tag, value, result.epoch)
    writer.flush()
