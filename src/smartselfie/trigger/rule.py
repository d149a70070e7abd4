"""What makes a photo, and the reasons why none is taken.

How long a smile is held, by whom, and how much of one it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.errors import ConfigError


class Reason(StrEnum):
    """The one thing that is missing for a photo.

    The first four say why a person does not count; only NO_FACE, LOST and WAITING are of the whole group alone.
    """

    TOO_FAR = "too_far"
    TURNED_AWAY = "turned_away"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    NO_FACE = "no_face"
    NOT_SMILING = "not_smiling"
    HOLDING = "holding"
    SMILE_MORE = "smile_more"
    """The hold is long enough, but the smile has become less."""
    WAITING = "waiting"
    EYES_CLOSED = "eyes_closed"
    COOLDOWN = "cooldown"
    STILL_SMILING = "still_smiling"
    LOST = "lost"
    READY = "ready"
    """Nothing is missing: for a person, the hold is full; for the group, the photo is being taken."""


LEAVE = 0.7
"""A smile lasts until its score falls below this share of the threshold at which it began."""

DOUBT = 0.25
"""Most that anger, disgust, fear, sadness and surprise together may weigh where a smile begins. Crying, wincing and
shouting faces show teeth, but also what they are: of those that a network takes for happy most are above, of smiles
hardly any."""

RISE = 0.5
"""How far a smile must rise above the score of the person's own face at rest, as a share of the threshold; some look
half happy by nature."""

SMILES = {"slight": 0.35, "normal": 0.5, "big": 0.8}
"""Thresholds with a name."""


class GroupRule(StrEnum):
    """Whose smiles it takes; a whole number in place of it takes that many."""

    LARGEST = "largest"
    ANYONE = "anyone"
    EVERYONE = "everyone"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """When to take a photo; the settings have the defaults and the bounds (`Settings.trigger_rule`).

    Attributes:
        hold_frames: consecutive analysed frames in which a person must smile, at least 1.
        hold_seconds: that the hold must last at least, from its first frame to the one that fires.
        smile: the score from which "happy" counts, 0 to 1.
        cooldown: seconds after a photo in which no other is taken.
        group: whose smiles it takes: one of `GroupRule`, or so many.
        expression: what is waited for in place of a smile.
        eyes_open: whether a photo is put off while somebody's eyes are closed.
        eyes_wait: for at most so many seconds; then it is taken all the same.
        scale: what the network says of one person's neutral face and of their smile; scores in between are
            stretched to 0…1. (0, 1) changes nothing.
        gap: seconds without a frame that break a hold, more where the camera is always slower.
    """

    hold_frames: int
    hold_seconds: float
    smile: float
    cooldown: float
    group: GroupRule | int
    expression: Emotion
    eyes_open: bool
    eyes_wait: float
    scale: tuple[float, float]
    gap: float = 0.5

    def level(self, emotions: Emotions) -> float:
        """How much of the expression there is, from 0 to 1, calibrated."""
        low, high = self.scale
        return min(1.0, max(0.0, (emotions[self.expression] - low) / (high - low)))

    def begins(self, emotions: Emotions, baseline: float = 0.0) -> bool:
        """Whether the expression begins with these (steadied) scores.

        It must be the highest of the scores but for neutral, reach the threshold, rise above the person's own face at
        rest, and, for a smile, leave little to the other five.

        Args:
            emotions: the scores.
            baseline: the person's level at rest, as far as it is known.
        """
        strongest = max(score for name, score in emotions.items() if name != Emotion.NEUTRAL)
        needed = max(self.smile, min(baseline + RISE * self.smile, (1 + self.smile) / 2))
        return (
            emotions[self.expression] >= strongest
            and self.level(emotions) >= needed
            and not (self.expression is Emotion.HAPPY and doubt(emotions) > DOUBT)
        )

    def lasts(self, emotions: Emotions) -> bool:
        """Whether an expression that began goes on with these (steadied) scores."""
        overruled = self.expression is Emotion.HAPPY and doubt(emotions) > emotions[Emotion.HAPPY]
        return self.level(emotions) >= LEAVE * self.smile and not overruled

    def as_notes(self) -> dict[str, object]:
        """The rule in words and numbers, for the photo's sidecar."""
        return {
            "hold": self.hold_frames,
            "hold_seconds": self.hold_seconds,
            "smile": self.smile,
            "rest": self.cooldown,
            "gap": self.gap,
            "rule": str(self.group),
            "expression": self.expression.value,
            "eyes_open": self.eyes_open,
            "eyes_wait": self.eyes_wait,
            "calibration": list(self.scale),
        }


def doubt(emotions: Emotions) -> float:
    """What speaks against a smile: anger, disgust, fear, sadness and surprise together."""
    return 1.0 - emotions[Emotion.HAPPY] - emotions[Emotion.NEUTRAL]


def distress(emotions: Emotions) -> float:
    """What a face shows that is about to cry, wince or shout: anger, disgust, fear and sadness together."""
    return sum(emotions[each] for each in (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD))


LEAST_FRAMES = 10
"""Frames with a face that each of the two needs."""

LEAST_STRETCH = 0.1
"""A smile that the network tells from the neutral face by less than this cannot be waited for."""


def calibrate(neutral: Sequence[float], smile: Sequence[float]) -> tuple[float, float]:
    """The two scores between which a person's own scores are stretched: the medians.

    Args:
        neutral: scores of the expression while the face was neutral, frame by frame.
        smile: while it smiled.

    Raises:
        ConfigError: the face was seen too seldom, or the two are too alike.
    """
    for name, seen in (("neutral face", neutral), ("smile", smile)):
        if len(seen) < LEAST_FRAMES:
            raise ConfigError(f"the {name} was seen in only {len(seen)} frames", "look at the camera, and try again")
    low, high = round(median(neutral), 3), round(median(smile), 3)
    if high - low < LEAST_STRETCH:
        raise ConfigError(
            f"the smile ({high:g}) is too close to the neutral face ({low:g})",
            "try more light or a bigger smile",
        )
    return low, high
