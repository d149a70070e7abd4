"""From a trained network to the bytes of an ONNX file: batch norms folded, scores instead of logits, a card inside."""

import io
import logging
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout

import onnx
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from smartselfie.core.pool import LEAST
from smartselfie.modelcard import EyeCard, ModelCard, seal

INPUT = "faces"
OPSET = 18


class Scores(nn.Module):
    """The network as people use it: each head's scores, averaged over the face and its mirror image where asked."""

    powers: Tensor

    def __init__(self, network: nn.Module, *, mirrored: bool, powers: Sequence[float]) -> None:
        """`powers` says, head by head, to what power the scores are raised, so that confidence is right."""
        super().__init__()
        self.network, self.mirrored = network, mirrored
        self.register_buffer("powers", torch.tensor(powers, dtype=torch.float32)[:, None])

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        """(n, 1, size, size) standardised grey → for each head (n, 7) scores that sum to 1."""
        if self.mirrored:
            # one pass over both, so that weights are read from memory once
            both = self.network(torch.cat([faces, faces.flip(-1)])).softmax(-1)
            logits = both.reshape(2, -1, *both.shape[1:]).mean(0).clamp_min(LEAST).log()
        else:
            logits = self.network(faces)
        return tuple((logits * self.powers).softmax(-1).unbind(1))


def fold(module: nn.Module) -> None:
    """Move what stands around a convolution into it, in place: a batch norm behind it, an average pooling before it.

    The network must be in evaluation mode. Only a pooling whose windows tile the picture, before a 1×1 convolution, is
    moved: both together are one convolution with that window and stride.
    """
    for child in module.children():
        fold(child)
    if isinstance(module, nn.Sequential):
        for place in range(len(module) - 1):
            first, second = module[place], module[place + 1]
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                module[place], module[place + 1] = fuse_conv_bn_eval(first, second), nn.Identity()
            elif isinstance(first, nn.AvgPool2d) and isinstance(second, nn.Conv2d) and second.kernel_size == (1, 1):
                module[place], module[place + 1] = nn.Identity(), _pooling(first, second)


def _pooling(pool: nn.AvgPool2d, conv: nn.Conv2d) -> nn.Conv2d:
    """The 1×1 convolution of averages of windows side by side, as one convolution."""
    if not isinstance(pool.kernel_size, int) or pool.kernel_size != pool.stride or pool.padding != 0:
        raise ValueError(f"{pool} does not tile the picture")
    size = pool.kernel_size
    both = nn.Conv2d(conv.in_channels, conv.out_channels, size, size, bias=conv.bias is not None)
    both.weight = nn.Parameter(conv.weight.detach().expand(-1, -1, size, size) / size**2)
    if conv.bias is not None:
        both.bias = conv.bias
    return both.train(conv.training)


def to_onnx(scores: nn.Module, size: int, outputs: Sequence[str], input_name: str = INPUT) -> onnx.ModelProto:
    """The network as an ONNX graph: `faces` (n, 1, size, size) float32 in, `outputs` (n, …) each out, any n.

    Args:
        scores: takes faces and gives a tuple, one tensor an output; in evaluation mode.
        size: the side of a face in pixels.
        outputs: their names.
        input_name: what the input is called.
    """
    example = torch.zeros(2, 1, size, size)
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            # the exporter warns of its own and its libraries' inside
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                scores,
                (example,),
                input_names=[input_name],
                output_names=list(outputs),
                dynamic_shapes=({0: torch.export.Dim("n", min=1, max=4096)},),
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
    finally:
        quiet.setLevel(level)
    if program is None:
        raise RuntimeError("torch's exporter gave no program")
    return tidied(program.model_proto)


def with_card(model: onnx.ModelProto, card: ModelCard | EyeCard) -> bytes:
    """The file's bytes, with that card and the checksum as metadata; the model is checked against the ONNX standard."""
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, card.to_metadata())
    onnx.checker.check_model(model, full_check=True)
    return seal(model.SerializeToString(deterministic=True))


def tidied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without what says on whose machine and from which line of code a node came, and without what only takes room."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("doc_string")
        if not isinstance(part, onnx.ModelProto):
            del part.metadata_props[:]
    for node in graph.node:
        node.ClearField("name")
    del graph.value_info[:]
    _shorten_names(graph)
    graph.name, model.producer_name, model.producer_version = "smartselfie", "smartselfie", ""
    return model


def _shorten_names(graph: onnx.GraphProto) -> None:
    """Number what flows between the nodes; inputs and outputs keep their names."""
    kept = {port.name for port in (*graph.input, *graph.output)} | {""}
    short: dict[str, str] = {}

    def shortened(name: str) -> str:
        return name if name in kept else short.setdefault(name, f"t{len(short)}")

    for weights in graph.initializer:
        weights.name = shortened(weights.name)
    for node in graph.node:
        node.input[:] = [shortened(name) for name in node.input]
        node.output[:] = [shortened(name) for name in node.output]
