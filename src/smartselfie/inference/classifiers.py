"""The networks that read a face: seven emotions, and whether the eyes are open.

Each is an ONNX file that carries its card.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, NodeArg

from smartselfie.core.crop import EYE_SIZE, network_input
from smartselfie.core.emotion import EMOTIONS, Emotions, apply_balance, pool
from smartselfie.errors import ModelError
from smartselfie.inference.card import HINT, ModelCard, is_whole, read_card, read_eye_card
from smartselfie.inference.runtime import AGAIN, FAULTS, open_session

# What the network's one input is called: (n, 1, size, size) float32, standardised as the card says.
INPUT = "faces"

# Faces that are read at once; more only takes more memory.
BATCH = 64


class OnnxClassifier:
    """Reads the seven emotions with a network that `smartselfie export` wrote; nothing is guessed about it.

    Attributes:
        card: what the network says of itself.
        size: of its file in bytes.
    """

    def __init__(self, content: bytes, name: str, threads: int = 1) -> None:
        """Open the network and try it.

        Args:
            content: the ONNX file.
            name: the file's name, for messages.
            threads: for one batch of faces.

        Raises:
            ModelError: it is damaged, foreign, has no card or checksum, or does not match its card.
        """
        self._made_of = content, name, threads
        whole = is_whole(content)
        if whole is False:
            raise ModelError(f"{name} is damaged: its content does not match its checksum", AGAIN)
        self._session = open_session(content, name, threads)
        self.card = read_card(self._session.get_modelmeta().custom_metadata_map, name)
        if whole is None:
            raise ModelError(f"{name} has no checksum", HINT)
        self.size = len(content)
        fault = _mismatch(self._session, self.card) or self._trial()
        if fault:
            raise ModelError(f"{name} does not match its card: {fault}", HINT)

    def __reduce__(self) -> tuple[type[Self], tuple[bytes, str, int]]:
        return type(self), self._made_of

    @classmethod
    def from_file(cls, path: Path, threads: int = 1) -> Self:
        """Open a file.

        Raises:
            ModelError: it cannot be read, or cannot be used.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}", "check --model") from None
        return cls(content, str(path), threads)

    def classify(self, crops: NDArray[np.uint8]) -> list[Emotions]:
        """The scores of (n, size, size) uint8 grey crops, its outputs combined as the card says."""
        return [Emotions(row) for row in self.scores(crops).tolist()]

    def scores(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        """`classify` as an array: (n, 7), each row summing to 1."""
        return self.combine(self.outputs(crops))

    def combine(self, outputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
        """What `outputs` gave, combined as the card says: (n, 7), each row summing to 1."""
        powers = zip(self.card.outputs, self.card.combined, strict=True)
        return apply_balance(pool([(outputs[name], power) for name, power in powers]), self.card.balance)

    def outputs(self, crops: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """What each output says of (n, size, size) uint8 grey crops: (n, 7) by the output's name."""
        side = self.card.input_size
        if len(crops) and (crops.shape[1:] != (side, side) or crops.dtype != np.uint8):
            raise ValueError(f"crops must be (n, {side}, {side}) uint8, not {crops.shape} {crops.dtype}")
        parts = (crops[at : at + BATCH] for at in range(0, len(crops), BATCH))
        inputs = (network_input(part, self.card.mean, self.card.std) for part in parts)
        said = [self._session.run(self.card.outputs, {INPUT: each}) for each in inputs]
        nothing = np.zeros((0, len(EMOTIONS)), np.float32)
        return {
            name: np.concatenate([nothing, *(batch[place] for batch in said)])
            for place, name in enumerate(self.card.outputs)
        }

    def _trial(self) -> str:
        """What goes wrong with two plain faces, black and white, or nothing."""
        side = self.card.input_size
        try:
            outputs = self.outputs(np.stack([np.full((side, side), grey, np.uint8) for grey in (0, 255)]))
        except FAULTS:
            return "it does not take the faces that its card promises"
        for name, said in outputs.items():
            if said.shape != (2, len(EMOTIONS)):
                return f"{name} gives {said.shape} for 2 faces"
            if not (np.isfinite(said).all() and said.min() >= 0 and np.allclose(said.sum(axis=1), 1, atol=1e-3)):
                return f"{name} does not give scores from 0 to 1 that add up to 1"
        return ""


def _mismatch(session: InferenceSession, card: ModelCard) -> str:
    """In what the network's inputs and outputs differ from its card, or nothing."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    side = card.input_size
    if [port.name for port in inputs] != [INPUT] or not _fits(inputs[0], (1, side, side)):
        return f"it takes {_describe(inputs)} instead of {INPUT} (n, 1, {side}, {side})"
    if {port.name for port in outputs} != set(card.outputs) or not all(
        _fits(port, (len(EMOTIONS),)) for port in outputs
    ):
        return f"it gives {_describe(outputs)} instead of {', '.join(card.outputs)}, each (n, {len(EMOTIONS)})"
    return ""


def _fits(port: NodeArg, sides: tuple[int, ...]) -> bool:
    """Whether it is (n, *sides) float32 with any n."""
    free, *rest = port.shape or [0]
    return port.type == "tensor(float)" and tuple(rest) == sides and not isinstance(free, int)


def _describe(ports: list[NodeArg]) -> str:
    return ", ".join(f"{port.name} ({', '.join(str(side) for side in port.shape)})" for port in ports) or "nothing"


EYES_INPUT, EYES_OUTPUT = "eyes", "open"


class OnnxEyeClassifier:
    """Reads how open eyes are.

    Attributes:
        card: what the network says of itself.
    """

    def __init__(self, content: bytes, name: str, threads: int = 1) -> None:
        """Open the network and try it.

        Args:
            content: the ONNX file.
            name: the file's name, for messages.
            threads: for one batch of eyes.

        Raises:
            ModelError: it is damaged, or another network.
        """
        self._made_of = content, name, threads
        if is_whole(content) is False:
            raise ModelError(f"{name} is damaged: its content does not match its checksum", AGAIN)
        self._session = open_session(content, name, threads)
        self.card = read_eye_card(self._session.get_modelmeta().custom_metadata_map, name)
        try:
            said = self.openness(np.zeros((2, EYE_SIZE, EYE_SIZE), np.uint8))
        except FAULTS:
            raise ModelError(f"{name} is not an eye model: it takes no crops of eyes", HINT) from None
        if len(said) != 2 or not all(0 <= value <= 1 for value in said):
            raise ModelError(f"{name} is not an eye model: it gives {said} for two eyes", HINT)

    def __reduce__(self) -> tuple[type[Self], tuple[bytes, str, int]]:
        return type(self), self._made_of

    def openness(self, crops: NDArray[np.uint8]) -> list[float]:
        """From 0 (closed) to 1 (open), for (n, 24, 24) uint8 grey crops, n from 0 up."""
        if not len(crops):
            return []
        (said,) = self._session.run([EYES_OUTPUT], {EYES_INPUT: crops[:, None].astype(np.float32)})
        return [float(value) for value in said.reshape(len(crops), -1)[:, 0]]
