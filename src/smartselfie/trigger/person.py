"""One person before the camera: what they show, how long they have held it, and why that is not enough yet."""

from dataclasses import dataclass, replace

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.core.types import Face
from smartselfie.trigger.rule import Reason, TriggerRule
from smartselfie.trigger.signals import EyeHistory, ScoreHistory

BLINK = 0.3
"""Seconds for which a face may be lost without its hold being lost, but no longer than it was there before: what a
detector sees on one frame alone holds nobody up."""

DISTRESS = 0.5
"""A smile that grows out of this much anger, disgust, fear and sadness is doubtful: it may be a sob with teeth."""

LONGER = 1.0
"""Seconds for which a doubtful smile is held at least, whatever the rate of the frames."""

GLANCE = 0.5
"""Seconds for which somebody who counts still does though turned away, blurred, dark or small; no hold grows then."""

FADED = 0.5
"""A smile whose odds have fallen to less than this share of what they were fades; nobody wants the end of one."""

BEST, LATELY = 1.0, 0.1
"""Seconds back in which it was at its best, and in which, or on the last two frames, it must have been as good again. A
smile that ends at the moment at which its hold is full is still photographed: its best frame is kept."""

SURE = 0.98
"""Levels beyond it are all the same: the model is sure, no distress before makes it doubtful, and less is no fading."""


UNKNOWN, OPEN = ScoreHistory(), EyeHistory()
"""What is known of a stranger."""


