"""Makes the documentation's picture of the page: `python tests/browser/make_screenshots.py [docs/booth.jpg]`.

It opens the booth on the built-in demo in Debian's chromium and waits for the second round's smile, so that the first
round's photo is in the strip; there, seven frames into the hold, it stops the page's clock and takes the picture.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

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


def take_picture(page: Page, url: str, to: Path) -> None:
    """The page in the middle of a hold."""
    page.goto(url)
    page.locator("#strip img").first.wait_for(timeout=60_000)
    page.evaluate(FREEZE, str(HELD))
    page.screenshot(path=to, type="jpeg", quality=88)


def main() -> None:
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs" / "booth.jpg"
    with tempfile.TemporaryDirectory() as album:
        command = [sys.executable, "-m", "smartselfie", "booth", "demo", "--no-open", "--port", "0", "--album", album]
        booth = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        try:
            assert booth.stderr is not None
            url = next(match[1] for line in booth.stderr if (match := re.search(r"open at (\S+)", line)))
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
                )
                with chromium:
                    take_picture(chromium.new_page(viewport={"width": 1280, "height": 800}), url, to)
        finally:
            booth.kill()
            booth.communicate()


if __name__ == "__main__":
    main()
