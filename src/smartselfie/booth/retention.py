"""What has to be looked after while nobody does: the trash, old photos, the room left on the disk."""

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from smartselfie.albums.folder import is_own
from smartselfie.albums.gallery import Gallery
from smartselfie.booth.broadcast import Broadcast
from smartselfie.worker import Worker

# Seconds between two rounds.
EVERY = 30.0
# Bytes below which the disk counts as nearly full: some hundred photos.
ROOM = 500_000_000

log = logging.getLogger(__name__)


class Retention(Worker):
    """A worker that makes its round twice a minute, until it is closed."""

    def __init__(
        self,
        gallery: Gallery,
        broadcast: Broadcast,
        delete_after: float | None,
        *,
        rescue: Sequence[Path] = (),
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        every: float = EVERY,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            gallery: what is tidied.
            broadcast: told of changes, of problems, and when the disk is nearly full.
            delete_after: hours after which photos are deleted for good, or None.
            rescue: folders with photos that the album could not keep; the same goes for them.
            free: bytes left on a folder's disk.
            every: seconds between two rounds.
        """
        self._gallery, self._broadcast, self._free, self._every = gallery, broadcast, free, every
        self._rescued = [Gallery(folder) for folder in rescue]
        self._delete_after = None if delete_after is None else delete_after * 3600
        super().__init__("deletion of old photos", self._make_rounds, report=broadcast.report)

    def _make_rounds(self) -> None:
        while not self.closing.is_set():
            try:
                self._round()
            except OSError as error:
                log.warning("cannot clean up %s: %s", self._gallery.folder, error.strerror)
            else:
                self.recover()
            self.closing.wait(self._every)

    def _round(self) -> None:
        rescued = [gallery for gallery in self._rescued if is_own(gallery.folder)]
        deleted = sum(gallery.tidy(self._delete_after) for gallery in (self._gallery, *rescued))
        if deleted:
            log.info("deleted %d photo%s older than --delete-after", deleted, "" if deleted == 1 else "s")
            self._broadcast.touch()
        # a stick that was pulled has no room to tell; keeping a photo then says what is wrong
        if self._gallery.folder.is_dir():
            self._broadcast.warn(disk_low=self._free(self._gallery.folder) < ROOM)
