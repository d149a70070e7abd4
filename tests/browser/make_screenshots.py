"""Makes the documentation's pictures of the page: `python tests/browser/make_screenshots.py [docs [NAME...]]`.

It opens the booth on the built-in demo in Debian's chromium. `booth.jpg` is the second round's smile, so that the first
round's photo is in the strip: seven frames into the hold the page's clock is stopped. The others are the party view at
the same moment, the page in the dark and on a phone, the gallery, one photo, the settings, the page for a television
and the host's. With names behind the folder it makes these alone.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HELD = 7
FREEZE = """(held) => new Promise((done) => {
    const count = document.getElementById("held");
    const look = () => {
        if (count.textContent !== held) return;
        window.requestAnimationFrame = () => 0; // the page asks for its next frame after drawing this one
        done();
    };
    new MutationObserver(look).observe(count, { childList: true, characterData: true, subtree: true });
})"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LONG = 120_000


def held(page: Page) -> None:
    page.locator("#strip img").first.wait_for(timeout=LONG)
    page.evaluate(FREEZE, str(HELD))


def party(page: Page) -> None:
    page.keyboard.press("d")
    held(page)


def gallery(page: Page) -> None:
    page.locator("#strip img").nth(1).wait_for(timeout=LONG)
    page.locator("#open-gallery").click()
    page.locator("#wall img").first.wait_for()
    page.wait_for_timeout(500)


def photo(page: Page) -> None:
    gallery(page)
    page.locator("#wall button").first.click()
    page.wait_for_timeout(500)


def settings(page: Page) -> None:
    page.locator("#open-settings").click()
    page.locator("#fields select").first.wait_for()


def television(page: Page) -> None:
    page.locator("#strip img").first.wait_for(timeout=LONG)
    page.goto(page.url + "tv")
    page.locator("img[data-shown]").wait_for()
    page.wait_for_timeout(1500)


def status(page: Page) -> None:
    page.locator("#strip img").first.wait_for(timeout=LONG)
    page.goto(page.url + "status")
    page.locator("dd").first.wait_for()


def waiting(page: Page) -> None:
    page.locator("#bars [data-top]").wait_for(timeout=LONG)


PICTURES: tuple[tuple[str, Callable[[Page], None], dict[str, object]], ...] = (
    ("booth", held, {"viewport": {"width": 1280, "height": 800}}),
    ("party", party, {"viewport": {"width": 1280, "height": 720}}),
    ("booth-dark", waiting, {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}),
    ("booth-phone", waiting, {"viewport": {"width": 390, "height": 844}, "locale": "de"}),
    ("gallery", gallery, {"viewport": {"width": 1280, "height": 800}}),
    ("photo", photo, {"viewport": {"width": 1280, "height": 800}}),
    ("settings", settings, {"viewport": {"width": 1280, "height": 980}}),
    ("tv", television, {"viewport": {"width": 1280, "height": 720}}),
    ("status", status, {"viewport": {"width": 900, "height": 480}}),
)


def open_booth(album: str) -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable,
        "-m",
        "smartselfie",
        "booth",
        "demo",
        "--no-open",
        "--port",
        "0",
        "--album",
        album,
    ]
    booth = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert booth.stderr is not None
    return booth, next(match[1] for line in booth.stderr if (match := re.search(r"open at (\S+)", line)))


def take(browser: Browser, url: str, to: Path, act: Callable[[Page], None], how: dict[str, object]) -> None:
    with browser.new_context(**how) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(url)
        act(page)
        page.screenshot(path=to, type="jpeg", quality=85)


def main() -> None:
    docs = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs"
    wanted = sys.argv[2:] or [name for name, _, _ in PICTURES]
    with (
        tempfile.TemporaryDirectory() as album,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS) as browser,
    ):
        booth, url = open_booth(album)
        try:
            for name, act, how in PICTURES:
                if name in wanted:
                    take(browser, url, docs / f"{name}.jpg", act, how)
        finally:
            booth.kill()
            booth.communicate()


if __name__ == "__main__":
    main()
