"""What an emotion network says of itself: written into its ONNX metadata at export, read from there at run time.

A network without a card is refused, and nothing is guessed from a file's name: labels in another order or pixels
scaled in another way give answers that look right and are not.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import ConfigDict, TypeAdapter, ValidationError

from smartselfie.core.emotion import EMOTIONS
from smartselfie.errors import ModelError

KEY = "smartselfie.card"
"""Where the card stands among the ONNX file's metadata, as JSON."""

EYES_KEY = "smartselfie.eyes"
"""Where the eye network's card stands."""

HINT = "use a network that `smartselfie export` wrote"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything that must travel with the weights.

    Attributes:
        name: what the network is called.
        labels: what its scores mean, in order; always FER-2013's seven.
        input_size: the side of its square grey input, in pixels.
        mean, std: grey values scaled to 0…1 are reduced by the mean and divided by the deviation.
        outputs: names of its outputs, each (n, 7) and summing to 1: `fer2013` says what the labels of 2013 would say,
            `ferplus` what ten people would say.
        reading: how much each output counts in what users see, in the order of `outputs`; together 1.
        parameters: how many numbers the training set.
        origin: the data and the command it comes from.
        licence: of the weights.
        intended_use, limits: for whom it is, and where it fails, in sentences.
        metrics: what `smartselfie evaluate` printed of it, by name.
    """

    name: str
    labels: tuple[str, ...]
    input_size: int
    mean: float
    std: float
    outputs: tuple[str, ...]
    reading: tuple[float, ...]
    parameters: int
    origin: str
    licence: str
    intended_use: str
    limits: str
    metrics: dict[str, float]

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_metadata(self) -> dict[str, str]:
        """The card as entries of an ONNX file's metadata."""
        return {KEY: json.dumps(asdict(self), ensure_ascii=False)}


@dataclass(frozen=True, slots=True)
class EyeCard:
    """What the eye network says of itself.

    Attributes:
        name: what it is called.
        input_size: the side of its square grey input, in pixels; grey values are taken as they are, 0…255.
        parameters: how many numbers the training set.
        origin: the data and the command it comes from.
        licence: of the weights.
        limits: where it fails, in sentences.
        metrics: what the training measured on people it had not seen, by name.
    """

    name: str
    input_size: int
    parameters: int
    origin: str
    licence: str
    limits: str
    metrics: dict[str, float]

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_metadata(self) -> dict[str, str]:
        """The card as entries of an ONNX file's metadata."""
        return {EYES_KEY: json.dumps(asdict(self), ensure_ascii=False)}


def read_eye_card(metadata: Mapping[str, str], path: str) -> EyeCard:
    """The card out of an eye network's metadata.

    Raises:
        ModelError: there is none, or it is damaged.
    """
    try:
        return TypeAdapter(EyeCard).validate_json(metadata.get(EYES_KEY, ""))
    except ValidationError:
        raise ModelError(f"{path} has no card of an eye network, or a damaged one", HINT) from None


def read_card(metadata: Mapping[str, str], path: str) -> ModelCard:
    """The card out of an ONNX file's metadata.

    Args:
        metadata: the file's metadata.
        path: the file's name, for messages.

    Raises:
        ModelError: there is no card, it is damaged, or it speaks of other labels.
    """
    if KEY not in metadata:
        raise ModelError(f"{path} has no model card", HINT)
    try:
        card = TypeAdapter(ModelCard).validate_json(metadata[KEY])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise ModelError(f"{path} has a damaged model card: {where}: {first['msg']}", HINT) from None
    if card.labels != tuple(EMOTIONS):
        raise ModelError(f"{path} has foreign labels: {', '.join(card.labels)}", HINT)
    if len(card.outputs) != len(card.reading) or not card.outputs or abs(sum(card.reading) - 1) > 1e-6:
        raise ModelError(f"{path} has a damaged model card: reading does not weigh its outputs", HINT)
    if not 8 <= card.input_size <= 512 or card.std <= 0:
        raise ModelError(f"{path} has a damaged model card: input_size or std is out of range", HINT)
    return card
