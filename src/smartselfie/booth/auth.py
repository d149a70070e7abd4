"""Who is who: the host's PIN, tokens that open one thing for a while, and the phones that were let in."""

import contextlib
import hashlib
import hmac
import ipaddress
import math
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from smartselfie.booth.middleware import PAIRED
from smartselfie.booth.roles import ROLE, Role, needed_for

T = TypeVar("T")
# Letters that nobody takes for others.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Keys at a time; the oldest go first.
MOST = 10_000


class OneTimeTokens(Generic[T]):
    """Gives keys away and says what they open.

    What a caller sends is hashed before it is looked for, so that the time a look takes tells nothing of any key.
    """

    def __init__(
        self, seconds: float, *, once: bool = False, letters: int | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        """How long and how often a key opens.

        Args:
            seconds: that a key lasts.
            once: whether it opens once.
            letters: of a key that people type; None for one that only machines hand on.
            clock: counts seconds.
        """
        self._seconds, self._once, self._clock = seconds, once, clock
        self._letters = letters
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, T]] = {}

    def give(self, thing: T) -> str:
        """A new key of letters that may stand in an address, 43 of them where nobody types it."""
        typed = "".join(secrets.choice(ALPHABET) for _ in range(self._letters or 0))
        key = typed or secrets.token_urlsafe(32)
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
# Stands for a PIN that is made anew at every start.
AUTO = "auto"
# Seconds of the first pause; each next one is twice as long, up to the last.
PAUSE, LONGEST_PAUSE = 30.0, 900.0
# Visitors whose wrong PINs are counted; those who guessed longest ago are forgotten first.
MOST_GUESSING = 1000


# A status and a sentence.
Refusal = tuple[int, str]


@dataclass(slots=True)
class _Guesses:
    """Of one visitor: wrong PINs since the last pause, when that ends, and how long the next one is."""

    wrong: int = 0
    until: float = 0.0
    pause: float = PAUSE


class PinCheck:
    """Compares in constant time, and slows down who guesses; where there is no PIN, none is right.

    Guesses are counted by visitor, so that a phone that guesses does not keep the host's own machine out.
    """

    def __init__(self, pin: str | None, clock: Callable[[], float] = monotonic, *, kiosk: bool = False) -> None:
        """Where there is a PIN.

        Args:
            pin: digits; `auto` makes six of them, which `made` tells; None where there is none.
            clock: counts seconds.
            kiosk: whether guests stand before this machine, so that it needs the PIN that was made, too. One that
                somebody chose it needs in any case (`needed_here`).
        """
        self.made = f"{secrets.randbelow(10**6):06}" if pin == AUTO else None
        self._pin, self._clock = self.made or pin, clock
        self.locked = pin is not None
        self.needed_here = self.locked and (kiosk or self.made is None)
        self._mutex = threading.Lock()
        self._guesses: dict[str, _Guesses] = {}

    def refuse(self, given: str, visitor: str = "") -> Refusal | None:
        """None for the PIN; 403 for one that is wrong or missing, 429 during a pause of the visitor's."""
        if self._pin is None:
            return 403, "only the host may do this, at the booth itself or with a PIN (see --pin)"
        with self._mutex:
            guesses = self._guesses.get(visitor, _Guesses())
            left = guesses.until - self._clock()
            if left > 0:
                return 429, f"too many wrong PINs: wait {math.ceil(left)} seconds"
            if hmac.compare_digest(given.encode(errors="surrogateescape"), self._pin.encode()):
                self._guesses.pop(visitor, None)
                return None
            if given:  # who sends none has not guessed
                self._count(visitor, guesses)
        return 403, "the PIN is missing or wrong"

    def _count(self, visitor: str, guesses: _Guesses) -> None:
        """One more wrong PIN."""
        guesses.wrong += 1
        if guesses.wrong >= TRIES:
            guesses.wrong, guesses.until = 0, self._clock() + guesses.pause
            guesses.pause = min(2 * guesses.pause, LONGEST_PAUSE)
        self._guesses.pop(visitor, None)
        self._guesses[visitor] = guesses
        while len(self._guesses) > MOST_GUESSING:
            del self._guesses[next(iter(self._guesses))]