@dataclass(frozen=True, slots=True)
class Smile:
    """A smile that lasts (or another expression, where that is waited for).

    Attributes:
        frames: that count towards the photo; none while the trigger rests.
        since: time of the first of them.
        doubtful: it grew out of distress, and has never been sure.
        levels: time and (steadied) level of its frames of the last second.
    """

    frames: int
    since: float
    doubtful: bool = False
    levels: tuple[tuple[float, float], ...] = ()

    def update(self, at: float, level: float) -> "Smile":
        """Take in how much of a smile there is."""
        known = tuple((then, each) for then, each in self.levels if 0 <= at - then <= BEST + 1e-6)
        return replace(self, levels=(*known, (at, level)), doubtful=self.doubtful and level < SURE)

    @property
    def fading(self) -> bool:
        """Whether it has clearly been less for a while than it was before; one that has settled at less is not."""
        if not self.levels:
            return False
        now = self.levels[-1][0]
        best = max(level for _, level in self.levels)
        recent = [level for at, level in self.levels if now - at <= LATELY + 1e-6]
        lately = max(recent + [level for _, level in self.levels[-2:]])
        return _odds(lately) < FADED * _odds(best)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is followed; `update` and `miss` give the next state.

    Attributes:
        id: the person's number.
        face: as it was last seen.
        seen_at: when that was; `met_at`: when the person was seen first.
        scores: the scores over time.
        eyes: the eyes over time.
        smile: the smile that lasts, or None.
        spent: the smile was photographed, and has not been seen to go since.
        missed_at: time of the first frame without the person, None who is there; `gone`: for longer than a blink.
        failed_limit: which limit the face misses on the newest frame, or None; `failed_since`: since when.
        ineligible: why the person does not count, or None who does.
    """

    id: int
    face: Face
    seen_at: float
    met_at: float = 0.0
    scores: ScoreHistory = UNKNOWN
    eyes: EyeHistory = OPEN
    smile: Smile | None = None
    spent: bool = False
    missed_at: float | None = None
    gone: bool = False
    failed_limit: Reason | None = None
    failed_since: float | None = None
    ineligible: Reason | None = None

    @property
    def missing(self) -> bool:
        """Whether the person is not on the newest frame."""
        return self.missed_at is not None

    @property
    def eligible(self) -> bool:
        """Whether the person is there and counts."""
        return self.ineligible is None and not self.gone

    def update(
        self, at: float, face: Face, rule: TriggerRule, *, counting: bool, failed_limit: Reason | None = None
    ) -> "Person":
        """Take in the person's face on a frame.

        Args:
            at: the frame's time.
            face: as it is there.
            rule: what is waited for.
            counting: whether holds go on, or the trigger rests.
            failed_limit: why a face like this one does not count, or None.
        """
        if self.missed_at is not None and at - self.missed_at > BLINK:
            # no frame came between the end of the blink and now
            returned = replace(self, missed_at=None, smile=None)
            return returned.update(at, face, rule, counting=counting, failed_limit=failed_limit)
        stranger = self.scores.at is None
        since = None if failed_limit is None else at if self.failed_since is None else self.failed_since
        long = since is not None and (stranger or self.ineligible is not None or at - since > GLANCE)
        ineligible = failed_limit if long else None
        # what nobody sees well makes no hold, and in the background a hold begins anew
        counting = counting and failed_limit is None
        level = rule.level(face.emotions)
        scores = self.scores.update(at, face.emotions)
        steady = face.emotions if scores.steady is None else scores.steady
        smile = self._smile_after(at, steady, rule, counting=counting)
        if smile is not None and ineligible is not None:
            smile = replace(smile, frames=0)
        if smile is None:
            scores = scores.learn(self.scores, face.emotions, level)
        else:
            smile = smile.update(at, rule.level(steady))
        return replace(
            self,
            face=face,
            seen_at=at,
            scores=scores,
            eyes=self.eyes.update(at, face.eyes),
            smile=smile,
            spent=self.spent and smile is not None,
            missed_at=None,
            gone=False,
            failed_limit=failed_limit,
            failed_since=since,
            ineligible=ineligible,
        )

    def _smile_after(self, at: float, steady: Emotions, rule: TriggerRule, *, counting: bool) -> Smile | None:
        """The smile as it is after a frame: begun, held on or gone."""
        if self.smile is None:
            if not rule.begins(steady, self.scores.known_baseline):
                return None
            # only a smile can be taken for crying, wincing or shouting
            doubtful = rule.expression is Emotion.HAPPY and self.scores.distress >= DISTRESS
            return Smile(int(counting), at, doubtful)
        if not rule.lasts(steady):
            return None
        if not counting:
            return self.smile
        since = self.smile.since if self.smile.frames else at
        return replace(self.smile, frames=self.smile.frames + 1, since=since)

    def miss(self, at: float) -> "Person":
        """The person is not on this frame: for a blink the hold stays, and does not grow."""
        gone = at - self.seen_at > min(BLINK, self.seen_at - self.met_at)
        missed_at = at if self.missed_at is None else self.missed_at
        return replace(self, missed_at=missed_at, gone=gone, smile=None if gone else self.smile)

    def interrupted(self) -> "Person":
        """Time went by without a frame, or the source was lost: a hold is broken."""
        return replace(self, smile=None)

    def judged_anew(self) -> "Person":
        """Another expression is waited for, or it is measured on another scale: neither level nor baseline holds."""
        return replace(self, smile=None, spent=False, scores=replace(self.scores, baseline=0.0, watched=0.0))

    def photographed(self) -> "Person":
        """A photo was taken: this smile has had its photo."""
        if self.smile is None:
            return self
        return replace(self, spent=True, smile=replace(self.smile, frames=0))

    def progress(self, rule: TriggerRule) -> float:
        """How far the hold is, from 0 to 1: by frames or by seconds, whichever is behind."""
        if self.smile is None or self.smile.frames == 0:
            return 0.0
        by_frames = self.smile.frames / rule.hold_frames
        # a frame that comes just in time does, whatever the rounding
        held = self.seen_at - self.smile.since
        needed = max(rule.hold_seconds, LONGER) if self.smile.doubtful else rule.hold_seconds
        by_time = held / needed if held < needed - 1e-6 else 1.0
        return min(1.0, by_frames, by_time)

    def ready(self, rule: TriggerRule) -> bool:
        """Whether the hold is full and the person is there, smiling enough, and not less and less."""
        return (
            self.smile is not None
            and self.progress(rule) >= 1.0
            and not self.missing
            and self.failed_limit is None
            and self.smile.levels[-1][1] >= rule.smile
            and not self.smile.fading
        )

    def unready(self, rule: TriggerRule) -> Reason:
        """Why the hold of somebody who is not ready makes no photo: it is too short, or the smile has become less."""
        there = not self.missing and self.failed_limit is None
        return Reason.SMILE_MORE if there and self.progress(rule) >= 1.0 else Reason.HOLDING

    def reason(self, rule: TriggerRule) -> Reason:
        """What is missing from this person."""
        if self.ineligible is not None:
            return self.ineligible
        if self.smile is None:
            return Reason.NOT_SMILING
        if self.spent:
            return Reason.STILL_SMILING
        if not self.ready(rule):
            return self.failed_limit or self.unready(rule)
        return Reason.EYES_CLOSED if rule.eyes_open and self.eyes.closed else Reason.READY


def _odds(level: float) -> float:
    sure = min(level, SURE)
    return sure / (1.0 - sure)
