"""The page in a real browser: Debian's chromium, driven by Playwright."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from smartselfie.cli.booth import run_booth
from smartselfie.config import Settings
from smartselfie.core.emotion import Emotion
from smartselfie.core.moment import SourceBack, SourceLost
from smartselfie.core.trigger import Rule
from smartselfie.pipeline import Pipeline
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    frames_at,
    scores,
)
from smartselfie.web.server import listen

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="chromium is not installed: apt install chromium"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SOON = 30_000
"""Milliseconds; a demo's round takes fourteen seconds."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM is not None, "in CI chromium must be installed"
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
        yield browser


class DemoBooth:
    """`smartselfie booth demo` as a program of its own."""

    def __init__(self, album: Path, port: int = 0) -> None:
        arguments = ["booth", "demo", "--no-open", "--port", str(port), "--album", str(album), "--rest", "1"]
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


@pytest.fixture(scope="module")
def demo_booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoBooth]:
    booth = DemoBooth(tmp_path_factory.mktemp("album"))
    yield booth
    booth.kill()


@contextlib.contextmanager
def scripted_booth(source: ScriptedSource) -> Iterator[str]:
    """A booth before which nobody ever stands."""
    nobody = ScriptedDetector(lambda _: [])
    pipeline = Pipeline(source, nobody, ScriptedClassifier([scores(Emotion.NEUTRAL)]), MemoryAlbum(), Rule())
    with listen("127.0.0.1", 0) as door:
        booth = threading.Thread(target=run_booth, args=(Settings(open=False), door, lambda: pipeline))
        booth.start()
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        try:
            yield address
        finally:
            # unless the test has left it already
            with contextlib.suppress(httpx.TransportError):
                httpx.post(f"{address}/api/quit")
            booth.join(20)
            assert not booth.is_alive()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open a booth's page; at the end nothing may have been said in the console, or asked of another host."""
    said: list[str] = []
    asked: set[str] = set()
    allowed = {""}  # a blob: of the page itself
    contexts: list[BrowserContext] = []

    def run(url: str, *, width: int = 1280, height: int = 800, quiet: bool = True, motion: bool = True) -> Page:
        reduced = "no-preference" if motion else "reduce"
        context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion=reduced)
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


def photos(page: Page) -> Locator:
    return page.locator("#strip img")


def test_from_opening_the_page_to_the_photo(demo_booth: DemoBooth, open_page: OpenPage) -> None:
    page = open_page(demo_booth.url)
    expect(page.locator("#status")).to_have_text("Live")
    first = page.locator("#view").screenshot()
    page.wait_for_timeout(500)
    assert page.locator("#view").screenshot() != first, "the picture does not move"

    page.wait_for_load_state("networkidle")  # the photos of earlier rounds have been listed
    before = photos(page).count()
    names = ["angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral"]
    assert page.locator("#bars dt").all_text_contents() == names
    expect(page.locator("#count")).to_be_visible(timeout=SOON)
    expect(page.locator("#needed")).to_have_text("of 10")
    expect(page.locator("#shown")).to_be_visible(timeout=SOON)
    expect(photos(page)).to_have_count(before + 1)
    assert all(value.endswith("%") for value in page.locator("#bars .score").all_text_contents())
    expect(page.locator("#bars [data-top]")).to_have_attribute("data-emotion", "happy")
    expect(page.locator("#meter")).to_have_attribute("data-happy", "")
    # then back by itself
    expect(page.locator("#shown")).to_be_hidden(timeout=SOON)
    assert photos(page).first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280


def test_one_press_of_space_or_button_takes_one_photo(demo_booth: DemoBooth, open_page: OpenPage) -> None:
    page = open_page(demo_booth.url)
    expect(page.locator("#shutter")).to_be_enabled()
    # no smile may interfere: right after the demo's own photo there is none for most of a round
    expect(page.locator("#shown")).to_be_visible(timeout=SOON)
    before = int(page.locator("#total").inner_text())
    for _ in range(5):  # held down: all but the first are repeats
        page.keyboard.down(" ")
    page.keyboard.up(" ")
    expect(page.locator("#total")).to_have_text(str(before + 1))
    page.locator("#shutter").click()
    expect(page.locator("#total")).to_have_text(str(before + 2))
    # the button has the focus now: the space bar must not count for it, too
    page.keyboard.press(" ")
    expect(page.locator("#total")).to_have_text(str(before + 3))
    page.wait_for_timeout(300)
    expect(page.locator("#total")).to_have_text(str(before + 3))


