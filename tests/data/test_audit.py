"""The summary of prepared data."""

from collections.abc import Callable
from dataclasses import replace

from smartselfie.core.emotion import Emotion
from smartselfie.data.audit import audit
from smartselfie.data.dataset import Dataset, Split
from smartselfie.data.ferplus import NO_FACE

Draw = Callable[..., Dataset]


def test_rows_are_counted_per_split_and_emotion(draw_data: Draw):
    found = audit(draw_data(14, 8, 0))
    assert set(found.splits) == {Split.TRAINING, Split.PUBLIC_TEST}
    assert set(found.splits[Split.TRAINING].values()) == {2}
    assert found.splits[Split.PUBLIC_TEST][Emotion.ANGRY] == 2
    assert found.splits[Split.PUBLIC_TEST][Emotion.HAPPY] == 1
    assert found.rows == 22


def test_pictures_of_one_grey_are_blank(draw_data: Draw):
    data = draw_data(7, 0)
    pixels = data.pixels.copy()
    pixels[2], pixels[5] = 0, 200
    assert audit(replace(data, pixels=pixels)).blank == 2
    assert audit(data).blank == 0


def test_votes_are_counted_where_there_are_any(draw_data: Draw):
    data = draw_data(7, 0)
    assert data.votes is not None
    given = data.votes.copy()
    given[0] = 0
    given[0, NO_FACE] = 10
    found = audit(replace(data, votes=given)).votes
    assert found is not None
    assert (found.no_face, found.majority) == (1, 6)
    assert audit(draw_data(7, 0, votes=False)).votes is None
