"""From float32 to whole numbers of 8 bits: a quarter of the size, calibrated on faces of the Training rows."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from smartselfie.core.crop import network_input
from smartselfie.data.dataset import Dataset, Split
from smartselfie.data.fer2013 import to_side
from smartselfie.errors import DataError
from smartselfie.modelcard import ModelCard
from smartselfie.training.onnx_graph import INPUT, fold_pooling, tidied, with_card

FACES = 512
"""Training rows that the ranges of the activations are taken from, evenly spaced."""

BATCH = 32

QUANTISED = ("Conv", "Gemm", "MatMul", "Relu", "Add")
"""What is computed in 8 bits: nearly all of the work and of the weights. The rest stays float32, softmax above all:
scores in 256 steps would no longer sum to 1."""


class _Faces(CalibrationDataReader):  # type: ignore[misc]
    """Calibration faces (n, 1, size, size), batch by batch, as ONNX Runtime asks for them."""

    def __init__(self, faces: NDArray[np.float32]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = iter(np.array_split(faces, -(-len(faces) // BATCH)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantized(
    content: bytes,
    card: ModelCard,
    data: Dataset,
    *,
    form: QuantFormat = QuantFormat.QDQ,
) -> tuple[bytes, ModelCard]:
    """The network with 8-bit weights, a scale for each channel, and 8-bit activations, and its card, which says so.

    Args:
        content: a float32 network.
        card: its own.
        data: prepared data with Training rows.
        form: how 8 bits are written down: as pairs of steps around each operator, or as operators of their own.

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
            quant_format=form,
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
