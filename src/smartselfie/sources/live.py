"""A live source: a thread that always holds the newest frame, and finds the camera again when it is lost."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame, Image
from smartselfie.errors import SourceError

log = logging.getLogger(__name__)


class Capture(Protocol):
    """What a camera or stream must do, as OpenCV's VideoCapture does it."""

    def read(self) -> tuple[bool, NDArray[Any] | None]:
        """The next image; waits for it, and answers (False, None) where there is none."""

    def release(self) -> None:
        """Let go of the device."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a live source waits, in seconds.

    Attributes:
        first: for the first frame after opening.
        silence: without a new frame until the source counts as lost.
        retry: before the first attempt to open it again; doubles with each.
        retry_most: between two attempts at the most.
    """

    first: float = 5.0
    silence: float = 2.0
    retry: float = 0.5
    retry_most: float = 5.0


class NewestFrame(ABC):
    """A live source whose newest frame one thread puts there and another takes; older ones are dropped."""

    live = True

    def __init__(self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = datetime.now) -> None:
        """No frame has come yet; `clock` counts seconds and never runs backwards, `now` is the local time of day."""
        self._clock, self._now = clock, now
        self._news = threading.Condition()
        # by the clock, and without its number
        self._newest: Frame | None = None
        self._error: SourceError | None = None
        self._closed = False
        self.dropped = 0

    def push(self, image: Image) -> None:
        """Take the newest frame; an older one that nobody had time for is dropped."""
        newest = Frame(image, self._clock(), 0, self._now())
        with self._news:
            self.dropped += self._newest is not None
            self._newest = newest
            self._news.notify_all()

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The newest frame each time; `SourceLost` and `SourceBack` in between."""
        begin: float | None = None
        index, lost = 0, False
        while True:
            newest = self._take(lost=lost)
            if self._closed:
                return
            if isinstance(newest, str):
                if not lost:
                    lost = True
                    yield SourceLost(newest)
                continue
            if lost:
                lost = False
                yield SourceBack()
            begin = newest.at if begin is None else begin
            yield replace(newest, at=newest.at - begin, index=index, dropped=self.dropped)
            index += 1

    def close(self) -> None:
        """End `frames`."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    @abstractmethod
    def _take(self, *, lost: bool) -> Frame | str:
        """Wait for the newest frame; the reason where none comes in time, which counts for nothing while `lost`."""

    def _wait(self, timeout: float | None) -> Frame | None:
        """Take the newest frame; None where nothing came in time, reading failed, or the source is closed."""
        with self._news:
            self._news.wait_for(lambda: self._newest or self._error or self._closed, timeout=timeout)
            newest, self._newest = self._newest, None
            return newest


class LiveSource(NewestFrame):
    """Reads a capture in a thread of its own, so that a slow analysis sees the newest frame and not a queue.

    An image that equals the one before to the last byte is not new: a stalled driver repeats its buffer, while a
    sensor always has noise. Where nothing new comes, or reading fails, the capture is let go and opened again until it
    works or the source is closed.
    """

    def __init__(
        self,
        name: str,
        open_capture: Callable[[], Capture],
        fps: float | None = None,
        *,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        """Open the capture and wait for its first image.

        Args:
            name: what people call it.
            open_capture: opens the device; raises SourceError.
            fps: frames a second, if known.
            patience: how long to wait for what.
            clock: seconds that never run backwards.
            now: the local time of day.

        Raises:
            SourceError: it cannot be opened, or no image comes.
        """
        super().__init__(clock, now)
        self.name, self.fps = name, fps
        self._open, self._patience = open_capture, patience or Patience()
        self._start_reader(again=False)
        with self._news:
            self._news.wait_for(lambda: self._newest or self._error, timeout=self._patience.first)
            begun, error = self._newest is not None, self._error
        if not begun:
            self.close()
            raise error or SourceError(f"{self.name} opens but sends no frames", "is another program using it?")

    def close(self) -> None:
        """Let go of the device, and end `frames`."""
        super().close()
        # a reader that hangs in the driver lets go of the device when the driver lets go of it
        self._reader.join(timeout=1.0)
        log.debug("%s: dropped %d frames to keep up", self.name, self.dropped)

    def _take(self, *, lost: bool) -> Frame | str:
        """Wait for the newest frame; where none comes, another reader takes over."""
        opened = self._opened
        newest = self._wait(self._patience.first if lost else self._patience.silence)
        if newest is not None or self._closed:
            return newest or ""
        reason = f"{self.name} sends no new frames" if self._error is None else self._error.message
        # while it is still being looked for nobody takes over; one that was found and gives nothing is let go
        if not lost or self._error is not None or opened:
            self._start_reader()
        return reason

    def _start_reader(self, *, again: bool = True) -> None:
        """A new reader takes over; the one before, if it ever wakes up, sees that it is no longer wanted."""
        self._error, self._opened = None, False
        # whoever closes meanwhile waits for a thread that has begun
        with self._news:
            self._reader = threading.Thread(target=self._run, args=(again,), name=f"camera {self.name}", daemon=True)
            self._reader.start()

    def _wanted(self) -> bool:
        return not self._closed and self._reader is threading.current_thread()

    def _run(self, again: bool) -> None:
        """The thread: ends when reading fails, or when it is no longer wanted."""
        try:
            capture = self._open_patiently() if again else self._open()
            if capture is not None:
                if self._wanted():
                    self._opened = True
                try:
                    self._read(capture)
                finally:
                    capture.release()
        except Exception as error:  # noqa: BLE001 - a thread's edge: what drivers raise must reach whoever waits
            failed = SourceError(f"{self.name} failed: {error}", "is it still plugged in?")
            with self._news:
                if self._wanted():
                    self._error = error if isinstance(error, SourceError) else failed
                    self._news.notify_all()

    def _read(self, capture: Capture) -> None:
        """Read, and hold out the newest.

        Raises:
            SourceError: the capture has nothing more.
        """
        last: NDArray[Any] | None = None
        while self._wanted():
            there, image = capture.read()
            if not there or image is None:
                raise SourceError(f"{self.name} stopped sending frames", "is it still plugged in?")
            if last is not None and np.array_equal(image, last):
                # where a driver repeats its buffer at once, asking in a loop would keep a core busy
                time.sleep(0.001)
                continue
            last = image
            with self._news:
                if self._wanted():
                    self.push(np.asarray(image, np.uint8))

    def _open_patiently(self) -> Capture | None:
        """Try to open until it works; None where nobody wants it any more."""
        pause = self._patience.retry
        while self._wanted():
            with self._news:
                self._news.wait_for(lambda: self._closed, timeout=pause)
            if not self._wanted():
                break
            try:
                return self._open()
            except SourceError:
                pause = min(2 * pause, self._patience.retry_most)
        return None
