"""Settings, languages, the PIN and the question for consent in a real browser."""

import json
import re
import tomllib
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Request, Route, expect
from pydantic import SecretStr

from smartselfie.booth.routes.pages import STATIC
from smartselfie.core.emotion import Emotion
from smartselfie.settings.live import live_names
from smartselfie.settings.schema import Settings
from tests.browser.conftest import OpenPage, ScriptedBooth


def asks(request: Request) -> bool:
    return request.url.endswith("/api/settings")


def open_settings(page: Page) -> None:
    expect(page.locator("#status")).to_have_text("Live")
    page.get_by_role("button", name="Settings").click()
    expect(page.locator("#fields")).to_be_visible()


def test_a_setting_holds_at_once_is_saved_and_reaches_the_other_page(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    saved = tmp_path / "x.booth.toml"
    with scripted_booth(saved=saved) as address:
        page, other = open_page(address), open_page(address)
        open_settings(page)
        page.get_by_role("switch", name="Mirror the view").click()
        expect(page.locator("#settings-note")).to_have_text("Saved")
        page.get_by_role("slider", name="Seconds between two photos").press("ArrowRight")
        expect(page.locator("#settings-note")).to_have_text("Saved")
        page.locator("select[name=language]").select_option("de")
        expect(page.locator("#settings-title")).to_have_text("Einstellungen")
        expect(page.get_by_role("switch", name="Ansicht spiegeln")).to_be_visible()
        expect(other.locator("#sentence")).to_have_text("Komm ins Bild")
        page.locator("#close-settings").click()
        expect(page).to_have_url(f"{address}/")  # the history is where it was
        page.reload()
        expect(page.locator("#sentence")).to_have_text("Komm ins Bild")
        assert page.evaluate("document.documentElement.lang") == "de"
    assert tomllib.loads(saved.read_text()) == {"mirror": False, "rest": 4.0, "language": "de"}


def test_what_is_moved_before_the_booth_has_answered_stays_moved(
    scripted_booth: ScriptedBooth, open_page: OpenPage, tmp_path: Path
) -> None:
    saved = tmp_path / "x.booth.toml"
    with scripted_booth(saved=saved) as address:
        page = open_page(address)
        open_settings(page)
        changes: list[Route] = []
        on_their_way: list[int] = [0]
        page.on("request", lambda each: on_their_way.append(on_their_way[-1] + asks(each)))
        page.on("requestfinished", lambda each: on_their_way.append(on_their_way[-1] - asks(each)))

        def hold_the_first(route: Route) -> None:
            if route.request.method == "PATCH":
                changes.append(route)
            if len(changes) != 1 or route is not changes[0]:
                route.continue_()

        page.route("**/api/settings", hold_the_first)
        page.get_by_role("switch", name="Mirror the view").click()
        slider = page.get_by_role("slider", name="Seconds between two photos")
        slider.evaluate("input => { input.untouched = true; }")
        slider.press("ArrowRight")
        slider.press("ArrowRight")
        page.wait_for_timeout(200)
        assert len(changes) == 1, "one after the other"
        with page.expect_response(lambda answer: answer.request.post_data == '{"rest":5}'):
            changes[0].continue_()
        expect(page.locator("#settings-note")).to_have_text("Saved")
        expect(slider).to_have_value("5")
        assert slider.evaluate("input => input.untouched"), "a new slider was put under the finger"
        assert max(on_their_way) == 1, "an older answer could come last"
    assert tomllib.loads(saved.read_text()) == {"mirror": False, "rest": 5.0}


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_a_choice_that_is_refused_is_told_in_the_pages_language_and_shown_as_it_was(
    scripted_booth: ScriptedBooth, open_page: OpenPage, language: str
) -> None:
    words = json.loads((STATIC / "words" / f"{language}.json").read_text(encoding="utf-8"))
    with scripted_booth() as address:
        # the browser itself tells in its console of every answer that refuses
        page = open_page(address, quiet=False, locale=language)
        expect(page.locator("#status")).to_have_text(words["status.live"])
        page.get_by_role("button", name=words["settings"], exact=True).click()
        page.locator("select[name=rule] option").first.evaluate("option => { option.value = 'nobody'; }")
        page.locator("select[name=rule]").select_option("nobody")
        expect(page.locator("#settings-note")).to_have_class(re.compile("bad"))
        expect(page.locator("select[name=rule]")).to_have_value("majority")
        told = re.compile("^rule: nobody is not possible") if language == "en" else words["problem.config"]
        expect(page.locator("#settings-note")).to_have_text(told)
        for code, key in (("source", "problem.source"), ("bug", "problem.bug"), ("unheard_of", "notDone")):
            problem = {"code": code, "message": "it burns", "hint": "put it out"}
            said = page.evaluate("async (it) => (await import('/static/i18n.js')).tellProblem(it)", problem)
            own = {"text": words[key], "hint": words["problem.hint"]}
            assert said == ({"text": "it burns", "hint": "put it out"} if language == "en" else own)


def test_the_form_shows_every_value_that_holds_beyond_the_sliders_end_and_between_its_steps_too(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    held = {"hold": 500, "rest": 60.5, "hold_seconds": 30.0, "countdown": 3}
    with scripted_booth(settings=Settings(**held, smile=0.6, rule=7)) as address:  # type: ignore[arg-type]
        page = open_page(address)
        open_settings(page)
        for name, value in held.items():
            slider = page.locator(f"input[name={name}]")
            expect(slider).to_have_value(f"{value:g}")
            assert slider.locator("xpath=preceding-sibling::output").text_content() == f"{value:g}"
        assert page.locator("select[name=smile] option:checked").text_content() == "60%"
        assert page.locator("select[name=rule] option:checked").text_content() == "People: 7"
        page.locator("input[name=rest]").press("ArrowLeft")
        expect(page.locator("#settings-note")).to_have_text("Saved")
        values = httpx.get(f"{address}/api/settings").json()["values"]
        assert {name: values[name] for name in held} == {**held, "rest": 60.0}


def test_the_form_has_a_field_for_every_setting_that_can_change_and_each_is_sent_as_it_is(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    with scripted_booth() as address:
        page = open_page(address)
        open_settings(page)
        names = page.locator("#fields [name]").evaluate_all("all => all.map((each) => each.name)")
        assert tuple(names) == live_names()
        assert (
            page.locator("#fields .field > span").evaluate_all("all => all.filter((each) => !each.textContent)") == []
        )
        for name, choice, value in (
            ("rule", "People: 3", 3),
            ("rule", "The closest face", "largest"),
            ("smile", "A big smile", 0.8),
            ("expression", "surprised", "surprise"),
            ("source", "Demo", "demo"),
            ("source", "Automatic", None),
        ):
            with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
                page.locator(f"select[name={name}]").select_option(label=choice)
            assert answered.value.json()["values"][name] == value


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "hi", "zh", "ja"])
def test_the_page_speaks_the_browsers_language_and_fits_on_a_phone(
    scripted_booth: ScriptedBooth, open_page: OpenPage, language: str
) -> None:
    words = json.loads((STATIC / "words" / f"{language}.json").read_text(encoding="utf-8"))
    with scripted_booth(Emotion.SAD) as address:
        page = open_page(address, width=360, height=740, locale=f"{language}-XX")
        expect(page.locator("#sentence")).to_have_text(words["why.not_smiling"])
        assert page.locator("#bars dt").first.inner_text() == words["angry"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        cut = page.locator("#bars dt, #bars dd, .sentence, .hint").evaluate_all(
            "all => all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)"
        )
        assert cut == []


def test_a_language_that_is_not_there_falls_back_to_english(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth() as address:
        page = open_page(address, locale="fi-FI")
        expect(page.locator("#sentence")).to_have_text("Step into view")


def test_the_host_locks_settings_and_leaving_and_a_wrong_pin_is_told(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    with scripted_booth(settings=Settings(pin=SecretStr("2468"), kiosk=True)) as address:
        # the browser itself tells in its console of every answer that refuses
        page = open_page(address, quiet=False)
        expect(page.locator("#status")).to_have_text("Live")
        page.get_by_role("button", name="Settings").click()
        page.locator("#pin-input").fill("1111")
        page.keyboard.press("Enter")
        expect(page.locator("#pin-note")).to_have_text("That PIN is wrong")
        page.locator("#pin-input").fill("2468")
        page.get_by_role("button", name="Unlock").click()
        expect(page.locator("#fields")).to_be_visible()
        page.keyboard.press("Escape")
        # leaving the settings has locked them
        page.get_by_role("button", name="Leave").click()
        page.locator("#pin-input").fill("2468")
        page.keyboard.press("Enter")
        expect(page.locator("#ask")).to_be_visible()
        page.locator("#stay").click()


def test_guests_are_asked_before_the_first_photo(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(Emotion.HAPPY, settings=Settings(consent=True, delete_after=24)) as address:
        page = open_page(address)
        expect(page.locator("#consent")).to_be_visible()
        expect(page.locator("#consent-time")).to_have_text("Photos are deleted after 24 hours.")
        page.keyboard.press("Escape")
        expect(page.locator("#consent")).to_be_visible()
        page.get_by_role("button", name="Yes, let's go").click()
        expect(page.locator("#consent")).to_be_hidden()
        expect(page.locator("#sentence")).to_have_text("Hold that smile")


def test_the_countdown_is_seen_before_the_photo(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(settings=Settings(countdown=2)) as address:
        page = open_page(address)
        expect(page.locator("#shutter")).to_be_enabled()
        page.keyboard.press(" ")
        expect(page.locator("#countdown")).to_have_text("2")
        page.keyboard.press(" ")
        expect(page.locator("#countdown")).to_have_text("1")
        expect(page.locator("#total")).to_have_text("1")
        page.wait_for_timeout(500)
        expect(page.locator("#total")).to_have_text("1")


def test_a_pause_is_told(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(Emotion.HAPPY) as address:
        page = open_page(address)
        expect(page.locator("#status")).to_have_text("Live")
        httpx.post(f"{address}/api/pause")
        expect(page.locator("#sentence")).to_have_text("A short break")
        expect(page.locator("#shutter")).to_be_disabled()
        httpx.post(f"{address}/api/resume")
        expect(page.locator("#status")).to_have_text("Live")
