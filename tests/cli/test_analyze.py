"""`smartselfie analyze` on pictures, clips and broken files, with the networks that ship."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.cli.main import main
from smartselfie.core.types import Image

Capsys = pytest.CaptureFixture[str]
SMILE, NOBODY = 290, 10
"""Numbers of the demo's frames."""


@pytest.fixture
def folder(tmp_path: Path, demo: Sequence[Image]) -> Path:
    """A picture with a smile, one without a face in a subfolder, a short clip, and a broken picture."""
    home = tmp_path / "archive"
    (home / "2026").mkdir(parents=True)
    Pictures.fromarray(demo[SMILE][..., ::-1]).save(home / "smile.jpg", quality=92)
    Pictures.fromarray(demo[NOBODY][..., ::-1]).save(home / "2026" / "wall.png")
    writer = cv2.VideoWriter(str(home / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1280, 720))
    for image in demo[SMILE : SMILE + 3]:
        writer.write(image)
    writer.release()
    return home


def run(*arguments: str | Path) -> int:
    return main(["analyze", *[str(argument) for argument in arguments]])


def test_people_get_a_line_a_picture(folder: Path, capsys: Capsys) -> None:
    assert run(folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert any(re.match(rf"{re.escape(str(folder / 'smile.jpg'))}: happy (9\d|100)%", line) for line in lines)
    assert f"{folder / '2026' / 'wall.png'}: no face" in lines
    assert any(line.startswith(f"{folder / 'clip.avi'}, frame 2: happy") for line in lines)


def test_json_has_a_line_an_image_and_a_frame_in_the_promised_shape(folder: Path, capsys: Capsys) -> None:
    assert run(folder, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["source"]).name for line in lines] == ["clip.avi"] * 3 + ["smile.jpg", "wall.png"]
    assert [line["frame"] for line in lines] == [0, 1, 2, None, None]
    smile = lines[3]
    assert (smile["width"], smile["height"], smile["at"]) == (1280, 720, None)
    (face,) = smile["faces"]
    assert set(face) == {"id", "box", "score", "emotion", "emotions", "eyes_open"}
    assert face["emotion"] == "happy" == max(face["emotions"], key=face["emotions"].__getitem__)
    assert list(face["emotions"]) == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert sum(face["emotions"].values()) == pytest.approx(1, abs=1e-5)
    left, top, width, height = face["box"]
    assert 0 <= left < left + width <= 1280
    assert 0 <= top < top + height <= 720
    assert lines[4]["faces"] == []


def test_csv_has_a_line_a_face_in_the_promised_columns(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "--csv", tmp_path / "faces.csv") == 0
    with (tmp_path / "faces.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == (
        "source,frame,at,id,left,top,width,height,score,emotion,angry,disgust,fear,happy,sad,surprise,neutral,eyes_open"
    )
    assert len(rows) == 4
    assert [row["frame"] for row in rows] == ["0", "1", "2", ""]
    assert {row["emotion"] for row in rows} == {"happy"}


def test_annotated_copies_lie_at_their_places_and_sources_stay(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run(folder, "--annotated", tmp_path / "out") == 0
    made = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    assert made == ["2026/wall.jpg", "clip.mp4", "smile.jpg"]
    with Pictures.open(tmp_path / "out" / "smile.jpg") as drawn, Pictures.open(folder / "smile.jpg") as source:
        assert drawn.size == source.size
        assert np.abs(np.asarray(drawn).astype(int) - np.asarray(source)).max() > 100
    capture = cv2.VideoCapture(str(tmp_path / "out" / "clip.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    capture.release()
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_copy_never_replaces_its_source(folder: Path, capsys: Capsys) -> None:
    before = (folder / "smile.jpg").read_bytes()
    assert run(folder / "smile.jpg", "--annotated", folder) == 1
    assert "would replace" in capsys.readouterr().err
    assert (folder / "smile.jpg").read_bytes() == before


def test_a_broken_file_is_named_the_run_goes_on_and_the_end_is_1(folder: Path, capsys: Capsys) -> None:
    (folder / "broken.jpg").write_bytes((folder / "smile.jpg").read_bytes()[:3000])
    (folder / "empty.mp4").write_bytes(b"")
    assert run(folder, folder / "missing.png", "--json") == 1
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    failed = {Path(line["source"]).name for line in lines if "error" in line}
    assert failed == {"broken.jpg", "empty.mp4", "missing.png"}
    assert len([line for line in lines if "faces" in line]) == 5
    assert len(printed.err.splitlines()) == 3
    assert all(line.startswith("smartselfie: ") for line in printed.err.splitlines())


def test_a_csv_that_cannot_be_written_is_an_error(folder: Path, capsys: Capsys) -> None:
    assert run(folder / "smile.jpg", "--csv", folder / "none" / "faces.csv") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line
