"""Who may do what: the host's PIN, tokens that open one thing for a while, and the phones that were let in."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from time import monotonic
from typing import Annotated, Generic, TypeVar

from fastapi import Header, HTTPException
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
# Keys at a time; the oldest go first.
MOST = 10_000


class OneTimeTokens(Generic[T]):
    """Gives keys away and says what they open.

    What a caller sends is hashed before it is looked for, so that the time a look takes tells nothing of any key.
    """

    def __init__(self, seconds: float, *, once: bool = False, clock: Callable[[], float] = monotonic) -> None:
        """`seconds` a key lasts; with `once` it opens once; `clock` counts seconds."""
        self._seconds, self._once, self._clock = seconds, once, clock
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, T]] = {}

    def give(self, thing: T) -> str:
        """A new key, 43 letters that may stand in an address."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._known = {known: kept for known, kept in self._known.items() if kept[0] > now}
            while len(self._known) >= MOST:
                self._known.pop(next(iter(self._known)))
            self._known[_hashed(key)] = now + self._seconds, thing
        return key

    def open(self, key: str) -> T | None:
        """What the key opens; None where it is wrong, too old, or was used up."""
        hashed = _hashed(key)
        with self._lock:
            until, thing = self._known.get(hashed, (0.0, None))
            if thing is None or until <= self._clock():
                return None
            if self._once:
                del self._known[hashed]
            return thing


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()


# Wrong PINs in a row until there is a pause.
TRIES = 5
# Seconds of the pause.
PAUSE = 30.0


class PinCheck:
    """Compares in constant time, and slows down who guesses; without a PIN it is open."""

    def __init__(self, pin: str | None, clock: Callable[[], float] = monotonic) -> None:
        """`pin` is digits or None; `clock` counts seconds."""
        self._pin, self._clock = pin, clock
        self._mutex = threading.Lock()
        self._wrong, self._until = 0, 0.0

    @property
    def locked(self) -> bool:
        """Whether there is a PIN."""
        return self._pin is not None

    def host_only(self, x_pin: Annotated[str, Header()] = "") -> None:
        """Refuse a request without the PIN, as a dependency of a route.

        Raises:
            HTTPException: 403 for a PIN that is wrong or missing, 429 during a pause.
        """
        if self._pin is None:
            return
        with self._mutex:
            if self._clock() < self._until:
                raise HTTPException(429, "too many wrong PINs: wait half a minute")
            if hmac.compare_digest(x_pin.encode(), self._pin.encode()):
                self._wrong = 0
                return
            # who sends none has not guessed
            self._wrong += bool(x_pin)
            if self._wrong >= TRIES:
                self._wrong, self._until = 0, self._clock() + PAUSE
        raise HTTPException(403, "the PIN is missing or wrong")


# Seconds that a code, a paired phone and a photo's link last.
CODE, STAY, LINK = 300.0, 86_400.0, 3600.0
COOKIE = "__Host-smartselfie"
# What a phone needs to come in.
OPEN = frozenset({"/join", "/api/join", "/static/join.js", "/static/style.css", "/static/icon.svg"})
GUEST = "/guest/"


class PairedDevices:
    """Gives codes, cookies and links, and knows them again."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._codes: OneTimeTokens[bool] = OneTimeTokens(CODE, once=True, clock=clock)
        self._phones: OneTimeTokens[bool] = OneTimeTokens(STAY, clock=clock)
        self._links: OneTimeTokens[str] = OneTimeTokens(LINK, clock=clock)

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


class RequirePairing:
    """Wraps the app for the local network: whoever was not let in gets 403, whatever they ask for."""

    def __init__(self, app: ASGIApp, pairing: PairedDevices) -> None:
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


@dataclass(frozen=True, slots=True)
class LanAccess:
    """The door to the network: who may come in, the address it has there, and whether it is open now."""

    pairing: PairedDevices
    url: str
    is_open: threading.Event = field(default_factory=threading.Event)
