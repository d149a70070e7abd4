"""Faces of real people beside FER-2013."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from smartselfie.core.types import Box
from smartselfie.datasets.labelled import LabelledFace
from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.loop import Trainer
from smartselfie.training.real import MOST_OFTEN, Drawn, RealFaces, count_beside, draw_rate
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Watcher

HAPPY = 3


def face(label: str, grey: int = 90, **facts: str) -> LabelledFace:
    image = np.full((96, 96, 3), grey, np.uint8)
    image[60:70, 30:60] = 200
    return LabelledFace(image, label, Box(18, 18, 60, 60), 0.0, {"file": label, **facts})


def drawn(*places: int, partners: tuple[int, ...] = (), part: float = 1.0) -> Drawn:
    """These faces, as `draw` would give them."""
    at = torch.tensor(places)
    other = torch.tensor(partners or places)
    return Drawn(torch.zeros(len(at), 1, 48, 48), at, other, torch.full((len(at),), part))


def logits_of(scores: list[float]) -> torch.Tensor:
    """One member, one face, one head."""
    return torch.tensor(scores).log().reshape(1, 1, 1, 7)


SCORES = [0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    ("label", "allowed"), [("smile", 0.4), ("smile_closed", 0.4), ("no_smile", 0.6), ("grimace", 0.6), ("angry", 0.1)]
)
def test_a_partial_label_costs_the_logarithm_of_all_that_it_allows(label: str, allowed: float) -> None:
    real = RealFaces([face(label)], "")
    loss = real.loss(logits_of(SCORES), drawn(0))
    assert loss.tolist() == pytest.approx([-np.log(allowed)], abs=1e-5)


def test_teachers_share_out_what_is_allowed_and_leave_happy_alone() -> None:
    real = RealFaces([face("no_smile"), face("smile")], "")
    taught = torch.tensor([[0.5, 0, 0, 0.5, 0, 0, 0], SCORES])[:, None]
    real.answers = taught
    loss = real.loss(logits_of(SCORES), drawn(0))
    # all of the six's share for angry, of which the network gives a sixth
    assert loss.tolist() == pytest.approx([-np.log(0.6) - np.log(1 / 6)], abs=1e-5)
    assert real.loss(logits_of(SCORES), drawn(1)).tolist() == pytest.approx([-np.log(0.4)], abs=1e-5)


def test_teachers_count_beside_a_label_as_far_as_they_are_trusted() -> None:
    real = RealFaces([face("smile"), face("angry")], "")
    real.answers = torch.tensor([0.2, 0, 0, 0.5, 0, 0, 0.3]).expand(2, 1, 7)
    loss = real.loss(logits_of(SCORES), drawn(0), trust=0.4)
    wanted = -(0.8 * np.log(0.4) + 0.08 * np.log(0.1) + 0.12 * np.log(0.1))
    assert loss.tolist() == pytest.approx([wanted], abs=1e-5)
    # a label that names an emotion is left alone
    assert real.loss(logits_of(SCORES), drawn(1), trust=0.4).tolist() == pytest.approx([-np.log(0.1)], abs=1e-5)


def test_a_face_laid_over_another_costs_what_both_do_in_their_shares() -> None:
    real = RealFaces([face("no_smile"), face("smile")], "")
    mixed = real.loss(logits_of(SCORES), drawn(0, partners=(1,), part=0.75))
    assert mixed.tolist() == pytest.approx([-0.75 * np.log(0.6) - 0.25 * np.log(0.4)], abs=1e-5)
    parts = real.draw(400, seed=1, mix=0.5).part
    assert 0.3 < float((parts < 1).float().mean()) < 0.6


def test_a_teacher_who_is_sure_of_the_contrary_does_not_silence_a_label() -> None:
    real = RealFaces([face("smile")], "")
    real.answers = torch.tensor([0, 0, 0, 0, 0, 0, 1.0]).reshape(1, 1, 7)
    assert real.loss(logits_of(SCORES), drawn(0)).tolist() == pytest.approx([-np.log(0.4)], abs=1e-5)


def test_gradients_stay_numbers_where_a_score_is_nothing() -> None:
    real = RealFaces([face("no_smile")], "")
    real.answers = torch.full((1, 1, 7), 1 / 7)
    logits = torch.tensor([0.0, 0, 0, 200, 0, 0, 0]).reshape(1, 1, 1, 7).requires_grad_()
    real.loss(logits, drawn(0)).sum().backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_a_seed_repeats_a_draw_and_hard_faces_are_drawn_more_often() -> None:
    real = RealFaces([face("no_smile", 60), face("grimace", 120)], "")
    first = real.draw(600, seed=4)
    places = first.places
    assert torch.equal(real.draw(600, seed=4).places, places)
    assert first.grey.shape == (600, 1, 48, 48)
    assert (first.part == 1).all()
    assert 3 < float((places == 1).sum() / (places == 0).sum()) < 5.5
    assert draw_rate(face("grimace", old="1", beard="1", source="uk")) == MOST_OFTEN
    assert draw_rate(face("smile", beard="1")) == 2 * draw_rate(face("no_smile", beard="1"))


def test_so_many_stand_beside_a_batch() -> None:
    assert count_beside(64, 0.25) == 21
    assert count_beside(60, 0.0) == 0


@pytest.mark.slow
def test_a_training_learns_them_and_goes_on_only_with_the_same(
    make_trainer: Callable[..., Trainer], small: Recipe
) -> None:
    faces = RealFaces([face("smile", 40), face("no_smile", 200)], "one")
    recipe = replace(small, epochs=1)

    def begun(run: str) -> Trainer:
        trainer = make_trainer(run=run, recipe=recipe)
        trainer.real = faces
        return trainer

    straight, stopped = begun("straight"), begun("stopped")
    straight.train(Watcher())
    stopped.train(Watcher(wants_stop=lambda: stopped.step == 2))
    with pytest.raises(RunError, match="started with real faces"):
        make_trainer(run="stopped", recipe=recipe).resume()
    other = make_trainer(run="stopped", recipe=recipe)
    other.real = RealFaces([face("smile")], "two")
    with pytest.raises(RunError, match="other real faces"):
        other.resume()
    resumed = begun("stopped")
    resumed.resume()
    resumed.train(Watcher())
    first, second = straight.average.state_dict(), resumed.average.state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)
