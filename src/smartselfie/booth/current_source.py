"""The one source that is open, and the change to another: either that works, or nothing has changed."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from smartselfie.addresses import without_secrets
from smartselfie.booth.browser_camera import BrowserCamera
from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.errors import SmartselfieError, SourceError
from smartselfie.factory import make_source
from smartselfie.pipeline import Command, NewSource
from smartselfie.ports import FrameSource
from smartselfie.settings.schema import Settings
from smartselfie.sources.camera import CameraInfo, list_cameras
from smartselfie.sources.demo import FRAMES, DemoSource
from smartselfie.sources.filters import Paced
from smartselfie.worker import run_once

DEMO, BROWSER = "demo", "browser"
# Seconds that a source may take to let go of its device; no change waits longer.
CLOSE_TIME = 1.5
# Times that the demo is played where there is no camera: nearly two minutes.
ROUNDS = 8

log = logging.getLogger(__name__)


def open_device(name: str, settings: Settings) -> FrameSource:
    """The source of that name; videos and the demo run at their own speed.

    Raises:
        SourceError: it cannot be used.
    """
    if name == DEMO:
        return StandIn(_Rounds(repeat=True)) if settings.source is None else Paced(DemoSource(repeat=True))
    if name == BROWSER:
        return BrowserCamera()
    source = make_source(name, settings)
    return source if source.live else Paced(source)


class CurrentSource:
    """Opens what the settings name; `None` there is the first camera that works, or the demo where none does."""

    def __init__(
        self,
        settings: Settings,
        open_source: Callable[[str, Settings], FrameSource] = open_device,
        cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
        on_open: Callable[[], object] = lambda: None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: `source` names it.
            open_source: opens a source by its name; raises SourceError.
            cameras: lists the system's cameras.
            on_open: called whenever another one is open.
        """
        self._on_open = on_open
        self._settings, self._open_source, self._list = settings, open_source, cameras
        self._lock = threading.Lock()
        self._source: FrameSource | None = None
        self._device: str | None = None
        self._known: tuple[CameraInfo, ...] | None = None

    @property
    def source(self) -> FrameSource | None:
        """What is open now."""
        return self._source

    @property
    def stands_in(self) -> bool:
        """Whether the demo is open because no camera is there, not because somebody asked for it."""
        return isinstance(self._source, StandIn)

    def cameras(self, *, rescan: bool = False) -> tuple[CameraInfo, ...]:
        """The system's cameras, as they were listed last."""
        if rescan or self._known is None:
            self._known = tuple(self._list())
        return self._known

    def open(self) -> FrameSource:
        """What is open already, or what the settings name, opened.

        Raises:
            SmartselfieError: it cannot be opened.
        """
        with self._lock:
            return self._source or self._take(*self._open(self._settings))

    def drop(self) -> None:
        """What was open has failed: `open` opens it anew."""
        with self._lock:
            failed, self._source, self._device = self._source, None, None
        if failed is not None:
            _close(failed)

    def change(
        self, settings: Settings, send: Callable[[Command], None], confirm: Callable[[], None] = lambda: None
    ) -> None:
        """Change to what other settings name; where it is the same device, only they hold from now on.

        Args:
            settings: `source` names it.
            send: gets the new source to the pipeline.
            confirm: called once the source is open; where it raises, all is as it was before.

        Raises:
            SmartselfieError: it cannot be opened, or `confirm` raised; nothing has changed.
        """
        with self._lock:
            before, device = self._source, self._device
            fresh: FrameSource | None = None
            try:
                fresh, name = self._open_beside(settings, send)
                confirm()
            except BaseException:
                if fresh is not None and fresh is not before:
                    fresh.close()
                if self._source is None and before is not None and device is not None:
                    self._go_back(device, send)
                raise
            self._settings = settings
            if fresh is not before:
                self._take(fresh, name)
                send(NewSource(fresh))
                if before is not None:
                    # whoever changes back at once finds the device free
                    _close(before)

    def close(self) -> None:
        """Let go of it; safe to call more than once, and from any thread."""
        source = self._source
        if source is not None:
            source.close()

    def _take(self, source: FrameSource, name: str) -> FrameSource:
        """Remember what is open; a camera by its number, whatever it was called."""
        self._source, self._device = source, name
        if not name.isdecimal() and source.live and name != BROWSER:
            same = [camera for camera in self.cameras() if camera.name == source.name]
            self._device = str(same[0].index) if len(same) == 1 else name
        self._on_open()
        return source

    def _open_beside(self, settings: Settings, send: Callable[[Command], None]) -> tuple[FrameSource, str]:
        """Open the other one while this one is open; where that cannot be, let go of this one first."""
        before = self._source
        try:
            return self._open(settings)
        except SourceError:
            if before is None or not before.live:
                raise
            # two cameras on one bus, or one that only one program may use
            send(NewSource(None))
            _close(before)
            self._source = None
            return self._open(settings)

    def _go_back(self, device: str, send: Callable[[Command], None]) -> None:
        """Open again what was let go of for one that does not work."""
        try:
            again = self._open_source(device, self._settings)
        except SmartselfieError as error:
            log.warning("%s", error)
            send(NewSource(_Gone(device, error)))
        else:
            self._take(again, device)
            send(NewSource(again))

    def _open(self, settings: Settings) -> tuple[FrameSource, str]:
        """What the settings name and its name, which may be what is open already."""
        if settings.source is not None:
            return self._open_named(settings.source, settings), settings.source
        why = "no camera was found"
        for camera in self.cameras(rescan=True):
            try:
                return self._open_named(str(camera.index), settings), str(camera.index)
            except SourceError as error:
                why = error.message
        demo = self._open_named(DEMO, settings)
        if demo is not self._source:
            log.warning("%s: playing the built-in demo", why)
        return demo, DEMO

    def _open_named(self, name: str, settings: Settings) -> FrameSource:
        # a demo that is asked for goes on, one that stands in for a camera does not
        same = name == self._device and (name != DEMO or settings.source == self._settings.source)
        if self._source is not None and same:
            return self._source
        return self._open_source(name, settings)


def _close(source: FrameSource) -> None:
    """Close a source, which may hang in its driver, and wait for that a while."""
    run_once(f"close {source.name}", source.close).join(CLOSE_TIME)


class StandIn(Paced):
    """The demo that is played where there is no camera."""


class _Rounds(DemoSource):
    """The demo in place of a camera: nobody may be there, so it ends after some rounds, and with it the photos."""

    def frames(self) -> Iterator[Frame]:
        """The frames of so many rounds."""
        yield from islice(super().frames(), ROUNDS * FRAMES)
        if not self._closed.is_set():
            log.warning("the demo was played %d times and has ended; to go on: smartselfie demo", ROUNDS)


class _Gone:
    """A source that was let go of and cannot be opened again."""

    live, fps = True, None

    def __init__(self, name: str, error: SmartselfieError) -> None:
        self.name, self._error = without_secrets(name), error

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        raise self._error
        yield  # makes it a generator

    def close(self) -> None:
        """There is nothing to close."""
