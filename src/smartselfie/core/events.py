"""What happens while a source is watched: smiles that begin and end, photos, a source that is lost and comes back."""

from dataclasses import dataclass
from pathlib import Path

from smartselfie.core.types import Face, Frame


@dataclass(frozen=True, slots=True)
class SmileBegan:
    """Somebody who counts began to smile."""

    at: float
    frame: int
    id: int


@dataclass(frozen=True, slots=True)
class SmileLost:
    """Somebody who counts stopped smiling, or is gone."""

    at: float
    frame: int
    id: int


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A photo to be kept.

    Attributes:
        frame: the frame that is kept, at full resolution: the best of the hold.
        decided: index of the frame at which the shutter fired.
        faces: everybody on the kept frame.
        why: "smile" or "hand".
        rule: the trigger's rule in words and numbers, for the photo's sidecar.
        model: name of the emotion network.
        source: name of the source; photos from a clip are named after it.
    """

    frame: Frame
    decided: int
    faces: tuple[Face, ...]
    why: str
    rule: dict[str, object]
    model: str
    source: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is safely kept: where, and what of."""

    path: Path
    shot: Shot


@dataclass(frozen=True, slots=True)
class SourceLost:
    """A live source has stopped sending frames; it is being looked for."""

    reason: str


@dataclass(frozen=True, slots=True)
class SourceBack:
    """A lost source delivers again."""


Event = SmileBegan | SmileLost | Photo | SourceLost | SourceBack
