"""What another page can try, and gets: nothing. How much may come, and how often."""

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from smartselfie.booth.middleware import MOST_BODY, PAIRED, Allowance, Limits, is_loopback


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.7", "localhost.evil.example:80", ""]
)
def test_a_name_that_is_not_this_machine_is_refused(serve, host):
    with serve() as booth:
        for path in ("/", "/api/state", "/api/photos", "/photos/a.jpg", "/static/app.js"):
            assert httpx.get(booth.url + path, headers={"Host": host}).status_code == 403
        assert httpx.post(booth.url + "/api/shoot", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1:8765", "127.0.0.2", "[::1]:8765"])
def test_every_name_of_the_loopback_is_served(serve, host):
    with serve() as booth:
        assert httpx.get(booth.url, headers={"Host": host}).status_code == 200


def test_a_booth_on_the_network_answers_to_addresses_and_its_own_names_only(serve):
    with serve(host="0.0.0.0", names=("Kiosk", "kiosk.local")) as booth:  # noqa: S104
        for host, status in {
            "192.168.1.7:8765": 200,
            "[fe80::1]:8765": 200,
            "kiosk:8765": 200,
            "kiosk.local": 200,
            "evil.example": 403,
        }.items():
            assert httpx.get(booth.url, headers={"Host": host}).status_code == status, host


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_posts_from_another_page_are_refused(serve, origin):
    with serve() as booth:
        booth.feed()
        for path in ("/api/shoot", "/api/quit"):
            assert httpx.post(booth.url + path, headers={"Origin": origin}).status_code == 403
        booth.feed()
        assert booth.live.newest.photos == 0
        assert not booth.left


def test_posts_from_the_page_itself_and_from_programs_are_taken(serve):
    with serve() as booth:
        booth.feed()
        assert httpx.post(booth.url + "/api/shoot", headers={"Origin": booth.url}).status_code == 202
        assert httpx.post(booth.url + "/api/shoot").status_code == 202


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_websocket_from_another_page_is_refused(serve, origin):
    with serve() as booth, pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{booth.port}/live", origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_can_link_to_the_booth_but_not_fetch_from_it(serve, site):
    with serve() as booth:
        embedded = httpx.get(booth.url + "/photos/a.jpg", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
        linked = httpx.get(booth.url, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})
    assert embedded.status_code == 403
    assert linked.status_code == 200


def test_every_answer_forbids_the_browser_what_the_page_does_not_need(serve):
    with serve() as booth:
        for path in ("/", "/static/style.css", "/api/state", "/nothing", "/photos/none.jpg"):
            headers = httpx.get(booth.url + path).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy
            assert "http" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "server" not in headers
        assert httpx.get(booth.url + "/api/state").headers["cache-control"] == "no-store"
        assert httpx.get(booth.url, headers={"Host": "evil.example"}).headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("host", "answer"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("192.168.1.7", False), ("x", False)],  # noqa: S104
)
def test_what_only_this_machine_can_reach_is_known(host, answer):
    assert is_loopback(host) is answer


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


def test_a_flood_of_strangers_stands_in_the_way_of_no_paired_phone():
    served = Limits(PlainTextResponse("fine"))

    def ask(paired):
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [], PAIRED: paired}
        sent = []

        async def send(message):
            sent.append(message)

        asyncio.run(served(scope, None, send))
        return sent[0]["status"]

    assert {ask(paired=False) for _ in range(60)} == {200, 429}
    assert [ask(paired=True) for _ in range(15)] == [200] * 15


def test_what_is_too_large_is_refused_whether_it_says_so_or_not(serve):
    def without_length():
        yield b'{"hold": '
        yield b" " * MOST_BODY
        yield b"5}"

    with serve() as booth:
        before = booth.settings
        json = {"Content-Type": "application/json"}
        large = b" " * MOST_BODY + b'{"hold": 5}'
        assert httpx.patch(booth.url + "/api/settings", content=large, headers=json).status_code == 413
        assert httpx.patch(booth.url + "/api/settings", content=without_length(), headers=json).status_code == 400
        assert booth.settings == before
