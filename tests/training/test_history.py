"""The record of a training: a CSV for programs, a curve for people."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.errors import RunError
from smartselfie.training.records import EpochResult, write_history

if "CI" not in os.environ:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install '.[train]'")

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
    with pytest.raises(RunError, match=r"the record of .* cannot be written"):
        write_history(tmp_path / "none", FULL)
