"""How well a face can be seen, and where its eyes are."""

import cv2
import numpy as np
import pytest

from smartselfie.core.crop import EYE_SIZE, crop_eyes, eye_squares, frontality, measure_quality
from smartselfie.core.types import Box, DetectedFace
from smartselfie.testing import blank, face_at


def noise(side=200):
    coarse = np.random.default_rng(0).integers(0, 256, (side // 4, side // 4, 3), np.uint8)
    return np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)


def test_a_blur_is_less_sharp_and_contrast_does_not_matter():
    face = face_at(20, 20, 160)
    sharp, faint = noise(), noise() // 2 + 60
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4)
    values = [measure_quality(picture, face).sharpness for picture in (sharp, faint, blurred)]
    assert values[1] == pytest.approx(values[0], rel=0.1)
    assert values[2] < 0.3 * values[0]


def test_size_and_light_are_told():
    quality = measure_quality(blank(400, 300, 90), face_at(10, 10, 100))
    assert (quality.share, quality.brightness, quality.frontality) == (0.25, 90.0, 1.0)


@pytest.mark.parametrize(("nose", "expected"), [(50, 1.0), (40, 0.5), (30, 0.0), (20, 0.0), (60, 0.5)])
def test_a_head_that_is_turned_has_its_nose_to_a_side(nose, expected):
    assert frontality(((30.0, 40.0), (70.0, 40.0), (nose, 60.0))) == pytest.approx(expected)


def test_a_tilted_head_is_not_turned():
    assert frontality(((30.0, 30.0), (60.0, 60.0), (30.0, 60.0))) == pytest.approx(1.0)


def test_without_landmarks_a_face_is_taken_to_look_at_the_camera_and_has_no_eyes():
    face = DetectedFace(Box(0, 0, 9, 9), Box(0, 0, 9, 9))
    assert frontality(()) == 1.0
    assert frontality(((5.0, 5.0), (5.0, 5.0), (5.0, 5.0))) == 0.0
    assert eye_squares(face) == ()
    assert crop_eyes(blank(), ()).shape == (0, EYE_SIZE, EYE_SIZE)


def test_eyes_are_cut_out_where_the_landmarks_are():
    picture = blank(200, 200, 0)
    face = face_at(50, 50, 100)
    for x, y in face.landmarks[:2]:
        cv2.circle(picture, (round(x), round(y)), 6, (255, 255, 255), -1)
    left, right = crop_eyes(picture, eye_squares(face))
    assert left.shape == (EYE_SIZE, EYE_SIZE)
    assert min(left[EYE_SIZE // 2, EYE_SIZE // 2], right[EYE_SIZE // 2, EYE_SIZE // 2]) == 255
    assert max(left[0, 0], right[0, 0]) == 0
