"""Sources around a source: played at its own speed, turned upright, or thinned out."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.ports import FrameSource


class _Around:
    """A source around another, whose name, kind and rate it has, and which is closed when this is."""

    def __init__(self, inner: FrameSource) -> None:
        self._inner, self.name, self.live, self.fps = inner, inner.name, inner.live, inner.fps

    def close(self) -> None:
        """Close the inner source."""
        self._inner.close()


class Paced(_Around):
    """A source whose frames come no faster than their times say; none is dropped, a slow reader just runs late."""

    def __init__(self, inner: FrameSource, clock: Callable[[], float] = time.monotonic) -> None:
        """`inner` is closed when this is; `clock` counts seconds."""
        super().__init__(inner)
        self._clock, self._closed = clock, threading.Event()

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The inner source's frames, each when its time has come."""
        begin: float | None = None
        for item in self._inner.frames():
            if isinstance(item, Frame):
                if begin is None:
                    begin = self._clock() - item.at
                early = item.at - (self._clock() - begin)
                # who is late stays late: no rush to catch up with a clock nobody sees
                begin -= min(early, 0.0)
                if early > 0 and self._closed.wait(early):
                    return
            yield item

    def close(self) -> None:
        """Close the inner source, and end a wait at once."""
        self._closed.set()
        super().close()


TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Rotated(_Around):
    """A source whose frames are turned clockwise by 90, 180 or 270 degrees; all else stays the inner one's."""

    def __init__(self, inner: FrameSource, degrees: int) -> None:
        """`inner` is closed when this is."""
        super().__init__(inner)
        self._turn = TURNS[degrees]

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The inner source's frames, turned."""
        for item in self._inner.frames():
            if isinstance(item, Frame):
                yield replace(item, image=np.asarray(cv2.rotate(item.image, self._turn), np.uint8))
            else:
                yield item


class Thinned(_Around):
    """A video as a slower or a busier camera would give it: at most so many frames a second, some dropped at random."""

    def __init__(self, inner: FrameSource, fps: float | None, drop: float, seed: int) -> None:
        """`inner` is closed when this is; `drop` is the share of the frames that is left out."""
        super().__init__(inner)
        self._fps, self._drop, self._seed = fps, drop, seed
        self.fps = min((known for known in (inner.fps, fps) if known is not None), default=None)

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The frames that are left, with their times and numbers."""
        chance, due = random.Random(self._seed), 0.0
        for item in self._inner.frames():
            if isinstance(item, Frame):
                if self._fps is not None:
                    if item.at < due - 1e-6:
                        continue
                    # what was late is not made up for: no two frames are nearer than the rate says, but for half a step
                    due = max(due, item.at - 0.5 / self._fps) + 1.0 / self._fps
                if chance.random() < self._drop:
                    continue
            yield item
