"""When the shutter fires: a pure state machine over analysed frames.

                     happy                          held long enough: FIRE
        ┌───────┐ ──────────▶ ┌──────────────────┐ ──────────────────────▶ ┌───────────────────────────┐
        │ Ready │             │ Holding          │                         │ Resting                   │
        │       │ ◀────────── │ frames, since    │                         │ until, smile_gone         │
        └───────┘  not happy  └──────────────────┘                         └───────────────────────────┘
            ▲      (or a gap: starts over)                                     │ rest over and the smile
            └──────────────────────────────────────────────────────────────────┘ was gone since the photo

A frame is happy when "happy" is the highest of the seven scores and at least the threshold. A hold is N consecutive
happy frames and, where asked, at least T seconds from its first to its last. More than `gap` seconds without a frame
break it, so that a stalled camera never fires. Time is the frames' own: the machine reads no clock, and a clip decides
as the live camera did.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import assert_never

from smartselfie.core.emotion import Emotion, Emotions


@dataclass(frozen=True, slots=True)
class Rule:
    """What a hold is.

    Attributes:
        frames: consecutive happy frames that make a photo, at least 1.
        seconds: that the hold must last at least, from its first frame to the one that fires.
        smile: the score from which "happy" counts, 0 to 1.
        rest: seconds after a photo in which no other is taken.
        gap: seconds without a frame that break a hold.
    """

    frames: int = 10
    seconds: float = 0.0
    smile: float = 0.5
    rest: float = 3.0
    gap: float = 0.5

    def is_happy(self, emotions: Emotions) -> bool:
        """Whether "happy" is the highest of the seven scores and at least the threshold."""
        return emotions.top is Emotion.HAPPY and emotions[Emotion.HAPPY] >= self.smile


@dataclass(frozen=True, slots=True)
class Ready:
    """Nobody who counts is smiling; the next happy frame begins a hold."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A smile is being held: how many frames so far, and when the first of them was."""

    frames: int
    since: float


@dataclass(frozen=True, slots=True)
class Resting:
    """A photo was taken; the next hold begins after `until`, and after a frame without the smile."""

    until: float
    smiling: bool
    smile_gone: bool


State = Ready | Holding | Resting


class Signal(Enum):
    """What a frame changed."""

    SMILE_BEGAN = auto()
    SMILE_LOST = auto()
    FIRE = auto()


@dataclass(frozen=True, slots=True)
class Trigger:
    """The state after a frame; `see` gives the next one."""

    rule: Rule
    state: State = Ready()
    seen_at: float | None = None

    @property
    def progress(self) -> float:
        """How far the hold is, from 0 to 1."""
        match self.state:
            case Holding(frames, since):
                lasted = 0.0 if self.seen_at is None else self.seen_at - since
                by_time = 1.0 if self.rule.seconds <= 0 else lasted / self.rule.seconds
                return min(1.0, frames / self.rule.frames, by_time)
            case Ready() | Resting():
                return 0.0

    def see(self, at: float, *, happy: bool) -> tuple["Trigger", tuple[Signal, ...]]:
        """Take in one analysed frame.

        Args:
            at: the frame's time in seconds; a time before the last frame's counts as a gap.
            happy: whether whoever counts is happy on it.

        Returns:
            The next trigger, and what the frame changed, in order.
        """
        broken = self.seen_at is not None and not 0 <= at - self.seen_at <= self.rule.gap
        match self.state:
            case Ready():
                state, signals = self._begin(at, happy)
            case Holding() as holding:
                if broken or not happy:
                    state, signals = self._begin(at, happy)
                    signals = (Signal.SMILE_LOST, *signals)
                else:
                    state, signals = self._count(holding.frames + 1, holding.since, at)
            case Resting() as resting:
                state, signals = self._rest(resting, at, happy)
            case other:
                assert_never(other)
        return replace(self, state=state, seen_at=at), signals

    def shot_by_hand(self, at: float) -> "Trigger":
        """A photo was asked for by hand: whatever was being held is spent, and the rest begins."""
        smiling = isinstance(self.state, Holding) or (isinstance(self.state, Resting) and self.state.smiling)
        return replace(self, state=Resting(at + self.rule.rest, smiling, smile_gone=not smiling), seen_at=at)

    def lose_sight(self) -> tuple["Trigger", tuple[Signal, ...]]:
        """The source is lost: a hold is broken; a rest goes on, and does not count as the smile being gone."""
        if isinstance(self.state, Holding):
            return replace(self, state=Ready(), seen_at=None), (Signal.SMILE_LOST,)
        return replace(self, seen_at=None), ()

    def _begin(self, at: float, happy: bool) -> tuple[State, tuple[Signal, ...]]:
        if not happy:
            return Ready(), ()
        state, signals = self._count(1, at, at)
        return state, (Signal.SMILE_BEGAN, *signals)

    def _count(self, frames: int, since: float, at: float) -> tuple[State, tuple[Signal, ...]]:
        if frames >= self.rule.frames and at - since >= self.rule.seconds:
            return Resting(at + self.rule.rest, smiling=True, smile_gone=False), (Signal.FIRE,)
        return Holding(frames, since), ()

    def _rest(self, resting: Resting, at: float, happy: bool) -> tuple[State, tuple[Signal, ...]]:
        changed = resting.smiling != happy
        signals = ((Signal.SMILE_BEGAN if happy else Signal.SMILE_LOST),) if changed else ()
        gone = resting.smile_gone or not happy
        if at < resting.until or not gone:
            return Resting(resting.until, happy, gone), signals
        if not happy:
            return Ready(), signals
        # the smile came back during the rest: it counts from the rest's end, and was announced when it began
        state, more = self._count(1, at, at)
        return state, (*signals, *more)
