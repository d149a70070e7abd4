"""Where the booth listens, and how it serves."""

import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from smartselfie.errors import ConfigError

PORTS_TO_TRY = 50
MOST_CONNECTIONS = 256
MOST_FRAME = 512 << 10
"""Bytes of a message from a page: a small frame of its camera."""
BUSY = {errno.EADDRINUSE, errno.EACCES} if sys.platform == "win32" else {errno.EADDRINUSE}

log = logging.getLogger(__name__)


def make_server(app: FastAPI, certificate: Path | None = None) -> uvicorn.Server:
    """A server that logs no addresses, takes no long messages, and does not wait for viewers at the end.

    With a certificate (a PEM file of it and its key) it speaks https.
    """
    return uvicorn.Server(
        uvicorn.Config(
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
        )
    )


@contextlib.contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens at that port or, where it is busy, at the next free one.

    Raises:
        ConfigError: nobody can listen there.
    """
    hint = "check --host and --port"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ConfigError(f"there is no address {host}", hint) from None
    last = port if port == 0 else min(port + PORTS_TO_TRY - 1, 65535)
    for candidate in range(port, last + 1):
        with socket.socket(family, kind, protocol) as door:
            _reserve(door)
            try:
                door.bind((address[0], candidate, *address[2:]))
                door.listen(128)
            except OSError as error:
                if error.errno not in BUSY:
                    raise ConfigError(f"nobody can listen at {host}:{candidate}: {error.strerror}", hint) from None
                continue
            if candidate != port:
                log.warning("port %d is busy: taking %d", port, candidate)
            yield door
            return
    raise ConfigError(f"the ports from {port} to {last} are all busy", "choose another --port")


def _reserve(door: socket.socket) -> None:
    """A port that was let go of a moment ago can be had again; one in use cannot."""
    if sys.platform == "win32":
        door.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
