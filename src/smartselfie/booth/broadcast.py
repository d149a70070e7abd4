"""The newest snapshot, for as many viewers as look; none of them delays the booth or another viewer.

One slot holds what is newest. Whoever has news puts it there and wakes whoever waits; a viewer who was busy finds the
newest when it comes back, and the events of what it missed.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from smartselfie.core.events import Event
from smartselfie.core.types import Image
from smartselfie.images import encode_jpeg, shrink
from smartselfie.moment import Moment

# Pixels of a preview's longer side; photos keep the full resolution.
LONGEST = 1280
QUALITY = 80
# Pages and programs that may look at the same time.
MOST_VIEWERS = 64
# Events that a viewer can catch up on.
REMEMBERED = 64


class Phase(StrEnum):
    """How far the booth is; `booth/runner.py` has the picture of what follows what."""

    OPENING = "opening"
    RUNNING = "running"
    PAUSED = "paused"
    CONSENT = "consent"
    TROUBLE = "trouble"
    ENDED = "ended"
    FINISHED = "finished"
    FAILED = "failed"
    LEFT = "left"


# Nothing follows.
FINAL = frozenset({Phase.FINISHED, Phase.FAILED, Phase.LEFT})


class Preview:
    """A frame as JPEG, made once and only when somebody looks."""

    def __init__(self, image: Image) -> None:
        """Nothing is encoded yet; the image is (H, W, 3) uint8, BGR."""
        self._image = image
        self._jpeg: bytes | None = None
        self._lock = threading.Lock()

    def jpeg(self) -> bytes:
        """The image, at most 1280 pixels wide and high; from any thread."""
        with self._lock:
            if self._jpeg is None:
                self._jpeg = encode_jpeg(shrink(self._image, LONGEST), QUALITY)
            return self._jpeg


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What there is to see.

    Attributes:
        number: rises with every change.
        phase: how far the booth is.
        photos: saved so far in this run.
        moment: the newest, or None before the first frame and while nobody looks.
        preview: its picture.
        problem: what keeps the booth from running.
        problems: what else does not work, by the name of its worker; the booth runs without it.
        version: rises with every change of the settings or of the album by hand, so that pages ask for them anew.
        disk_low: there is hardly any room left for photos.
        demo: the picture is the built-in demo's, because no camera is there.
    """

    number: int
    phase: Phase
    photos: int = 0
    moment: Moment | None = None
    preview: Preview | None = None
    problem: Exception | None = None
    problems: Mapping[str, Exception] = field(default_factory=dict)
    version: int = 0
    disk_low: bool = False
    demo: bool = False


class Viewer:
    """One who looks; belongs to one event loop."""

    def __init__(self, broadcast: "Broadcast") -> None:
        """Gets the newest first; events count from now on."""
        self._broadcast = broadcast
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        self._news.set()
        self._seen = broadcast.newest.number - 1
        self._given = broadcast.newest.number

    async def next(self) -> tuple[Snapshot, tuple[Event, ...], int]:
        """Wait for something newer than the last call's: it, the events since then, and how many were skipped."""
        while True:
            await self._news.wait()
            self._news.clear()
            snapshot = self._broadcast.newest
            if snapshot.number > self._seen:
                break
        events = self._broadcast.events(self._given, snapshot.number)
        skipped = snapshot.number - self._seen - 1
        self._seen = self._given = snapshot.number
        return snapshot, events, skipped

    def wake(self) -> None:
        """There is something new; from any thread, never waits."""
        with contextlib.suppress(RuntimeError):  # the viewer's loop has been closed: it left without a word
            self._loop.call_soon_threadsafe(self._news.set)


class Broadcast:
    """Holds the newest snapshot; every method can be called from any thread."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._changed = threading.Condition()
        self._viewers: set[Viewer] = set()
        self._events: deque[tuple[int, Event]] = deque(maxlen=REMEMBERED)
        self._newest = Snapshot(0, Phase.OPENING)

    @property
    def newest(self) -> Snapshot:
        """What there is to see now."""
        with self._changed:
            return self._newest

    @property
    def viewers(self) -> int:
        """How many look."""
        with self._changed:
            return len(self._viewers)

    def events(self, after: int, until: int) -> tuple[Event, ...]:
        """The events of the snapshots with these numbers, `after` excluded; the oldest may be forgotten."""
        with self._changed:
            return tuple(event for number, event in self._events if after < number <= until)

    @contextlib.contextmanager
    def look(self) -> Iterator[Viewer]:
        """Look as long as the `with` lasts; inside an event loop."""
        viewer = Viewer(self)
        with self._changed:
            self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            with self._changed:
                self._viewers.discard(viewer)

    def wait_for(self, true: Callable[[Snapshot], bool], seconds: float | None = None) -> Snapshot | None:
        """Wait for a snapshot of which this is true, so many seconds at most; None where none came."""
        with self._changed:
            done = self._changed.wait_for(lambda: true(self._newest), seconds)
            return self._newest if done else None

    def show(self, phase: Phase, moment: Moment, photos: int, *, demo: bool = False) -> None:
        """A frame with what happened on it, or its picture alone where nobody looked at it; `photos` counts those of
        this run, and `demo` says that it stands in for a camera.
        """
        # the last visitor does not stay on the screens where no camera shows the next
        preview = None if moment.lost else Preview(moment.frame.image)
        seen = None if moment.paused else moment
        self._update(
            lambda last: replace(
                last, phase=phase, problem=None, photos=photos, moment=seen, preview=preview, demo=demo
            ),
            moment.events,
        )

    def enter(self, phase: Phase, problem: Exception | None = None) -> None:
        """The booth is in another phase, and shows nobody until the next frame."""
        self._update(lambda last: replace(last, phase=phase, problem=problem, preview=None))

    def touch(self) -> None:
        """Settings or photos were changed: every page asks for them anew."""
        self._update(lambda last: replace(last, version=last.version + 1))

    def warn(self, *, disk_low: bool) -> None:
        """The disk is nearly full, or is no longer."""
        if disk_low != self.newest.disk_low:
            self._update(lambda last: replace(last, disk_low=disk_low))

    def report(self, name: str, problem: Exception | None) -> None:
        """Something in the background does not work, or does again (None); `name` is its worker's."""

        def noted(last: Snapshot) -> Snapshot:
            others = {other: known for other, known in last.problems.items() if other != name}
            return replace(last, problems=others if problem is None else {**others, name: problem})

        self._update(noted)

    def _update(self, follow: Callable[[Snapshot], Snapshot], events: tuple[Event, ...] = ()) -> None:
        """Replace what is newest, and wake whoever waits."""
        with self._changed:
            if self._newest.phase in FINAL:
                return
            number = self._newest.number + 1
            self._events.extend((number, event) for event in events)
            self._newest = replace(follow(self._newest), number=number)
            self._changed.notify_all()
            viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.wake()
