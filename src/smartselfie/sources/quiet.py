"""Keeps OpenCV and FFmpeg from writing to stderr while something is opened: the errors raised here say more."""

import contextlib
import os
from collections.abc import Iterator

import cv2


@contextlib.contextmanager
def quiet_opening() -> Iterator[None]:
    """No lines of OpenCV's inside; FFmpeg, which reads its level when it is first used, stays quiet about packets."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