# Seconds that a code, a paired phone and a photo's link last.
CODE, STAY, LINK = 300.0, 86_400.0, 3600.0
COOKIE = "__Host-smartselfie"
# Letters of what people may type: 59 bits, more than can be tried while they last.
TYPED = 12
GUEST = "/guest/"
STRANGE = "scan the code on the booth's page first"


@dataclass(frozen=True, slots=True)
class LanAccess:
    """The door to the network, and what opens it.

    Attributes:
        url: the address it has there.
        guests: the address of the door for guests' links alone, over plain http; None where there is none.
        is_open: whether it is open now.
        codes: let one phone in, once.
        tickets: let guests see the gallery, as often as they are scanned.
        cookies: what those hold that were let in, and as what.
        links: each shows one photo to a guest: the photo's name.
    """

    url: str
    guests: str | None = None
    is_open: threading.Event = field(default_factory=threading.Event)
    codes: OneTimeTokens[Role] = field(default_factory=lambda: OneTimeTokens(CODE, once=True, letters=TYPED))
    tickets: OneTimeTokens[Role] = field(default_factory=lambda: OneTimeTokens(STAY, letters=TYPED))
    cookies: OneTimeTokens[Role] = field(default_factory=lambda: OneTimeTokens(STAY))
    links: OneTimeTokens[str] = field(default_factory=lambda: OneTimeTokens(LINK, letters=TYPED))


class RequireRole:
    """Wraps the app: finds out who asks, and refuses what the route is not declared for."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[BaseRoute],
        pin: PinCheck,
        cookies: OneTimeTokens[Role] | None = None,
        closed: Callable[[Scope], ASGIApp | None] = lambda _: None,
    ) -> None:
        """Decide who is who.

        Args:
            app: what is guarded.
            routes: all that it has.
            pin: makes a host of who is in.
            cookies: of those that were let in, for the door to the network; None for the page's own door, where this
                machine is the host, unless it needs the PIN for that, and every other a phone.
            closed: what a stranger is answered in place of JSON, if anything.
        """
        self._app, self._routes, self._pin, self._cookies, self._closed = app, routes, pin, cookies, closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look who it is, then pass on or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[ROLE] = role = self._base_of(scope)
        scope[PAIRED] = self._cookies is None or role is not Role.STRANGER
        refused = self._refuse(scope, role, needed_for(scope, self._routes))
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            page = self._closed(scope) if role is Role.STRANGER else None
            await (page or JSONResponse({"detail": refused[1]}, refused[0]))(scope, receive, send)

    def _refuse(self, scope: Scope, role: Role, needed: Role) -> Refusal | None:
        if role >= needed:
            return None
        if role is Role.PHONE:
            return self._pin.refuse(Headers(scope=scope).get("x-pin", ""), _visitor(scope))
        return 403, STRANGE if role is Role.STRANGER else "this link shows photos only"

    def _base_of(self, scope: Scope) -> Role:
        """Who somebody is without a PIN."""
        if self._cookies is not None:
            return self._cookies.open(HTTPConnection(scope).cookies.get(COOKIE, "")) or Role.STRANGER
        return Role.HOST if not self._pin.needed_here and _is_this_machine(scope) else Role.PHONE


def _visitor(scope: Scope) -> str:
    """Who asks, by address; of IPv6 the network, of which a visitor has as many addresses as it likes."""
    host = str((scope.get("client") or ("",))[0])
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.version == 6 and address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
    return host


def _is_this_machine(scope: Scope) -> bool:
    """Whether a request comes from where it goes to."""
    try:
        client, server = (ipaddress.ip_address(scope[end][0].partition("%")[0]) for end in ("client", "server"))
    except (KeyError, TypeError, ValueError):
        return False
    plain = getattr(client, "ipv4_mapped", None) or client
    return bool(plain.is_loopback) or client == server
