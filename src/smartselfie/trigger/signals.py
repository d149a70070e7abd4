"""One person's signals over time: the scores, steadied, the face at rest, and the eyes."""

import math
from dataclasses import dataclass, replace
from statistics import median

from smartselfie.core.emotion import EMOTIONS, Emotions
from smartselfie.trigger.rule import distress

WINDOW = 0.1
"""Seconds back whose median counts: flicker of a frame or two goes, an onset comes a frame late."""

BEFORE = 0.7
"""Seconds over which distress before a smile is averaged."""

BASELINE_TIME, BASELINE_RISING = 2.0, 8.0
"""Seconds over which the level at rest is averaged; more where it rises, since a smile that comes slowly is no rest."""

KNOWN = 0.3
"""Seconds without a smile after which somebody's face at rest is known."""


@dataclass(frozen=True, slots=True)
class ScoreHistory:
    """What one person showed; `update` gives the next state, `learn` completes it where no smile lasts.

    Attributes:
        recent: time and scores of the frames within `WINDOW`.
        steady: the median of each score over them, scaled to sum to 1; None before the first frame.
        at: time of the newest frame.
        distress: anger, disgust, fear and sadness together, averaged up to the smile that lasts, if one does.
        baseline: the level of the expression, averaged over the frames without it.
        watched: seconds that went into `baseline`.
    """

    recent: tuple[tuple[float, Emotions], ...] = ()
    steady: Emotions | None = None
    at: float | None = None
    distress: float = 0.0
    baseline: float = 0.0
    watched: float = 0.0

    @property
    def known_baseline(self) -> float:
        """The level at rest; 0 until it is known."""
        return self.baseline if self.watched >= KNOWN else 0.0

    def update(self, at: float, emotions: Emotions) -> "ScoreHistory":
        """Take in a frame's scores."""
        # a frame that is just as old as the window is long belongs to it, whatever the rounding
        recent = (*((then, each) for then, each in self.recent if 0 <= at - then <= WINDOW + 1e-6), (at, emotions))
        steady = emotions if len(recent) == 1 else _median([each for _, each in recent])
        return replace(self, recent=recent, steady=steady, at=at)

    def learn(self, before: "ScoreHistory", emotions: Emotions, level: float) -> "ScoreHistory":
        """Learn from a frame without a smile what the face is like at rest, and what comes before the next smile.

        Args:
            before: the course before that frame.
            emotions: the frame's scores.
            level: how much of the expression they hold.
        """
        if before.at is None or self.at is None:
            return replace(self, distress=distress(emotions), baseline=level)
        time = max(0.0, self.at - before.at)
        return replace(
            self,
            distress=_towards(distress(emotions), self.distress, time / BEFORE),
            baseline=_towards(
                level, self.baseline, time / (BASELINE_TIME if level <= self.baseline else BASELINE_RISING)
            ),
            watched=self.watched + min(time, KNOWN / 2),
        )


def _median(frames: list[Emotions]) -> Emotions:
    scores = [median(each[name] for each in frames) for name in EMOTIONS]
    total = sum(scores)
    return frames[-1] if total <= 0 else Emotions([score / total for score in scores])


def _towards(new: float, old: float, time: float) -> float:
    """The exponential average after `time`, in time constants."""
    return new + (old - new) * math.exp(-time)


CLOSED = 0.5
"""An eye is closed when it is less than this share as open as it usually is."""

USUAL = 0.7
"""Seconds over which one learns what is usual: a blink is over long before, a laughing squint soon is usual."""

LEAST = 0.2
"""Eyes that are usually less open than this are taken to be closed, not narrow."""

REOPENED = 0.25
"""Seconds for which eyes must be open again: a wink or a wince that ends leaves the face a little later."""


LOOK_AGAIN = 0.25
"""Seconds after which eyes are looked at again though nothing depends on them, to know what is usual."""


Pair = tuple[float, float]
"""The left and the right eye of the picture."""


@dataclass(frozen=True, slots=True)
class EyeHistory:
    """One person's eyes over time; `update` gives the next state.

    Attributes:
        usual: how open each is usually for this person of late; a stranger's are 1.
        at: time of the newest frame on which the person was seen after the eyes first were; None before.
        looked_at: time of the newest frame on which the eyes were looked at, or None.
        closed_at: when one of them was last seen closed, or None.
    """

    usual: Pair = (1.0, 1.0)
    at: float | None = None
    closed_at: float | None = None
    looked_at: float | None = None

    def unknown(self, at: float) -> bool:
        """Whether nobody has looked for so long that what is usual may have changed."""
        return self.looked_at is None or not 0 <= at - self.looked_at < LOOK_AGAIN - 1e-6

    @property
    def closed(self) -> bool:
        """Whether an eye is closed or was a moment ago; eyes that nobody looked at are not."""
        if self.at is None or self.closed_at is None:
            return False
        return self.at - self.closed_at < REOPENED - 1e-6

    def update(self, at: float, openness: Pair | None) -> "EyeHistory":
        """Take in a frame; `openness` is None where the eyes were not looked at."""
        if openness is None:
            return self if self.at is None else replace(self, at=at)
        # one look after a long time may be a blink
        time = 0.0 if self.looked_at is None else min(max(0.0, at - self.looked_at), LOOK_AGAIN)
        left, right = (_towards(new, old, time / USUAL) for new, old in zip(openness, self.usual, strict=True))
        closed = any(new < CLOSED * max(usual, LEAST) for new, usual in zip(openness, (left, right), strict=True))
        return EyeHistory((left, right), at, at if closed else self.closed_at, at)