def test_a_photo_opens_large_and_escape_closes_only_that(demo_booth: DemoBooth, open_page: OpenPage) -> None:
    page = open_page(demo_booth.url)
    expect(page.locator("#shutter")).to_be_enabled()
    page.keyboard.press(" ")
    photos(page).first.click()
    expect(page.locator("#large")).to_be_visible()
    expect(page.locator("#large-image")).to_have_attribute("src", re.compile("^/photos/demo_"))
    page.keyboard.press("Escape")
    expect(page.locator("#large")).to_be_hidden()
    expect(page.locator("#ask")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_visible()
    page.locator("#stay").click()
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Live")


@pytest.mark.parametrize("key", ["Escape", "q", None])
def test_it_can_be_left_while_nobody_is_visible(open_page: OpenPage, key: str | None) -> None:
    with scripted_booth(ScriptedSource(frames_at(30, 1), live=True, endless=True)) as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("Come into the picture")
        if key is None:
            page.locator("#leave").click()
        else:
            page.keyboard.press(key)
        page.locator("#go").click()
        expect(page.locator("#sentence")).to_have_text("See you soon")
        expect(page.locator("#shutter")).to_be_disabled()


def test_a_lost_camera_is_said_and_its_return_seen(open_page: OpenPage) -> None:
    frames = frames_at(30, 30)
    source = ScriptedSource(
        [*frames[:5], SourceLost("pulled"), *[SourceLost("pulled")] * 20, SourceBack(), *frames[5:]],
        live=True,
        pace=0.15,
        endless=True,
    )
    with scripted_booth(source) as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("The camera is gone")
        expect(page.locator("#status")).to_have_text("No camera")
        expect(page.locator("#shutter")).to_be_disabled()
        expect(page.locator("#sentence")).to_have_text("Come into the picture", timeout=SOON)
        expect(page.locator("#shutter")).to_be_enabled()


def test_the_page_comes_back_by_itself_after_a_restart(tmp_path: Path, open_page: OpenPage) -> None:
    booth = DemoBooth(tmp_path)
    # the browser itself complains in the console about the line that is down
    page = open_page(booth.url, quiet=False)
    expect(page.locator("#status")).to_have_text("Live")
    booth.kill()
    expect(page.locator("#sentence")).to_have_text("The booth does not answer")
    again = DemoBooth(tmp_path, urlsplit(booth.url).port or 0)
    try:
        expect(page.locator("#status")).to_have_text("Live", timeout=SOON)
    finally:
        again.kill()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (740, 360), (768, 1024), (3840, 2160)])
def test_every_screen_from_phone_to_4k_shows_it_without_sideways_scrolling(
    demo_booth: DemoBooth, open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(demo_booth.url, width=width, height=height)
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#shutter")).to_be_enabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#view", "#shutter", "#leave", "#meter", "#bars", "#sentence"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["width"] * box["height"] > 0


def test_who_wants_less_motion_gets_no_flash(demo_booth: DemoBooth, open_page: OpenPage) -> None:
    page = open_page(demo_booth.url, motion=False)
    expect(page.locator("#shutter")).to_be_enabled()
    page.keyboard.press(" ")
    expect(page.locator("#flash")).to_have_class("flash on")
    assert page.locator("#flash").evaluate("flash => getComputedStyle(flash).animationName") == "none"
    expect(page.locator("#shown")).to_be_visible()


def test_another_page_can_neither_shoot_nor_look(demo_booth: DemoBooth, chromium: Browser) -> None:
    with chromium.new_context() as context:
        context.route("http://evil.example/**", lambda route: route.fulfill(body="<p>evil", content_type="text/html"))
        page = context.new_page()
        page.goto("http://evil.example/")
        outcome = page.evaluate(
            """async (booth) => {
                const told = (promise) => promise.then(() => "done", () => "refused");
                const posted = await told(fetch(`${booth}/api/quit`, { method: "POST", mode: "cors" }));
                const looked = await told(new Promise((good, bad) => {
                    const line = new WebSocket(`${booth.replace("http", "ws")}/live`);
                    line.onopen = good;
                    line.onerror = bad;
                }));
                const shown = await told(new Promise((good, bad) => {
                    const image = new Image();
                    image.onload = good;
                    image.onerror = bad;
                    image.src = `${booth}/static/icon.svg`;
                }));
                return [posted, looked, shown];
            }""",
            demo_booth.url,
        )
    assert outcome == ["refused", "refused", "refused"]
    assert demo_booth.process.poll() is None
