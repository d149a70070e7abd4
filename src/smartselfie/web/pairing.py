"""Who of the local network may come in: phones that scanned the page's code, and guests with the link of one photo.

A code opens once, within five minutes. Whoever opens it gets a cookie for a day, which no script can read. A photo's
link opens that photo for an hour and nothing else. All are 256 random bits; none is kept as it is, or written to a log.
"""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from time import monotonic

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from smartselfie.web.keys import Keys

CODE, STAY, LINK = 300.0, 86_400.0, 3600.0
"""Seconds that a code, a paired phone and a photo's link last."""
COOKIE = "__Host-smartselfie"
OPEN = frozenset({"/join", "/api/join", "/static/join.js", "/static/style.css", "/static/icon.svg"})
"""What a phone needs to come in."""
GUEST = "/guest/"


class Pairing:
    """Gives codes, cookies and links, and knows them again."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._codes: Keys[bool] = Keys(CODE, once=True, clock=clock)
        self._phones: Keys[bool] = Keys(STAY, clock=clock)
        self._links: Keys[str] = Keys(LINK, clock=clock)

    def invite(self) -> str:
        """A new code."""
        return self._codes.give(True)

    def join(self, code: str) -> str | None:
        """What the cookie of a phone with this code holds; None where the code is wrong, old or was used."""
        return self._phones.give(True) if self._codes.open(code) else None

    def knows(self, cookie: str) -> bool:
        """Whether a phone with this cookie was let in."""
        return self._phones.open(cookie) is not None

    def share(self, photo: str) -> str:
        """A new link's key for the photo of that name."""
        return self._links.give(photo)

    def shared(self, key: str) -> str | None:
        """The photo of a link."""
        return self._links.open(key)


class Door:
    """Wraps the app for the local network: whoever was not let in gets 403, whatever they ask for."""

    def __init__(self, app: ASGIApp, pairing: Pairing) -> None:
        """`pairing` knows who was let in."""
        self._app, self._pairing = app, pairing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the cookie, then pass on."""
        if scope["type"] not in ("http", "websocket") or self._may(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer = PlainTextResponse("scan the code on the booth's page first\n", 403)
            await answer(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        if scope["type"] == "http" and (scope["path"] in OPEN or scope["path"].startswith(GUEST)):
            return True
        try:
            cookie = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._pairing.knows(cookie.value)
