"""The record of a training: a CSV for programs, a curve for people, points for TensorBoard."""

import csv
import importlib.util
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.errors import RunError
from smartselfie.training.records import EpochResult, write_history

if "CI" not in os.environ:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install '.[train]'")

from smartselfie.training.records import log_epoch, open_tensorboard

FULL = [EpochResult(1, 2.5, 0.1, 0.3, 0.4, 10.0), EpochResult(2, 1 / 3, 0.05, 0.5, 0.625, 12.0)]
BARE = [EpochResult(1, 2.5, 0.1, None, None, 10.0), EpochResult(2, 2.0, 0.05, None, None, 12.0)]


def curve_of(run: Path) -> np.ndarray:
    with Pictures.open(run / "curve.png") as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def test_every_epoch_is_a_line_and_what_is_unknown_stays_empty(tmp_path: Path) -> None:
    write_history(tmp_path, [FULL[0], BARE[1]])
    with (tmp_path / "history.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert list(first) == ["epoch", "loss", "learning_rate", "accuracy_fer2013", "accuracy_ferplus", "seconds"]
    assert list(first.values()) == ["1", "2.5", "0.1", "0.3", "0.4", "10"]
    assert (second["accuracy_fer2013"], second["accuracy_ferplus"]) == ("", "")


def test_a_longer_record_takes_the_place_of_the_shorter(tmp_path: Path) -> None:
    write_history(tmp_path, FULL[:1])
    write_history(tmp_path, FULL)
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_the_curve_shows_the_accuracies_that_are_known(tmp_path: Path) -> None:
    write_history(tmp_path, BARE)
    bare = curve_of(tmp_path)
    write_history(tmp_path, FULL)
    full = curve_of(tmp_path)

    def coloured(picture: np.ndarray) -> int:
        return int((np.ptp(picture.astype(int), axis=2) > 60).sum())

    assert coloured(bare) == 0, "the loss is grey, and there is nothing else"
    assert coloured(full) > 100


def test_a_record_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("in the folder's place")
    with pytest.raises(RunError, match=r"history\.csv cannot be written"):
        write_history(tmp_path / "none", FULL)


def test_a_record_under_way_never_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    write_history(tmp_path, FULL[:1])
    before = (tmp_path / "history.csv").read_bytes()
    (tmp_path / f".history.csv-{threading.get_native_id()}.partial").mkdir()
    with pytest.raises(RunError):
        write_history(tmp_path, FULL)
    assert (tmp_path / "history.csv").read_bytes() == before


INSTALLED = importlib.util.find_spec("tensorboard") is not None


class Points:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.points: list[tuple[str, float, int]] = []
        self.flushed = 0

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        self.points += [(tag, value, step) for tag, value in metrics.items()]

    def save(self) -> None:
        self.flushed += 1


def test_each_epoch_is_a_point_of_every_curve_that_is_known() -> None:
    writer = Points()
    log_epoch(writer, EpochResult(3, 1.5, 0.1, 0.6, None, 9.0))
    assert writer.points == [("loss", 1.5, 3), ("learning rate", 0.1, 3), ("PublicTest/fer2013", 0.6, 3)]
    assert writer.flushed == 1


@pytest.mark.skipif(INSTALLED, reason="TensorBoard is installed")
def test_without_tensorboard_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="TensorBoard is not installed") as refused:
        open_tensorboard(tmp_path)
    assert refused.value.hint == "pip install tensorboard"
