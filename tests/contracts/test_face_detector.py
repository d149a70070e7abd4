"""One contract over every face detector."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from smartselfie.core.types import Box, DetectedFace, Image
from smartselfie.factory import make_detector
from smartselfie.ports import FaceDetector
from smartselfie.settings.schema import Settings
from smartselfie.testing import ScriptedDetector, face_at

REAL = ("yunet", "thorough", "haar")


@pytest.fixture(params=[*REAL, "scripted"])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    if request.param == "scripted":
        return ScriptedDetector(lambda image: [face_at(5, 5, 10), face_at(0, 0, 20)] if image.any() else [])
    return make_named(request.param)


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest) -> FaceDetector:
    return make_named(request.param)


def make_named(name: str) -> FaceDetector:
    if name == "thorough":
        return make_detector(Settings(), thorough=True)
    return make_detector(Settings(detector="haar" if name == "haar" else "yunet"))


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (23, 31), (33, 32), (480, 640), (721, 1283)])
def test_any_size_of_picture_is_taken_and_an_empty_one_has_no_face(
    detector: FaceDetector, shape: tuple[int, int]
) -> None:
    assert detector.detect(np.zeros((*shape, 3), np.uint8)) == []


def test_the_picture_is_not_changed(detector: FaceDetector, demo: Sequence[Image]) -> None:
    image = demo[-60].copy()
    detector.detect(image)
    assert np.array_equal(image, demo[-60])


def test_faces_come_largest_first_with_scores_from_0_to_1(detector: FaceDetector, smiling: Image) -> None:
    found = detector.detect(smiling)
    areas = [face.box.area for face in found]
    assert areas == sorted(areas, reverse=True)
    assert all(face.score is None or 0 <= face.score <= 1 for face in found)


@pytest.mark.slow
def test_a_picture_always_gives_the_same_faces(detector: FaceDetector, demo: Sequence[Image], smiling: Image) -> None:
    first = detector.detect(smiling)
    detector.detect(demo[0])
    assert detector.detect(smiling) == first


def test_nobody_is_found_on_the_wall_and_the_face_on_the_portrait(
    real: FaceDetector, demo: Sequence[Image], smiling: Image
) -> None:
    assert real.detect(demo[0]) == []
    assert the_face(real, smiling)


def test_two_people_are_two_faces_largest_first(real: FaceDetector, smiling: Image) -> None:
    large = portrait(smiling)
    small = cv2.resize(large, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    scene = np.full((large.shape[0], large.shape[1] + small.shape[1], 3), 128, np.uint8)
    scene[:, : large.shape[1]] = large
    scene[: small.shape[0], large.shape[1] :] = small
    found = real.detect(scene)
    assert len(found) == 2
    assert found[0].box.area > 2 * found[1].box.area
    assert found[0].box.centre[0] < large.shape[1] < found[1].box.centre[0]


def test_boxes_scale_with_the_picture(real: FaceDetector, smiling: Image) -> None:
    large = the_face(real, smiling)
    half = cv2.resize(smiling, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    small = the_face(real, half)
    twice = Box(*(2 * side for side in (small.box.left, small.box.top, small.box.width, small.box.height)))
    assert large.box.iou(twice) > 0.75


def test_the_square_shows_eyes_and_mouth_where_fer2013_has_them(real: FaceDetector, smiling: Image) -> None:
    """Measured on FER-2013: eyes at 0.39 of the height and 0.32, 0.67 of the width, the mouth's corners at 0.75."""
    square = the_face(real, smiling).square
    (known,) = make_detector(Settings()).detect(smiling)
    assert square.width == square.height
    places = [((x - square.left) / square.width, (y - square.top) / square.height) for x, y in known.landmarks]
    wanted = [(0.32, 0.39), (0.67, 0.39), (0.5, 0.58), (0.36, 0.75), (0.64, 0.75)]
    for (x, y), (wanted_x, wanted_y) in zip(places, wanted, strict=True):
        assert abs(x - wanted_x) < 0.12
        assert abs(y - wanted_y) < 0.12


def the_face(detector: FaceDetector, image: Image) -> DetectedFace:
    """What a detector makes of the one face that YuNet knows; the cascade also sees faces where none are."""
    (known,) = make_detector(Settings()).detect(image)
    best = max(detector.detect(image), key=lambda face: face.box.iou(known.box))
    assert best.box.iou(known.box) > 0.4
    return best


def portrait(image: Image) -> Image:
    """The smiling face with little around it."""
    (known,) = make_detector(Settings()).detect(image)
    square = known.box.square(1.8).within(image.shape[1], image.shape[0])
    left, top = round(square.left), round(square.top)
    return image[top : top + round(square.height), left : left + round(square.width)].copy()
