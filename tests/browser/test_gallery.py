"""The gallery in a real browser."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect

from smartselfie.albums.strip import BORDER, FOOT, HEIGHT
from smartselfie.settings.schema import Settings
from tests.browser.conftest import OpenPage, ScriptedBooth


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """150 photos, of ever wider smiles; the first of them the newest."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(150):
        photo = folder / f"{number:03d}.jpg"
        Pictures.new("RGB", (64, 48), (number, 90, 200 - number)).save(photo)
        faces = [{"emotions": {"happy": number / 150}}]
        photo.with_suffix(".json").write_text(json.dumps({"faces": faces}))
        os.utime(photo, (2000 - number, 2000 - number))
    return folder


def shown(page: Page) -> str:
    """The name of the photo that fills the screen."""
    expect(page.locator("#viewer")).to_be_visible()
    return (page.locator("#viewer-image").get_attribute("src") or "").rpartition("/")[2]


def test_the_wall_grows_as_it_is_scrolled_and_sorts_by_smile(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        page.get_by_role("button", name="All photos").click()
        expect(page.locator("#gallery-total")).to_have_text("150")
        tiles = page.locator("#wall li")
        assert tiles.count() < 150
        for _ in range(10):
            page.locator("#more").scroll_into_view_if_needed()
            page.wait_for_timeout(150)
        expect(tiles).to_have_count(150)
        assert min(path.name for path in (album / ".thumbnails").iterdir()) == "000.jpg"
        # the photos are of one day, which the first of them bears
        expect(page.locator("#wall li[data-day]")).to_have_count(1)
        page.get_by_role("button", name="Best smile").click()
        expect(page.locator("#wall li[data-day]")).to_have_count(0)
        expect(tiles.first).to_have_attribute("data-name", "149.jpg")
        page.locator("#wall button").first.click()
        assert shown(page) == "149.jpg"
        expect(page.locator("#viewer-smile")).to_have_text("Smile 99%")


def test_a_photo_is_deleted_and_brought_back(scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        page.locator("#strip button").nth(1).click()
        assert shown(page) == "001.jpg"
        page.get_by_role("button", name="Delete the photo").click()
        expect(page.locator("#toast")).to_contain_text("Photo deleted")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/002.jpg")
        assert not (album / "001.jpg").exists()
        expect(page.locator("#total")).to_have_text("149")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#toast")).to_contain_text("The photo is back")
        expect(page.locator("#total")).to_have_text("150")
        assert (album / "001.jpg").exists()


def test_the_keyboard_is_enough(scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        expect(page.locator("#strip img")).to_have_count(24)
        page.keyboard.press("g")
        expect(page.locator("#gallery")).to_be_visible()
        expect(page.locator("#close-gallery")).to_be_focused()
        page.locator("#wall button").first.wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        assert shown(page) == "002.jpg"
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/001.jpg")
        page.wait_for_load_state("networkidle")  # or it is deleted while it is on its way, and the page says so
        page.keyboard.press("Delete")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/002.jpg")
        page.keyboard.press("Escape")
        expect(page.locator("#viewer")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(page.locator("#gallery")).to_be_hidden()
        expect(page.locator("#ask")).to_be_hidden()
        page.keyboard.press("q")
        expect(page.locator("#stay")).to_be_visible()
        # no picture may be on its way when the booth ends
        page.wait_for_load_state("networkidle")


def test_a_finger_turns_the_page_and_the_slideshow_goes_round(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        Pictures.new("RGB", (64, 48)).save(folder / f"{number}.jpg")
        os.utime(folder / f"{number}.jpg", (2000 - number, 2000 - number))
    with scripted_booth(settings=Settings(album=folder)) as address:
        page = open_page(address, width=360, height=740)
        page.clock.install()
        page.locator("#strip button").first.click()
        assert shown(page) == "0.jpg"
        page.mouse.move(300, 400)
        page.mouse.down()
        page.mouse.move(100, 400, steps=4)
        page.mouse.up()
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/1.jpg")
        page.get_by_role("button", name="Slideshow").click()
        page.clock.run_for(4100)
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/0.jpg")


def test_one_photo_and_all_of_them_can_be_saved(
    scripted_booth: ScriptedBooth, open_page: OpenPage, album: Path
) -> None:
    with scripted_booth(settings=Settings(album=album)) as address:
        page = open_page(address)
        page.locator("#strip button").first.click()
        with page.expect_download() as one:
            page.locator("#viewer-save").click()
        assert one.value.suggested_filename == "000.jpg"
        with page.expect_download() as strip:
            page.get_by_role("link", name="Save a strip of four photos").click()
        assert strip.value.suggested_filename == "000-strip.jpg"
        page.keyboard.press("ArrowRight")
        expect(page.locator("#viewer-image")).to_have_attribute("src", "/photos/001.jpg")
        with page.expect_download() as strip:
            page.keyboard.press("s")
        assert strip.value.suggested_filename == "001-strip.jpg"
        page.locator("#viewer-close").click()
        page.keyboard.press("g")
        expect(page.locator("#save-all")).to_be_enabled()
        with page.expect_download() as everything:
            page.locator("#save-all").click()
        assert everything.value.suggested_filename == "smartselfie.zip"


def test_a_strip_has_nobody_on_it_who_is_not_on_its_photo(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, person in enumerate((1, 2, 1)):
        Pictures.new("RGB", (64, 48)).save(folder / f"{number}.jpg")
        os.utime(folder / f"{number}.jpg", (2000 + number, 2000 + number))
        written = datetime.fromtimestamp(2000 + number, UTC).isoformat()
        notes = {"source": "0", "at": 5.0 + number, "written": written, "faces": [{"id": person}]}
        (folder / f"{number}.json").write_text(json.dumps(notes))
    with scripted_booth(settings=Settings(album=folder)) as address:
        page = open_page(address)
        page.locator("#strip button").first.click()
        with page.expect_download() as strip:
            page.locator("#viewer-strip").click()
        with Pictures.open(strip.value.path()) as picture:
            assert picture.height == BORDER + 2 * (HEIGHT + BORDER) + FOOT
