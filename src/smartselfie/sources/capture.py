"""OpenCV's captures, kept quiet: the errors raised here say more than what OpenCV and FFmpeg write to stderr."""

import contextlib
import os
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

SILENT = 0
"""OpenCV's level at which nothing is written."""


@contextlib.contextmanager
def quiet_opening() -> Iterator[None]:
    """No lines of OpenCV's inside; FFmpeg, which reads its level when it is first used, stays quiet about packets."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    before = cv2.getLogLevel()
    cv2.setLogLevel(SILENT)
    try:
        yield
    finally:
        cv2.setLogLevel(before)


class OpenCvCapture:
    """A camera or stream as a live source reads it."""

    def __init__(self, inner: cv2.VideoCapture) -> None:
        """`inner` is open, and released with this."""
        self._inner = inner

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        """The next image; waits for it, and answers (False, None) where there is none."""
        there, image = self._inner.read()
        if not there or image is None:
            return False, None
        return True, np.asarray(image, np.uint8)

    def release(self) -> None:
        """Let go of the device."""
        self._inner.release()
