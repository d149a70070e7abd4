"""The face analyzer, and the loop for programs, with the networks that ship."""

import ast
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

import smartselfie
from smartselfie import FaceAnalyzer, Photo, Settings, watch
from smartselfie.core.types import Image
from smartselfie.errors import PictureError

SMILE, NO_SMILE, NOBODY = 290, 140, 10


def test_a_smile_is_a_smile_and_a_serious_face_is_not(demo: Sequence[Image]) -> None:
    analyzer = FaceAnalyzer()
    (smiling,), (serious,) = analyzer.analyze(demo[SMILE]), analyzer.analyze(demo[NO_SMILE])
    assert smiling.emotion == "happy"
    assert smiling.emotions["happy"] > 0.8
    assert serious.emotions["happy"] < 0.2
    assert analyzer.analyze(demo[NOBODY]) == ()


def test_an_array_and_its_file_are_read_alike(demo: Sequence[Image], tmp_path: Path) -> None:
    Pictures.fromarray(demo[SMILE][..., ::-1]).save(tmp_path / "a.png")
    analyzer = FaceAnalyzer()
    read = analyzer.analyze(demo[SMILE])
    assert analyzer.analyze(tmp_path / "a.png") == read
    assert analyzer.analyze(str(tmp_path / "a.png")) == read


@pytest.mark.parametrize("array", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused(array: Image) -> None:
    with pytest.raises(PictureError, match="is not an image"):
        FaceAnalyzer().analyze(array)


@pytest.mark.slow
def test_watching_yields_moments_and_calls_back_with_photos(tmp_path: Path) -> None:
    photos: list[Photo] = []
    times: list[float] = []
    for moment in watch("demo", Settings(album=tmp_path), photos.append):
        times.append(moment.frame.at)
        if moment.photos:
            break
    (photo,) = photos
    assert photo.path.is_file()
    # the photo comes once its frame is chosen, of those up to 0.6 seconds after the shutter
    assert 0 <= times[-1] - times[photo.shot.decided] <= 0.6
    assert photo.shot.frame.index <= len(times) - 1


def test_every_public_name_is_there() -> None:
    assert all(getattr(smartselfie, name) is not None for name in smartselfie.__all__)
    with pytest.raises(AttributeError):
        smartselfie.nonsense  # noqa: B018


def test_every_public_name_is_typed_for_programs_too() -> None:
    package = files(smartselfie)
    assert (package / "py.typed").is_file(), "without it type checkers read no types"
    tree = ast.parse((package / "__init__.py").read_text())
    typed = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(smartselfie.__all__) <= typed
