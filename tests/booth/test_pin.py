"""The host's PIN."""

import httpx
import pytest
from fastapi import HTTPException

from smartselfie.booth.auth import PAUSE, TRIES, PinCheck

LOCKED = (
    ("PATCH", "/api/settings"),
    ("DELETE", "/api/photos/a.jpg"),
    ("POST", "/api/trash/1/restore"),
    ("POST", "/api/zip"),
    ("POST", "/api/pause"),
    ("POST", "/api/resume"),
    ("POST", "/api/quit"),
    ("POST", "/api/unlock"),
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def status(lock, pin):
    try:
        lock.host_only(pin)
    except HTTPException as refused:
        return refused.status_code
    return 200


def test_without_a_pin_everything_is_open():
    assert not PinCheck(None).locked
    assert status(PinCheck(None), "") == 200


@pytest.mark.parametrize(("given", "answer"), [("1234", 200), ("", 403), ("12345", 403), ("123", 403), ("ä", 403)])
def test_only_the_very_pin_opens(given, answer):
    assert status(PinCheck("1234"), given) == answer


def test_who_guesses_has_to_wait_and_may_then_try_again():
    clock = Clock()
    lock = PinCheck("1234", clock)
    assert [status(lock, "0000") for _ in range(TRIES)] == [403] * TRIES
    assert status(lock, "1234") == 429
    clock.now = PAUSE
    assert status(lock, "1234") == 200


def test_asking_without_a_pin_is_no_guess():
    lock = PinCheck("1234", Clock())
    assert [status(lock, "") for _ in range(20)] == [403] * 20
    assert status(lock, "1234") == 200


def test_a_locked_booth_lets_guests_shoot_and_look_and_nothing_else(serve):
    with serve(pin="1234") as booth:
        booth.feed()
        for method, path in LOCKED:
            body = {"json": {}} if method == "PATCH" else {}
            assert httpx.request(method, booth.url + path, **body).status_code == 403, path
        assert not booth.left.is_set()
        assert httpx.get(booth.url + "/api/settings").json()["locked"] is True
        assert httpx.get(booth.url + "/api/photos").status_code == 200
        assert httpx.post(booth.url + "/api/shoot").status_code == 202
        assert httpx.post(booth.url + "/api/unlock", headers={"X-PIN": "1234"}).status_code == 204
        changed = httpx.patch(booth.url + "/api/settings", json={"rest": 7}, headers={"X-PIN": "1234"})
        assert changed.json()["values"]["rest"] == 7
