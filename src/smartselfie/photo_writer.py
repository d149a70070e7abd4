"""Photos of a live source are written in a thread of their own, so that a slow disk delays no decision."""

from collections import deque
from concurrent.futures import Future

from smartselfie.core.events import Photo, Shot
from smartselfie.errors import AlbumError
from smartselfie.ports import Album
from smartselfie.worker import JobQueue

# Photos that may wait for the disk; the next one waits for them, so that memory stays bounded and none is lost.
MOST_WAITING = 8
# Seconds that the album may take for a photo before it counts as one that cannot be written.
SAVE_TIME = 30.0
# Seconds that photos which are still being written get at the end.
CLOSE_TIME = 10.0


class PhotoWriter:
    """Hands shots to an album, one after the other, in a thread of its own, and says which are saved."""

    def __init__(self, album: Album, *, at_once: bool) -> None:
        """With `at_once` each photo is saved before `save` returns: a video has time, and is the same at every run."""
        self.album, self.at_once = album, at_once
        self._queue: JobQueue[tuple[Shot, Future[Photo]]] = JobQueue("album", self._write)
        self._waiting: deque[Future[Photo]] = deque()
        self._failed: AlbumError | None = None

    @property
    def waiting(self) -> int:
        """How many photos are on their way."""
        return len(self._waiting)

    def save(self, shot: Shot) -> None:
        """Have a photo saved; `saved` and `finish` give it back.

        Raises:
            AlbumError: the album hangs.
        """
        future: Future[Photo] = Future()
        self._waiting.append(future)
        self._queue.submit((shot, future))
        if self.at_once or len(self._waiting) > MOST_WAITING:
            self._wait(self._waiting[0])

    def saved(self) -> tuple[Photo, ...]:
        """The photos that were saved since the last call.

        Raises:
            AlbumError: one could not be saved; it is raised once all the others have been given.
        """
        done = []
        while self._waiting and self._waiting[0].done():
            try:
                done.append(self._waiting.popleft().result())
            except AlbumError as error:
                self._failed = self._failed or error
        if self._failed is not None and not done and not self._waiting:
            failed, self._failed = self._failed, None
            raise failed
        return tuple(done)

    def finish(self) -> tuple[Photo, ...]:
        """Wait until everything is saved; the photos that `saved` has not given. To be called until there are none.

        Raises:
            AlbumError: one could not be saved; it is raised once all the others have been given. Or the album hangs.
        """
        for future in self._waiting:
            self._wait(future)
        return self.saved()

    def close(self, seconds: float = CLOSE_TIME) -> bool:
        """Finish, and close the album; False where it hangs. From any thread, safe to call more than once.

        Args:
            seconds: that each photo may take; a slow disk gets its time, one that hangs holds up the end no longer.
        """
        for future in tuple(self._waiting):
            try:
                future.exception(seconds)
            except TimeoutError:
                break
        if not self._queue.close(seconds if not self._waiting or self._waiting[-1].done() else 0.0):
            return False
        self.album.close()
        return True

    def _write(self, job: tuple[Shot, "Future[Photo]"]) -> None:
        shot, future = job
        try:
            future.set_result(self.album.save(shot))
        except Exception as error:  # noqa: BLE001 - a thread's edge: whoever waits for the photo gets it
            future.set_exception(error)

    def _wait(self, future: "Future[Photo]") -> None:
        try:
            future.exception(SAVE_TIME)
        except TimeoutError:
            hint = "check the disk or network drive"
            raise AlbumError(f"the album has not answered for {SAVE_TIME:g} s", hint) from None
