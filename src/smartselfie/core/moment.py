"""What the pipeline says of every frame; everything that shows or tells reads nothing else."""

from dataclasses import dataclass
from pathlib import Path

from smartselfie.core.face import Face
from smartselfie.core.frame import Frame
from smartselfie.core.trigger import Trigger


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
        subject: the largest who counts for the trigger, one of `faces`, or None.
        happy: whether the subject's smile lasts, by the trigger's rule.
        trigger: the trigger after this frame: everybody's hold, and the one reason why no photo comes.
        events: what happened, in order; of a live source a photo is told once it is on the disk, a few frames later.
        lost: the source is lost, and this is not a new frame.
        dropped: how many frames a live source has dropped for newer ones so far.
    """

    frame: Frame
    faces: tuple[Face, ...]
    subject: Face | None
    happy: bool
    trigger: Trigger
    events: tuple[Event, ...]
    lost: bool = False
    dropped: int = 0

    @property
    def photos(self) -> tuple[Photo, ...]:
        """The photos that were kept on this frame."""
        return tuple(event for event in self.events if isinstance(event, Photo))
