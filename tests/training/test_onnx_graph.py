"""Folding: fewer operations, the same answers."""

import pytest
import torch
from torch import nn

from smartselfie.training.networks import NETWORKS
from smartselfie.training.onnx_graph import fold, to_onnx


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
    left = {type(layer) for layer in network.modules()}
    assert not left & {nn.BatchNorm2d, nn.AvgPool2d}
    assert "AveragePool" not in {node.op_type for node in to_onnx(network, 48, ["both"]).graph.node}


def test_windows_that_overlap_are_not_folded():
    with pytest.raises(ValueError, match="does not tile"):
        fold(nn.Sequential(nn.AvgPool2d(3, stride=2), nn.Conv2d(4, 8, 1)).eval())


@pytest.mark.parametrize("bias", [True, False])
def test_a_pooling_before_a_convolution_becomes_part_of_it(bias):
    torch.manual_seed(1)
    layers = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(4, 8, 1, bias=bias)).eval()
    picture = torch.randn(2, 4, 6, 6)
    with torch.no_grad():
        before = layers(picture)
        fold(layers)
        assert torch.allclose(layers(picture), before, atol=1e-6)
