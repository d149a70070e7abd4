"""Screens, cameras and letters as they are."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect

from smartselfie.core.emotion import Emotion
from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.settings.schema import Settings
from smartselfie.testing import ScriptedSource, frames_at
from tests.browser.conftest import OpenPage, ScriptedBooth

PEOPLE = (Emotion.SAD, Emotion.HAPPY)


class Grey(ScriptedSource):
    """A camera of any shape, before which people stand as the booth says; it may be pulled."""

    def __init__(self, width: int = 64, height: int = 48) -> None:
        image = np.full((height, width, 3), 200, np.uint8)
        self.seen = [replace(frame, image=image) for frame in frames_at(15, 1)]
        self.pulled, self.back = threading.Event(), threading.Event()
        super().__init__(self.seen, fps=15.0, live=True, endless=True)

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        for frame in super().frames():
            if self.pulled.is_set() and not self.back.is_set():
                yield SourceLost("pulled")
                self.back.wait()
                yield SourceBack()
            yield frame


def fits(page: Page, *parts: str) -> None:
    """Whether these are seen whole, without scrolling."""
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]
    for part in parts:
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= size["height"], part
    # not even the panel scrolls
    assert page.locator(".side").evaluate("side => side.scrollHeight - side.clientHeight") <= 1


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "height"), [(1024, 600), (800, 480), (1280, 800), (1080, 1920), (768, 1024)])
def test_all_of_the_booth_is_seen_at_once(
    scripted_booth: ScriptedBooth, open_page: OpenPage, width: int, height: int, language: str
) -> None:
    with scripted_booth(*PEOPLE, settings=Settings(language=language)) as address:  # type: ignore[arg-type]
        page = open_page(address, width=width, height=height)
        expect(page.locator("#people button")).to_have_count(2)
        fits(page, "#bars > :last-child", "#shutter", "#sentence", "#hint", "#meter", ".album", "#leave")
        letters = page.locator("#bars > :last-child dt").evaluate("name => parseFloat(getComputedStyle(name).fontSize)")
        assert letters >= 10


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (360, 740)])
def test_letters_of_twice_the_size_cut_nothing_off(
    scripted_booth: ScriptedBooth, open_page: OpenPage, width: int, height: int
) -> None:
    with scripted_booth(*PEOPLE) as address:
        page = open_page(address, width=width, height=height)
        expect(page.locator("#people button")).to_have_count(2)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        panel = page.locator(".side").bounding_box()
        last = page.locator("#bars > :last-child").bounding_box()
        assert panel is not None
        assert last is not None
        assert last["y"] + last["height"] <= panel["y"] + panel["height"]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 800), (1080, 1920), (800, 480)])
def test_a_portrait_camera_gets_the_height_of_the_screen(
    scripted_booth: ScriptedBooth, open_page: OpenPage, width: int, height: int
) -> None:
    with scripted_booth(Emotion.HAPPY, source=Grey(72, 128)) as address:
        page = open_page(address, width=width, height=height)
        expect(page.locator(".booth[data-portrait]")).to_be_visible()
        fits(page, "#bars > :last-child", "#shutter", "#sentence", ".album")
        stage = page.locator("#stage").bounding_box()
        assert stage is not None
        assert stage["height"] > 0.5 * height
        if width > height:  # nothing beside the picture is black
            assert stage["width"] == pytest.approx(stage["height"] * 72 / 128, abs=2)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740), (800, 480)])
def test_the_countdown_stands_beside_the_face(
    scripted_booth: ScriptedBooth, open_page: OpenPage, width: int, height: int
) -> None:
    # one face, 20 of 64 wide, on the left of the picture and so on the right of its mirror image
    with scripted_booth(Emotion.HAPPY, source=Grey(), settings=Settings(countdown=10)) as address:
        page = open_page(address, width=width, height=height)
        expect(page.locator("#shutter")).to_be_enabled()
        page.keyboard.press(" ")
        digit, view = page.locator("#countdown"), page.locator("#view").bounding_box()
        expect(digit).to_have_text("9")
        box = digit.bounding_box()
        assert box is not None
        assert view is not None
        scale = min(view["width"] / 64, view["height"] / 48)
        face = view["x"] + view["width"] / 2 + (32 - 24) * scale
        assert view["x"] <= box["x"]
        assert box["x"] + box["width"] <= face


def test_a_thumbnail_is_cut_around_the_face(scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, left in (("left", 0), ("right", 1160), ("middle", 580)):
        Pictures.new("RGB", (1280, 720)).save(folder / f"{name}.jpg")
        faces = [{"emotions": {"happy": 0.9}, "box": [left, 200, 120, 160]}]
        (folder / f"{name}.json").write_text(json.dumps({"faces": faces}))
    with scripted_booth(settings=Settings(album=folder)) as address:
        page = open_page(address)
        for name, place in (("left", "0% 50%"), ("right", "100% 50%"), ("middle", "50% 50%")):
            image = page.locator(f"#strip [data-name='{name}.jpg'] img")
            expect(image).to_have_css("object-position", place)
        page.keyboard.press("g")
        expect(page.locator("#wall img[src$='left.jpg']")).to_have_css("object-position", "0% 50%")


def dark(page: Page) -> bool:
    """Whether nothing is left of the grey camera's picture."""
    picture = Pictures.open(BytesIO(page.locator("#view").screenshot())).convert("L")
    return picture.getpixel((picture.width // 2, picture.height // 2)) < 40  # type: ignore[operator, no-any-return]


def test_whoever_was_seen_last_does_not_stay_when_the_camera_is_lost(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    camera = Grey()
    with scripted_booth(source=camera) as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("Step into view")
        assert not dark(page)
        assert httpx.get(f"{address}/api/frame.jpg").status_code == 200
        camera.pulled.set()
        expect(page.locator("#sentence")).to_have_text("Camera disconnected")
        assert dark(page)
        assert httpx.get(f"{address}/api/frame.jpg").status_code == 404
        late = open_page(address)
        expect(late.locator("#sentence")).to_have_text("Camera disconnected")
        assert dark(late)
        camera.back.set()
        expect(page.locator("#sentence")).to_have_text("Step into view")
        assert not dark(page)
        page.locator("#leave").click()
        page.locator("#go").click()
        expect(page.locator("#sentence")).to_have_text("See you soon")
        assert dark(page)


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fontconfig is not installed: apt install fontconfig")
def test_letters_that_are_missing_are_told_in_the_settings(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    def has(tag: str) -> bool:
        found = subprocess.run(["fc-list", f":lang={tag}", "family"], capture_output=True, text=True, check=True)
        return bool(found.stdout.strip())

    missing = [name for tag, name in (("hi", "Hindi"), ("zh", "Chinese"), ("ja", "Japanese")) if not has(tag)]
    with scripted_booth() as address:
        page = open_page(address)
        page.locator("#open-settings").click()
        note = page.locator("#fonts-note")
        if missing:
            expect(note).to_contain_text(f"no letters for: {', '.join(missing)}. On Debian")
        else:
            expect(note).to_be_hidden()
