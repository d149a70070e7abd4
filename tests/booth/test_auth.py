"""The host's PIN, secrets that are used once, and phones that were let in."""

import re

import pytest

from smartselfie.booth.auth import (
    AUTO,
    CODE,
    LINK,
    MOST,
    MOST_GUESSING,
    PAUSE,
    STAY,
    TRIES,
    TYPED,
    LanAccess,
    OneTimeTokens,
    PinCheck,
    _visitor,
)
from smartselfie.booth.roles import Role


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def status(lock, pin):
    refused = lock.refuse(pin)
    return 200 if refused is None else refused[0]


def test_without_a_pin_none_is_right():
    assert not PinCheck(None).locked
    assert [status(PinCheck(None), pin) for pin in ("", "0000", "None")] == [403] * 3


def test_a_pin_that_is_made_is_another_each_time_and_this_machine_needs_it_in_a_kiosk_only():
    made = {PinCheck(AUTO).made for _ in range(5)}
    assert len(made) > 1
    assert all(re.fullmatch("[0-9]{6}", pin) for pin in made)
    lock = PinCheck(AUTO)
    assert (status(lock, lock.made), status(lock, AUTO)) == (200, 403)
    needed = [PinCheck(pin, kiosk=kiosk).needed_here for pin in (None, AUTO, "1234") for kiosk in (False, True)]
    assert needed == [False, False, False, True, True, True]


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


def test_pauses_grow_for_who_guesses_and_nobody_else_has_any():
    clock = Clock()
    lock = PinCheck("1234", clock)
    pauses = []
    for _ in range(7):
        assert [lock.refuse("0000", "phone")[0] for _ in range(TRIES)] == [403] * TRIES
        assert lock.refuse("1234", "phone")[0] == 429
        assert lock.refuse("1234", "host") is None
        begun = clock.now
        while lock.refuse("", "phone")[0] == 429:
            clock.now += 1
        pauses.append(clock.now - begun)
    assert pauses == [30, 60, 120, 240, 480, 900, 900]
    assert lock.refuse("1234", "phone") is None
    assert [lock.refuse("0000", "phone")[0] for _ in range(TRIES)] == [403] * TRIES
    assert "wait 30 seconds" in lock.refuse("1234", "phone")[1]


def test_the_guesses_of_many_visitors_take_no_more_and_more_memory():
    lock = PinCheck("1234", Clock())
    for number in range(2 * MOST_GUESSING):
        lock.refuse("0000", str(number))
    assert len(lock._guesses) == MOST_GUESSING


@pytest.mark.parametrize(
    ("client", "visitor"),
    [
        (("192.168.1.7", 5000), "192.168.1.7"),
        (("fd00::1:2", 5000), "fd00::/64"),
        (("fd00::9", 5000), "fd00::/64"),
        (("::ffff:10.0.0.1", 5000), "::ffff:10.0.0.1"),
        (None, ""),
    ],
)
def test_a_visitor_is_an_address_or_an_ipv6_network(client, visitor):
    assert _visitor({"client": client}) == visitor


def test_asking_without_a_pin_is_no_guess():
    lock = PinCheck("1234", Clock())
    assert [status(lock, "") for _ in range(20)] == [403] * 20
    assert status(lock, "1234") == 200


def test_a_key_opens_its_thing_until_its_time_is_over():
    clock = Clock()
    keys = OneTimeTokens(10.0, clock=clock)
    first, second = keys.give("a"), keys.give("b")
    assert first != second
    assert len(first) == 43
    assert (keys.open(first), keys.open(second), keys.open(""), keys.open(first[:-1])) == ("a", "b", None, None)
    clock.now = 10.0
    assert keys.open(first) is None


def test_a_key_that_is_typed_is_short_and_has_no_letters_that_look_alike():
    keys = OneTimeTokens(10.0, letters=TYPED)
    made = [keys.give(number) for number in range(50)]
    assert len(set(made)) == 50
    assert all(re.fullmatch(f"[a-km-np-z2-9]{{{TYPED}}}", key) for key in made)
    assert keys.open(made[7]) == 7


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
    monkeypatch.setattr(OneTimeTokens.__init__, "__kwdefaults__", {"once": False, "letters": None, "clock": clock})
    access = LanAccess("https://192.168.1.7:8766")
    code, late, ticket = access.codes.give(Role.PHONE), access.codes.give(Role.PHONE), access.tickets.give(Role.GUEST)
    assert (access.codes.open(code), access.codes.open(code)) == (Role.PHONE, None)
    cookie, link = access.cookies.give(Role.PHONE), access.links.give("a.jpg")
    clock.now = CODE
    assert access.codes.open(late) is None
    assert access.links.open(link) == "a.jpg"
    clock.now = LINK
    assert access.links.open(link) is None
    assert access.cookies.open(cookie)
    assert [access.tickets.open(ticket) for _ in range(2)] == [Role.GUEST] * 2
    clock.now = STAY
    assert access.cookies.open(cookie) is access.tickets.open(ticket) is None
    # what opens one thing opens no other
    assert access.cookies.open(access.codes.give(Role.PHONE)) is None
    assert access.links.open(access.codes.give(Role.PHONE)) is None
