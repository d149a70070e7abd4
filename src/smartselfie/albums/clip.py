"""The short clip around a photo: a second and a half before it, one after it, as an animated GIF beside it."""

import contextlib
import io
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures

from smartselfie.core.types import Image
from smartselfie.files import named_if_free
from smartselfie.moment import Moment

BEFORE, AFTER = 1.5, 1.0
"""Seconds."""
STEP = 0.1
"""Seconds between two pictures of a clip."""
LONGEST = 360
"""Pixels of the longer side."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Begun:
    """A clip whose photo was taken, and which still gets pictures."""

    photo: Path
    until: float
    pictures: list[Image] = field(default_factory=list)


class ClipRecorder:
    """Sees every Moment; holds two and a half seconds of small pictures, some six megabytes at most."""

    def __init__(self, wanted: Callable[[], bool], kept: Callable[[], None] = lambda: None) -> None:
        """`wanted` is asked at every Moment, `saved` called when a clip lies beside its photo."""
        self._wanted, self._kept = wanted, kept
        self._last: deque[tuple[float, Image]] = deque(maxlen=round(BEFORE / STEP))
        self._begun: list[_Begun] = []
        self._writing: list[threading.Thread] = []

    def update(self, moment: Moment) -> None:
        """Take a Moment in; a clip that is complete is written by a thread of its own."""
        wanted = self._wanted()
        if not wanted and not self._begun:
            self._last.clear()
            return
        at = moment.frame.at
        if self._last and not 0 <= at - self._last[-1][0] <= 1:
            # the camera was away, or the clip began again
            self._finish(at, everything=True)
            self._last.clear()
        if not self._last or at - self._last[-1][0] >= STEP:
            small = _make_small(moment.frame.image)
            self._last.append((at, small))
            for begun in self._begun:
                begun.pictures.append(small)
        if wanted:
            pictures = [picture for _, picture in self._last]
            self._begun += [_Begun(photo.path, at + AFTER, list(pictures)) for photo in moment.photos]
        self._finish(at)

    def close(self) -> None:
        """Write what was begun, and wait for it."""
        self._finish(0.0, everything=True)
        for thread in self._writing:
            thread.join()

    def _finish(self, at: float, *, everything: bool = False) -> None:
        done = [begun for begun in self._begun if everything or at >= begun.until]
        self._begun = [begun for begun in self._begun if begun not in done]
        self._writing = [thread for thread in self._writing if thread.is_alive()]
        for begun in done:
            thread = threading.Thread(target=self._write, args=(begun,), name="clip")
            thread.start()
            self._writing.append(thread)

    def _write(self, begun: _Begun) -> None:
        if _write(begun.photo, begun.pictures):
            self._kept()


def _make_small(image: Image) -> Image:
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _write(photo: Path, pictures: list[Image]) -> bool:
    """Write the clip beside its photo, unless the photo is gone or something lies there already."""
    frames = [Pictures.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)) for picture in pictures]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=round(STEP * 1000), loop=0, optimize=False
    )
    partial = photo.with_name(f".{photo.stem}-{os.getpid()}.gif.partial")
    try:
        if photo.exists():
            partial.write_bytes(buffer.getvalue())
            return named_if_free(partial, photo.with_suffix(".gif"))
    except OSError as error:
        log.warning("the clip of %s could not be kept: %s", photo.name, error.strerror)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return False
