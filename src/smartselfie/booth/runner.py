"""The newest Moment of a running pipeline, for as many viewers as look; none of them delays it or another.

      OPENING ──▶ RUNNING ──▶ ENDED      the clip is over
         │        │  ▲  ├───▶ FINISHED   as many photos as were asked for are taken
         │        ▼  │  │
         │       CLOSED │                paused by the host, or the guests have not agreed yet: frames are only shown
         ├──────────────┴───▶ TROUBLE    camera, network or album cannot be used; a kiosk tries again ──▶ RUNNING
         └──────────────────▶ FAILED     the same where nothing is tried again
       any of the above ────▶ LEFT       somebody left

One slot holds what is newest. The pipeline's thread puts it there and wakes whoever waits; a viewer who was busy finds
the newest when it comes back, and the events of what it missed. FAILED, FINISHED and LEFT are final. `renew` replaces
the pipeline by a new one, for changed settings.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic

import cv2
import numpy as np

from smartselfie.booth.consent import Admission, Closed
from smartselfie.core.events import Event, Photo
from smartselfie.core.types import Frame, Image
from smartselfie.errors import SmartselfieError
from smartselfie.moment import Moment
from smartselfie.pipeline import Pipeline

PIPELINE = "pipeline"
"""The thread's name."""
WIDEST = 1280
"""Pixels of a preview; photos keep the full resolution."""
QUALITY = 80
REMEMBERED = 64
"""Events that a viewer can catch up on."""


class Phase(StrEnum):
    """How far the booth is."""

    OPENING = "opening"
    RUNNING = "running"
    PAUSED = "paused"
    CONSENT = "consent"
    TROUBLE = "trouble"
    ENDED = "ended"
    FINISHED = "finished"
    FAILED = "failed"
    LEFT = "left"


FINAL = frozenset({Phase.FINISHED, Phase.FAILED, Phase.LEFT})
CLOSED = {Closed.PAUSED: Phase.PAUSED, Closed.CONSENT: Phase.CONSENT}
TRY_AGAIN = 3.0
"""Seconds until a kiosk tries again what failed."""


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
class Snapshot:
    """What there is to see.

    Attributes:
        number: rises with every change.
        phase: how far the booth is.
        photos: taken so far in this run.
        moment: the newest, or None before the first frame and while nobody looks.
        preview: its picture.
        problem: what made it fail.
        version: rises with every change of the settings or of the album by hand, so that pages ask for them anew.
        disk_low: there is hardly any room left for photos.
    """

    number: int
    phase: Phase
    photos: int = 0
    moment: Moment | None = None
    preview: Preview | None = None
    problem: Exception | None = None
    version: int = 0
    disk_low: bool = False


