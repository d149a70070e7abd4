"""Who may do what: the host's PIN, tokens that open one thing for a while, and the phones that were let in."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated, Generic, TypeVar

from fastapi import Header, HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from smartselfie.booth.middleware import PAIRED

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
        """`pin` is digits or None, and `locked` whether there is one; `clock` counts seconds."""
        self._pin, self._clock = pin, clock
        self.locked = pin is not None
        self._mutex = threading.Lock()
        self._wrong, self._until = 0, 0.0

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


@dataclass(frozen=True, slots=True)
class LanAccess:
    """The door to the network, and what opens it.

    Attributes:
        url: the address it has there.
        is_open: whether it is open now.
        codes: let one phone in, once.
        phones: what the cookies of those hold that were let in.
        links: each shows one photo to a guest: the photo's name.
    """

    url: str
    is_open: threading.Event = field(default_factory=threading.Event)
    codes: OneTimeTokens[bool] = field(default_factory=lambda: OneTimeTokens(CODE, once=True))
    phones: OneTimeTokens[bool] = field(default_factory=lambda: OneTimeTokens(STAY))
    links: OneTimeTokens[str] = field(default_factory=lambda: OneTimeTokens(LINK))


class RequirePairing:
    """Wraps the app for the local network: whoever was not let in gets 403, whatever they ask for."""

    def __init__(self, app: ASGIApp, phones: OneTimeTokens[bool]) -> None:
        """`phones` opens for the cookie of who was let in."""
        self._app, self._phones = app, phones

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the cookie, then pass on."""
        answer = self._app
        known = scope["type"] in ("http", "websocket") and self._knows(scope)
        scope[PAIRED] = known
        if scope["type"] == "websocket" and not known:
            answer = WebSocketClose(1008)
        elif scope["type"] == "http" and not (scope["path"] in OPEN or scope["path"].startswith(GUEST) or known):
            answer = PlainTextResponse("scan the code on the booth's page first\n", 403)
        await answer(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        return self._phones.open(HTTPConnection(scope).cookies.get(COOKIE, "")) is not None
