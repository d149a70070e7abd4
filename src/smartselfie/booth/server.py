"""Where the booth listens: the page on this machine and, where it is asked for, https in the local network."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import h11
import platformdirs
import uvicorn
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from smartselfie.booth.app import create_app, create_guest_app
from smartselfie.booth.auth import LanAccess
from smartselfie.booth.booth import Booth
from smartselfie.errors import ConfigError
from smartselfie.files import atomic_write
from smartselfie.settings.schema import Settings
from smartselfie.worker import Report, Worker

PORTS_TO_TRY = 50
MOST_CONNECTIONS = 256
# Connections from the network, in all and from one address.
MOST_STRANGERS, MOST_EACH = 400, 300
# Seconds that a connection may say nothing before its first request.
SILENCE = 8.0
# Bytes of a message from a page: a small frame of its camera.
MOST_FRAME = 512 << 10
# Seconds that the booth waits for the phones' server before it goes on without.
OPEN_TIME = 3.0
# what Windows calls SO_REUSEADDR would take a port that is in use
REUSE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
BUSY = {errno.EADDRINUSE, errno.EACCES} if sys.platform == "win32" else {errno.EADDRINUSE}

log = logging.getLogger(__name__)


def make_server(
    app: FastAPI, certificate: Path | None = None, on_started: Callable[[], None] = lambda: None
) -> uvicorn.Server:
    """A server that logs no addresses, takes no long messages, and does not wait for viewers at the end.

    With a certificate (a PEM file of it and its key) it speaks https; `on_started` is called once it listens.
    """
    for name in ("uvicorn.error", "asyncio", "websockets.server"):
        logging.getLogger(name).addFilter(_told_in_a_line)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws_max_size=MOST_FRAME,
        limit_concurrency=MOST_CONNECTIONS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate,
        ssl_keyfile=certificate,
        http=_Impatient,
        loop="asyncio",
    )
    return _Announcing(config, on_started)


def _told_in_a_line(record: logging.LogRecord) -> bool:
    """Whether a line of a library's is printed: none of what strangers send, and no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if record.levelno < logging.ERROR or isinstance(error, h11.ProtocolError):
        return False
    if error is not None:
        log.debug("a library's error", exc_info=record.exc_info)
        record.msg, record.args = "the server met an error: %s", (type(error).__name__,)
        record.exc_info = record.exc_text = None
    return True


@contextlib.contextmanager
def listen(host: str, port: int, kind_of: type[socket.socket] = socket.socket) -> Iterator[socket.socket]:
    """A socket that listens at that port or, where it is busy, at the next free one.

    Raises:
        ConfigError: nobody can listen there.
    """
    hint = "check --host and --port"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ConfigError(f"no such address: {host}", hint) from None
    last = port if port == 0 else min(port + PORTS_TO_TRY - 1, 65535)
    for candidate in range(port, last + 1):
        with kind_of(family, kind, protocol) as door:
            # a port that was let go of a moment ago can be had again; one in use cannot
            door.setsockopt(socket.SOL_SOCKET, REUSE, 1)
            try:
                door.bind((address[0], candidate, *address[2:]))
                door.listen(128)
            except OSError as error:
                if error.errno not in BUSY:
                    why = str(error.strerror).lower()
                    raise ConfigError(f"cannot listen on {host}:{candidate}: {why}", hint) from None
                continue
            if candidate != port:
                log.warning("port %d is busy: using %d instead", port, candidate)
            yield door
            return
    raise ConfigError(f"ports {port} to {last} are all busy", "choose another --port")


LASTS = timedelta(days=365)
# Before its end a new one is made.
RENEWED = timedelta(days=30)


def own_certificate(path: Path, names: Sequence[str], addresses: Sequence[str], now: datetime | None = None) -> Path:
    """The certificate with its key at `path`; made where there is none that fits any more.

    Args:
        path: a PEM file that only the user may read.
        names: this machine's names.
        addresses: its addresses.
        now: with a time zone; None for the clock's.

    Raises:
        ConfigError: it cannot be written.
    """
    moment = datetime.now(UTC) if now is None else now
    who = [*map(x509.DNSName, names), *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses)]
    if not _fits(path, who, moment):
        with atomic_write(path, ConfigError, "check the folder of the certificate") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o600)
            file.write(_make(who, moment))
    return path


def _fits(path: Path, who: Sequence[x509.GeneralName], now: datetime) -> bool:
    try:
        content = path.read_bytes()
        known = x509.load_pem_x509_certificate(content)
        own = serialization.load_pem_private_key(content, None).public_key() == known.public_key()
        said = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False
    return own and set(who) <= set(said) and now < known.not_valid_after_utc - RENEWED