class Viewer:
    """One who looks; belongs to one event loop."""

    def __init__(self, live: "Live") -> None:
        """Sees the newest first; events count from now on."""
        self._live = live
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        self._news.set()
        self._seen = live.newest.number - 1
        self._told = live.newest.number

    async def next(self) -> tuple[Snapshot, tuple[Event, ...], int]:
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
        gate: Admission | None = None,
        max_photos: int | None = None,
        stubborn: bool = False,
        on_photo: Callable[[Photo], None] = lambda _: None,
        on_moment: Callable[[Moment], None] = lambda _: None,
        on_over: Callable[[Phase], None] = lambda _: None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            open_pipeline: opens camera, networks and album; runs in the thread, because a camera may take its time.
                Called again for each `renew`.
            gate: told of everybody who is seen; None for one that is always open.
            max_photos: how many the booth ends after, to tell that from the end of a clip.
            stubborn: whether what fails is tried again until it works.
            on_photo: called in the thread for every photo that is kept.
            on_moment: called in the thread for every Moment.
            on_over: called in the thread when no more frames will come, with ENDED, FINISHED or FAILED; not after
                `close`.
        """
        self._open, self._max_photos, self._stubborn = open_pipeline, max_photos, stubborn
        self._gate = Admission() if gate is None else gate
        self._on_photo, self._on_moment, self._on_over = on_photo, on_moment, on_over
        self._thread = threading.Thread(target=self._run, name=PIPELINE, daemon=True)
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._renewed = threading.Event()
        self._over = threading.Event()
        self._pipeline: Pipeline | None = None
        self._viewers: set[Viewer] = set()
        self._events: deque[tuple[int, Event]] = deque(maxlen=REMEMBERED)
        self._newest = Snapshot(0, Phase.OPENING)

    @property
    def newest(self) -> Snapshot:
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
        """Wait that long, or until no more frames come."""
        self._over.wait(seconds)

    def shoot(self) -> bool:
        """Take the next frame as a photo; False where no next frame is in sight."""
        shown = self.newest
        if self._pipeline is None or shown.phase is not Phase.RUNNING or shown.moment is None or shown.moment.lost:
            return False
        self._pipeline.shoot()
        return True

    def renew(self) -> None:
        """Let a new pipeline take over, for settings that have changed; from any thread."""
        self._renewed.set()
        if self._pipeline is not None:
            self._pipeline.stop()

    def touch(self) -> None:
        """Tell all viewers to ask for the settings and the photos anew."""
        self._update(lambda last: replace(last, number=last.number + 1, version=last.version + 1))

    def warn(self, *, disk_low: bool) -> None:
        """Tell all viewers that the disk is nearly full, or is no longer."""
        if disk_low != self.newest.disk_low:
            self._update(lambda last: replace(last, number=last.number + 1, disk_low=disk_low))

    def pass_by(self, frame: Frame) -> None:
        """Show a frame that nobody looks at, because the gate is closed."""
        closed = self._gate.closed
        if closed is not None:
            phase, preview = CLOSED[closed], Preview(frame.image)
            # what was read on the last moment does not belong to this picture
            self._update(lambda last: replace(last, number=last.number + 1, phase=phase, moment=None, preview=preview))

    def leave(self) -> None:
        """Tell all viewers that the booth is being left; `close` does the rest."""
        self._publish(Phase.LEFT)

    def close(self, seconds: float = 3.0, *, closing: Callable[[], None] = lambda: None) -> None:
        """End the pipeline and wait for it that long; a source that is stuck cannot hold up more than that.

        Args:
            seconds: how long to wait at most; a thread that is still inside a library when Python ends takes it down.
            closing: lets go of what the pipelines were lent; called once they have been told to end.
        """
        self._leaving.set()
        self._renewed.set()
        until = monotonic() + seconds

        def stop() -> None:
            if self._pipeline is not None:
                self._pipeline.stop()
            closing()

        stopping = threading.Thread(target=stop, name="stop", daemon=True)
        stopping.start()
        stopping.join(seconds)
        if self._thread.is_alive():
            self._thread.join(max(0.0, until - monotonic()))

    def _run(self) -> None:
        over = Phase.FAILED
        problem: Exception | None = None
        try:
            while True:
                self._renewed.clear()
                over = self._run_one()
                if self._leaving.is_set() or not (self._renewed.is_set() or self._wait_for_change(over)):
                    break
        except Exception as error:  # noqa: BLE001 - a thread's edge: who runs the booth raises it, bug or not
            over, problem = Phase.FAILED, error
        self._finish(over, problem)

    def _run_one(self) -> Phase:
        """Follow one pipeline to its end."""
        try:
            self._pipeline = self._open()
            if self._leaving.is_set() or self._renewed.is_set():
                # `close` or `renew` came while the camera was being opened
                self._pipeline.stop()
            return self._follow(self._pipeline)
        except SmartselfieError as error:
            if not self._stubborn or self._leaving.is_set():
                raise
            self._publish(Phase.TROUBLE, problem=error)
            return Phase.TROUBLE

    def _wait_for_change(self, over: Phase) -> bool:
        """What can still come after a pipeline's end: another try, or other settings. False where nothing can."""
        if self._leaving.is_set() or over is Phase.FINISHED:
            return False
        if over is Phase.TROUBLE:
            self._renewed.wait(TRY_AGAIN)
        else:
            self._finish(over)
            self._renewed.wait()
            self._over.clear()
        return not self._leaving.is_set()

    def _finish(self, over: Phase, problem: Exception | None = None) -> None:
        self._publish(over, problem=problem)
        told = self._over.is_set()
        self._over.set()
        if not self._leaving.is_set() and not told:
            self._on_over(over)

    def _follow(self, pipeline: Pipeline) -> Phase:
        self._publish(Phase.RUNNING)
        for moment in pipeline.moments():
            for photo in moment.photos:
                self._on_photo(photo)
            self._on_moment(moment)
            self._gate.update(moment.frame.at, anybody=bool(moment.faces))
            self._publish(Phase.RUNNING, moment)
        enough = self._max_photos is not None and self.newest.photos >= self._max_photos
        return Phase.FINISHED if enough else Phase.ENDED

    def _publish(self, phase: Phase, moment: Moment | None = None, problem: Exception | None = None) -> None:
        def follow(last: Snapshot) -> Snapshot:
            number = last.number + 1
            if moment is None:
                return replace(last, number=number, phase=phase, problem=problem)
            self._events.extend((number, event) for event in moment.events)
            return replace(
                last,
                number=number,
                phase=phase,
                problem=problem,
                photos=last.photos + len(moment.photos),
                moment=moment,
                preview=Preview(moment.frame.image),
            )

        self._update(follow)

    def _update(self, follow: Callable[[Snapshot], Snapshot]) -> None:
        """Replace what is newest, and wake whoever waits."""
        with self._lock:
            if self._newest.phase in FINAL:
                return
            self._newest = follow(self._newest)
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
