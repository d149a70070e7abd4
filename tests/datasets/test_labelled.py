"""Labelled images of one face each, in a folder or an archive."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from smartselfie.datasets.labelled import read_labelled
from smartselfie.errors import DataError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an archive of drawn images with the table that is given, one row a image."""

    def write(rows: Sequence[Mapping[str, object]], *, table: str = "labels.csv", images: bool = True) -> Path:
        path = tmp_path / "faces.zip"
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(table, text.getvalue())
            for place, row in enumerate(rows if images else []):
                content = io.BytesIO()
                Pillow.fromarray(np.full((40, 20, 3), 10 * place, np.uint8)).save(content, "png")
                archive.writestr(str(row["file"]), content.getvalue())
        return path

    return write


def test_labels_mean_smiles_other_faces_or_emotions_and_unknown_ones_are_passed_over(write: Write) -> None:
    words = ("smile", "smile_closed", "no_smile", "open_mouth", "ambiguous", "angry", "happiness", "nonsense")
    faces = read_labelled(write([{"file": f"{word}.png", "label": word} for word in words]))
    assert [(face.label, face.happy, face.emotion) for face in faces] == [
        ("smile", True, 3),
        ("smile_closed", True, 3),
        ("no_smile", False, None),
        ("open_mouth", False, None),
        ("angry", False, 0),
        ("happiness", True, 3),
    ]
    assert [int(face.image[0, 0, 0]) for face in faces] == [0, 10, 20, 30, 50, 60]


def test_without_squares_the_picture_is_the_face_and_with_them_they_are_fractions(write: Write) -> None:
    plain = read_labelled(write([{"file": "a.png", "emotion": "sad", "person": "p1"}]))[0]
    assert plain.square.centre == (10, 20)
    assert plain.square.width == 40
    assert (plain.tilt, plain.facts["person"]) == (0.0, "p1")
    placed = {"square_left": 0.25, "square_top": 0.1, "square_side": 0.5, "tilt": -7.5}
    face = read_labelled(write([{"file": "a.png", "label": "smile", **placed}]))[0]
    assert (face.square.left, face.square.top, face.square.width, face.square.height) == (5, 4, 10, 10)
    assert face.tilt == -7.5


def test_only_the_parts_that_are_asked_for(write: Write) -> None:
    path = write([{"file": f"{part}.png", "label": "smile", "part": part} for part in ("train", "val")])
    assert [face.facts["part"] for face in read_labelled(path, ("val",))] == ["val"]
    with pytest.raises(DataError, match="no labelled faces of test"):
        read_labelled(path, ("test",))


def test_what_is_no_such_archive_is_refused(write: Write) -> None:
    row = {"file": "a.png", "label": "smile"}
    with pytest.raises(DataError, match=r"no labels\.csv"):
        read_labelled(write([row], table="names.csv"))
    with pytest.raises(DataError, match="no column file"):
        read_labelled(write([{"name": "a", "file ": "a.png", "label": "smile"}], images=False))
    with pytest.raises(DataError, match="lacks 1 of the images"):
        read_labelled(write([row], images=False))
    with pytest.raises(DataError, match="not three numbers"):
        read_labelled(write([row | {"square_side": "wide"}]))


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\na.png,smile\n")
    (tmp_path / "a.png").write_bytes(b"nonsense")
    with pytest.raises(DataError, match=r"a\.png"):
        read_labelled(tmp_path)


@pytest.mark.parametrize("where", ["a.png", "labels.csv"])
@pytest.mark.parametrize("harm", ["checksum", "stream", "header"])
def test_an_archive_that_is_damaged_anywhere_is_told_in_one_line(write: Write, where: str, harm: str) -> None:
    path = write([{"file": "a.png", "label": "smile"}])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(where)
    begin = {"header": 0, "checksum": 30 + len(where) + info.compress_size // 2, "stream": 30 + len(where)}[harm]
    place = info.header_offset + begin
    content[place : place + 4] = bytes(255 - each for each in content[place : place + 4])
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged") as told:
        read_labelled(path)
    assert "\n" not in str(told.value)
