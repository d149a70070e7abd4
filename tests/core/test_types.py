"""Rectangles; the largest face; and how a head is tilted."""

import math

import pytest

from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Box, DetectedFace, Face, largest
from smartselfie.testing import scores

NEUTRAL = scores(Emotion.NEUTRAL)


def test_the_largest_face_counts_whatever_the_order() -> None:
    small, large = Face(Box(0, 0, 10, 10), NEUTRAL), Face(Box(50, 0, 20, 20), NEUTRAL)
    assert largest((small, large)) is large
    assert largest((large, small)) is large


def test_of_equal_faces_the_left_one_counts() -> None:
    left, right = Face(Box(0, 0, 10, 10), NEUTRAL), Face(Box(50, 0, 10, 10), NEUTRAL)
    assert largest((right, left)) is left


def test_nobody_counts_where_nobody_is() -> None:
    assert largest(()) is None


UPRIGHT = ((-20, -15), (20, -15), (0, 5), (-16, 25), (16, 25))
"""Eyes, nose and the corners of a mouth, from the middle of a face 100 pixels high."""


def face_with(landmarks: tuple[tuple[float, float], ...]) -> DetectedFace:
    box = Box(-40, -50, 80, 100)
    return DetectedFace(box, box.square(1.0), 0.9, landmarks)


@pytest.mark.parametrize("degrees", [-120.0, -45.0, -3.0, 0.0, 20.0, 90.0, 170.0])
def test_the_tilt_is_how_far_eyes_and_mouth_are_turned_clockwise(degrees: float) -> None:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned = tuple((x * cosine - y * sine, x * sine + y * cosine) for x, y in UPRIGHT)
    assert face_with(turned).tilt == pytest.approx(degrees)


def test_a_profile_or_a_face_without_landmarks_counts_as_upright() -> None:
    narrow = tuple((0.1 * x, y + 0.1 * x) for x, y in UPRIGHT)
    assert face_with(narrow).tilt == 0.0
    assert face_with(()).tilt == 0.0


def test_the_square_keeps_the_centre_and_takes_the_longer_side() -> None:
    assert Box(10, 20, 30, 40).square(1.5) == Box(-5, 10, 60, 60)


def test_iou_of_halves_thirds_and_strangers() -> None:
    box = Box(0, 0, 10, 10)
    assert box.iou(box) == 1.0
    assert box.iou(Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert box.iou(Box(10, 0, 10, 10)) == 0.0


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(-5, -5, 20, 20), Box(0, 0, 15, 15)),
        (Box(90, 40, 20, 20), Box(90, 40, 10, 10)),
        (Box(200, 200, 5, 5), Box(100, 50, 0, 0)),
        (Box(1, 2, 3, 4), Box(1, 2, 3, 4)),
    ],
)
def test_a_box_is_cut_to_the_picture(box: Box, inside: Box) -> None:
    assert box.within(100, 50) == inside
