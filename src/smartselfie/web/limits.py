"""How much, and how often: no request may be larger or come faster than a page has reason to."""

import threading
from collections.abc import Callable
from time import monotonic

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 16 << 10
"""Bytes of a request."""
STILLS, MOST_STILL = "/api/still/", 32 << 20
"""Where a photo comes from a browser's camera, and its bytes."""
A_SECOND, AT_ONCE = 10.0, 30.0
"""Requests that change something, of all clients together: in the long run, and in one go."""


class Allowance:
    """A bucket of tokens that fills up again with time; from any thread."""

    def __init__(self, a_second: float, at_once: float, clock: Callable[[], float] = monotonic) -> None:
        """It begins full."""
        self._rate, self._most, self._clock = a_second, at_once, clock
        self._lock = threading.Lock()
        self._left, self._at = at_once, clock()

    def take(self) -> bool:
        """Take one token; False where there is none."""
        with self._lock:
            now = self._clock()
            self._left = min(self._most, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Limits:
    """Wraps the app; answers 413 to what is too large and 429 to what comes too often."""

    def __init__(self, app: ASGIApp, allowance: Allowance | None = None) -> None:
        """`allowance` counts what changes something; None takes the usual one."""
        self._app = app
        self._allowance = Allowance(A_SECOND, AT_ONCE) if allowance is None else allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_STILL if scope["path"].startswith(STILLS) else MOST_BODY
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > most:
            await PlainTextResponse("too large\n", 413)(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD") and not self._allowance.take():
            await PlainTextResponse("too often\n", 429, {"Retry-After": "1"})(scope, receive, send)
        else:
            await self._app(scope, self._counted(receive, most), send)

    @staticmethod
    def _counted(receive: Receive, left: int) -> Receive:
        """What says no length may not be longer either: the rest is cut off, and cannot be read as JSON."""

        async def read() -> Message:
            nonlocal left
            message = await receive()
            if message["type"] == "http.request":
                body = message.get("body", b"")
                if len(body) > left:
                    return {"type": "http.request", "body": body[:left], "more_body": False}
                left -= len(body)
            return message

        return read
