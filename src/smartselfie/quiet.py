"""OpenCV, kept quiet: our errors say more than what it and FFmpeg write to stderr."""

import contextlib
import os
from collections.abc import Iterator

import cv2

# OpenCV's level at which nothing is written.
SILENT = 0


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No lines of OpenCV's inside; FFmpeg, which reads its level when it is first used, stays quiet about packets."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    before = cv2.getLogLevel()
    cv2.setLogLevel(SILENT)
    try:
        yield
    finally:
        cv2.setLogLevel(before)
