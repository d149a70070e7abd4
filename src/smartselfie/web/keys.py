"""Keys that open one thing, for a while: unguessable, kept as their hash only, and never logged."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 10_000
"""Keys at a time; the oldest go first."""


class Keys(Generic[T]):
    """Gives keys away and says what they open.

    What a caller sends is hashed before it is looked for, so that the time a look takes tells nothing of any key.
    """

    def __init__(self, seconds: float, *, once: bool = False, clock: Callable[[], float] = monotonic) -> None:
        """`seconds` a key lasts; with `once` it opens once; `clock` counts seconds."""
        self._seconds, self._once, self._clock = seconds, once, clock
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, T]] = {}

    def give(self, thing: T) -> str:
        """A new key, 43 letters that may stand in an address."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._known = {known: kept for known, kept in self._known.items() if kept[0] > now}
            while len(self._known) >= MOST:
                self._known.pop(next(iter(self._known)))
            self._known[_hashed(key)] = now + self._seconds, thing
        return key

    def open(self, key: str) -> T | None:
        """What the key opens; None where it is wrong, too old, or was used up."""
        hashed = _hashed(key)
        with self._lock:
            until, thing = self._known.get(hashed, (0.0, None))
            if thing is None or until <= self._clock():
                return None
            if self._once:
                del self._known[hashed]
            return thing


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()
