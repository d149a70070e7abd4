"""Crops of eyes: nobody is trained on and measured on."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.datasets.eyes import parse_person, read_eyes
from smartselfie.errors import DataError

FILES = {
    "train/open/Jane_Doe_0001_L.jpg": "open",
    "train/open/Max_Muster_0001_R.jpg": "open",
    "train/closed/closed_eye_0002.jpg_face_2_L.jpg": "closed",
    "train/closed/closed_eye_0003.jpg_face_1_L.jpg": "closed",
    "val/open/Max_Muster_0001_L.jpg": "open",
    "val/closed/closed_eye_0003.jpg_face_1_R.jpg": "closed",
}


def picture(side: int = 24, grey: int = 90) -> bytes:
    file = io.BytesIO()
    Pictures.fromarray(np.full((side, side), grey, np.uint8)).save(file, "JPEG")
    return file.getvalue()


def make_zip(path: Path, files: dict[str, str] | None = None, *, side: int = 24, content: bytes | None = None) -> Path:
    listed = FILES if files is None else files
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("labels.csv", "file,label\n" + "".join(f"{file},{label}\n" for file, label in listed.items()))
        for file in listed:
            archive.writestr(file, picture(side) if content is None else content)
    return path


def test_whoever_is_measured_on_is_left_out_of_the_training(tmp_path: Path) -> None:
    training, validation = read_eyes(make_zip(tmp_path / "eyes.zip"))
    assert training.people == ("Jane_Doe", "closed_eye_0002")
    assert validation.people == ("Max_Muster", "closed_eye_0003")
    assert training.open.tolist() == validation.open.tolist() == [True, False]
    assert training.pixels.shape == (2, 24, 24)


def test_a_folder_is_read_like_a_zip_and_other_sizes_are_brought_to_24(tmp_path: Path) -> None:
    with zipfile.ZipFile(make_zip(tmp_path / "eyes.zip", side=40)) as archive:
        archive.extractall(tmp_path / "eyes")
    training, _ = read_eyes(tmp_path / "eyes")
    assert training.pixels.shape == (2, 24, 24)
    assert abs(int(training.pixels.mean()) - 90) <= 2


@pytest.mark.parametrize(
    ("file", "person"),
    [
        ("train/open/Mark_Sacco_0001_L.jpg", "Mark_Sacco"),
        ("val/closed/closed_eye_1701.BMP_face_1_L.jpg", "closed_eye_1701"),
        ("ana_R.png", "ana"),
    ],
)
def test_the_person_stands_in_the_files_name(file: str, person: str) -> None:
    assert parse_person(file) == person


def test_what_is_no_such_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "empty").mkdir()
    mistakes = {
        tmp_path / "missing.zip": "cannot be read",
        tmp_path / "text.zip": "cannot be read",
        tmp_path / "empty": "cannot be read",
        make_zip(tmp_path / "winks.zip", {"train/a_0001_L.jpg": "wink"}): "wink",
        make_zip(tmp_path / "broken.zip", content=b"no picture"): "is not an image",
        make_zip(tmp_path / "none.zip", {}): "names no files",
        make_zip(tmp_path / "one.zip", {"train/a_0001_L.jpg": "open", "val/b_0001_L.jpg": "open"}): "not have both",
    }
    for path, found in mistakes.items():
        with pytest.raises(DataError, match=found):
            read_eyes(path)
