"""What an emotion network says of itself: written into its ONNX metadata at export, read from there at run time.

A network without a card is refused, and nothing is guessed from a file's name: labels in another order or pixels
scaled in another way give answers that look right and are not.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, ConfigDict, Field, TypeAdapter, ValidationError

from smartselfie.core.emotion import EMOTIONS
from smartselfie.errors import ModelError

# Where the card stands among the ONNX file's metadata, as JSON.
KEY = "smartselfie.card"

# Where the checksum stands among the metadata: of the whole file, with zeros in the checksum's own place.
SEAL = "smartselfie.sha256"

_BLANK = "0" * 64
# protobuf writes a string as its number, its length (64 is 0x40) and its bytes
_SEALED = re.compile(re.escape(SEAL.encode()) + rb"\x12\x40([0-9a-f]{64})")

# Powers beyond it would only turn scores into 0 and 1.
MOST = 100.0

# Where the eye network's card stands.
EYES_KEY = "smartselfie.eyes"

HINT = "use a model that `smartselfie export` wrote"


@dataclass(frozen=True, slots=True)
class Licence:
    """What may be done with the code, with the weights, and with the data that they were trained on."""

    code: str
    weights: str
    data: str


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
        combined: what users see is the product of the outputs, each raised to the power given here, in the order of
            `outputs`, scaled to sum to 1 (a log-linear pool, Genest and Zidek 1986). The powers' proportion says how
            much each output counts, their sum how sharp the answer is.
        balance: how the six other than happy share what is not happy, in the order of `labels`: added to the logarithms
            of their scores, so that what was rare in training is not passed over; empty for as they are.
        parameters: how many numbers the training set.
        precision: of its arithmetic: float32 or int8.
        data: what it was trained on, and what was looked at while it was made.
        origin: the command it comes from.
        intended_use, limits, biases: for whom it is, where it fails, and whom it reads less well, in sentences.
        licence: of code, weights and data.
        metrics: what `smartselfie evaluate` printed of it, by names such as `PublicTest/ferplus/happy/recall`.
    """

    name: str
    labels: tuple[str, ...]
    input_size: Annotated[int, Field(ge=8, le=512)]
    mean: float
    std: Annotated[float, Field(gt=0)]
    outputs: tuple[str, ...]
    combined: Annotated[tuple[float, ...], Field(validation_alias=AliasChoices("reading", "combined"))]
    parameters: int
    precision: Literal["float32", "int8"]
    data: str
    origin: str
    intended_use: str
    limits: str
    biases: str
    licence: Licence
    metrics: dict[str, float]
    balance: tuple[float, ...] = ()

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """The card as it stands in files, where `combined` is called `reading`: sealed files of before stay valid."""
        return {"reading" if name == "combined" else name: value for name, value in asdict(self).items()}

    def to_metadata(self) -> dict[str, str]:
        """The card as entries of an ONNX file's metadata, with a place for the checksum that `seal` fills."""
        return {KEY: json.dumps(self.to_json(), ensure_ascii=False), SEAL: _BLANK}


def seal(content: bytes) -> bytes:
    """An ONNX file with its checksum in the place that `ModelCard.to_metadata` keeps for it.

    Raises:
        ValueError: there is no such place, or more than one.
    """
    places = list(_SEALED.finditer(content))
    if len(places) != 1:
        raise ValueError(f"{len(places)} places for a checksum")
    start, end = places[0].span(1)
    blank = content[:start] + _BLANK.encode() + content[end:]
    return content[:start] + hashlib.sha256(blank).hexdigest().encode() + content[end:]


def is_whole(content: bytes) -> bool | None:
    """Whether an ONNX file is what its checksum says, to the last bit; None where it has no checksum."""
    return seal(content) == content if len(_SEALED.findall(content)) == 1 else None


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

    def to_json(self) -> dict[str, Any]:
        """The card as it stands in files."""
        return asdict(self)

    def to_metadata(self) -> dict[str, str]:
        """The card as entries of an ONNX file's metadata, with a place for the checksum that `seal` fills."""
        return {EYES_KEY: json.dumps(self.to_json(), ensure_ascii=False), SEAL: _BLANK}


def read_eye_card(metadata: Mapping[str, str], path: str) -> EyeCard:
    """The card out of an eye network's metadata.

    Raises:
        ModelError: there is none, or it is damaged.
    """
    try:
        return TypeAdapter(EyeCard).validate_json(metadata.get(EYES_KEY, ""))
    except ValidationError:
        raise ModelError(f"{path} has no eye model card, or a damaged one", HINT) from None


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
    powers = card.combined
    if len(card.outputs) != len(powers) or not powers or not (min(powers) >= 0 and 0 < sum(powers) < MOST):
        raise ModelError(f"{path} has a damaged model card: combined does not weigh its outputs", HINT)
    if len(card.balance) not in (0, len(EMOTIONS)) or not all(abs(shift) < MOST for shift in card.balance):
        raise ModelError(f"{path} has a damaged model card: balance is not seven numbers", HINT)
    return card
