"""Turns a source that hangs on its side or upside down."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from smartselfie.core.frame import Frame
from smartselfie.core.moment import SourceBack, SourceLost
from smartselfie.ports import FrameSource

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Rotated:
    """A source whose frames are turned clockwise by 90, 180 or 270 degrees; all else stays the inner one's."""

    def __init__(self, inner: FrameSource, degrees: int) -> None:
        """`inner` is closed when this is."""
        self._inner, self._turn = inner, TURNS[degrees]
        self.name, self.live = inner.name, inner.live

    @property
    def fps(self) -> float | None:
        """The inner source's."""
        return self._inner.fps

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The inner source's frames, turned."""
        for item in self._inner.frames():
            if isinstance(item, Frame):
                yield replace(item, image=np.asarray(cv2.rotate(item.image, self._turn), np.uint8))
            else:
                yield item

    def close(self) -> None:
        """Close the inner source."""
        self._inner.close()
