"""A trained network out of an ONNX file that `smartselfie export` wrote, float32 or int8, to be trained on.

Such a file holds no batch norms: each was folded into the convolution before it. They are counted anew (the
statistics of Ioffe and Szegedy 2015, from faces): in evaluation the network then answers as the file does, up to the
rounding of its 8 bits, and in training nearly so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from smartselfie.errors import RunError
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.training.networks import Ensemble

Array = NDArray[np.float32]
Norm = nn.BatchNorm1d | nn.BatchNorm2d
Weighted = nn.Conv2d | nn.Linear

# So many faces are enough to count batch norms with.
FACES = 8192

CHUNK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A convolution or dense layer of the file: weights as torch shapes them, and biases, in float32."""

    weight: Array
    bias: Array


def load_weights(path: Path, network: nn.Module, faces: Callable[[], Iterator[Tensor]]) -> str:
    """Give a network the weights of a file, in place.

    Args:
        path: the file.
        network: of the file's shape, with batch norms.
        faces: each call goes through the same inputs (n, 1, size, size), changed as in training.

    Returns:
        Where the file comes from, by its card.

    Raises:
        ModelError: the file is damaged or foreign.
        RunError: its network is of another shape.
    """
    origin = OnnxClassifier.from_file(path).card.origin
    members = list(network.members) if isinstance(network, Ensemble) else [network]
    found = read_layers(onnx.load(path))
    if len(found) != len(members):
        raise RunError(f"{path} holds {len(found)} networks side by side, the recipe's {len(members)}", "see --recipe")
    for member, stored in zip(members, found, strict=True):
        _load_member(path, member, stored, faces)
    return f"the file of {origin}"


def read_layers(model: onnx.ModelProto) -> list[list[Stored]]:
    """For each network of an ensemble, or for the one, its weighted layers in the order of the graph."""
    made = {name: node for node in model.graph.node for name in node.output}
    numbers = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    joins = [node for node in model.graph.node if node.op_type == "Concat" and len(node.input) > 1]
    ends = list(joins[-1].input) if joins else [port.name for port in model.graph.output][:1]
    found = []
    for end in ends:
        needed = _find_before(end, made)
        nodes = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm") and node.output[0] in needed]
        found.append([_read_layer(node, made, numbers) for node in nodes])
    return found


def _find_before(end: str, made: Mapping[str, onnx.NodeProto]) -> set[str]:
    """The names of all values that this one depends on, and its own."""
    found: set[str] = set()
    waiting = [end]
    while waiting:
        name = waiting.pop()
        if name in made and name not in found:
            found.add(name)
            waiting.extend(made[name].input)
    return found


def _read_layer(
    node: onnx.NodeProto, made: Mapping[str, onnx.NodeProto], numbers: Mapping[str, NDArray[np.generic]]
) -> Stored:
    weight = _plain(node.input[1], made, numbers)
    if node.op_type == "Gemm" and not any(attribute.name == "transB" and attribute.i for attribute in node.attribute):
        weight = weight.T
    bias = _plain(node.input[2], made, numbers) if len(node.input) > 2 else np.zeros(len(weight), np.float32)
    return Stored(weight, bias)


def _plain(name: str, made: Mapping[str, onnx.NodeProto], numbers: Mapping[str, NDArray[np.generic]]) -> Array:
    """An initialiser in float32, whatever it was in the file."""
    if name in numbers:
        return numbers[name].astype(np.float32)
    whole, scale, zero = (numbers[each].astype(np.float32) for each in made[name].input)
    along = (-1, *[1] * (whole.ndim - 1)) if scale.ndim else ()
    return np.asarray((whole - zero.reshape(along)) * scale.reshape(along), np.float32)


def _load_member(path: Path, member: nn.Module, stored: list[Stored], faces: Callable[[], Iterator[Tensor]]) -> None:
    layers = _in_order(member, next(faces())[:2])
    left = list(stored)
    biases: dict[Weighted, Tensor] = {}
    with torch.no_grad():
        for layer in layers:
            fitting = next((each for each in left if _shaped(each, layer) is not None), None)
            if fitting is None:
                raise RunError(f"{path} holds a network of another shape than the recipe's", "see --recipe")
            left.remove(fitting)
            layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(_shaped(fitting, layer))))
            bias = torch.from_numpy(fitting.bias.copy())
            if layer.bias is None:
                biases[layer] = bias
            else:
                layer.bias.copy_(bias)
    if left:
        raise RunError(f"{path} holds a network with more layers than the recipe's", "see --recipe")
    _count(member, biases, faces)


def _shaped(stored: Stored, layer: Weighted) -> Array | None:
    """The weights in the layer's shape, or None where they do not fit; a pooling that was folded in is taken out."""
    shape = tuple(layer.weight.shape)
    if stored.weight.shape == shape:
        return stored.weight
    if stored.weight.shape[:2] == shape[:2] and shape[2:] == (1, 1) and np.ptp(stored.weight, (2, 3)).max() < 1e-6:
        return np.asarray(stored.weight.sum((2, 3), keepdims=True), np.float32)
    return None


def _in_order(member: nn.Module, faces: Tensor) -> list[Weighted]:
    """The weighted layers in the order in which they are computed."""
    layers: list[Weighted] = []
    hooks = [
        module.register_forward_hook(lambda layer, _, __: layers.append(layer))
        for module in member.modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    member.eval()
    with torch.no_grad():
        member(faces)
    for hook in hooks:
        hook.remove()
    return layers


class _Counting(nn.Module):
    """Stands in a batch norm's place: adds the folded bias, and counts what goes in."""

    def __init__(self, bias: Tensor) -> None:
        super().__init__()
        self.bias = bias
        self.total, self.squares, self.count = torch.zeros(len(bias)).double(), torch.zeros(len(bias)).double(), 0

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, …) → the same shape."""
        flat = x.transpose(0, 1).flatten(1).double()
        self.total += flat.sum(1)
        self.squares += flat.square().sum(1)
        self.count += flat.shape[1]
        return x + self.bias.reshape(1, -1, *[1] * (x.ndim - 2))

    def fill(self, norm: Norm) -> None:
        """Set a batch norm such that it does what was done here, with these statistics."""
        centre = self.total / self.count
        spread = (self.squares / self.count - centre.square()).clamp_min(0)
        norm.running_mean.copy_(centre)  # type: ignore[union-attr]
        norm.running_var.copy_(spread)  # type: ignore[union-attr]
        norm.weight.copy_((spread + norm.eps).sqrt())
        norm.bias.copy_(self.bias.double() + centre)


def _count(member: nn.Module, biases: Mapping[Weighted, Tensor], faces: Callable[[], Iterator[Tensor]]) -> None:
    """Set every batch norm, each behind a layer without a bias of its own."""
    places = list(_norms(member))
    counting = [(parent, name, norm, _Counting(biases[layer])) for parent, name, norm, layer in places]
    for parent, name, _, counter in counting:
        setattr(parent, name, counter)
    member.train()  # what is left out in training widens the spread
    with torch.no_grad():
        for batch in faces():
            member(batch)
        for parent, name, norm, counter in counting:
            counter.fill(norm)
            setattr(parent, name, norm)


def _norms(member: nn.Module) -> Iterator[tuple[nn.Module, str, Norm, Weighted]]:
    """Each batch norm with where it stands and the layer before it."""
    for parent in member.modules():
        children = list(parent.named_children())
        for (_, before), (name, after) in pairwise(children):
            if isinstance(before, nn.Conv2d | nn.Linear) and isinstance(after, nn.BatchNorm1d | nn.BatchNorm2d):
                yield parent, name, after, before
