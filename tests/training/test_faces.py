"""Which rows are learnt and which are only looked at."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from smartselfie.datasets.dataset import Dataset

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training.data import Faces, held_out_faces, training_faces

Draw = Callable[..., Dataset]


def pictures(faces: Faces) -> np.ndarray:
    return faces.grey[:, 0].numpy()


def test_training_rows_are_learnt_and_public_test_rows_are_looked_at(draw_data: Draw) -> None:
    data = draw_data(training=14, public=7, private=7)
    learnt, held_out = training_faces(data), held_out_faces(data)
    assert np.array_equal(pictures(learnt), data.pixels[:14])
    assert learnt.labels.tolist() == data.labels[:14].tolist()
    assert np.array_equal(pictures(held_out), data.pixels[14:21])
    assert len(held_out_faces(draw_data(public=0))) == 0


def test_only_training_rows_that_people_call_no_face_are_left_out(draw_data: Draw) -> None:
    data = draw_data(training=14, public=7)
    assert data.votes is not None
    votes = data.votes.copy()
    votes[[2, 15]] = 0
    votes[[2, 15], 9] = 10
    data = replace(data, votes=votes)
    learnt, held_out = training_faces(data), held_out_faces(data)
    assert np.array_equal(pictures(learnt), np.delete(data.pixels[:14], 2, axis=0))
    assert learnt.majority is not None
    assert learnt.majority.tolist() == learnt.labels.tolist()
    assert held_out.majority is not None
    assert held_out.majority.tolist() == [0, -1, 2, 3, 4, 5, 6]


def test_without_votes_there_are_no_shares(draw_data: Draw) -> None:
    learnt = training_faces(draw_data(votes=False))
    assert (learnt.shares, learnt.majority) == (None, None)


def test_the_data_is_copied_and_cannot_be_changed_by_training(draw_data: Draw) -> None:
    data = draw_data()
    before = data.pixels.copy()
    training_faces(data).grey.zero_()
    assert np.array_equal(data.pixels, before)
