"""What is drawn onto a copy of the picture."""

import numpy as np

from smartselfie.batch import draw_faces
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Box, Face
from smartselfie.testing import blank, scores


def test_the_picture_itself_is_not_changed() -> None:
    image = blank(640, 480)
    drawn = draw_faces(image, (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY)),))
    assert np.array_equal(image, blank(640, 480))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_without_a_face_nothing_is_drawn() -> None:
    assert np.array_equal(draw_faces(blank(), ()), blank())


def test_the_box_is_drawn_on_the_faces_edge() -> None:
    drawn = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY)),))
    assert (drawn[150:250, 200] != 128).any(axis=1).all()
    assert (drawn[150:250, 100:190] == 128).all()


def test_bars_are_as_long_as_their_scores() -> None:
    happy = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY, 0.95)),))
    unsure = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY, 0.5)),))
    yellow = np.array([40, 200, 255])
    beside = np.s_[150:156, 400:460]  # the row of "happy"
    assert (happy[beside] == yellow).all(axis=2).sum() > (unsure[beside] == yellow).all(axis=2).sum() + 50


def test_faces_at_every_edge_of_every_size_can_be_drawn() -> None:
    for size in ((1, 1), (20, 30), (1280, 720)):
        image = blank(*size)
        faces = tuple(
            Face(Box(left, top, size[0] / 2, size[1] / 2), scores(Emotion.SAD))
            for left in (0, size[0] / 2)
            for top in (0, size[1] / 2)
        )
        assert draw_faces(image, faces).shape == image.shape
