"""What the pipeline says of every frame; everything that shows or tells reads nothing else."""

from dataclasses import dataclass
from pathlib import Path

from smartselfie.core.face import Face
from smartselfie.core.frame import Frame
from smartselfie.core.trigger import Trigger


@dataclass(frozen=True, slots=True)
class SmileBegan:
    """The one who counts began to smile."""

    at: float
    frame: int
    id: int | None = None


@dataclass(frozen=True, slots=True)
class SmileLost:
    """The one who counts stopped smiling, or is gone."""

    at: float
    frame: int
    id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A photo to be kept.

    Attributes:
        frame: the frame that is kept, at full resolution.
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
    rule: dict[str, float]
    model: str
    source: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is safely kept: where, and what of."""

    path: Path
    shot: Shot


@dataclass(frozen=True, slots=True)
class SourceLost:
    """A live source has stopped delivering; it is being looked for."""

    reason: str


@dataclass(frozen=True, slots=True)
class SourceBack:
    """A lost source delivers again."""


Event = SmileBegan | SmileLost | Photo | SourceLost | SourceBack


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame, everybody on it, and what it changed.

    Attributes:
        frame: the frame; where `lost`, the last one there was.
        faces: everybody on it, from left to right.
        subject: the one who counts for the trigger, one of `faces`, or None.
        happy: whether the subject is happy by the trigger's rule.
        trigger: the trigger after this frame.
        events: what happened, in order.
        lost: the source is lost, and this is not a new frame.
    """

    frame: Frame
    faces: tuple[Face, ...]
    subject: Face | None
    happy: bool
    trigger: Trigger
    events: tuple[Event, ...]
    lost: bool = False

    @property
    def photos(self) -> tuple[Photo, ...]:
        """The photos that were kept on this frame."""
        return tuple(event for event in self.events if isinstance(event, Photo))
