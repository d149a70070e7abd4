"""What the pipeline says of every frame; everything that shows or tells reads nothing else."""

from dataclasses import dataclass

from smartselfie.core.events import Event, Photo
from smartselfie.core.types import Face, Frame
from smartselfie.trigger.person import Person
from smartselfie.trigger.trigger import Trigger


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
        paused: the pipeline is paused: the frame is new, and nobody has looked at it.
    """

    frame: Frame
    faces: tuple[Face, ...]
    subject: Face | None
    happy: bool
    trigger: Trigger
    events: tuple[Event, ...]
    lost: bool = False
    dropped: int = 0
    paused: bool = False

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody on the frame as the trigger follows them, in the order of `faces`."""
        known = {person.id: person for person in self.trigger.people}
        return tuple(known[face.id] for face in self.faces if face.id in known)

    @property
    def photos(self) -> tuple[Photo, ...]:
        """The photos that were kept on this frame."""
        return tuple(event for event in self.events if isinstance(event, Photo))
