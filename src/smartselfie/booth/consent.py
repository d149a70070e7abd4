"""Whether the pictures are looked at: not while the host has paused the booth, nor before its guests have agreed."""

import threading

from smartselfie.booth.broadcast import Phase

# Seconds without any face after which whoever comes next is a new guest, and is asked again.
GUESTS_GONE = 60.0


class Admission:
    """Opened and closed from any thread."""

    def __init__(self, *, consent: bool = False) -> None:
        """With `consent` it is closed until guests have agreed."""
        self._lock = threading.Lock()
        self._consent, self._agreed = consent, False
        self._paused = False
        self._seen_at: float | None = None

    @property
    def closed(self) -> Phase | None:
        """Why it is closed, PAUSED or CONSENT, or None."""
        with self._lock:
            if self._paused:
                return Phase.PAUSED
            return Phase.CONSENT if self._consent and not self._agreed else None

    def pause(self, *, paused: bool) -> None:
        """Close it, or open it again."""
        with self._lock:
            self._paused = paused

    def agree(self) -> None:
        """The guests agree; holds until they have been gone for a minute."""
        with self._lock:
            self._agreed, self._seen_at = True, None

    def update(self, at: float, *, anybody: bool) -> None:
        """Take in a frame that was looked at: its time in seconds, and whether there was a face on it."""
        with self._lock:
            # whoever is there after a minute without anybody is new, also where the camera or the booth was away
            if self._seen_at is not None and at - self._seen_at > GUESTS_GONE:
                self._agreed, self._seen_at = False, None
            elif anybody or self._seen_at is None or at < self._seen_at:
                self._seen_at = at
