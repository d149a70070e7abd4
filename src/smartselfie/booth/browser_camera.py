"""A browser's own camera: small frames come in over a WebSocket, and the still of the shutter at full resolution.

The page sends a frame only when it was told "next", which happens when the pipeline has taken one: a slow analysis gets
fewer frames, never old ones. When a photo is to be kept the page is told the address that its still is posted to; where
none comes in time, the small frame is the photo.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from smartselfie.core.events import Photo, Shot
from smartselfie.core.types import Box, Frame, Image
from smartselfie.images import decode_image
from smartselfie.ports import Album
from smartselfie.sources.live import NewestFrame

# Seconds without a frame until the camera counts as lost.
SILENCE = 2.0
# Seconds without a frame after which another page may take the place.
SEAT_TIME = 10.0
# Seconds that a still may take on its way.
STILL_TIME = 4.0
# Most pixels of a small frame (1080p) and of a still; looked at before anything is decoded.
FRAME_PIXELS, STILL_PIXELS = 2_100_000, 60_000_000

log = logging.getLogger(__name__)


def read_jpeg(content: bytes, most: int) -> Image:
    """A JPEG as (H, W, 3) uint8 BGR, upright.

    Raises:
        PictureError: it is none, is damaged, or has more than `most` pixels.
    """
    return decode_image(content, "what the page sent", most_pixels=most, formats=("JPEG",))


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What a page that gives frames can be asked; each is called from the pipeline's thread."""

    next: Callable[[], None]
    still: Callable[[], None]


class BrowserCamera(NewestFrame):
    """A live source whose frames a page pushes; one page at a time."""

    name, fps = "browser", None

    def __init__(self) -> None:
        """Nobody gives frames yet."""
        super().__init__()
        self._page: Page | None = None
        self._gave_at = 0.0
        self._still: Image | None = None

    def attach(self, page: Page) -> bool:
        """Let a page give frames; False where another does already, or did seconds ago."""
        with self._news:
            taken = self._page is not None and self._clock() - self._gave_at < SEAT_TIME
            if taken or self._closed:
                return False
            self._page, self._gave_at = page, self._clock()
            return True

    def push_from(self, page: Page, image: Image) -> bool:
        """Take a page's frame; False where another page has its place by now."""
        with self._news:
            if self._page is not page:
                return False
            self._gave_at = self._clock()
        self.push(image)
        return True

    def detach(self, page: Page) -> None:
        """The page is gone."""
        with self._news:
            if self._page is page:
                self._page = None

    def push_still(self, image: Image) -> None:
        """Take the still that was asked for."""
        with self._news:
            self._still = image
            self._news.notify_all()

    def next_still(self) -> Image | None:
        """Ask the page for its picture at full resolution; None where none comes in time."""
        with self._news:
            page, self._still = self._page, None
        if page is None:
            return None
        page.still()
        with self._news:
            self._news.wait_for(lambda: self._still is not None or self._closed, timeout=STILL_TIME)
            still, self._still = self._still, None
        return still

    def _take(self, *, lost: bool) -> Frame | str:
        newest = self._wait(None if lost else SILENCE)
        with self._news:
            page = self._page
        if newest is None:
            return "no page is sending its camera"
        if page is not None:
            page.next()
        return newest


class StillAlbum:
    """An album that saves the browser's still in place of the small frame; other sources' photos as they are."""

    def __init__(self, inner: Album, source: Callable[[], object]) -> None:
        """`inner` saves; `source` is what is open now."""
        self._inner, self._source = inner, source

    def save(self, shot: Shot) -> Photo:
        """Keep the still, with the boxes in its pixels; where none comes, the small frame.

        Raises:
            AlbumError: it could not be kept.
        """
        camera = self._source()
        if not isinstance(camera, BrowserCamera) or shot.source != camera.name:
            return self._inner.save(shot)
        still = camera.next_still()
        if still is None:
            log.warning("the browser sent no full picture in time: saving its small frame")
        return self._inner.save(shot if still is None else enlarged(shot, still))

    def close(self) -> None:
        """Close the inner album."""
        self._inner.close()


def enlarged(shot: Shot, still: Image) -> Shot:
    """The shot with another picture of the same view, its boxes scaled to it."""
    height, width = shot.frame.image.shape[:2]
    across, down = still.shape[1] / width, still.shape[0] / height
    faces = tuple(
        replace(
            face,
            box=Box(face.box.left * across, face.box.top * down, face.box.width * across, face.box.height * down),
        )
        for face in shot.faces
    )
    return replace(shot, frame=replace(shot.frame, image=still), faces=faces)
