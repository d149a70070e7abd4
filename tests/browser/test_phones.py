"""A phone comes in by the code on the page, and a guest takes one photo home."""

from pathlib import Path

import pytest
from PIL import Image as Pictures
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from smartselfie.booth.server import own_address
from smartselfie.core.emotion import Emotion
from smartselfie.settings.schema import Settings
from tests.browser.conftest import OpenPage, ScriptedBooth

pytestmark = pytest.mark.skipif(own_address() is None, reason="this machine is not on a network")


def code(page: Page) -> str:
    """The address behind the code that is shown, once it can be seen."""
    expect(page.locator("#code")).to_be_visible()
    assert page.locator("#code-image").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    return page.locator("#code-image").get_attribute("alt") or ""


def test_a_phone_comes_in_by_the_code_once(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(Emotion.HAPPY, settings=Settings(lan=True, port=0)) as address:
        page = open_page(address)
        page.get_by_role("button", name="Connect a phone").click()
        url = code(page)
        phone = open_page(url, width=360, height=740, ignore_https_errors=True)
        expect(phone.locator("#status")).to_have_text("Live")
        # without a PIN no phone is the host
        for host_only in ("#open-settings", "#leave", "#pair"):
            expect(phone.locator(host_only)).to_be_hidden()
        phone.keyboard.press("q")
        expect(phone.locator("#ask")).to_be_hidden()
        phone.locator("#shutter").click()
        page.locator("#code-close").click()
        expect(page.locator("#total")).to_have_text("1")
        # the browser itself tells in its console of the answer that refuses
        late = open_page(url, quiet=False, ignore_https_errors=True)
        expect(late.locator("#said")).to_contain_text("has been used")
        for each in (phone, late):
            each.context.close()


def test_a_guest_gets_one_photo_on_the_own_phone(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "album").mkdir()
    Pictures.new("RGB", (320, 240), "orange").save(tmp_path / "album" / "a.jpg")
    with scripted_booth(settings=Settings(lan=True, port=0)) as address:
        page = open_page(address)
        expect(page.locator("#shutter")).to_be_enabled()
        # the photo comes with its code
        page.keyboard.press(" ")
        expect(page.locator("#shown-code")).to_be_visible()
        expect(page.locator("#shown")).to_be_hidden()
        page.locator('#strip [data-name="a.jpg"] button').click()
        page.get_by_role("button", name="Get the photo on your phone").click()
        url = code(page)
        phone = {"width": 360, "height": 740, "locale": "fr-FR", "ignore_https_errors": True}
        guest = open_page(url, **phone)
        expect(guest.locator("h1")).to_have_text("Voici votre photo")
        assert guest.locator("#photo").get_attribute("alt") == "Voici votre photo"
        assert guest.locator("#photo").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
        assert guest.evaluate("document.documentElement.scrollWidth") <= 360
        for what, name in (("#save", "a.jpg"), ("#strip", "a-strip.jpg")):
            with guest.expect_download() as saved:
                guest.locator(what).click()
            assert saved.value.suggested_filename == name
        expect(guest.locator("#clip")).to_be_hidden()
        guest.context.close()
        # the browser itself tells in its console of every answer that refuses
        late = open_page(f"{url}x", quiet=False, **phone)
        expect(late.locator("h1")).to_have_text("Cette photo n’est plus ici")
        late.goto(url.partition("/guest/")[0])
        expect(late.locator("h1")).to_have_text("Scannez d’abord le code du photomaton")
        late.context.close()


def test_in_a_kiosk_the_photo_is_saved_on_the_phone_and_not_on_the_booths_disk(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "album").mkdir()
    Pictures.new("RGB", (320, 240), "orange").save(tmp_path / "album" / "a.jpg")
    with scripted_booth(settings=Settings(lan=True, port=0, kiosk=True, guest_http=True)) as address:
        page = open_page(address, width=360, height=740)
        page.locator("#strip button").first.click()
        # within reach of a thumb
        for what in ("#previous", "#following"):
            box = page.locator(what).bounding_box()
            assert box is not None
            assert 740 / 2 < box["y"] < 740 - box["height"]
        page.locator("#viewer-save").click()
        assert code(page).startswith("http://")
        expect(page.locator("#code-text")).not_to_contain_text("warning")


def test_guests_see_the_gallery_and_nothing_else(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "album").mkdir()
    Pictures.new("RGB", (320, 240), "orange").save(tmp_path / "album" / "a.jpg")
    with scripted_booth(settings=Settings(lan=True, port=0)) as address:
        page = open_page(address)
        page.locator("#open-gallery").click()
        page.get_by_role("button", name="Show guests the gallery").click()
        guest = open_page(code(page), width=360, height=740, ignore_https_errors=True)
        guest.locator("#wall button").click()
        expect(guest.locator("#viewer-image")).to_have_attribute("src", "/photos/a.jpg")
        for host_only in ("#viewer-delete", "#viewer-share", "#save-all", "#share-gallery"):
            expect(guest.locator(host_only)).to_be_hidden()
        guest.keyboard.press("Delete")
        guest.go_back()
        expect(guest.locator("#viewer")).to_be_hidden()
        expect(guest.locator("#gallery")).to_be_visible()
        assert (tmp_path / "album" / "a.jpg").exists()
        guest.context.close()


def test_a_pin_that_is_made_makes_the_hosts_phone_a_host(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(lan=True, port=0, pin=SecretStr("auto"))) as address:
        page = open_page(address)
        page.locator("#open-settings").click()
        page.locator("#close-settings").click()
        page.get_by_role("button", name="Connect a phone").click()
        phone = open_page(code(page), quiet=False, ignore_https_errors=True)
        expect(phone.locator("#status")).to_have_text("Live")
        pin = page.locator("#code-pin").inner_text().rpartition(" ")[2]
        phone.locator("#open-settings").click()
        phone.locator("#pin-input").fill(pin)
        phone.keyboard.press("Enter")
        expect(phone.locator("#settings")).to_be_visible()
        phone.context.close()
        page.locator("#code-close").click()