def _make(who: Sequence[x509.GeneralName], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smartselfie")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(who), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


class _Impatient(H11Protocol):
    """HTTP that hangs up on who connects and does not ask for anything within seconds."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._silent = self.loop.call_later(SILENCE, transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None or self.transport.get_protocol() is not self:
            self._silent.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self._silent.cancel()
        super().connection_lost(exc)


class Door(socket.socket):
    """A socket for strangers: so many connections in all and from one address, so that files are left for the album."""

    _known: list[tuple[socket.socket, str]]

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection.

        Raises:
            BlockingIOError: there is none, or it was one too many and is closed.
        """
        line, address = super().accept()
        self._known = [(other, host) for other, host in getattr(self, "_known", []) if other.fileno() >= 0]
        from_there = sum(host == address[0] for _, host in self._known)
        if len(self._known) >= MOST_STRANGERS or from_there >= MOST_EACH:
            line.close()
            raise BlockingIOError
        self._known.append((line, address[0]))
        return line, address


class _Announcing(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.ssl is not None:
            loop = asyncio.get_running_loop()
            # uvicorn leaves a minute to whoever connects and never speaks
            loop.create_server = partial(loop.create_server, ssl_handshake_timeout=SILENCE)  # type: ignore[method-assign]
        await super().startup(sockets)
        self._on_started()


class Lan(Worker):
    """The server for phones: it starts again after an error, and says while it is closed.

    It has a loop of its own: what strangers in the network do (handshakes, floods, files on slow lines) shares neither
    the loop nor its pool of threads with the host's page.
    """

    def __init__(
        self,
        app: FastAPI,
        door: socket.socket,
        certificate: Callable[[], Path | None],
        is_open: threading.Event,
        report: Report,
        name: str = "phones",
    ) -> None:
        """Nothing runs before `start`.

        Args:
            app: what it serves.
            door: a socket that listens on the network.
            certificate: makes a PEM of certificate and key, where there is none that fits; gives None for plain http.
            is_open: set while it is open.
            report: told of problems.
            name: of those who come in.
        """
        self._app, self._door, self._certificate, self._is_open = app, door, certificate, is_open
        self._server: uvicorn.Server | None = None
        super().__init__(name, self._serve, wake=self._end, report=report)

    def _serve(self) -> None:
        try:
            self._server = make_server(self._app, self._certificate(), self._open)
            if not self.closing.is_set():
                # the server closes what it is given, and the next needs the door again
                self._server.run(sockets=[self._door.dup()])
        except (OSError, ValueError, SystemExit) as error:
            found = f"{self.name} cannot connect: {type(error).__name__}"
            raise ConfigError(found, "restart the booth, or leave out --lan") from error
        finally:
            self._is_open.clear()
        if not self.closing.is_set():
            raise ConfigError(f"{self.name} cannot connect: the server has ended", "restart the booth")

    def _open(self) -> None:
        log.info("%s can connect: press the phone button on the page and scan the code", self.name)
        self._is_open.set()
        self.recover()

    def _end(self) -> None:
        if self._server is not None:
            self._server.should_exit = True


def own_address() -> str | None:
    """This machine's address in the local network; None where there is none.

    A datagram socket is pointed at an address of the documentation's range, which sends nothing.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return None


EVERYWHERE = "0.0.0.0"  # noqa: S104 - only with --lan, behind the pairing


def own_names() -> tuple[str, ...]:
    """What this machine is called in its network."""
    name = socket.gethostname()
    return name, f"{name}.local"


@contextlib.contextmanager
def open_to_network(
    settings: Settings, booth: Booth, *, folder: Path | None = None, address: str | None = None
) -> Iterator[LanAccess | None]:
    """While it lasts phones that were paired can come in; None where the settings do not ask for it.

    Args:
        settings: whether, and at which port: the next after the page's.
        booth: what they come to.
        folder: where the certificate is kept; None for the user's data folder.
        address: this machine's in the network; None finds it out.

    Raises:
        ConfigError: there is no network, no port, or no place for the certificate.
    """
    if not settings.lan:
        yield None
        return
    here = own_address() if address is None else address
    if here is None:
        raise ConfigError("this machine is not on a network", "connect it, or leave out --lan")
    kept = platformdirs.user_data_path("smartselfie", appauthor=False) if folder is None else folder
    certificate = partial(own_certificate, kept / "lan.pem", own_names(), (here, "127.0.0.1"))
    certificate()
    with contextlib.ExitStack() as stack:
        door = stack.enter_context(listen(EVERYWHERE, settings.port + 1 if settings.port else 0, Door))
        plain = None
        if settings.guest_http:
            plain = stack.enter_context(listen(EVERYWHERE, settings.port + 2 if settings.port else 0, Door))
        outside = LanAccess(
            f"https://{here}:{door.getsockname()[1]}",
            None if plain is None else f"http://{here}:{plain.getsockname()[1]}",
        )
        if plain is not None:
            guests = create_guest_app(booth, outside, names=own_names())
            lan = Lan(guests, plain, lambda: None, threading.Event(), booth.broadcast.report, "guests")
            stack.enter_context(contextlib.closing(lan.start()))
        app = create_app(booth, host=EVERYWHERE, names=own_names(), outside=outside, paired_only=True)
        with contextlib.closing(Lan(app, door, certificate, outside.is_open, booth.broadcast.report).start()):
            # where it does not open the page says so, and it is tried again
            outside.is_open.wait(OPEN_TIME)
            yield outside
