"""Strangers and pages that hold on to what they got: nobody else waits for them, and photos go on."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from smartselfie.booth.server import MOST_EACH, SILENCE

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def connections(port: int, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 30)) for _ in range(count)]
        for line in lines:
            with contextlib.suppress(OSError):
                line.sendall(first)
        yield lines


def is_closed(line: socket.socket) -> bool:
    with contextlib.suppress(ConnectionError):
        return line.recv(1) == b""
    return True


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n"], ids=["silent", "half a request"])
def test_who_connects_and_asks_for_nothing_is_hung_up_on(booth: Callable[..., Any], first: bytes) -> None:
    asked = booth()
    with connections(asked.http.base_url.port, 256, first) as lines:
        begun = time.monotonic()
        assert all(map(is_closed, lines))
        assert time.monotonic() - begun < SILENCE + 15
        assert asked.http.get("/").status_code == 200
    # a viewer that asked for the picture stays, and so does a follower of events
    with connect(f"ws://127.0.0.1:{asked.http.base_url.port}/live") as viewer:
        time.sleep(SILENCE + 2)
        assert viewer.recv(timeout=20)


def test_strangers_at_the_door_for_phones_take_neither_files_nor_the_place_of_phones(booth: Callable[..., Any]) -> None:
    asked = booth("--lan")
    url = json.loads(asked.http.post("/api/invite").text)["url"]
    port = int(url.split("/join")[0].rsplit(":", 1)[1])
    with connections(port, 2 * MOST_EACH) as lines:
        for line in lines[MOST_EACH:]:
            line.settimeout(SILENCE)
            assert is_closed(line), "so many of one address are too many"
        assert asked.http.get("/api/state").status_code == 200
        for line in lines[:MOST_EACH]:
            line.settimeout(SILENCE + 15)
            assert is_closed(line), "and the others do not stay"
        assert httpx.get(f"https://127.0.0.1:{port}/join", verify=False, timeout=20).status_code == 200  # noqa: S501


def test_a_viewer_that_says_ready_without_end_is_hung_up_on(booth: Callable[..., Any]) -> None:
    asked = booth()
    asked.wait_phase("running")

    def flood(viewer: ClientConnection) -> None:
        while True:
            viewer.send("ready")

    with connect(f"ws://127.0.0.1:{asked.http.base_url.port}/live") as page, pytest.raises(ConnectionClosed):
        flood(page)
    assert asked.http.get("/api/state").status_code == 200
