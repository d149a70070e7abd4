"""What a word on the command line means."""

from pathlib import Path

import pytest
from PIL import Image as Pictures

from smartselfie.errors import SourceError
from smartselfie.ports import FrameSource
from smartselfie.sources import open_source
from smartselfie.sources.demo import DemoSource
from smartselfie.sources.files import ImageFolder
from smartselfie.sources.filters import Rotated


def opened(name: str | Path, rotate: int = 0) -> FrameSource:
    source = open_source(str(name), size=None, rotate=rotate, fps=30.0)
    source.close()
    return source


def test_demo_and_folder_are_what_they_are_called(tmp_path: Path) -> None:
    Pictures.new("RGB", (8, 6)).save(tmp_path / "a.png")
    assert isinstance(opened("demo"), DemoSource)
    assert isinstance(opened(tmp_path), ImageFolder)
    assert isinstance(opened("demo", rotate=90), Rotated)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("none.mp4", "no such file: none.mp4"),
        ("no/such", "no such file: no/such"),
        ("NoSuchCamera", "no camera is called"),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(name: str, found: str) -> None:
    with pytest.raises(SourceError, match=found):
        opened(name)


def test_a_single_picture_is_sent_to_analyze(tmp_path: Path) -> None:
    Pictures.new("RGB", (8, 6)).save(tmp_path / "a.png")
    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "a.png")
    assert "smartselfie analyze" in caught.value.hint
