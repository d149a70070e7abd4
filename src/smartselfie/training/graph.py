"""From a trained network to the bytes of an ONNX file.

Batch norms folded, scores instead of logits and, where asked, whole numbers of 8 bits.
"""

import io
import logging
import math
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from smartselfie.core.crop import network_input
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.datasets.fer2013 import to_side
from smartselfie.errors import DataError
from smartselfie.inference.card import EyeCard, ModelCard, seal

INPUT = "faces"
OPSET = 18


class Scores(nn.Module):
    """The network as people use it: each head's scores."""

    powers: Tensor

    def __init__(self, network: nn.Module, *, powers: Sequence[float]) -> None:
        """`powers` says, head by head, to what power the scores are raised, so that confidence is right."""
        super().__init__()
        self.network = network
        self.register_buffer("powers", torch.tensor(powers, dtype=torch.float32)[:, None])

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        """(n, 1, size, size) standardised grey → for each head (n, 7) scores that sum to 1."""
        return tuple((self.network(faces) * self.powers).softmax(-1).unbind(1))


def fold(module: nn.Module) -> None:
    """Move each batch norm behind a convolution into it, in place. The network must be in evaluation mode."""
    for child in module.children():
        fold(child)
    if isinstance(module, nn.Sequential):
        for place in range(len(module) - 1):
            first, second = module[place], module[place + 1]
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                module[place], module[place + 1] = fuse_conv_bn_eval(first, second), nn.Identity()


def fold_pooling(model: onnx.ModelProto) -> None:
    """Move average poolings whose windows tile the picture into the 1×1 convolutions behind them, in place.

    Both together are one convolution with that window and stride: quicker, with more weights.
    """
    graph = model.graph
    names = [name for node in graph.node for name in node.input]
    # weights that somebody else reads, too, must stay as they are
    weights = {each.name: each for each in graph.initializer if names.count(each.name) == 1}
    pools = {node.output[0]: node for node in graph.node if node.op_type == "AveragePool" and _tiles(node)}
    for conv in graph.node:
        pool = pools.get(conv.input[0]) if conv.op_type == "Conv" else None
        if pool is None or not _is_pointwise(conv) or conv.input[1] not in weights:
            continue
        window, stored = _numbers(pool, "kernel_shape"), weights[conv.input[1]]
        each = onnx.numpy_helper.to_array(stored)
        both = np.broadcast_to(each / np.float32(math.prod(window)), (*each.shape[:2], *window))
        stored.CopyFrom(onnx.numpy_helper.from_array(np.ascontiguousarray(both), stored.name))
        conv.input[0] = pool.input[0]
        others = [attribute for attribute in conv.attribute if attribute.name not in ("kernel_shape", "strides")]
        del conv.attribute[:]
        conv.attribute.extend(others)
        conv.attribute.append(onnx.helper.make_attribute("kernel_shape", window))
        conv.attribute.append(onnx.helper.make_attribute("strides", window))
    read = {name for node in graph.node for name in node.input} | {port.name for port in graph.output}
    for name, pool in pools.items():
        if name not in read:
            graph.node.remove(pool)


def _tiles(pool: onnx.NodeProto) -> bool:
    cut = not any(attribute.name == "ceil_mode" and attribute.i for attribute in pool.attribute)
    return cut and _numbers(pool, "kernel_shape") == _numbers(pool, "strides") and not any(_numbers(pool, "pads"))


def _is_pointwise(conv: onnx.NodeProto) -> bool:
    """Whether it is 1×1, and reads every place once."""
    plain = _numbers(conv, "strides") in ([], [1, 1]) and not any(_numbers(conv, "pads"))
    return plain and _numbers(conv, "kernel_shape") == [1, 1]


def _numbers(node: onnx.NodeProto, name: str) -> list[int]:
    """The whole numbers of a node's attribute; none where it is not given."""
    return next((list(attribute.ints) for attribute in node.attribute if attribute.name == name), [])


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


# Training rows that the ranges of the activations are taken from, evenly spaced.
FACES = 512

BATCH = 32

# What is computed in 8 bits: nearly all of the work and of the weights. The rest stays float32, softmax above all:
# scores in 256 steps would no longer sum to 1.
QUANTISED = ("Conv", "Gemm", "MatMul", "Relu", "Add")


class _Faces(CalibrationDataReader):  # type: ignore[misc]
    """Calibration faces (n, 1, size, size), batch by batch, as ONNX Runtime asks for them."""

    def __init__(self, faces: NDArray[np.float32]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = iter(np.array_split(faces, -(-len(faces) // BATCH)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantized(content: bytes, card: ModelCard, data: Dataset) -> tuple[bytes, ModelCard]:
    """The network with 8-bit weights, a scale for each channel, and 8-bit activations, and its card, which says so.

    Args:
        content: a float32 network.
        card: its own.
        data: prepared data with Training rows.

    Raises:
        DataError: the data has no Training rows.
    """
    training = data.of(Split.TRAINING).pixels
    if not len(training):
        raise DataError("the data has no Training rows to calibrate with", "prepare it with them")
    chosen = training[np.linspace(0, len(training) - 1, min(FACES, len(training))).astype(int)]
    faces = np.stack([to_side(face, card.input_size) for face in chosen])
    with tempfile.TemporaryDirectory() as folder:
        given, plain, small = (Path(folder) / f"{name}.onnx" for name in ("given", "plain", "int8"))
        model = onnx.load_from_string(content)
        fold_pooling(model)
        onnx.save(model, given)
        quant_pre_process(given, plain, skip_symbolic_shape=True)
        quantize_static(
            plain,
            small,
            _Faces(network_input(faces, card.mean, card.std)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTISED),
            per_channel=True,
            # 7 bits of weight cost nothing that can be measured, and cannot overflow on processors without VNNI
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        model = tidied(onnx.load(small))
    told = f"{card.origin} Quantised to int8, calibrated on {len(faces)} Training rows."
    new = replace(card, precision="int8", origin=told)
    return with_card(model, new), new
