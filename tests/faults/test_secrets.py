"""A booth whose camera has a password: it works, and the password stays where it is."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "address",
    [
        "http://admin:SECRET@{}/video",
        "http://{}/video.cgi?user=admin&pwd=SECRET",
        "http://{}/user=admin_password=SECRET",
    ],
)
def test_no_output_page_or_file_holds_the_password_of_a_camera(
    booth: Callable[..., Any], camera: Any, address: str
) -> None:
    with_password = booth("-v", "--clip", source=address.format(camera.host))
    with_password.wait_phase("running")
    photo = with_password.shoot()
    answers = [with_password.http.get(f"/api/{path}").text for path in ("state", "settings", "photos")]
    camera.mode = "drop"
    with_password.wait_for(lambda: with_password.state()["moment"]["why_not"] == "lost")
    answers.append(with_password.http.get("/api/state").text)
    with_password.end()
    kept = [path.read_bytes() for path in photo.parent.parent.rglob("*") if path.is_file()]
    printed = "\n".join(with_password.out + with_password.err)
    assert camera.host in photo.with_suffix(".json").read_text(), "the camera itself is named"
    assert "SECRET" not in printed + "".join(answers)
    assert not any(b"SECRET" in content for content in kept)
