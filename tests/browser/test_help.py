"""What the page tells of itself: its keys, its version, and where somebody stands."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from smartselfie.core.emotion import Emotion
from smartselfie.settings.schema import Settings
from smartselfie.testing import rule_of
from tests.browser.conftest import OpenPage, ScriptedBooth
from tests.browser.test_access import complaints


def test_the_help_has_the_keys_and_for_the_host_more(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    with scripted_booth(settings=Settings(album=tmp_path / "party")) as address:
        page = open_page(address, bypass_csp=True, motion=False)
        expect(page.locator("#status")).to_have_text("Live")
        page.keyboard.press("?")
        expect(page.locator("#help-album")).to_contain_text(str(tmp_path / "party"))
        expect(page.locator("#help-keys")).to_contain_text("Take a photo now")
        expect(page.locator("#help-keys")).to_contain_text("Leave")
        expect(page.locator("#help-screens")).to_contain_text("/tv")
        assert complaints(page) == []
        page.go_back()
        expect(page.locator("#help")).to_be_hidden()
        page.get_by_role("button", name="Help").click()
        expect(page.locator("#help")).to_be_visible()


def test_who_is_not_the_host_is_told_no_folder(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(pin=SecretStr("2468"))) as address:
        page = open_page(address)
        expect(page.locator("#status")).to_have_text("Live")
        page.locator("#open-help").click()
        expect(page.locator("#help-keys")).to_contain_text("Full screen")
        expect(page.locator("#help-screens")).to_be_hidden()
        expect(page.locator("#help-album")).to_be_empty()


def test_one_press_leads_back_to_the_defaults(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(rest=9, countdown=3)) as address:
        page = open_page(address)
        page.locator("#open-settings").click()
        expect(page.locator("[name=countdown]")).to_have_value("3")
        page.locator("#defaults").click()
        expect(page.locator("[name=countdown]")).to_have_value("0")
        values = httpx.get(f"{address}/api/settings").json()["values"]
        assert (values["rest"], values["countdown"]) == (Settings().rest, 0)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ((Emotion.SAD,), "Smile! You are on the right of the picture."),  # of the mirror image
        ((Emotion.SAD, Emotion.SAD), "Faces in view: 2."),
    ],
)
def test_where_somebody_stands_is_said(
    scripted_booth: ScriptedBooth, open_page: OpenPage, people: tuple[Emotion, ...], said: str
) -> None:
    with scripted_booth(*people) as address:
        page = open_page(address)
        expect(page.locator("#said")).to_contain_text(said)


def test_the_way_of_a_hold_can_be_heard(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    count = """() => {
        window.tones = [];
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) {
            window.tones.push(Math.round(this.frequency.value));
            return start.call(this, at);
        };
    }"""
    with scripted_booth(Emotion.HAPPY, rule=rule_of(hold_frames=300)) as address:
        page = open_page(address, bypass_csp=True)
        expect(page.locator("#status")).to_have_text("Live")
        page.evaluate(count)
        page.locator("#sentence").click()  # browsers let no page sound before it was touched
        page.wait_for_function("window.tones.length > 0")
        assert page.evaluate("window.tones")[0] in (550, 688)
