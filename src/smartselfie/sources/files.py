"""Clips: a video file, every frame of it, the same at every run; and a folder of images."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from smartselfie.core.types import Frame
from smartselfie.errors import PictureError, SourceError
from smartselfie.files import plain
from smartselfie.images import read_image
from smartselfie.kinds import is_image
from smartselfie.quiet import quiet

# Containers that count frames may be off by a little; below this share of the count a file is called truncated.
WHOLE = 0.9

HINT = "try to play it in another program"

log = logging.getLogger(__name__)


class VideoFile:
    """A video file through OpenCV's FFmpeg; upright, as its rotation says."""

    live = False

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            SourceError: it is empty, damaged, or no video.
        """
        if path.stat().st_size == 0:
            raise SourceError(f"{path} is empty", HINT)
        self._path, self.name = path, path.stem
        self._lock, self._closed = threading.Lock(), False
        with quiet():
            self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            self._capture.release()
            raise SourceError(f"{path} is damaged, truncated, or not a video", HINT)
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps: float | None = rate if 0 < rate < 1000 else None

    def frames(self) -> Iterator[Frame]:
        """Every frame, at the times that the container says.

        Raises:
            SourceError: the file ends clearly before its header says so; every frame up to there was delivered.
        """
        promised = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        index, last = 0, -1.0
        while (read := self._read()) is not None:
            image, at = read
            if at <= last:
                # a container without times, or with broken ones: an even rate
                at = last + 1.0 / (self.fps or 30.0) if index else 0.0
            yield Frame(image, at, index)
            index, last = index + 1, at
        if self._closed:
            return
        self.close()
        if index == 0:
            raise SourceError(f"{self._path} has no frame that can be read", HINT)
        if 0 < index < WHOLE * promised < 1e9:
            raise SourceError(f"{self._path} is truncated: it ends after {index} of {promised:.0f} frames", HINT)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            self._capture.release()

    def _read(self) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], float] | None:
        """The next image and its time in seconds, or None at the end."""
        with self._lock:
            if self._closed:
                return None
            there, image = self._capture.read()
            if not there or image is None:
                return None
            return np.asarray(image, np.uint8), self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0


class ImageFolder:
    """The images of a folder in the order of their names, at an even rate; sizes may differ."""

    live = False

    def __init__(self, folder: Path, fps: float) -> None:
        """List the folder; images are read when their turn comes.

        Args:
            folder: what it holds of images counts, subfolders do not.
            fps: how many of them are a second.

        Raises:
            SourceError: the folder cannot be read or holds no image.
        """
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            raise SourceError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from None
        self._paths = [path for path in inside if not (path.name.startswith(".") or path.is_dir()) and is_image(path)]
        if not self._paths:
            raise SourceError(f"{folder} holds no images", "it needs .jpg, .png or other image files")
        self.name, self.fps = folder.resolve().name, fps
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Every image that can be read; the others are named.

        Raises:
            SourceError: there were others; every image that can be read was delivered.
        """
        unread: list[PictureError] = []
        for index, path in enumerate(self._paths):
            if self._closed.is_set():
                return
            try:
                image = read_image(path)
            except PictureError as error:
                unread.append(error)
                log.warning("passed over: %s", plain(str(error)))
                continue
            yield Frame(image, index / self.fps, index)
        if unread:
            what = unread[0].message if len(unread) == 1 else f"{len(unread)} images cannot be read"
            raise SourceError(what, "repair what was passed over, or remove it from the folder")

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()
