"""What every request passes first: who is being talked to and by whom, how much, and how often."""

import ipaddress
from collections.abc import Callable
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


class Guard:
    """Wraps the app; refuses with 403, and adds the safety headers to every answer."""

    def __init__(
        self, app: ASGIApp, *, host: str = "127.0.0.1", names: tuple[str, ...] = (), frame_from: str | None = None
    ) -> None:
        """Decide who may be talked to.

        Args:
            app: what is guarded.
            host: where it listens. On loopback only loopback addresses are its names; elsewhere every address is,
                because rebinding needs a name.
            names: further names of this machine.
            frame_from: the origin whose pages may show ours in a frame.
        """
        self._headers = HEADERS
        if frame_from is not None:
            policy = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {frame_from}")
            self._headers = {**HEADERS, "Content-Security-Policy": policy}
            del self._headers["X-Frame-Options"]
        self._app = app
        self._open = not is_loopback(host)
        self._names = frozenset(name.lower() for name in ("localhost", host, *names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = WebSocketClose(1008) if scope["type"] == "websocket" else PlainTextResponse("forbidden\n", 403)
        answer = self._app if self._allows(scope) else refused
        await answer(scope, receive, send_safely)

    def _allows(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return False
        reading = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{hosts[0]}".lower(), f"https://{hosts[0]}".lower()):
            return False
        # browsers say whose page asks; following a link to the booth is fine, fetching from it is not
        asks = headers.get("sec-fetch-site", "none")
        return asks in ("same-origin", "none") or (reading and headers.get("sec-fetch-mode") == "navigate")

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            if name in self._names:
                return True
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._open or address.is_loopback


# Whether who asks was let in: a key of what a server knows of a request.
PAIRED = "smartselfie.paired"
# Bytes of a request.
MOST_BODY = 16 << 10
# Where a photo comes from a browser's camera, and its bytes.
STILLS, MOST_STILL = "/api/still/", 32 << 20
# Requests that change something, of all clients together: in the long run, and in one go.
A_SECOND, AT_ONCE = 10.0, 30.0


class Allowance:
    """A bucket of tokens that fills up again with time; for one event loop."""

    def __init__(self, a_second: float, at_once: float, clock: Callable[[], float] = monotonic) -> None:
        """It begins full."""
        self._rate, self._most, self._clock = a_second, at_once, clock
        self._left, self._at = at_once, clock()

    def take(self) -> bool:
        """Take one token; False where there is none."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Limits:
    """Wraps the app; answers 413 to what is too large, 400 to what says no length, and 429 to what comes too often."""

    def __init__(self, app: ASGIApp, allowance: Allowance | None = None) -> None:
        """`allowance` counts what changes something; None takes the usual one."""
        self._app = app
        self._allowance = Allowance(A_SECOND, AT_ONCE) if allowance is None else allowance
        self._strangers = Allowance(A_SECOND, AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, then pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer, headers = self._app, Headers(scope=scope)
        most = MOST_STILL if scope["path"].startswith(STILLS) else MOST_BODY
        announced = headers.get("content-length", "0")
        if "transfer-encoding" in headers:
            answer = PlainTextResponse("say how long it is\n", 400)
        elif not announced.isdecimal() or int(announced) > most:
            answer = PlainTextResponse("too large\n", 413)
        elif scope["method"] not in ("GET", "HEAD") and not self._of(scope).take():
            answer = PlainTextResponse("too often\n", 429, {"Retry-After": "1"})
        await answer(scope, receive, send)

    def _of(self, scope: Scope) -> Allowance:
        """Strangers in the network have an allowance of their own, so that no flood stands in the way of phones."""
        return self._allowance if scope.get(PAIRED, True) else self._strangers
