"""The host's PIN, secrets that are used once, and phones that were let in."""

import httpx
import pytest
from fastapi import HTTPException

from smartselfie.booth.auth import CODE, LINK, MOST, PAUSE, STAY, TRIES, LanAccess, OneTimeTokens, PinCheck

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


@pytest.mark.slow
def test_a_locked_booth_lets_guests_shoot_and_look_and_nothing_else(serve):
    with serve(pin="1234") as booth:
        booth.feed()
        for method, path in LOCKED:
            body = {"json": {}} if method == "PATCH" else {}
            assert httpx.request(method, booth.url + path, **body).status_code == 403, path
        assert not booth.left
        assert httpx.get(booth.url + "/api/settings").json()["locked"] is True
        assert httpx.get(booth.url + "/api/photos").status_code == 200
        assert httpx.post(booth.url + "/api/shoot").status_code == 202
        assert httpx.post(booth.url + "/api/unlock", headers={"X-PIN": "1234"}).status_code == 204
        changed = httpx.patch(booth.url + "/api/settings", json={"rest": 7}, headers={"X-PIN": "1234"})
        assert changed.json()["values"]["rest"] == 7


def test_a_key_opens_its_thing_until_its_time_is_over():
    clock = Clock()
    keys = OneTimeTokens(10.0, clock=clock)
    first, second = keys.give("a"), keys.give("b")
    assert first != second
    assert len(first) == 43
    assert (keys.open(first), keys.open(second), keys.open(""), keys.open(first[:-1])) == ("a", "b", None, None)
    clock.now = 10.0
    assert keys.open(first) is None


def test_a_key_for_once_opens_once():
    keys = OneTimeTokens(10.0, once=True)
    key = keys.give("a")
    assert (keys.open(key), keys.open(key)) == ("a", None)


def test_keys_do_not_pile_up_and_are_not_kept_as_they_are(monkeypatch):
    assert MOST <= 10_000
    monkeypatch.setattr("smartselfie.booth.auth.MOST", 100)
    keys = OneTimeTokens(10.0, clock=Clock())
    first = keys.give(0)
    for number in range(1, 101):
        last = keys.give(number)
    assert keys.open(first) is None
    assert keys.open(last) == 100
    assert len(keys._known) == 100
    assert last.encode() not in keys._known


def test_codes_phones_and_links_all_end(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(OneTimeTokens.__init__, "__kwdefaults__", {"once": False, "clock": clock})
    access = LanAccess("https://192.168.1.7:8766")
    code, late = access.codes.give(True), access.codes.give(True)
    assert (access.codes.open(code), access.codes.open(code)) == (True, None)
    cookie, link = access.phones.give(True), access.links.give("a.jpg")
    clock.now = CODE
    assert access.codes.open(late) is None
    assert access.links.open(link) == "a.jpg"
    clock.now = LINK
    assert access.links.open(link) is None
    assert access.phones.open(cookie)
    clock.now = STAY
    assert access.phones.open(cookie) is None
    # what opens one thing opens no other
    assert access.phones.open(access.codes.give(True)) is None
    assert access.links.open(access.codes.give(True)) is None
