"""Debian's chromium, driven by Playwright, and booths to open in it."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.server import listen
from smartselfie.cli.booth import run_booth
from smartselfie.core.emotion import Emotion
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.schema import Settings
from smartselfie.testing import (
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    face_at,
    frames_at,
    rule_of,
    scores,
)
from smartselfie.trigger.rule import TriggerRule

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
HERE = Path(__file__).parent
# a busy machine takes its time; what is wrong stays wrong
expect.set_options(timeout=30_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="chromium is not installed: apt install chromium")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if CHROMIUM is None and "CI" not in os.environ:
                item.add_marker(missing)


# per file: while Playwright is open its event loop runs in this thread, and other tests start loops of their own
@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    assert CHROMIUM is not None, "in CI chromium must be installed"
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    with driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
        yield browser


class DemoBooth:
    """`smartselfie booth demo` as a program of its own."""

    def __init__(self, album: Path, port: int = 0, *more: str, source: str = "demo") -> None:
        arguments = ["booth", source, "--no-open", "--port", str(port), "--album", str(album), "--rest", "1", *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smartselfie", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.url = ""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if match := re.search(r"open at (http://\S+)/", line):
                self.url = match[1]
                break

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def demo_booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoBooth]:
    booth = DemoBooth(tmp_path_factory.mktemp("album"))
    yield booth
    booth.kill()


ScriptedBooth = Callable[..., contextlib.AbstractContextManager[str]]


@pytest.fixture
def scripted_booth(tmp_path: Path) -> ScriptedBooth:
    """Serve a booth without networks, before which people stand as the test says, and yield its address."""

    @contextlib.contextmanager
    def run(
        *emotions: Emotion,
        source: ScriptedSource | None = None,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        rule: TriggerRule = rule_of(hold_frames=10_000),  # noqa: B008 - frozen
        saved: Path | None = None,
        sizes: tuple[int, ...] = (),
        there: Callable[[], bool] = lambda: True,
    ) -> Iterator[str]:
        settings = replace(settings, open=False, album=settings.album or tmp_path / "album")
        wide = sizes or (20,) * len(emotions)
        faces = [face_at(4 + 28 * place, 12, size) for place, size in enumerate(wide)]

        def build(turn: FrameSource, now: Settings) -> Pipeline:
            album = FolderAlbum(now.album_folder)
            classifier = _Each([scores(emotion) for emotion in emotions])
            return Pipeline(turn, ScriptedDetector(lambda _: faces if there() else []), classifier, album, rule)

        camera = source or ScriptedSource(frames_at(15, 1), fps=15.0, live=True, endless=True)
        given: dict[str, Any] = {"build": build, "open_source": lambda *_: camera, "saved": saved}
        with listen("127.0.0.1", 0) as door:
            booth = threading.Thread(target=run_booth, args=(settings, door), kwargs=given)
            booth.start()
            address = f"http://127.0.0.1:{door.getsockname()[1]}"
            pin = {} if settings.pin is None else {"X-PIN": settings.pin.get_secret_value()}
            try:
                yield address
            finally:
                # unless the test has left it already
                with contextlib.suppress(httpx.TransportError):
                    httpx.post(f"{address}/api/quit", headers=pin)
                booth.join(20)
                assert not booth.is_alive()

    return run


class _Each(ScriptedClassifier):
    """Gives each face its own emotion, from left to right."""

    def __init__(self, script: Any) -> None:
        super().__init__(script or [scores(Emotion.NEUTRAL)])
        self._people = list(script)

    def classify(self, crops: Any) -> Any:
        return self._people[: len(crops)]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open a booth's page; at the end nothing may have been said in the console, or asked of another host."""
    said: list[str] = []
    asked: set[str] = set()
    allowed = {""}  # a blob: of the page itself
    contexts: list[BrowserContext] = []

    def run(
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        quiet: bool = True,
        motion: bool = True,
        dark: bool = False,
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="no-preference" if motion else "reduce",
            color_scheme="dark" if dark else "light",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda line: asked.add(urlsplit(line.url).netloc))
        if quiet:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        allowed.add(urlsplit(url).netloc)
        return page

    yield run
    for context in contexts:
        context.close()
    assert said == []
    assert asked <= allowed
