"""The classic network."""

import os

import pytest

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.loop import make_optimizer
from smartselfie.training.networks import NETWORKS, parameter_count
from smartselfie.training.recipe import recipe_named


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
