"""Where one is: Back, reload and links, and the pages for other screens."""

import os
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from smartselfie.core.emotion import Emotion
from smartselfie.settings.schema import Settings
from tests.browser.conftest import OpenPage, ScriptedBooth


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three photos; 0 is the newest."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        photo = folder / f"{number}.jpg"
        Pictures.new("RGB", (64, 48), (80 * number, 90, 200)).save(photo)
        written = photo.stat().st_mtime - number
        os.utime(photo, (written, written))
    return folder


def is_open(page: Page, *names: str) -> None:
    for name in ("gallery", "viewer", "settings", "code", "pin", "ask"):
        (
            expect(page.locator(f"#{name}")).to_be_visible
            if name in names
            else expect(page.locator(f"#{name}")).to_be_hidden
        )()


def place(page: Page) -> str:
    return page.evaluate("location.pathname + location.hash")  # type: ignore[no-any-return]


def test_back_closes_what_is_open_and_a_reload_comes_back_to_it(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address, bypass_csp=True)
        page.locator("#open-gallery").click()
        page.locator("#wall button").nth(1).click()
        is_open(page, "gallery", "viewer")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/2.jpg")
        page.wait_for_function("location.hash === '#gallery/photo:2.jpg'")
        page.reload()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/2.jpg")
        is_open(page, "gallery", "viewer")
        page.go_back()
        is_open(page, "gallery")
        page.go_forward()
        is_open(page, "gallery", "viewer")
        page.go_back()
        page.go_back()
        is_open(page)
        assert place(page) == "/"
        # closed by hand, the page is where it was, and Back does not open it again
        page.locator("#open-settings").click()
        expect(page.locator("#fields select").first).to_be_visible()
        page.reload()
        is_open(page, "settings")
        page.locator("#close-settings").click()
        page.wait_for_function("location.hash === '' && history.state.depth === 0")
        is_open(page)


def test_a_link_opens_a_photo_and_back_leads_to_the_booth(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(f"{address}/#photo:1.jpg", bypass_csp=True)
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        page.go_back()
        is_open(page)
        expect(page.locator("#status")).to_have_text("Live")
        for nowhere in ("#photo:gone.jpg", "#photo:%", "#nothing/photo:1.jpg", "#/", "#photo"):
            page.goto(f"{address}/{nowhere}")
            page.reload()
            page.wait_for_function("location.hash === ''")
            is_open(page)


def test_back_gives_up_the_pin_and_the_booth_stays(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(pin=SecretStr("1234"))) as address:
        # the browser tells in its console of the answer that refuses
        page = open_page(address, quiet=False, bypass_csp=True)
        page.locator("#open-settings").click()
        is_open(page, "pin")
        page.wait_for_function("history.state.depth === 1")
        page.go_back()
        is_open(page)
        page.locator("#open-settings").click()
        for pin, left in (("9999", "pin"), ("1234", "settings")):
            page.locator("#pin-input").fill(pin)
            page.keyboard.press("Enter")
            is_open(page, left)
            page.wait_for_function("history.state.depth === 1")
        page.go_back()
        is_open(page)
        assert place(page) == "/"


def test_a_television_shows_what_comes_and_has_no_controls(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    with scripted_booth(Emotion.HAPPY, settings=Settings(album=tmp_path / "new")) as address:
        page = open_page(f"{address}/tv", width=1920, height=1080, bypass_csp=True)
        expect(page.locator("#empty")).to_have_text("No photos yet. Smile, and your first one will appear here.")
        httpx.post(f"{address}/api/shoot")
        shown = page.locator("img[data-shown]")
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("alt", re.compile("Photo from "))
        box = shown.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (1920, 1080)
        assert page.locator("button, a, input, select").count() == 0
        first = shown.get_attribute("src")
        httpx.post(f"{address}/api/shoot")
        page.wait_for_function(
            "first => document.querySelector('img[data-shown]')?.getAttribute('src') !== first", arg=first
        )
        page.reload()
        expect(shown).to_have_count(1)


def test_the_gallery_is_a_page_of_its_own(scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(f"{address}/gallery", bypass_csp=True)
        expect(page.locator("#wall li")).to_have_count(3)
        expect(page.locator("#close-gallery")).to_be_hidden()
        page.keyboard.press("Escape")
        is_open(page, "gallery")
        page.locator("#wall button").first.click()
        page.wait_for_function("location.hash === '#photo:0.jpg'")
        page.reload()
        is_open(page, "gallery", "viewer")
        page.go_back()
        is_open(page, "gallery")
        Pictures.new("RGB", (64, 48)).save(album / "new.jpg")
        expect(page.locator("#wall li")).to_have_count(4)


def test_the_host_sees_how_it_goes(scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path) -> None:
    with scripted_booth(settings=Settings(album=album, pin=SecretStr("1234"))) as address:
        page = open_page(f"{address}/status", quiet=False)
        page.locator("#pin-input").fill("1234")
        page.keyboard.press("Enter")
        expect(page.locator("#facts")).to_contain_text("0 since the start, 3 in the last 12 hours, 3 in all")
        expect(page.locator("#facts")).to_contain_text("Waiting for smiles")
