"""The short clip around a photo: a second and a half before it, one after it, as a video or a GIF beside it."""

import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from smartselfie.core.types import Image
from smartselfie.files import MARKED, link_if_free, partial_beside
from smartselfie.images import encode_image, shrink, to_pillow
from smartselfie.moment import Moment
from smartselfie.mp4 import Mp4Writer
from smartselfie.worker import JobQueue, Report

BEFORE, AFTER = 1.5, 1.0  # seconds
# Seconds between two images of a clip.
STEP = 1 / 15
# Pixels of the longer side.
LONGEST = 480
# Clips that may wait for a slow disk, some fifteen megabytes each; more are skipped, and named.
MOST_WAITING = 4

Format = Literal["mp4", "gif"]
# By this our videos are told from people's, which may have a photo's name as well.
MARK = "smartselfie: the moment around the photo"

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Begun:
    """A clip whose photo was taken, and which still gets images."""

    photo: Path
    until: float
    format: Format
    images: list[Image] = field(default_factory=list)


class ClipRecorder:
    """Sees every Moment; holds two and a half seconds of small images, some fifteen megabytes at most."""

    def __init__(
        self,
        on_saved: Callable[[], None] = lambda: None,
        report: Report = lambda _name, _problem: None,
        *,
        wanted: bool = True,
        format: Format = "mp4",  # noqa: A002 - the field's word
    ) -> None:
        """`on_saved` is called when a clip lies beside its photo; `wanted` says whether any is to, and may change."""
        self.wanted, self._format = wanted, format
        self._on_saved = on_saved
        self._last: deque[tuple[float, Image]] = deque(maxlen=round(BEFORE / STEP))
        self._begun: list[_Begun] = []
        self._queue: JobQueue[_Begun] = JobQueue("clips", self._write, most=MOST_WAITING, report=report)

    def update(self, moment: Moment) -> None:
        """Take a Moment in; a clip that is complete is written by a worker."""
        wanted = self.wanted
        if not wanted and not self._begun:
            self._last.clear()
            return
        at = moment.frame.at
        if self._last and not 0 <= at - self._last[-1][0] <= 1:
            # the camera was away, or another source began
            self._finish(at, everything=True)
            self._last.clear()
        # a frame that nobody may look at is on no clip
        if not moment.paused and (not self._last or at - self._last[-1][0] >= STEP - 0.001):
            small = shrink(moment.frame.image, LONGEST)
            self._last.append((at, small))
            for begun in self._begun:
                begun.images.append(small)
        if wanted and self._last:
            images = [image for _, image in self._last]
            self._begun += [_Begun(photo.path, at + AFTER, self._format, list(images)) for photo in moment.photos]
        self._finish(at, everything=moment.paused)

    def close(self, seconds: float = 10.0) -> bool:
        """Write what was begun, within so many seconds; False where that was not enough."""
        self._finish(0.0, everything=True)
        return self._queue.close(seconds)

    def _finish(self, at: float, *, everything: bool = False) -> None:
        done = [begun for begun in self._begun if everything or at >= begun.until]
        self._begun = [begun for begun in self._begun if begun not in done]
        for begun in done:
            if not self._queue.submit(begun):
                log.warning("the disk is too slow: the clip of %s is skipped", begun.photo.name)

    def _write(self, begun: _Begun) -> None:
        if _write(begun.photo, begun.images, begun.format):
            self._on_saved()


def clip_beside(photo: Path) -> Path | None:
    """The clip of a photo, whichever format it has; None where there is none of ours."""
    video, moving = photo.with_suffix(".mp4"), photo.with_suffix(".gif")
    with contextlib.suppress(OSError):
        if video.is_file() and not video.is_symlink():
            with video.open("rb") as file:
                file.seek(max(0, video.stat().st_size - MARKED))
                if MARK.encode() in file.read():
                    return video
        if moving.is_file() and not moving.is_symlink():
            return moving
    return None


def _write(photo: Path, images: list[Image], kind: Format) -> bool:
    """Write the clip beside its photo, unless the photo is gone or something lies there already."""
    path = photo.with_suffix(f".{kind}")
    try:
        with partial_beside(path) as partial:
            if not photo.exists():
                return False
            if kind == "gif":
                partial.write_bytes(_as_gif(images))
            else:
                _write_mp4(partial, images)
            return link_if_free(partial, path)
    except OSError as error:
        log.warning("the clip of %s could not be kept: %s", photo.name, error.strerror or error)
    return False


def _write_mp4(path: Path, images: list[Image]) -> None:
    with path.open("w+b") as file, Mp4Writer(file, 1 / STEP, MARK) as out:
        for number, image in enumerate(images):
            out.add(image, number * STEP)


def _as_gif(images: list[Image]) -> bytes:
    first, *others = (to_pillow(image) for image in images)
    options = {"save_all": True, "append_images": others, "duration": round(STEP * 1000), "loop": 0, "optimize": False}
    return encode_image(first, "GIF", **options)
