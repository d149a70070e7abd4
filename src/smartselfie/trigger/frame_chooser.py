"""From the shutter to the photo: which frame of those around it is saved, and when that is known."""

from smartselfie.core.types import Face, Frame
from smartselfie.trigger.best_frame import FrameBuffer, PendingShot
from smartselfie.trigger.rule import Reason, TriggerRule
from smartselfie.trigger.trigger import Fire, Holding, Trigger

NEAR = 0.25
"""Seconds before the shutter from which a frame may come where the smile was doubtful: it may have begun as a sob."""


class FrameChooser:
    """Which frames become photos: remembers the frames of a hold, and waits for better ones after the shutter."""

    def __init__(self, rule: TriggerRule, seconds: float) -> None:
        """Nothing is held; with 0 seconds a photo is the frame at which the shutter fires."""
        self._ring = FrameBuffer(rule, seconds)
        self._pending: PendingShot | None = None

    @property
    def choosing(self) -> bool:
        """Whether the shutter has fired and a later frame may still be the photo."""
        return self._pending is not None

    def update(self, frame: Frame, faces: tuple[Face, ...], trigger: Trigger, fire: Fire | None) -> list[PendingShot]:
        """Take in a frame.

        Args:
            frame: the newest.
            faces: everybody on it.
            trigger: as it is after this frame.
            fire: what it said, if the shutter fires.

        Returns:
            The photos whose frames are chosen: none mostly, seldom two.
        """
        chosen = []
        self._ring.rule = trigger.rule
        if self._pending is not None:
            self._pending = self._pending.update(frame, faces)
        if fire is not None:
            chosen += self._take_pending()
            self._ring.add(frame, faces)
            if any(person.smile is not None and person.smile.doubtful for person in trigger.people_of(fire.ids)):
                self._ring.forget_before(frame.at - NEAR)
            self._pending = self._ring.pending(frame, fire.ids)
        if self._pending is not None and self._pending.done:
            chosen += self._take_pending()
        if isinstance(trigger.state, Holding):
            self._ring.add(frame, faces)
        elif trigger.reason is not Reason.WAITING:
            # while somebody is waited for, the others' hold may go on
            self._ring.clear()
        return chosen

    def finish(self) -> list[PendingShot]:
        """The photo that is still being chosen, as it is: the source is lost or at its end; all frames are let go."""
        left = self._take_pending()
        self._ring.clear()
        return left

    def _take_pending(self) -> list[PendingShot]:
        left = [] if self._pending is None else [self._pending]
        self._pending = None
        return left
