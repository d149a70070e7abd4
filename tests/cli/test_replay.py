"""`smartselfie replay` on small clips of the demo's pictures."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import pytest

from smartselfie.cli.main import main
from smartselfie.core.types import Image

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, demo: Sequence[Image]) -> Path:
    """A face that smiles after one that does not, and a bare wall; with their timelines."""
    folder = tmp_path_factory.mktemp("clips")
    cuts = {"smile.avi": demo[120:132] + demo[215:245], "wall.avi": demo[:12]}
    for name, frames in cuts.items():
        writer = cv2.VideoWriter(str(folder / name), cv2.VideoWriter.fourcc(*"MJPG"), 30, (640, 360))
        for frame in frames:
            writer.write(cv2.resize(frame, (640, 360)))
        writer.release()
    (folder / "labels.csv").write_text(
        "file,timeline_by_eye,shot_expected\nsmile.avi,neutral 0-11; smile 12-41,yes\nwall.avi,nobody,no\n"
    )
    return folder


@pytest.mark.slow
def test_the_photo_is_taken_and_told_in_text_and_on_the_page(clips: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert main(["replay", str(clips), "--report", str(tmp_path / "page.html")]) == 0
    printed = capsys.readouterr().out
    assert "1 photos expected, 1 taken, 0 missed, 0 false" in printed
    assert "<svg" in (tmp_path / "page.html").read_text()


@pytest.mark.slow
def test_json_has_a_line_a_clip_and_one_for_all(clips: Path, capsys: Capsys) -> None:
    assert main(["replay", str(clips), "--json"]) == 0
    smile, wall, everything = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (smile["clip"], smile["expected"], smile["taken"], smile["false"]) == ("smile.avi", 1, 1, 0)
    (photo,) = smile["photos"]
    assert 12 <= photo["frame"] <= photo["decided"] <= 30
    assert photo["latency"] == pytest.approx((photo["decided"] - 12) / 30, abs=0.01)
    assert (wall["expected"], wall["photos"]) == (0, [])
    assert everything["clips"] == 2
    assert everything["median_latency"] == pytest.approx(photo["latency"], abs=0.001)


def test_a_clip_that_cannot_be_read_is_told_and_the_others_are_replayed(
    clips: Path, tmp_path: Path, capsys: Capsys
) -> None:
    shutil.copy(clips / "wall.avi", tmp_path)
    (tmp_path / "labels.csv").write_text(
        "file,timeline_by_eye,shot_expected\nmissing.mp4,smile 1-9,yes\nwall.avi,nobody,no\n"
    )
    assert main(["replay", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "missing.mp4" in printed.err
    assert "1 video," in printed.out


def test_no_clips_get_one_line_and_exit_code_1(tmp_path: Path, capsys: Capsys) -> None:
    assert main(["replay", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "labels.csv" in line
