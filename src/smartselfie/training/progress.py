"""What a training tells those who look on, and how it guesses the time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from smartselfie.training.history import EpochResult


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: epoch and step count from 1, `loss` is the last step's."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks on: called after every step and every epoch, and asked after every step whether to stop."""

    on_step: Callable[[Progress], None] = lambda _: None
    on_epoch: Callable[[EpochResult], None] = lambda _: None
    wants_stop: Callable[[], bool] = lambda: False


class Clock:
    """Times steps and epochs; the time of a step is smoothed, since other programs share the machine."""

    def __init__(self) -> None:
        self._last = self._epoch = time.monotonic()
        self.seconds_a_step: float | None = None

    def tick(self) -> float:
        """A step is over; returns the seconds that a step takes."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self.seconds_a_step = took if self.seconds_a_step is None else 0.98 * self.seconds_a_step + 0.02 * took
        return self.seconds_a_step

    def lap(self) -> float:
        """An epoch is over; returns the seconds that it took."""
        now = time.monotonic()
        took, self._epoch = now - self._epoch, now
        self._last = now
        return took
