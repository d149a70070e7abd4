"""The network that tells open eyes from closed ones, in an ONNX file that carries its card."""

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.eyes import SIZE
from smartselfie.errors import ModelError
from smartselfie.inference import AGAIN, FAULTS, open_session, reason_of
from smartselfie.modelcard import HINT, is_whole, read_eye_card

INPUT, OUTPUT = "eyes", "open"


class OnnxEyes:
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
        if is_whole(content) is False:
            raise ModelError(f"{name} is damaged: its content does not match its checksum", AGAIN)
        self._session = open_session(content, name, threads)
        self.card = read_eye_card(self._session.get_modelmeta().custom_metadata_map, name)
        try:
            said = self.openness(np.zeros((2, SIZE, SIZE), np.uint8))
        except FAULTS as error:
            raise ModelError(f"{name} is no network for eyes: {reason_of(error)}", HINT) from None
        if len(said) != 2 or not all(0 <= value <= 1 for value in said):
            raise ModelError(f"{name} is no network for eyes: it says {said} of two", HINT)

    def openness(self, crops: NDArray[np.uint8]) -> list[float]:
        """From 0 (closed) to 1 (open), for (n, 24, 24) uint8 grey crops, n from 0 up."""
        if not len(crops):
            return []
        (said,) = self._session.run([OUTPUT], {INPUT: crops[:, None].astype(np.float32)})
        return [float(value) for value in said.reshape(len(crops), -1)[:, 0]]
