"""What is YuNet's own: landmarks, far faces, and refusing other networks."""

import cv2
import numpy as np
import pytest

from smartselfie.core.crop import crop_face
from smartselfie.core.types import Box, Image
from smartselfie.errors import ModelError
from smartselfie.inference.detectors import YuNet
from smartselfie.inference.runtime import EMOTION_MODEL, FACE_MODEL, bundled_model

CONTENT = bundled_model(FACE_MODEL)


def far_away(image: Image, height: float) -> Image:
    """The picture's face, so that it is about `height` of a 720p picture's height."""
    (face,) = YuNet(CONTENT).detect(image)
    scale = height * 720 / face.box.height
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scene = np.full((720, 1280, 3), 110, np.uint8)
    top, left = (720 - small.shape[0]) // 2, (1280 - small.shape[1]) // 2
    scene[top : top + small.shape[0], left : left + small.shape[1]] = small
    return scene


def test_landmarks_lie_inside_the_box_eyes_above_nose_above_mouth(smiling: Image) -> None:
    (found,) = YuNet(CONTENT).detect(smiling)
    box = found.box
    for x, y in found.landmarks:
        assert box.left < x < box.left + box.width
        assert box.top < y < box.top + box.height
    heights = [y for _, y in found.landmarks]
    assert max(heights[:2]) < heights[2] < min(heights[3:])
    assert found.landmarks[0][0] < found.landmarks[1][0]


@pytest.mark.parametrize("degrees", [-40.0, -20.0, 20.0, 40.0])
def test_a_tilted_head_is_known_by_its_landmarks_and_turned_back(smiling: Image, degrees: float) -> None:
    """The landmarks tell a part of the tilt: more of it, the larger the face is on the picture."""
    (upright,) = YuNet(CONTENT).detect(smiling)
    straight, turned = (near(smiling, upright.box, tilt) for tilt in (0.0, degrees))
    (known,), (tilted,) = YuNet(CONTENT).detect(straight), YuNet(CONTENT).detect(turned)
    assert 0.25 < (tilted.tilt - known.tilt) / degrees < 1.1
    crop, untouched = (crop_face(turned, tilted.square, 48, tilt) for tilt in (tilted.tilt, 0.0))
    assert not np.array_equal(crop, untouched)


def near(image: Image, box: Box, degrees: float) -> Image:
    """The face with little around it, turned clockwise."""
    matrix = cv2.getRotationMatrix2D(box.centre, -degrees, 1.0)
    turned = cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    square = box.square(1.5)
    left, top, side = round(square.left), round(square.top), round(square.width)
    return np.ascontiguousarray(turned[top : top + side, left : left + side], np.uint8)


def test_a_far_face_is_found_where_there_is_no_near_one(smiling: Image) -> None:
    scene = far_away(smiling, 0.055)
    assert YuNet(CONTENT).detect_at(scene, 320) == []
    assert len(YuNet(CONTENT).detect(scene)) == 1


def test_far_faces_are_found_beside_near_ones_on_wish(smiling: Image) -> None:
    scene = far_away(smiling, 0.055)
    (near,) = YuNet(CONTENT).detect(smiling)
    left = round(near.box.centre[0]) - 250
    scene[:, :500] = smiling[:, left : left + 500]
    assert len(YuNet(CONTENT).detect(scene)) < len(YuNet(CONTENT, far_faces=True).detect(scene))


@pytest.mark.parametrize("content", [b"", b"no network", CONTENT[:100_000], bundled_model(EMOTION_MODEL)])
def test_another_network_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        YuNet(content)
