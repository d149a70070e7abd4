"""The network that ships (two networks side by side), and the classic one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch
from torch import nn

from smartselfie.training.loop import make_optimizer
from smartselfie.training.networks import NETWORKS, Ensemble, Mirrored, parameter_count
from smartselfie.training.recipe import recipe_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from smartselfie.training.loop import Trainer
    from smartselfie.training.recipe import Recipe


def linear(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(48 * 48, 14), nn.Unflatten(1, (2, 7)))


def test_what_ships_fits_its_budget_in_float32() -> None:
    network = NETWORKS["compact"](2).eval()
    assert 4 * parameter_count(network) < 10_000_000
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 2, 7)


def test_an_ensemble_says_the_mean_of_its_members_scores() -> None:
    members = [linear(0), linear(1)]
    faces = torch.randn(5, 1, 48, 48)
    said = Ensemble(members).eval()(faces).softmax(-1)
    mean = (members[0](faces).softmax(-1) + members[1](faces).softmax(-1)) / 2
    assert torch.allclose(said, mean, atol=1e-6)


def test_each_member_learns_what_it_would_learn_alone(make_trainer: Callable[..., Trainer], small: Recipe) -> None:
    trainer, members, batch = make_trainer(recipe=small), [linear(0), linear(1)], torch.arange(6)
    faces = torch.randn(6, 1, 48, 48)
    alone = []
    for member in members:
        trainer._loss(member(faces), batch).backward()
        alone.append([weight.grad.clone() for weight in member.parameters() if weight.grad is not None])
        member.zero_grad()
    trainer._loss(Ensemble(members).train()(faces), batch).backward()
    for member, wanted in zip(members, alone, strict=True):
        found = [weight.grad for weight in member.parameters()]
        assert len(found) == len(wanted) == 2
        assert all(a is not None and torch.allclose(a, b, atol=1e-6) for a, b in zip(found, wanted, strict=True))


def test_mirrored_is_the_mean_over_the_face_and_its_mirror_image() -> None:
    network, faces = linear(0), torch.randn(3, 1, 48, 48)
    said = Mirrored(network)(faces).softmax(-1)
    mean = (network(faces).softmax(-1) + network(faces.flip(-1)).softmax(-1)) / 2
    assert torch.allclose(said, mean, atol=1e-6)


def test_it_has_about_ten_million_parameters_and_an_answer_for_each_labeling() -> None:
    network = NETWORKS["vgg"](2).eval()
    assert 9.5e6 < parameter_count(network) < 10.5e6
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 2, 7)
    widths = [part.out_channels for part in network.modules() if isinstance(part, torch.nn.Conv2d)]
    assert widths == [64, 64, 128, 128, 256, 256, 512, 512]


def test_the_slim_one_looks_at_the_whole_picture_and_weighs_a_third() -> None:
    network = NETWORKS["slim"](2).eval()
    assert 2.8e6 < parameter_count(network) < 3.0e6
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 2, 7)
    first = network.features[0]
    assert isinstance(first, torch.nn.Conv2d)
    assert first.stride == (1, 1)


def test_its_recipe_trains_it_with_adam_and_leaves_biases_and_batch_norms_undecayed() -> None:
    recipe, network = recipe_named("vgg"), torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = make_optimizer(network, recipe)
    assert isinstance(optimizer, torch.optim.AdamW)
    decayed, free = optimizer.param_groups
    assert [weight.ndim for weight in decayed["params"]] == [2]
    assert (len(free["params"]), free["weight_decay"]) == (3, 0)
    assert set(recipe.augment) == {"flip", "box"}
