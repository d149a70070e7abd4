"""Whether somebody's eyes are closed, by what their own are usually like."""

import math
from dataclasses import dataclass

CLOSED = 0.5
"""Eyes are closed when they are less than this share as open as they usually are."""

USUAL = 0.7
"""Seconds over which one learns what is usual: a blink is over long before, a laughing squint soon is usual."""

LEAST = 0.2
"""Eyes that are usually less open than this are taken to be closed, not narrow."""


@dataclass(frozen=True, slots=True)
class Eyelids:
    """One person's eyes over time; `see` gives the next state.

    Attributes:
        openness: on the newest frame where the eyes were seen, 0 to 1; None before.
        usual: the openness that is usual for this person of late; a stranger's is 1.
        at: time of that frame.
    """

    openness: float | None = None
    usual: float = 1.0
    at: float | None = None

    @property
    def closed(self) -> bool:
        """Whether the eyes are closed now; eyes that nobody looked at are not."""
        return self.openness is not None and self.openness < CLOSED * max(self.usual, LEAST)

    def see(self, at: float, openness: float | None) -> "Eyelids":
        """Take in a frame; `openness` is None where the eyes were not looked at."""
        if openness is None:
            return Eyelids(None, self.usual, self.at)
        time = 0.0 if self.at is None else max(0.0, at - self.at)
        return Eyelids(openness, openness + (self.usual - openness) * math.exp(-time / USUAL), at)
