"""What has to be looked after while nobody does: the trash, old photos, the room left on the disk."""

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from smartselfie.albums.gallery import Gallery
from smartselfie.booth.runner import Live

EVERY = 30.0
"""Seconds between two rounds."""
ROOM = 500_000_000
"""Bytes below which the disk counts as nearly full: some hundred photos."""

log = logging.getLogger(__name__)


class Retention:
    """A thread that makes its round twice a minute, until it is closed."""

    def __init__(
        self,
        gallery: Gallery,
        live: Live,
        delete_after: float | None,
        *,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        every: float = EVERY,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            gallery: what is tidied.
            live: told of changes, and when the disk is nearly full.
            delete_after: hours after which photos are deleted for good, or None.
            free: bytes left on a folder's disk.
            every: seconds between two rounds.
        """
        self._gallery, self._live, self._free, self._every = gallery, live, free, every
        self._delete_after = None if delete_after is None else delete_after * 3600
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Make the first round now."""
        self._thread.start()

    def close(self) -> None:
        """No more rounds; safely more than once."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._round()
            except OSError as error:
                log.warning("cannot clean up %s: %s", self._gallery.folder, error.strerror)
            self._over.wait(self._every)

    def _round(self) -> None:
        deleted = self._gallery.tidy(self._delete_after)
        if deleted:
            log.info("deleted %d photo%s older than --delete-after", deleted, "" if deleted == 1 else "s")
            self._live.touch()
        # a stick that was pulled has no room to tell; keeping a photo then says what is wrong
        if self._gallery.folder.is_dir():
            self._live.warn(disk_low=self._free(self._gallery.folder) < ROOM)
