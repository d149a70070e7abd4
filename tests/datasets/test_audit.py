"""The summary of prepared data."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from smartselfie.core.emotion import Emotion
from smartselfie.datasets.audit import Twinned, audit, audit_to_json
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.datasets.ferplus import NO_FACE

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
    assert audit(replace(data, pixels=pixels)).blank.tolist() == [2, 5]
    assert not len(audit(data).blank)


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


def test_twins_are_counted_within_and_across_splits_with_those_that_differ(draw_data: Draw):
    data = draw_data(7, 7, 7)
    pixels = np.random.default_rng(2).integers(0, 256, data.pixels.shape, np.uint8)
    pixels[3] = pixels[0]  # within Training, labels 0 and 3
    pixels[7] = pixels[0]  # PublicTest's label 0, so with two twins of which one differs
    pixels[14 + 5] = pixels[7 + 5]  # PrivateTest and PublicTest, the same label
    found = audit(replace(data, pixels=pixels))
    training, public, private = Split
    assert found.twins[training, training] == Twinned(2, 2)
    assert found.twins[training, public] == Twinned(2, 1)
    assert found.twins[public, training] == Twinned(1, 1)
    assert found.twins[public, private] == found.twins[private, public] == Twinned(1, 0)
    assert found.twins[private, training] == Twinned(0, 0)


def test_rows_on_which_the_labelings_differ_are_counted_by_split_and_in_a_table(draw_data: Draw):
    data = draw_data(7, 7)
    labels = data.labels.copy()
    labels[8] = 0  # FER+ still says disgust
    found = audit(replace(data, labels=labels)).votes
    assert found is not None
    assert found.differ == {Split.TRAINING: 0, Split.PUBLIC_TEST: 1}
    assert found.table[0].tolist() == [2, 1, 0, 0, 0, 0, 0]
    assert found.table.sum() == 14


def test_as_json_all_of_it_is_plain(draw_data: Draw):
    told = json.loads(json.dumps(audit_to_json(audit(draw_data(7, 7)))))
    assert told["rows"] == 14
    assert told["twins"]["Training"]["PublicTest"] == {"rows": 0, "differ": 0}
    assert told["ferplus"]["differ"] == {"Training": 0, "PublicTest": 0}
    assert audit_to_json(audit(draw_data(7, 0, votes=False)))["ferplus"] is None
