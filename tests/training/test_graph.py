"""Folding: fewer operations, the same answers."""

import numpy as np
import pytest
import torch
from torch import nn

from smartselfie.inference.runtime import open_session
from smartselfie.training.graph import fold, fold_pooling, to_onnx
from smartselfie.training.networks import NETWORKS


def test_a_folded_network_answers_as_before():
    torch.manual_seed(0)
    network = NETWORKS["compact"](2)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2.0)
    network.eval()
    faces = torch.randn(3, 1, 48, 48)
    with torch.no_grad():
        before = network(faces)
        fold(network)
        assert torch.allclose(network(faces), before, rtol=1e-3, atol=1e-3)
    assert nn.BatchNorm2d not in {type(layer) for layer in network.modules()}


@pytest.mark.slow
@pytest.mark.parametrize("bias", [True, False])
def test_a_pooling_before_a_convolution_becomes_part_of_it(bias):
    torch.manual_seed(1)
    layers = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 8, 1, bias=bias), nn.Flatten())
    (before, found), (after, left) = answers(layers), answers(layers, folded=True)
    assert "AveragePool" in found
    assert "AveragePool" not in left
    assert np.allclose(before, after, atol=1e-6)


class Pooled(nn.Module):
    """A pooling and a convolution; how they are wired is each test's own."""

    def __init__(self):
        super().__init__()
        self.pool, self.conv = nn.AvgPool2d(2), nn.Conv2d(1, 8, 1)


@pytest.mark.slow
def test_a_pooling_that_others_read_stays_for_them():
    class Both(Pooled):
        def forward(self, x):
            pooled = self.pool(x)
            return torch.cat([self.conv(pooled), pooled], 1).flatten(1)

    layers = Both()
    (before, _), (after, left) = answers(layers), answers(layers, folded=True)
    assert "AveragePool" in left
    assert np.allclose(before, after, atol=1e-6)


@pytest.mark.slow
def test_weights_that_two_convolutions_share_are_left_alone():
    class Shared(Pooled):
        def forward(self, x):
            return torch.cat([self.conv(self.pool(x)).flatten(1), self.conv(x).flatten(1)], 1)

    layers = Shared()
    (before, found), (after, left) = answers(layers), answers(layers, folded=True)
    assert found == left
    assert np.array_equal(before, after)


@pytest.mark.slow
@pytest.mark.parametrize(
    "layers",
    [
        nn.Sequential(nn.AvgPool2d(3, stride=2), nn.Conv2d(1, 8, 1), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(2, padding=1), nn.Conv2d(1, 8, 1), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 8, 3), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 8, 1, stride=2), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 8, 1, padding=1), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(5, ceil_mode=True), nn.Conv2d(1, 8, 1), nn.Flatten()),
    ],
)
def test_windows_that_do_not_tile_and_larger_convolutions_are_left_alone(layers):
    (before, found), (after, left) = answers(layers), answers(layers, folded=True)
    assert found == left
    assert np.array_equal(before, after)


def answers(layers, *, folded=False):
    """What ONNX Runtime says of a network, and the operators it has."""

    class Told(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = layers

        def forward(self, x):
            return (self.layers(x),)

    torch.manual_seed(2)
    model = to_onnx(Told().eval(), 12, ["said"])
    if folded:
        fold_pooling(model)
    faces = torch.randn(3, 1, 12, 12).numpy()
    (said,) = open_session(model.SerializeToString(), "drawn").run(None, {"faces": faces})
    return said, [node.op_type for node in model.graph.node]
