"""The newest Moment of a running pipeline, for as many viewers as look; none of them delays it or another.

      OPENING ──▶ RUNNING ──▶ ENDED      the clip is over
         │           ├──────▶ FINISHED   as many photos as were asked for are taken
         └───────────┴──────▶ FAILED     camera, network or album cannot be used
       any of the above ────▶ LEFT       somebody left

One slot holds what is newest. The pipeline's thread puts it there and wakes whoever waits; a viewer who was busy finds
the newest when it comes back, and the events of what it missed. FAILED, FINISHED and LEFT are final.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

import cv2
import numpy as np

from smartselfie.core.frame import Image
from smartselfie.core.moment import Event, Moment, Photo
from smartselfie.pipeline import Pipeline

WIDEST = 1280
"""Pixels of a preview; photos keep the full resolution."""
QUALITY = 80
REMEMBERED = 64
"""Events that a viewer can catch up on."""


class Phase(StrEnum):
    """How far the booth is."""

    OPENING = "opening"
    RUNNING = "running"
    ENDED = "ended"
    FINISHED = "finished"
    FAILED = "failed"
    LEFT = "left"


FINAL = frozenset({Phase.FINISHED, Phase.FAILED, Phase.LEFT})


class Preview:
    """A frame as JPEG, made once and only when somebody looks."""

    def __init__(self, image: Image) -> None:
        """Nothing is encoded yet; the picture is (H, W, 3) uint8, BGR."""
        self._image = image
        self._jpeg: bytes | None = None
        self._lock = threading.Lock()

    def jpeg(self) -> bytes:
        """The picture, scaled to at most 1280 pixels in width; from any thread."""
        with self._lock:
            if self._jpeg is None:
                self._jpeg = _encode(self._image)
            return self._jpeg


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What there is to see.

    Attributes:
        number: rises with every change.
        phase: how far the booth is.
        photos: taken so far in this run.
        moment: the newest, or None before the first frame.
        preview: its picture.
        problem: what made it fail.
    """

    number: int
    phase: Phase
    photos: int = 0
    moment: Moment | None = None
    preview: Preview | None = None
    problem: Exception | None = None


class Viewer:
    """One who looks; belongs to one event loop."""

    def __init__(self, live: "Live") -> None:
        """Sees the newest first; events count from now on."""
        self._live = live
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        self._news.set()
        self._seen = live.newest.number - 1
        self._told = live.newest.number

    async def next(self) -> tuple[Shown, tuple[Event, ...], int]:
        """Wait for something newer than the last call's: it, the events since then, and how many were skipped."""
        while True:
            await self._news.wait()
            self._news.clear()
            shown = self._live.newest
            if shown.number > self._seen:
                break
        events = self._live.events(self._told, shown.number)
        skipped = shown.number - self._seen - 1
        self._seen = self._told = shown.number
        return shown, events, skipped

    def wake(self) -> None:
        """There is something new; from any thread, never waits."""
        with contextlib.suppress(RuntimeError):  # the viewer's loop has been closed: it left without a word
            self._loop.call_soon_threadsafe(self._news.set)


class Live:
    """Runs a pipeline in a thread of its own and holds what is newest."""

    def __init__(
        self,
        open_pipeline: Callable[[], Pipeline],
        *,
        max_photos: int | None = None,
        on_photo: Callable[[Photo], None] = lambda _: None,
        on_over: Callable[[Phase], None] = lambda _: None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            open_pipeline: opens camera, networks and album; runs in the thread, because a camera may take its time.
            max_photos: how many the pipeline ends after, to tell that from the end of a clip.
            on_photo: called in the thread for every photo that is kept.
            on_over: called in the thread when no more frames will come, with ENDED, FINISHED or FAILED; not after
                `close`.
        """
        self._open, self._max_photos = open_pipeline, max_photos
        self._on_photo, self._on_over = on_photo, on_over
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._pipeline: Pipeline | None = None
        self._viewers: set[Viewer] = set()
        self._events: deque[tuple[int, Event]] = deque(maxlen=REMEMBERED)
        self._newest = Shown(0, Phase.OPENING)

    @property
    def newest(self) -> Shown:
        """What there is to see now."""
        with self._lock:
            return self._newest

    @property
    def viewers(self) -> int:
        """How many look."""
        with self._lock:
            return len(self._viewers)

    def events(self, after: int, until: int) -> tuple[Event, ...]:
        """The events of what was shown with these numbers, `after` excluded; the oldest may be forgotten."""
        with self._lock:
            return tuple(event for number, event in self._events if after < number <= until)

    @contextlib.contextmanager
    def look(self) -> Iterator[Viewer]:
        """Look as long as the `with` lasts; inside an event loop."""
        viewer = Viewer(self)
        with self._lock:
            self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            with self._lock:
                self._viewers.discard(viewer)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait that long, or until the thread is over."""
        self._thread.join(seconds)

    def shoot(self) -> bool:
        """Take the next frame as a photo; False where no next frame is in sight."""
        shown = self.newest
        if self._pipeline is None or shown.phase is not Phase.RUNNING or shown.moment is None or shown.moment.lost:
            return False
        self._pipeline.shoot()
        return True

    def leave(self) -> None:
        """Tell all viewers that the booth is being left; `close` does the rest."""
        self._publish(Phase.LEFT)

    def close(self, seconds: float = 1.0) -> None:
        """End the pipeline and wait for it that long; a source that is stuck cannot hold up more than that."""
        self._leaving.set()
        until = monotonic() + seconds
        pipeline = self._pipeline
        if pipeline is not None:
            stopping = threading.Thread(target=pipeline.stop, name="stop", daemon=True)
            stopping.start()
            stopping.join(seconds)
        if self._thread.is_alive():
            self._thread.join(max(0.0, until - monotonic()))

    def _run(self) -> None:
        over = Phase.FAILED
        problem: Exception | None = None
        try:
            self._pipeline = self._open()
            if self._leaving.is_set():
                # `close` came while the camera was being opened
                self._pipeline.stop()
            over = self._follow(self._pipeline)
        except Exception as error:  # noqa: BLE001 - a thread's edge: who runs the booth raises it, bug or not
            problem = error
        self._publish(over, problem=problem)
        if not self._leaving.is_set():
            self._on_over(over)

    def _follow(self, pipeline: Pipeline) -> Phase:
        self._publish(Phase.RUNNING)
        for moment in pipeline.moments():
            for photo in moment.photos:
                self._on_photo(photo)
            self._publish(Phase.RUNNING, moment)
        enough = self._max_photos is not None and pipeline.photos >= self._max_photos
        return Phase.FINISHED if enough else Phase.ENDED

    def _publish(self, phase: Phase, moment: Moment | None = None, problem: Exception | None = None) -> None:
        with self._lock:
            last = self._newest
            if last.phase in FINAL:
                return
            number = last.number + 1
            photos = last.photos
            preview = last.preview
            if moment is not None:
                self._events.extend((number, event) for event in moment.events)
                photos += len(moment.photos)
                preview = Preview(moment.frame.image)
            self._newest = Shown(number, phase, photos, moment or last.moment, preview, problem)
            viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.wake()


def _encode(image: Image) -> bytes:
    height, width = image.shape[:2]
    if width > WIDEST:
        size = WIDEST, max(1, round(height * WIDEST / width))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError(image.shape)
    return jpeg.tobytes()
