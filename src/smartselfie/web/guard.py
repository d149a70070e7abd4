"""Keeps other pages' hands off the booth: checks who is being talked to, and by whom, before anything else is done.

A page on the internet can let its own name point to 127.0.0.1 (DNS rebinding), post forms to it, and open WebSockets
to it. So the Host header must be an address of this machine or a name it was given, and what comes from another page
is refused.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
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

    def __init__(self, app: ASGIApp, *, host: str = "127.0.0.1", names: tuple[str, ...] = ()) -> None:
        """Decide who may be talked to.

        Args:
            app: what is guarded.
            host: where it listens. On loopback only loopback addresses are its names; elsewhere every address is,
                because rebinding needs a name.
            names: further names of this machine.
        """
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
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if self._allows(scope):
            await self._app(scope, receive, send_safely)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse("forbidden\n", 403)(scope, receive, send_safely)

    def _allows(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return False
        reading = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin)[:2] not in (("http", hosts[0]), ("https", hosts[0])):
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
