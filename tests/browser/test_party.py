"""An evening at the page: guests who wander off, smile in vain, count down and delete, and a host with a PIN."""

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from smartselfie.albums.clip import MARK
from smartselfie.booth.current_source import StandIn
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.mp4 import Mp4Writer
from smartselfie.settings.schema import Settings
from smartselfie.testing import ScriptedSource, frames_at, rule_of
from tests.browser.conftest import DemoBooth, OpenPage, ScriptedBooth

PIN = "2468"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three photos of one second; 0.jpg is the newest."""
    folder = tmp_path / "photos"
    folder.mkdir()
    now = time.time() // 1
    for number, colour in enumerate(("orange", "teal", "navy")):
        Pictures.new("RGB", (320, 240), colour).save(folder / f"{number}.jpg")
        os.utime(folder / f"{number}.jpg", (now - number / 10, now - number / 10))
    return folder


def enter_pin(page: Page) -> None:
    expect(page.locator("#pin")).to_be_visible()
    page.locator("#pin-input").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("#pin")).to_be_hidden()


def test_what_guests_and_host_leave_open_closes_by_itself_and_is_locked(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    settings = Settings(album=album, pin=SecretStr(PIN), kiosk=True)
    with scripted_booth(settings=settings) as address:
        # the browser itself tells in its console of every answer that refuses
        page = open_page(address, quiet=False)
        page.clock.install()
        expect(page.locator("#shutter")).to_be_enabled()
        page.keyboard.press("g")
        page.locator("#wall button").first.click()
        expect(page.locator("#viewer")).to_be_visible()
        # a kiosk's guest has no use for the booth's disk
        for tool in ("#viewer-save", "#viewer-strip", "#save-all"):
            expect(page.locator(tool)).to_be_hidden()
        page.clock.run_for(60_000)
        page.mouse.move(5, 5)
        page.clock.run_for(60_000)
        expect(page.locator("#viewer")).to_be_visible()
        page.clock.run_for(31_000)
        for room in ("#viewer", "#gallery"):
            expect(page.locator(room)).to_be_hidden()
        # the host's PIN opens the settings, and not what comes after them
        page.locator("#open-settings").click()
        enter_pin(page)
        expect(page.locator("#fields")).to_be_visible()
        page.locator("#close-settings").click()
        page.locator("#strip button").first.click()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/0.jpg")
        page.keyboard.press("Delete")
        enter_pin(page)
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        page.keyboard.press("Delete")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/2.jpg")  # known while one is there
        page.locator("#viewer-close").click()
        page.locator("#open-settings").click()
        enter_pin(page)
        page.clock.run_for(91_000)
        expect(page.locator("#settings")).to_be_hidden()
        page.locator("#leave").click()
        enter_pin(page)
        # whoever presses Enter stays
        expect(page.locator("#stay")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#ask")).to_be_hidden()
        expect(page.locator("#shutter")).to_be_enabled()


def in_reach_on_a_phone(page: Page) -> None:
    """The photos and the gallery's way out are in reach without scrolling."""
    page.set_viewport_size({"width": 360, "height": 740})
    strip = page.locator("#strip").bounding_box()
    assert strip is not None
    assert strip["y"] + strip["height"] <= 740
    page.keyboard.press("g")
    expect(page.locator("#wall li")).to_have_count(3)
    title, close = (page.locator(part).bounding_box() for part in ("#gallery-title", "#close-gallery"))
    assert title is not None
    assert close is not None
    assert abs(title["y"] + title["height"] / 2 - close["y"] - close["height"] / 2) < 24
    assert close["x"] + close["width"] > 320
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_clip_plays_in_place_of_its_photo_whichever_kind_it_is(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    Pictures.new("P", (8, 8)).save(album / "1.gif")
    with (album / "0.mp4").open("w+b") as file, Mp4Writer(file, 15.0, MARK) as out:
        for shade in range(30):
            out.add(np.full((48, 64, 3), 8 * shade, np.uint8), shade / 15)
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        page.locator("#strip button").first.click()
        page.locator("#viewer-clip").click()
        expect(page.locator("#viewer-image")).to_be_hidden()
        page.locator("#viewer-video").evaluate(
            "(video) => new Promise((done) => { video.ontimeupdate = () => video.currentTime > 0.2 && done(); })"
        )
        page.locator("#viewer-clip").click()
        expect(page.locator("#viewer-video")).to_be_hidden()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/0.jpg")
        page.keyboard.press("ArrowRight")
        page.locator("#viewer-clip").click()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/clips/1.jpg")
        expect(page.locator("#viewer-video")).to_be_hidden()


def test_what_is_taken_meanwhile_appears_and_what_was_deleted_comes_back_with_the_focus(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        expect(page.locator("#strip button")).to_have_count(3)
        labels = page.locator("#strip button").evaluate_all("all => all.map((each) => each.ariaLabel)")
        assert len(set(labels)) == len(labels) == 3
        in_reach_on_a_phone(page)
        page.locator("#wall button").nth(1).focus()
        httpx.post(f"{address}/api/shoot")
        expect(page.locator("#wall li")).to_have_count(4)
        expect(page.locator("#gallery-total")).to_have_text("4")
        # where one was one stays
        expect(page.locator("#wall li").nth(2).locator("button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        expect(page.locator("#viewer-clip")).to_be_hidden()
        httpx.post(f"{address}/api/shoot")
        expect(page.locator("#total")).to_have_text("5")
        # a clip comes after its photo
        Pictures.new("P", (8, 8)).save(album / "1.gif")
        httpx.patch(f"{address}/api/settings", json={"mirror": False})
        expect(page.locator("#viewer-clip")).to_be_visible()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        # what is said is said where it is heard
        expect(page.locator("#viewer #said")).to_be_attached()
        page.locator("#viewer-delete").click()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/2.jpg")
        page.locator("#undo").click()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        expect(page.locator("#viewer-delete")).to_be_focused()
        # a slideshow goes on with what is new
        page.clock.install()
        page.keyboard.press("p")
        httpx.post(f"{address}/api/shoot")
        expect(page.locator("#total")).to_have_text("6")
        newest = page.locator("#strip li").first.get_attribute("data-name")
        page.wait_for_load_state("networkidle")
        page.clock.run_for(4100)
        expect(page.locator("#viewer-image")).to_have_attribute("src", f"/photos/{newest}")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.locator("#gallery")).to_be_hidden()
        # the focus is on the gallery's button again, and the space bar is the shutter's all the same
        page.keyboard.press(" ")
        expect(page.locator("#total")).to_have_text("7")
        expect(page.locator("#gallery")).to_be_hidden()


WATCH_THE_SWAP = """() => {
    const [shown, light] = ["shown", "flash"].map((id) => document.getElementById(id));
    window.swaps = [];
    new MutationObserver(() => shown.hidden || window.swaps.push(getComputedStyle(light).opacity)).observe(shown, {
        attributes: true,
    });
}"""


def test_a_countdown_owns_the_shutter_and_the_photo_appears_under_white(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    settings = Settings(countdown=2)
    with scripted_booth(Emotion.HAPPY, settings=settings, rule=rule_of(hold_frames=20, cooldown=0.0)) as address:
        page = open_page(address)
        page.evaluate(WATCH_THE_SWAP)
        expect(page.locator("#shown")).to_be_visible()  # by the smile
        assert page.evaluate("window.swaps[0]") == "1"
        page.keyboard.press(" ")
        expect(page.locator("#countdown")).to_be_visible()
        expect(page.locator("#shown")).to_be_hidden()
        expect(page.locator("#sentence")).to_have_text("Get ready!")
        total = page.locator("#total").inner_text()
        expect(page.locator("#countdown")).to_be_hidden()
        expect(page.locator("#shown")).to_be_visible()
        assert int(page.locator("#total").inner_text()) == int(total) + 1
        taken = httpx.get(f"{address}/api/photos?limit=1").json()["photos"][0]
    assert httpx.URL(taken["url"]).path.endswith(".jpg")


class Gone(ScriptedSource):
    """A camera that is not there any more."""

    def frames(self) -> Iterator[Frame | Any]:
        yield from frames_at(15, 3)
        raise SourceError("there is no camera 0", "see smartselfie cameras")


def test_a_demo_that_nobody_asked_for_is_called_one_and_a_kiosk_speaks_to_guests(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    camera = ScriptedSource(frames_at(15, 1), fps=15.0, live=True, endless=True)
    with scripted_booth(source=StandIn(camera)) as address:  # type: ignore[arg-type]
        page = open_page(address)
        expect(page.locator("#demo")).to_contain_text("DEMO")
        expect(page.locator("#demo")).to_be_visible()
        page.goto("about:blank")
    with scripted_booth(source=Gone([], live=True), settings=Settings(kiosk=True)) as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("The camera cannot be used")
        expect(page.locator("#hint")).to_have_text("Please tell your host")
        expect(page.locator("#demo")).to_be_hidden()
        page.goto("about:blank")


def test_a_smile_that_does_not_count_is_told_why_on_the_picture(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    with scripted_booth(Emotion.SAD, Emotion.HAPPY, Emotion.SAD, sizes=(24, 6, 6)) as address:
        page = open_page(address, forced_colors="active")
        expect(page.locator("#notes li")).to_have_text(["Come closer"])
        box, stage = page.locator("#notes li").bounding_box(), page.locator("#stage").bounding_box()
        assert box is not None
        assert stage is not None
        assert stage["x"] <= box["x"]
        assert box["x"] + box["width"] <= stage["x"] + stage["width"]
        # and with the colours of the system the bars are still there
        for bar, ground in (("#level", "#meter"), ("#bars .track span", "#bars .track")):
            drawn, track = (
                page.locator(part).first.evaluate("part => getComputedStyle(part).backgroundColor")
                for part in (bar, ground)
            )
            assert drawn != track


def test_guests_may_say_no_and_see_nobodys_photos_before_a_yes(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(Emotion.HAPPY, settings=Settings(album=album, consent=True)) as address:
        page = open_page(address)
        expect(page.locator("#consent")).to_be_visible()
        expect(page.locator("#consent-text")).not_to_contain_text("network")
        expect(page.locator("#strip")).to_be_hidden()
        page.get_by_role("button", name="No, no photos").click()
        expect(page.locator("#consent")).to_be_hidden()
        expect(page.locator("#sentence")).to_have_text("All right, no photos")
        page.keyboard.press("g")
        expect(page.locator("#gallery")).to_be_hidden()
        expect(page.locator("#strip")).to_be_hidden()
        page.locator("#stage").click()
        expect(page.locator("#consent")).to_be_visible()
        page.route(
            "**/api/settings", lambda route: route.fulfill(json={**httpx.get(route.request.url).json(), "lan": True})
        )
        httpx.patch(f"{address}/api/settings", json={"mirror": False})
        expect(page.locator("#consent-text")).to_contain_text("phones")
        page.locator("#agree").click()
        expect(page.locator("#strip img")).to_have_count(3)
        expect(page.locator("#strip")).to_be_visible()
        assert httpx.get(f"{address}/api/photos").json()["total"] == 3
        page.goto("about:blank")


def test_a_program_that_was_ended_is_told_with_the_way_to_start_it_again_and_the_first_paint_says_something(
    tmp_path: Path, open_page: OpenPage
) -> None:
    booth = DemoBooth(tmp_path)
    try:
        # the browser itself complains in the console about the line that is down
        page = open_page(booth.url, quiet=False)
        expect(page.locator("#status")).to_have_text("Live")
        html = httpx.get(booth.url, headers={"Accept-Language": "de-AT"}).text
        assert re.search(r'id="sentence"[^>]*>Einen Moment …<', html)
        booth.process.send_signal(signal.SIGINT)
        expect(page.locator("#sentence")).to_have_text("The program has ended")
        expect(page.locator("#hint")).to_have_text("To start it again, type: smartselfie")
    finally:
        booth.kill()


def size_of(page: Page, what: str) -> float:
    return float(page.locator(what).evaluate("each => parseFloat(getComputedStyle(each).fontSize)"))


def drawn(page: Page) -> bool:
    """Whether any paper flies."""
    pixels = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
    return bool(page.locator("#confetti").evaluate(f"canvas => canvas.width > 0 && {pixels}.some((each) => each)"))


def test_in_a_kiosk_the_picture_fills_the_screen_and_the_photo_flies_into_the_strip(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    with scripted_booth(Emotion.HAPPY, settings=Settings(kiosk=True)) as address:
        page = open_page(address, width=1920, height=1080)
        expect(page.locator("#sentence")).to_have_text("Hold that smile")
        assert size_of(page, "#sentence") >= 96
        assert size_of(page, "#hint") >= 40
        assert page.locator("#view").bounding_box() == {"x": 0, "y": 0, "width": 1920, "height": 1080}
        expect(page.locator("#bars")).to_be_hidden()
        page.set_viewport_size({"width": 800, "height": 480})
        page.keyboard.press("d")
        expect(page.locator("#bars")).to_be_visible()
        page.locator("#details").click()
        expect(page.locator("#bars")).to_be_hidden()
        page.evaluate(
            """() => {
                window.flown = [];
                const animate = Element.prototype.animate;
                Element.prototype.animate = function (...how) {
                    window.flown.push([this.id, how[0].at(-1).transform]);
                    return animate.apply(this, how);
                };
            }"""
        )
        page.keyboard.press(" ")
        expect(page.locator("#shown")).to_be_visible()
        assert drawn(page)
        expect(page.locator("#shown")).to_be_hidden()
        ((what, where),) = page.evaluate("window.flown")
        assert what == "shown"
        assert re.fullmatch(r"translate\([\d.]+px, -[\d.]+px\) scale\(0?\.\d+\)", where), where
        expect(page.locator("#strip img")).to_have_count(1)
        # whoever wants less motion gets a calm one
        calm = open_page(address, width=800, height=480, motion=False)
        expect(calm.locator("#shutter")).to_be_enabled()
        calm.keyboard.press(" ")
        expect(calm.locator("#shown")).to_be_visible()
        assert not drawn(calm)
        calm.context.close()
        page.goto("about:blank")


def test_when_nobody_is_there_the_photos_of_the_evening_are_shown_until_the_first_face(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    there = threading.Event()
    settings = Settings(album=album, kiosk=True)
    with scripted_booth(Emotion.SAD, settings=settings, there=there.is_set) as address:
        page = open_page(address)
        page.clock.install()
        page.reload()
        expect(page.locator("#sentence")).to_have_text("Step into view")
        expect(page.locator("#strip img")).to_have_count(3)
        page.clock.run_for(29_000)
        expect(page.locator("#attract")).to_be_hidden()
        page.clock.run_for(2_000)
        expect(page.locator("#attract")).to_be_visible()
        expect(page.locator("#attract")).to_contain_text("Come and smile!")
        expect(page.locator("#attract-image")).to_have_attribute("src", "/photos/0.jpg")
        page.clock.run_for(5_100)
        expect(page.locator("#attract-image")).to_have_attribute("src", "/photos/1.jpg")
        there.set()
        expect(page.locator("#attract")).to_be_hidden()
        expect(page.locator("#sentence")).to_have_text("Smile!")
        page.goto("about:blank")
