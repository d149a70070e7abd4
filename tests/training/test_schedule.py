"""The learning rate over the epochs."""

import os
from dataclasses import replace

import pytest

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from torch import nn

from smartselfie.training.loop import learning_rate, make_optimizer
from smartselfie.training.recipe import Recipe


def test_it_warms_up_to_the_peak_and_falls_to_zero_along_a_cosine(small: Recipe) -> None:
    recipe = replace(small, epochs=12, warmup_epochs=2.0, learning_rate=0.1)
    assert 0 < learning_rate(recipe, 0.0) < 0.01
    assert learning_rate(recipe, 2.0) == pytest.approx(0.1)
    assert learning_rate(recipe, 7.0) == pytest.approx(0.05)
    assert learning_rate(recipe, 12.0) == pytest.approx(0.0)
    rates = [learning_rate(recipe, epoch / 10) for epoch in range(121)]
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)


def test_biases_and_batch_norms_do_not_decay(small: Recipe) -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 7))
    decayed, free = make_optimizer(network, small).param_groups
    assert {weight.ndim for weight in decayed["params"]} == {2, 4}
    assert decayed["weight_decay"] == small.weight_decay
    assert {weight.ndim for weight in free["params"]} == {1}
    assert free["weight_decay"] == 0
