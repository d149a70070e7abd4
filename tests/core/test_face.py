"""Who counts: the largest face."""

from smartselfie.core.box import Box
from smartselfie.core.emotion import Emotion
from smartselfie.core.face import Face, largest
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
