"""The browser's own camera: chromium's fake one, fed from a clip made of the demo's pictures."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import pytest
from PIL import Image as Pictures
from playwright.sync_api import Browser, Playwright, expect

from smartselfie.core.types import Image
from tests.browser.conftest import CHROMIUM, FLAGS, DemoBooth

SOON = 60_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, demo: Sequence[Image]) -> Path:
    """A face that does not smile, then one that does, at the demo's full size: JPEGs one after the other."""
    path = tmp_path_factory.mktemp("camera") / "clip.mjpeg"
    with path.open("wb") as file:
        for image in [*demo[100:150:2], *demo[220:320:2]]:
            buffer = io.BytesIO()
            Pictures.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).save(buffer, "JPEG", quality=80)
            file.write(buffer.getvalue())
    return path


@pytest.fixture(scope="module")
def with_camera(driver: Playwright, clip: Path) -> Iterator[Browser]:
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
    ]
    with driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *camera]) as browser:
        yield browser


def test_from_the_browsers_camera_to_the_photo_in_the_gallery(with_camera: Browser, tmp_path: Path) -> None:
    booth = DemoBooth(tmp_path, 0, source="browser")
    try:
        page = with_camera.new_page(viewport={"width": 1280, "height": 800})
        page.goto(booth.url)
        expect(page.locator("#status")).to_have_text("Live", timeout=SOON)
        expect(page.locator("#total")).not_to_have_text("", timeout=SOON)
        page.keyboard.press("g")
        page.locator("#wall button").first.click()
        expect(page.locator("#viewer-smile")).to_contain_text("Smile")
        # the still is the camera's own size, though the frames that were read are 640 wide
        size = page.locator("#viewer-image").evaluate("image => image.decode().then(() => image.naturalWidth)")
        assert size == 1280
    finally:
        booth.kill()


def test_a_camera_that_may_not_be_used_is_told_in_plain_words(chromium: Browser, tmp_path: Path) -> None:
    booth = DemoBooth(tmp_path, 0, source="browser")
    try:
        with chromium.new_context(permissions=[]) as context:
            page = context.new_page()
            page.goto(booth.url)
            expect(page.locator("#sentence")).to_have_text("No camera found on this device", timeout=SOON)
    finally:
        booth.kill()
