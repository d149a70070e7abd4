"""What axe, which reads pages by the rules of WCAG 2.2 (A, AA) and best practice, says of the page's rooms."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image as Pictures
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from smartselfie.core.emotion import Emotion
from smartselfie.settings.schema import Settings
from tests.browser.conftest import OpenPage, ScriptedBooth


def complaints(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def to_booth(page: Page) -> None:
    expect(page.locator("#people button")).to_have_count(2)


def to_gallery(page: Page) -> None:
    page.locator("#open-gallery").click()
    expect(page.locator("#wall li")).to_have_count(3)


def to_viewer(page: Page) -> None:
    page.locator("#strip button").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    page.locator("#viewer-delete").click()
    expect(page.locator("#toast")).to_be_visible()


def to_settings(page: Page) -> None:
    page.locator("#open-settings").click()
    expect(page.locator("#fields select").first).to_be_visible()


def to_party(page: Page) -> None:
    page.keyboard.press("d")
    expect(page.locator("#bars")).to_be_hidden()


def to_leaving(page: Page) -> None:
    page.locator("#leave").click()
    expect(page.locator("#ask")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("go", [to_booth, to_party, to_gallery, to_viewer, to_settings, to_leaving])
def test_axe_finds_nothing(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path, go: object, *, dark: bool
) -> None:
    for number in range(3):
        (tmp_path / "album").mkdir(exist_ok=True)
        Pictures.new("RGB", (64, 48)).save(tmp_path / "album" / f"{number}.jpg")
    with scripted_booth(Emotion.SAD, Emotion.HAPPY) as address:
        page = open_page(address, dark=dark, motion=False, bypass_csp=True)
        expect(page.locator("#status")).to_have_text("Live")
        expect(page.locator("#strip img")).to_have_count(3)
        assert callable(go)
        go(page)
        assert complaints(page) == []


def test_axe_finds_nothing_on_the_questions(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(consent=True, pin=SecretStr("1234"))) as address:
        page = open_page(address, bypass_csp=True, quiet=False)
        expect(page.locator("#consent")).to_be_visible()
        assert complaints(page) == []
        page.locator("#agree").click()
        expect(page.locator("#status")).to_have_text("Live")
        page.locator("#open-settings").click()
        expect(page.locator("#pin")).to_be_visible()
        assert complaints(page) == []


def test_axe_can_find_something(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth() as address:
        page = open_page(address, bypass_csp=True)
        expect(page.locator("#status")).to_have_text("Live")
        page.evaluate("document.getElementById('leave').removeAttribute('aria-label')")
        page.evaluate("document.getElementById('leave').removeAttribute('title')")
        assert any(complaint.startswith("button-name") for complaint in complaints(page))


@pytest.mark.parametrize("place", ["tv", "gallery", "status"])
def test_axe_finds_nothing_on_the_other_pages(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path, place: str
) -> None:
    (tmp_path / "album").mkdir(exist_ok=True)
    Pictures.new("RGB", (64, 48)).save(tmp_path / "album" / "a.jpg")
    with scripted_booth() as address:
        page = open_page(f"{address}/{place}", motion=False, bypass_csp=True)
        expect(
            page.locator({"tv": "img[data-shown]", "gallery": "#wall li", "status": "dd"}[place]).first
        ).to_be_visible()
        assert complaints(page) == []
