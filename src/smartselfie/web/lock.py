"""The host's PIN: what guests may not do without it."""

import hmac
import threading
from collections.abc import Callable
from time import monotonic
from typing import Annotated

from fastapi import Header, HTTPException

TRIES = 5
"""Wrong PINs in a row until there is a pause."""
PAUSE = 30.0
"""Seconds of the pause."""


class Lock:
    """Compares in constant time, and slows down who guesses; without a PIN it is open."""

    def __init__(self, pin: str | None, clock: Callable[[], float] = monotonic) -> None:
        """`pin` is digits or None; `clock` counts seconds."""
        self._pin, self._clock = pin, clock
        self._mutex = threading.Lock()
        self._wrong, self._until = 0, 0.0

    @property
    def locked(self) -> bool:
        """Whether there is a PIN."""
        return self._pin is not None

    def host_only(self, x_pin: Annotated[str, Header()] = "") -> None:
        """Refuse a request without the PIN, as a dependency of a route.

        Raises:
            HTTPException: 403 for a PIN that is wrong or missing, 429 during a pause.
        """
        if self._pin is None:
            return
        with self._mutex:
            if self._clock() < self._until:
                raise HTTPException(429, "too many wrong PINs: wait half a minute")
            if hmac.compare_digest(x_pin.encode(), self._pin.encode()):
                self._wrong = 0
                return
            # who sends none has not guessed
            self._wrong += bool(x_pin)
            if self._wrong >= TRIES:
                self._wrong, self._until = 0, self._clock() + PAUSE
        raise HTTPException(403, "the PIN is missing or wrong")
