"""The record for TensorBoard."""

import importlib.util
import os
from pathlib import Path

import pytest

from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training.records import EpochResult, log_epoch, open_writer

INSTALLED = importlib.util.find_spec("tensorboard") is not None


class Points:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.points: list[tuple[str, float, int]] = []
        self.flushed = 0

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        self.points.append((tag, value, step))

    def flush(self) -> None:
        self.flushed += 1


def test_each_epoch_is_a_point_of_every_curve_that_is_known() -> None:
    writer = Points()
    log_epoch(writer, EpochResult(3, 1.5, 0.1, 0.6, None, 9.0))
    assert writer.points == [("loss", 1.5, 3), ("learning rate", 0.1, 3), ("PublicTest/fer2013", 0.6, 3)]
    assert writer.flushed == 1


@pytest.mark.skipif(INSTALLED, reason="TensorBoard is installed")
def test_without_tensorboard_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="TensorBoard is not installed") as refused:
        open_writer(tmp_path)
    assert refused.value.hint == "pip install tensorboard"
