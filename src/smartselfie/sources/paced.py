"""Plays a clip at its own speed, for people to watch."""

import threading
import time
from collections.abc import Callable, Iterator

from smartselfie.core.frame import Frame
from smartselfie.core.moment import SourceBack, SourceLost
from smartselfie.ports import FrameSource


class Paced:
    """A source whose frames come no faster than their times say; none is dropped, a slow reader just runs late."""

    def __init__(self, inner: FrameSource, clock: Callable[[], float] = time.monotonic) -> None:
        """`inner` is closed when this is; `clock` counts seconds."""
        self._inner, self._clock = inner, clock
        self._closed = threading.Event()
        self.name, self.live = inner.name, inner.live

    @property
    def fps(self) -> float | None:
        """The inner source's."""
        return self._inner.fps

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The inner source's frames, each when its time has come."""
        begin: float | None = None
        for item in self._inner.frames():
            if isinstance(item, Frame):
                if begin is None:
                    begin = self._clock() - item.at
                early = item.at - (self._clock() - begin)
                if early > 0:
                    if self._closed.wait(early):
                        return
                else:
                    # who is late stays late: no rush to catch up with a clock nobody sees
                    begin -= early
            yield item

    def close(self) -> None:
        """Close the inner source, and end a wait at once."""
        self._closed.set()
        self._inner.close()
