"""How much, and how often."""

import asyncio

import httpx
from starlette.responses import PlainTextResponse

from smartselfie.booth.auth import MOST, OneTimeTokens
from smartselfie.booth.middleware import MOST_BODY, Allowance, Limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_an_allowance_is_spent_at_once_and_comes_back_with_time():
    clock = Clock()
    allowance = Allowance(2.0, 3.0, clock)
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    clock.now = 1.0
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    clock.now = 100.0
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


def test_presses_without_end_are_refused_and_looking_is_not():
    async def app(scope, receive, send):
        await PlainTextResponse("done")(scope, receive, send)

    async def ask():
        wire = httpx.ASGITransport(Limits(app, Allowance(1.0, 3.0, Clock())))
        async with httpx.AsyncClient(transport=wire, base_url="http://booth") as client:
            presses = [(await client.post("/api/shoot")).status_code for _ in range(5)]
            return presses, {(await client.get("/api/state")).status_code for _ in range(20)}

    assert asyncio.run(ask()) == ([200, 200, 200, 429, 429], {200})


def test_what_is_too_large_is_refused_whether_it_says_so_or_not(serve):
    def without_length():
        yield b'{"hold": '
        yield b" " * MOST_BODY
        yield b"5}"

    with serve() as booth:
        before = booth.stand.settings
        json = {"Content-Type": "application/json"}
        large = b" " * MOST_BODY + b'{"hold": 5}'
        assert httpx.patch(booth.url + "/api/settings", content=large, headers=json).status_code == 413
        assert httpx.patch(booth.url + "/api/settings", content=without_length(), headers=json).status_code == 422
        assert booth.stand.settings == before


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


def test_keys_do_not_pile_up_and_are_not_kept_as_they_are():
    keys = OneTimeTokens(10.0, clock=Clock())
    first = keys.give(0)
    for number in range(1, MOST + 1):
        last = keys.give(number)
    assert keys.open(first) is None
    assert keys.open(last) == MOST
    assert len(keys._known) == MOST
    assert last.encode() not in keys._known
