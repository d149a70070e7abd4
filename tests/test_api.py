"""The face analyzer, and the loop for programs, with the networks that ship."""

import ast
import copy
import dataclasses
import io
import json
import os
import pickle
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

import smartselfie
from smartselfie import Emotion, FaceAnalyzer, Photo, Settings, to_rows, watch
from smartselfie.core.types import Image
from smartselfie.errors import PictureError, SourceError
from smartselfie.inference.detectors import HaarCascade
from smartselfie.serialize import CSV_COLUMNS
from smartselfie.testing import blank, scores

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


@pytest.mark.parametrize("array", [np.zeros((4, 4, 2), np.uint8), np.zeros(4), np.zeros((0, 4, 3), np.uint8)])
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


@pytest.fixture(scope="module")
def analyzer() -> FaceAnalyzer:
    return FaceAnalyzer()


def forms(image: Image) -> dict[str, tuple[object, str]]:
    """One picture in every form that programs have, and the order of its colours."""
    rgb, grey = np.ascontiguousarray(image[..., ::-1]), cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    picture, opaque = Pictures.fromarray(rgb), np.full(grey.shape, 255, np.uint8)
    sideways, jpeg, turned = picture.transpose(Pictures.Transpose.ROTATE_90), io.BytesIO(), Pictures.Exif()
    turned[0x0112] = 6
    sideways.save(jpeg, "JPEG", quality=95, exif=turned)
    return {
        "BGR": (image, "bgr"),
        "RGB": (rgb, "rgb"),
        "a view": (rgb[..., ::-1], "bgr"),
        "BGRA": (np.dstack([image, opaque]), "bgr"),
        "RGBA": (np.dstack([rgb, opaque]), "rgb"),
        "grey": (grey, "bgr"),
        "grey with a channel": (grey[..., None], "rgb"),
        "16 bits": (image.astype(np.uint16) * 257, "bgr"),
        "12 bits": (grey.astype(np.uint16) * 16, "bgr"),
        "fractions": (rgb / 255.0, "rgb"),
        "fractions to 255": (image.astype(np.float32), "bgr"),
        "RGBA of fractions": (np.dstack([rgb, opaque]) / 255.0, "rgb"),
        "whole numbers": (image.astype(np.int64), "bgr"),
        "Pillow": (picture, "bgr"),
        "Pillow, grey": (picture.convert("L"), "bgr"),
        "Pillow, RGBA": (picture.convert("RGBA"), "rgb"),
        "Pillow, palette": (picture.quantize(256), "bgr"),
        "Pillow, CMYK": (picture.convert("CMYK"), "bgr"),
        "Pillow, to be turned": (Pictures.open(io.BytesIO(jpeg.getvalue())), "bgr"),
        "bytes": (jpeg.getvalue(), "rgb"),
        "bytearray": (bytearray(jpeg.getvalue()), "bgr"),
        "memoryview": (memoryview(jpeg.getvalue()), "bgr"),
    }


@pytest.mark.slow
def test_a_picture_may_come_in_any_form_that_programs_have(analyzer: FaceAnalyzer, demo: Sequence[Image]) -> None:
    (expected,) = analyzer.analyze(demo[SMILE])
    for name, (given, order) in forms(demo[SMILE]).items():
        found = analyzer.analyze(given, order=order)
        assert [face.emotion for face in found] == ["happy"], name
        assert found[0].box.left == pytest.approx(expected.box.left, abs=12), name


def test_paths_may_be_text_bytes_or_objects(analyzer: FaceAnalyzer, demo: Sequence[Image], tmp_path: Path) -> None:
    Pictures.fromarray(demo[SMILE][..., ::-1]).save(tmp_path / "a.png")
    (entry,) = os.scandir(tmp_path)
    for given in (tmp_path / "a.png", str(tmp_path / "a.png"), entry):
        assert [face.emotion for face in analyzer.analyze(given)] == ["happy"]


@pytest.mark.parametrize(
    "given",
    [
        *(
            None,
            3,
            1.5,
            object(),
            [],
            [[0]],
            {},
            {1},
            "",
            "a" * 300 + ".jpg",
            "a\0b",
            b"",
            b"nonsense",
            Path("/dev/zero"),
        ),
        *(np.zeros(()), np.zeros(5), np.zeros((0, 5, 3), np.uint8), np.zeros((3, 20, 20), np.uint8)),
        *(np.zeros((4, 4, 2), np.uint8), np.zeros((2, 4, 4, 3), np.uint8), np.zeros((4, 4), complex)),
        *(np.full((4, 4), "x"), np.full((4, 4), None), np.full((4, 4), np.nan), io.BytesIO(b"x"), Pictures),
    ],
    ids=lambda given: type(given).__name__,
)
def test_anything_else_is_refused_with_the_packages_own_error(analyzer: FaceAnalyzer, given: object) -> None:
    with pytest.raises(PictureError):
        analyzer.analyze(given)


def test_an_order_that_does_not_exist_is_refused(analyzer: FaceAnalyzer) -> None:
    with pytest.raises(PictureError, match="bgr or rgb"):
        analyzer.analyze(blank(), order="gbr")


@pytest.mark.slow
def test_an_analyzer_goes_to_other_processes(demo: Sequence[Image]) -> None:
    for detector in (None, HaarCascade()):
        analyzer = FaceAnalyzer(detector=detector)
        again = pickle.loads(pickle.dumps(analyzer))  # noqa: S301 - our own
        assert again.analyze(demo[SMILE]) == analyzer.analyze(demo[SMILE])


def test_faces_are_a_table_in_one_call_and_json_as_they_are(analyzer: FaceAnalyzer, demo: Sequence[Image]) -> None:
    faces = analyzer.analyze(demo[SMILE])
    (row,) = to_rows({"a.jpg": faces, "b.jpg": ()})
    assert tuple(row) == CSV_COLUMNS
    assert (row["source"], row["emotion"]) == ("a.jpg", "happy")
    assert to_rows(faces) == [{**row, "source": ""}]
    told = json.loads(json.dumps(dataclasses.asdict(faces[0])))
    assert told["emotions"]["happy"] > 0.9


def test_scores_are_a_dictionary_that_does_not_change() -> None:
    told = scores(Emotion.HAPPY, 0.7)
    again = pickle.loads(pickle.dumps(told))  # noqa: S301 - our own
    assert copy.deepcopy(told) == again == told == dict(told)
    assert copy.deepcopy(told).top is Emotion.HAPPY
    for change in ("__setitem__", "setdefault"):
        with pytest.raises(TypeError):
            getattr(told, change)("happy", 1.0)
    for change in ("clear", "popitem"):
        with pytest.raises(TypeError):
            getattr(told, change)()


@pytest.mark.parametrize("source", [None, 1.5, True, [], b"x", object()])
def test_what_is_no_source_is_refused(source: object) -> None:
    with pytest.raises(SourceError, match="not a source"):
        next(watch(source))  # type: ignore[arg-type]


def test_a_folder_may_be_watched_by_its_path_and_a_camera_by_its_number(tmp_path: Path) -> None:
    Pictures.new("RGB", (64, 48)).save(tmp_path / "a.png")
    assert len(list(watch(tmp_path, Settings(album=tmp_path / "album")))) == 1
    with pytest.raises(SourceError, match="no such camera: 987"):
        next(watch(987, Settings(album=tmp_path / "album")))


def test_the_version_is_told() -> None:
    assert re.match(r"\d+\.\d+", smartselfie.__version__)
