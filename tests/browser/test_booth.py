"""The page in a real browser: from opening it to the photo, and what can go wrong on the way."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from smartselfie.core.emotion import Emotion
from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.testing import ScriptedSource, frames_at, rule_of
from tests.browser.conftest import DemoBooth, OpenPage, ScriptedBooth

SOON = 60_000
"""Milliseconds; a demo's round takes fourteen seconds."""


def photos(page: Page) -> Locator:
    return page.locator("#strip img")


def test_from_opening_the_page_to_the_photo(demo_booth: DemoBooth, open_page: OpenPage) -> None:
    page = open_page(demo_booth.url)
    expect(page.locator("#status")).to_have_text("Live")
    first = page.locator("#view").screenshot()
    page.wait_for_timeout(500)
    assert page.locator("#view").screenshot() != first, "the picture does not move"

    before = {photo["name"] for photo in httpx.get(f"{demo_booth.url}/api/photos").json()["photos"]}
    names = ["angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral"]
    assert page.locator("#bars dt").all_text_contents() == names
    expect(page.locator("#count")).to_be_visible(timeout=SOON)
    expect(page.locator("#needed")).to_have_text("of 10")
    expect(page.locator("#shown")).to_be_visible(timeout=SOON)
    assert page.locator("#strip > *").first.get_attribute("data-name") not in before
    assert all(value.endswith("%") for value in page.locator("#bars .score").all_text_contents())
    expect(page.locator("#bars [data-top]")).to_have_attribute("data-emotion", "happy")
    expect(page.locator("#meter")).to_have_attribute("data-happy", "")
    # then back by itself
    expect(page.locator("#shown")).to_be_hidden(timeout=SOON)
    assert page.locator("#shown-image").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
    assert photos(page).first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 480


def test_a_photo_taken_while_the_list_is_on_its_way_stays_on_the_page(
    scripted_booth: ScriptedBooth, open_page: OpenPage
) -> None:
    with scripted_booth() as address:
        page = open_page(address)
        expect(page.locator("#shutter")).to_be_enabled()
        asked: list[Route] = []
        page.route("**/api/photos?*", lambda route: asked.append(route))  # noqa: PLW0108 - it looks for a signature
        with page.expect_request("**/api/photos?*"):  # as whenever something was changed
            httpx.patch(f"{address}/api/settings", json={"mirror": False})
        page.keyboard.press(" ")
        expect(page.locator("#total")).to_have_text("1")
        asked[0].fulfill(json={"total": 0, "photos": []})  # as it was before the photo
        page.wait_for_timeout(300)
        expect(page.locator("#total")).to_have_text("1")
        expect(photos(page)).to_have_count(1)


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


@pytest.mark.parametrize("key", ["Escape", "q", None])
def test_it_can_be_left_while_nobody_is_visible(
    scripted_booth: ScriptedBooth, open_page: OpenPage, key: str | None
) -> None:
    with scripted_booth() as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("Step into view")
        if key is None:
            page.locator("#leave").click()
        else:
            page.keyboard.press(key)
        page.locator("#go").click()
        expect(page.locator("#sentence")).to_have_text("See you soon")
        expect(page.locator("#shutter")).to_be_disabled()


class Unplugged(ScriptedSource):
    """A camera that is pulled after its first frames, and comes back when the test says so."""

    def __init__(self) -> None:
        super().__init__(frames_at(15, 1), fps=15.0, live=True, endless=True)
        self.plugged_in = threading.Event()

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        yield from frames_at(15, 3)
        yield SourceLost("pulled")
        self.plugged_in.wait()
        yield SourceBack()
        yield from super().frames()


def test_a_lost_camera_is_said_and_its_return_seen(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    camera = Unplugged()
    with scripted_booth(source=camera) as address:
        page = open_page(address)
        expect(page.locator("#sentence")).to_have_text("Camera disconnected")
        expect(page.locator("#status")).to_have_text("No camera")
        expect(page.locator("#shutter")).to_be_disabled()
        camera.plugged_in.set()
        expect(page.locator("#sentence")).to_have_text("Step into view")
        expect(page.locator("#shutter")).to_be_enabled()


def test_the_page_comes_back_by_itself_after_a_restart(tmp_path: Path, open_page: OpenPage) -> None:
    booth = DemoBooth(tmp_path)
    # the browser itself complains in the console about the line that is down
    page = open_page(booth.url, quiet=False)
    expect(page.locator("#status")).to_have_text("Live")
    booth.kill()
    expect(page.locator("#sentence")).to_have_text("The booth isn't responding")
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


def test_each_persons_scores_can_be_looked_at(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(Emotion.SAD, Emotion.HAPPY) as address:
        page = open_page(address)
        people = page.get_by_role("group", name="Whose scores are shown").get_by_role("button")
        expect(people).to_have_count(2)
        # the view is mirrored: whoever stands on the left of the picture is the second to be seen
        expect(people.nth(1)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#bars [data-top]")).to_have_attribute("data-emotion", "sad")
        people.nth(0).click()
        expect(people.nth(0)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#bars [data-top]")).to_have_attribute("data-emotion", "happy")
        expect(page.locator("#smile-value")).to_have_text("90%")
        people.nth(0).click()
        expect(page.locator("#bars [data-top]")).to_have_attribute("data-emotion", "sad")


def test_two_pages_see_the_same_photo(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    with scripted_booth(Emotion.HAPPY, rule=rule_of(hold_frames=10_000)) as address:
        first, second = open_page(address), open_page(address, width=360, height=740)
        for page in (first, second):
            expect(page.locator("#shutter")).to_be_enabled()
        first.locator("#shutter").click()
        for page in (first, second):
            expect(page.locator("#total")).to_have_text("1")
            expect(page.locator("#shown")).to_be_visible()


def test_the_shutter_sounds_unless_it_is_muted(scripted_booth: ScriptedBooth, open_page: OpenPage) -> None:
    count = """() => {
        window.sounds = 0;
        const start = AudioBufferSourceNode.prototype.start;
        AudioBufferSourceNode.prototype.start = function (at) { window.sounds += 1; return start.call(this, at); };
    }"""
    with scripted_booth(Emotion.HAPPY) as address:
        page = open_page(address)
        page.evaluate(count)
        expect(page.locator("#shutter")).to_be_enabled()
        page.locator("#shutter").click()
        expect(page.locator("#total")).to_have_text("1")
        assert page.evaluate("window.sounds") == 2
        page.get_by_role("button", name="Mute sounds").click()
        page.locator("#shutter").click()
        expect(page.locator("#total")).to_have_text("2")
        assert page.evaluate("window.sounds") == 2
        page.reload()
        expect(page.get_by_role("button", name="Mute sounds")).to_have_attribute("aria-pressed", "true")


def test_work_in_the_background_that_fails_is_shown_until_it_works_again(
    scripted_booth: ScriptedBooth, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [True]

    def tidy(*_: object) -> int:
        if broken:
            raise ZeroDivisionError
        return 0

    monkeypatch.setattr("smartselfie.albums.gallery.Gallery.tidy", tidy)
    monkeypatch.setattr("smartselfie.booth.retention.EVERY", 0.1)
    with scripted_booth() as address:
        page = open_page(address)
        expect(page.locator("#warning")).to_contain_text("deletion of old photos: something went wrong", timeout=SOON)
        expect(page.locator("#status")).to_have_text("Live")
        broken.clear()
        expect(page.locator("#warning")).to_be_hidden(timeout=SOON)
