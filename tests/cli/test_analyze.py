"""`smartselfie analyze` on pictures, clips and broken files, with the networks that ship."""

import csv
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.cli.main import main
from smartselfie.core.types import Box, Image
from smartselfie.faces import doubt
from smartselfie.testing import WELL_SEEN, face_of

Capsys = pytest.CaptureFixture[str]
SMILE, NOBODY = 290, 10
"""Numbers of the demo's frames."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, demo: Sequence[Image]) -> Path:
    """A picture with a smile, one without a face in a subfolder, and a short clip."""
    home = tmp_path_factory.mktemp("analyze") / "archive"
    (home / "2026").mkdir(parents=True)
    Pictures.fromarray(demo[SMILE][..., ::-1]).save(home / "smile.jpg", quality=92)
    Pictures.fromarray(demo[NOBODY][..., ::-1]).save(home / "2026" / "wall.png")
    writer = cv2.VideoWriter(str(home / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1280, 720))
    for image in demo[SMILE : SMILE + 3]:
        writer.write(image)
    writer.release()
    return home


@pytest.fixture
def folder(tmp_path: Path, archive: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(archive, tmp_path / "archive")


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
    assert set(face) == {"id", "box", "score", "emotion", "emotions", "eyes_open", "unsure"}
    assert face["unsure"] is None
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_copy_never_replaces_a_source_or_anything_else_that_we_did_not_draw(folder: Path) -> None:
    (folder / "wall.jpg").write_bytes(b"somebody's")
    before = {path: path.read_bytes() for path in folder.glob("*.jpg")}
    for _ in range(2):
        assert run(folder / "smile.jpg", folder / "2026" / "wall.png", "--annotated", folder) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in folder.glob("*_*.jpg")) == ["smile_2.jpg", "wall_2.jpg"]


@pytest.mark.slow
def test_copies_of_an_earlier_run_are_no_sources(folder: Path, capsys: Capsys) -> None:
    for place in (folder / "drawn", folder):
        for _ in range(2):
            assert run(folder, "--annotated", place) == 0
            assert len(capsys.readouterr().out.splitlines()) == 5


def test_a_broken_file_is_named_the_run_goes_on_and_the_end_is_1(folder: Path, capsys: Capsys) -> None:
    (folder / "broken.jpg").write_bytes((folder / "smile.jpg").read_bytes()[:3000])
    (folder / "empty.mp4").write_bytes(b"")
    assert run(folder, folder / "missing.png", "--json") == 1
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    failed = {Path(line["source"]).name for line in lines if "error" in line}
    assert failed == {"broken.jpg", "empty.mp4", "missing.png"}
    assert len([line for line in lines if "faces" in line]) == 5
    *failures, closing = printed.err.splitlines()
    assert len(failures) == 3
    assert all(line.startswith("smartselfie: ") for line in failures)
    assert closing == "3 files, 2 faces, 2 smiles; 3 files not read or not to the end (named above)"


@pytest.mark.slow
def test_the_closing_line_counts_people_and_only_aloud(folder: Path, capsys: Capsys) -> None:
    assert run(folder, "--every", "2") == 0
    assert capsys.readouterr().err == "3 files, 2 faces, 2 smiles\n"
    assert run("-q", folder / "2026") == 0
    assert capsys.readouterr().err == ""


def test_it_says_where_it_is_not_sure(tmp_path: Path, demo: Sequence[Image], capsys: Capsys) -> None:
    seen = demo[SMILE]
    pictures = {"dark": seen // 12, "small": cv2.resize(seen, None, fx=0.08, fy=0.08, interpolation=cv2.INTER_AREA)}
    for name, image in {**pictures, "well": seen}.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
    assert run(tmp_path) == 0
    printed = capsys.readouterr()
    told = {Path(line.partition(":")[0]).stem: line for line in printed.out.splitlines()}
    found = [name for name in pictures if "no face" not in told[name]]
    assert found
    assert all(f"(not sure: too {name})" in told[name] for name in found)
    assert "not sure" not in told["well"]
    assert f"; not sure of {len(found)} face" in printed.err


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ({}, None),
        ({"brightness": 27.0}, "dark"),
        ({"frontality": 0.2}, "turned"),
        ({"sharpness": 0.0, "share": 0.001}, None),
    ],
)
def test_doubt_is_about_light_pose_and_pixels(seen: dict[str, float], why: str | None) -> None:
    assert doubt(replace(face_of(), quality=replace(WELL_SEEN, **seen))) == why
    assert doubt(replace(face_of(), quality=None)) is None
    assert doubt(replace(face_of(), box=Box(0, 0, 23, 20))) == "small"


def test_an_empty_folder_is_told(tmp_path: Path, capsys: Capsys) -> None:
    assert run(tmp_path) == 1
    failure, closing = capsys.readouterr().err.splitlines()
    assert str(tmp_path) in failure
    assert closing == "0 files, 0 faces, 0 smiles; 1 file not read or not to the end (named above)"


def test_a_csv_that_cannot_be_written_is_an_error(folder: Path, capsys: Capsys) -> None:
    assert run(folder / "smile.jpg", "--csv", folder / "none" / "faces.csv") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line


OUTPUTS = {
    "a picture": b"\xff\xd8\xff" + bytes(2000),
    "a text": b"my notes",
    "another table": b"name,age\nAda,36\n",
}


@pytest.mark.parametrize("content", OUTPUTS.values(), ids=OUTPUTS)
def test_a_table_replaces_nothing_that_is_no_table_of_ours(folder: Path, capsys: Capsys, content: bytes) -> None:
    place = folder / "place"
    place.write_bytes(content)
    assert run(folder / "smile.jpg", "--csv", place) == 1
    assert "did not write it" in capsys.readouterr().err
    assert place.read_bytes() == content


def test_a_table_replaces_an_empty_file_and_an_older_table_and_follows_links(folder: Path) -> None:
    real, link = folder / "real.csv", folder / "link.csv"
    real.touch()
    link.symlink_to(real.name)
    for _ in range(2):
        assert run(folder / "smile.jpg", "--csv", link) == 0
        assert link.is_symlink()
        assert len(real.read_text().splitlines()) == 2


def test_a_table_goes_into_a_pipe_which_stays_one(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run(folder / "smile.jpg", "--csv", folder / "pipe") == 0
    assert os.read(reader, 65536).count(b"\n") == 2
    os.close(reader)
    assert stat.S_ISFIFO((folder / "pipe").lstat().st_mode)


def test_a_dash_writes_the_table_and_nothing_else_on_stdout(
    folder: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert run(folder / "smile.jpg", "--csv", "-") == 0
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [
        "source",
        str(folder / "smile.jpg"),
    ]
    assert not (folder / "-").exists()
    assert run(folder / "smile.jpg", "--csv", "-", "--json") == 2


NAMES = {
    "not UTF-8": b"caf\xe9.jpg",
    "a newline": b"a\nb.jpg",
    "an escape": b"a\x1b[2Jb.jpg",
    "text that turns": "a\u202eb.jpg".encode(),
    "an emoji": "\U0001f600.jpg".encode(),
    "a leading dash": b"-x.jpg",
    "a percent sign": b"%s%d.jpg",
    "blanks": b"  .jpg",
    "a quote and a comma": b'a",b.jpg',
    "251 letters": b"x" * 247 + b".jpg",
}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8:strict", "cp1252"])
def test_any_name_is_told_in_one_line_of_text_json_and_csv(folder: Path, encoding: str) -> None:
    place = folder / "names"
    place.mkdir()
    Pictures.new("RGB", (32, 32)).save(folder / "small.jpg")
    for name in NAMES.values():
        os.link(folder / ("smile.jpg" if b"\xe9" in name else "small.jpg"), os.fsencode(place) + b"/" + name)
    code = "import sys; from smartselfie.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "analyze", str(place), "--csv", str(folder / "a.csv")]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for flags in ([], ["--json"]):
        done = subprocess.run(
            [*command, *flags, "--annotated", folder / "drawn"], capture_output=True, env=environment, check=False
        )
        assert done.returncode == 0
        assert done.stderr.startswith(b"%d files, " % len(NAMES))
        assert done.stderr.count(b"\n") == 1
        lines = done.stdout.decode("cp1252" if encoding == "cp1252" and not flags else "utf-8").splitlines()
        assert len(lines) == len(NAMES)
        assert b"\x1b" not in done.stdout
        if flags:
            told = {os.fsencode(json.loads(line)["source"]).rpartition(b"/")[2] for line in lines}
            assert told == set(NAMES.values())
        else:
            assert b"\xe2\x80\xae" not in done.stdout
    (folder / "a.csv").read_text(encoding="utf-8")


def test_what_cannot_be_looked_at_is_named_and_the_run_goes_on(folder: Path, capsys: Capsys) -> None:
    os.mkfifo(folder / "pipe.jpg")
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "round").symlink_to(folder)
    (folder / "album.jpg").mkdir()
    (folder / "empty").mkdir()
    odd = [folder / ("a" * 300 + ".jpg"), "/dev/zero", folder / "empty", folder / "smile.jpg" / "a.jpg"]
    assert run(*odd, folder, "--every", "3") == 1
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == len(odd) + 3 + 1  # the closing line
    assert len(told.out.splitlines()) == 3
    for reason in ("too long", "device", "no pictures", "Not a directory", "pipe", "leads nowhere", "symbolic links"):
        assert reason in told.err


def test_a_linked_folder_is_followed_once(folder: Path, tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("one", "two"):
        (tmp_path / "photos" / name).symlink_to(folder / "2026")
    assert run(tmp_path / "photos") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_is_closed_leads_nowhere(folder: Path, closed: int) -> None:
    code = "import sys; from smartselfie.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "analyze", str(folder / "smile.jpg"), "--csv", str(folder / "a.csv")]
    names = ["0<&-", "1>&-", "2>&-"]
    done = subprocess.run(["sh", "-c", f'"$@" {names[closed]}', "sh", *command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"" if closed == 2 else b"1 file, 1 face, 1 smile\n")
    assert len((folder / "a.csv").read_text().splitlines()) == 2


def test_no_librarys_words_stand_beside_our_error(tmp_path: Path) -> None:
    content = io.BytesIO()
    Pictures.new("RGB", (16, 16)).save(content, "TIFF")
    # TIFF's SamplesPerPixel, a short: more than Pillow decodes, of which it warns in a line of its own
    tiff = bytearray(content.getvalue())
    place = tiff.index((277).to_bytes(2, "little") + (3).to_bytes(2, "little"))
    tiff[place + 8 : place + 10] = (142).to_bytes(2, "little")
    (tmp_path / "odd.tif").write_bytes(tiff)
    command = [sys.executable, "-m", "smartselfie", "-q", "analyze", str(tmp_path / "odd.tif")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("smartselfie: ")
