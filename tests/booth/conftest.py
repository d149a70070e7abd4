"""A booth that a test feeds frame by frame, served on a free port."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest
from pydantic import SecretStr
from websockets.sync.client import ClientConnection, connect

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.app import create_app
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import Phase
from smartselfie.booth.browser_camera import BrowserCamera, StillAlbum
from smartselfie.booth.schema import unpack
from smartselfie.booth.server import listen, make_server
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.pipeline import Pipeline
from smartselfie.ports import Album, FrameSource
from smartselfie.serialize import Json
from smartselfie.settings.schema import Settings
from smartselfie.sources.camera import CameraInfo
from smartselfie.testing import MemoryAlbum, ScriptedClassifier, ScriptedDetector, blank, face_at, rule_of, scores
from smartselfie.trigger.rule import TriggerRule


class HandFedSource:
    """Delivers what the test gives it, when it gives it."""

    name, live, fps = "hand", True, 30.0

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Frame | SourceLost | SourceBack | Exception | None] = queue.SimpleQueue()
        self._fed = 0
        self.closed = threading.Event()

    def feed(self, count: int = 1, *, width: int = 64) -> None:
        """So many frames, a thirtieth of a second apart."""
        for _ in range(count):
            self._items.put(Frame(blank(width, width * 3 // 4), self._fed / 30, self._fed))
            self._fed += 1

    def put(self, item: SourceLost | SourceBack | Exception | None) -> None:
        """An event, an error to raise, or None for the end."""
        self._items.put(item)

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        while (item := self._items.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed.set()
        self._items.put(None)


class Served:
    """A running booth: its source to feed, its address to ask."""

    def __init__(self, source: HandFedSource, booth: Booth, kept: Album, port: int) -> None:
        self.booth = booth
        self.source, self.live, self.kept, self.port = source, booth.broadcast, kept, port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def left(self) -> bool:
        """Whether somebody left it."""
        return self.live.newest.phase is Phase.LEFT

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self.booth.settings.now

    def feed(self, count: int = 1, *, width: int = 64) -> None:
        """Feed frames and wait until they are shown."""
        shown = self.live.newest.moment
        want = (-1 if shown is None else shown.frame.index) + count
        self.source.feed(count, width=width)
        self.wait_for(lambda: (now := self.live.newest.moment) is not None and now.frame.index >= want)

    def wait_for(self, true: Callable[[], bool]) -> None:
        """Wait for what comes soon."""
        until = monotonic() + 20
        while not true():
            assert monotonic() < until, "it did not come"
            sleep(0.005)

    def feed_until(self, true: Callable[[], bool]) -> None:
        """Feed frames until something is true: a photo comes with the first frame after it is on the disk."""
        self.wait_for(lambda: true() or self.feed() is not None)

    @contextlib.contextmanager
    def viewer(self) -> Iterator["Screen"]:
        """Look at the booth as a page does."""
        with connect(f"ws://127.0.0.1:{self.port}/live", origin=self.url, compression=None) as line:  # type: ignore[arg-type]
            yield Screen(line)


class Screen:
    """One page: gets messages, and says when it has drawn them."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def get(self, *, ready: bool = True) -> tuple[Json, bytes]:
        message = self.line.recv(timeout=20)
        assert isinstance(message, bytes)
        if ready:
            self.line.send("ready")
        return unpack(message)

    def get_frame(self, index: int) -> tuple[Json, bytes]:
        """Skip to the message of a frame."""
        while True:
            shown, jpeg = self.get()
            if shown["moment"] is not None and shown["moment"]["frame"] >= index:
                return shown, jpeg


Serve = Callable[..., contextlib.AbstractContextManager[Served]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve a booth whose faces, emotions, album and rule the test chooses; nobody is visible unless it says so."""

    @contextlib.contextmanager
    def run(
        *,
        emotion: Emotion | None = None,
        album: Album | None = None,
        rule: TriggerRule = rule_of(hold_frames=3, cooldown=0.0),  # noqa: B008 - frozen
        max_photos: int | None = None,
        host: str = "127.0.0.1",
        names: tuple[str, ...] = (),
        settings: Settings = Settings(),  # noqa: B008 - frozen
        cameras: tuple[CameraInfo, ...] = (),
        pin: str | None = None,
        saved: Path | None = None,
        camera: BrowserCamera | None = None,
        open_source: Callable[[str, Settings], FrameSource] | None = None,
        folder: Path | None = None,
    ) -> Iterator[Served]:
        source = HandFedSource()
        faces = [] if emotion is None else [face_at(10, 8, 24)]
        kept = MemoryAlbum() if album is None else album
        folder = kept.folder if isinstance(kept, FolderAlbum) else folder or tmp_path

        def build(source: FrameSource, _settings: Settings) -> Pipeline:
            classifier = ScriptedClassifier([scores(emotion or Emotion.NEUTRAL)])
            album = StillAlbum(kept, lambda: booth.source)
            return Pipeline(source, ScriptedDetector(lambda _: faces), classifier, album, rule, max_photos)

        settings = replace(settings, album=folder, max_photos=max_photos, pin=None if pin is None else SecretStr(pin))
        booth = Booth(
            settings,
            saved=saved,
            open_source=open_source or (lambda _name, _settings: camera or source),
            cameras=lambda: cameras,
            build=build,
        )
        with listen("127.0.0.1", 0) as door:
            served = Served(source, booth, kept, door.getsockname()[1])
            server = make_server(create_app(booth, host=host, names=names))
            thread = threading.Thread(target=server.run, args=([door],))
            thread.start()
            booth.start()
            try:
                yield served
            finally:
                booth.close()
                server.should_exit = True
                thread.join(10)
                assert not thread.is_alive()

    return run
