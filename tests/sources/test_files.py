"""Folders of images: every one, the same at every run, or a clear reason."""

from pathlib import Path

import pytest
from PIL import Image as Pictures

from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.sources.files import ImageFolder


def test_pictures_come_by_name_at_an_even_rate(tmp_path: Path) -> None:
    for grey, name in ((30, "c.png"), (10, "a.png"), (20, "b.PNG")):
        Pictures.new("RGB", (8 + grey, 6), (grey,) * 3).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_text("no picture")
    frames = [item for item in ImageFolder(tmp_path, 10.0).frames() if isinstance(item, Frame)]
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [10, 20, 30]
    assert [frame.at for frame in frames] == [0.0, 0.1, 0.2]
    assert [frame.image.shape[1] for frame in frames] == [18, 28, 38]


def test_the_folders_name_is_the_clips(tmp_path: Path) -> None:
    folder = tmp_path / "party"
    folder.mkdir()
    Pictures.new("RGB", (8, 6)).save(folder / "a.png")
    assert ImageFolder(folder, 30.0).name == "party"


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no images"):
        ImageFolder(tmp_path, 30.0)


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    Pictures.new("RGB", (8, 6)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"broken")
    frames = ImageFolder(tmp_path, 30.0).frames()
    assert isinstance(next(frames), Frame)
    with pytest.raises(SourceError, match=r"b\.png"):
        next(frames)
