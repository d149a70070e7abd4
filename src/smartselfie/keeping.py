"""Photos on their way to the album; a live source's in a thread of their own: a slow disk delays no decision."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait

from smartselfie.core.moment import Photo, Shot
from smartselfie.errors import AlbumError
from smartselfie.ports import Album

MOST_WAITING = 8
"""Photos that may wait for the disk; the next one waits for them, so that memory stays bounded and none is lost."""


class Keeper:
    """Hands shots to an album, one after the other, and tells which are kept."""

    def __init__(self, album: Album, *, at_once: bool) -> None:
        """With `at_once` each photo is kept before `keep` returns: a clip has time, and tells the same at every run."""
        self._album, self._at_once = album, at_once
        self._writer = ThreadPoolExecutor(1, "album")
        self._waiting: deque[Future[Photo]] = deque()
        self._failed: AlbumError | None = None

    def keep(self, shot: Shot) -> None:
        """Have a photo kept; `kept` and `finish` tell of it."""
        self._waiting.append(self._writer.submit(self._album.keep, shot))
        if self._at_once or len(self._waiting) > MOST_WAITING:
            self._waiting[0].exception()

    def kept(self) -> tuple[Photo, ...]:
        """The photos that were kept since the last call.

        Raises:
            AlbumError: one could not be kept; it is raised once all the others have been told.
        """
        done = []
        while self._waiting and self._waiting[0].done():
            try:
                done.append(self._waiting.popleft().result())
            except AlbumError as error:
                self._failed = self._failed or error
        if self._failed is not None and not done and not self._waiting:
            raise self._failed
        return tuple(done)

    def finish(self) -> tuple[Photo, ...]:
        """Wait until everything is kept; the photos that `kept` has not told. To be called until there are none.

        Raises:
            AlbumError: one could not be kept; it is raised once all the others have been told.
        """
        wait(self._waiting)
        return self.kept()

    def close(self) -> None:
        """Wait until everything is kept, and let go of the album; safely more than once."""
        self._writer.shutdown(wait=True)
        self._album.close()
