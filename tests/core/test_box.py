"""Rectangles."""

import pytest

from smartselfie.core.types import Box


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
