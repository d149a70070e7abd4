"""Photos are looked at in several sizes and directions, and each face is found once."""

import cv2
import numpy as np
import pytest

from smartselfie.core.crop import crop_face
from smartselfie.core.types import Box, DetectedFace, Image
from smartselfie.factory import make_detector
from smartselfie.inference.detectors import YuNet, place
from smartselfie.inference.runtime import FACE_MODEL, bundled_model
from smartselfie.inference.thorough import ThoroughYuNet, merge
from smartselfie.settings.schema import Settings

QUICK = YuNet(bundled_model(FACE_MODEL))
THOROUGH = ThoroughYuNet(QUICK)


@pytest.fixture
def portrait(smiling: Image) -> Image:
    """A square picture of 400 pixels with a face of half its side in the middle."""
    (face,) = QUICK.detect(smiling)
    square = face.box.square(2.0)
    left, top, side = round(square.left), round(square.top), round(square.width)
    return np.asarray(cv2.resize(smiling[top : top + side, left : left + side], (400, 400)), np.uint8)


def test_a_photos_detector_is_the_thorough_one() -> None:
    assert isinstance(make_detector(Settings(), thorough=True), ThoroughYuNet)


@pytest.mark.parametrize("side", [96, 400, 1300])
def test_a_face_that_fills_the_picture_is_found(portrait: Image, side: int) -> None:
    filled = cv2.resize(portrait[110:290, 110:290], (side, side)).astype(np.uint8)
    assert len(THOROUGH.detect(filled)) == 1


@pytest.mark.parametrize("edge", ["left", "top", "right", "bottom"])
def test_a_face_of_which_the_picture_cuts_a_third_is_found(portrait: Image, edge: str) -> None:
    parts = {"left": np.s_[:, 167:], "top": np.s_[167:], "right": np.s_[:, :233], "bottom": np.s_[:233]}
    assert len(THOROUGH.detect(np.ascontiguousarray(portrait[parts[edge]]))) == 1


def test_a_small_face_is_found_beside_a_large_one_each_once(portrait: Image) -> None:
    scene = np.full((720, 1280, 3), 110, np.uint8)
    scene[100:500, 100:500] = portrait
    scene[300:380, 900:980] = cv2.resize(portrait, (80, 80), interpolation=cv2.INTER_AREA)
    large, small = THOROUGH.detect(scene)
    assert large.box.centre == pytest.approx((300, 300), abs=25)
    assert small.box.centre == pytest.approx((940, 340), abs=5)
    assert max(small.box.width, small.box.height) == pytest.approx(0.033 * 1280, abs=8)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_or_upside_down_is_read_upright(portrait: Image, quarters: int) -> None:
    (upright,) = THOROUGH.detect(portrait)
    (found,) = THOROUGH.detect(np.ascontiguousarray(np.rot90(portrait, quarters)))
    difference = (found.tilt - upright.tilt + 90 * quarters + 180) % 360 - 180
    assert difference == pytest.approx(0, abs=8)
    wanted = crop_face(portrait, upright.square, 48, upright.tilt)
    seen = crop_face(np.ascontiguousarray(np.rot90(portrait, quarters)), found.square, 48, found.tilt)
    assert np.corrcoef(wanted.ravel(), seen.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("degrees", [-45.0, 45.0])
def test_a_strongly_tilted_head_is_found_with_its_tilt(portrait: Image, degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((199.5, 199.5), -degrees, 1.0)
    turned = cv2.warpAffine(portrait, matrix, (400, 400), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    (found,) = THOROUGH.detect(turned)
    assert found.box.centre == pytest.approx((200, 200), abs=40)
    assert found.tilt == pytest.approx(degrees, abs=15)


def test_a_place_in_a_turned_copy_is_mapped_back() -> None:
    face = DetectedFace(Box(10, 20, 30, 40), Box(5, 20, 40, 40), 0.9, ((15, 30), (35, 30)))
    back = np.array([[0.0, 2.0, 0.0], [-2.0, 0.0, 200.0]])  # twice as large, a quarter anticlockwise
    placed = place(face, back)
    assert placed.box == Box(pytest.approx(40), pytest.approx(120), pytest.approx(80), pytest.approx(60))
    assert placed.square == Box(pytest.approx(40), pytest.approx(110), pytest.approx(80), pytest.approx(80))
    assert placed.landmarks == ((60, 170), (60, 130))
    assert placed.score == 0.9


def test_of_boxes_of_one_face_the_surest_stays() -> None:
    def found(left: float, top: float, side: float, score: float) -> DetectedFace:
        box = Box(left, top, side, side)
        return DetectedFace(box, box, score)

    sure, alike, inside = found(0, 0, 100, 0.9), found(10, 10, 100, 0.8), found(40, 40, 30, 0.85)
    neighbour = found(90, 0, 100, 0.7)
    assert merge([alike, neighbour, inside, sure]) == [sure, neighbour]


def test_a_small_picture_of_a_small_face_is_looked_at_enlarged_last_of_all(portrait: Image) -> None:
    scene = np.full((240, 320, 3), 110, np.uint8)
    scene[100:128, 100:128] = cv2.resize(portrait, (28, 28), interpolation=cv2.INTER_AREA)
    assert QUICK.detect_at(scene, 320) == []
    (found,) = THOROUGH.detect(scene)
    assert found.box.centre == pytest.approx((114, 114), abs=3)
