"""The booth's door to the local network: https, with a certificate of its own, for those who were let in."""

import logging
import socket
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import segno
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from smartselfie.web.certificate import own_certificate
from smartselfie.web.house import House
from smartselfie.web.pairing import COOKIE, GUEST, STAY, Pairing
from smartselfie.web.photos import sent_whole
from smartselfie.web.server import make_server

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address, and the same as a QR code (an SVG picture)."""

    url: str
    qr: str


@dataclass(frozen=True, slots=True)
class Outside:
    """The door to the network: who may come in, and the address it has there."""

    pairing: Pairing
    url: str


class Code(BaseModel):
    """What a phone scanned."""

    code: str


class Lan:
    """A second server, in a thread of its own."""

    def __init__(self, app: FastAPI, door: socket.socket, certificate: Path) -> None:
        """Nothing runs before `start`.

        Args:
            app: what it serves.
            door: a socket that listens on the network.
            certificate: PEM of certificate and key.
        """
        self._server = make_server(app, certificate)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [door]}, name="lan", daemon=True)

    def start(self) -> None:
        """Let people in."""
        self._thread.start()
        log.info("phones can connect: choose the phone's sign on the page, and scan the code")

    def close(self) -> None:
        """Close the door."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(3)


def own_address() -> str | None:
    """This machine's address in the local network; None where there is none.

    A datagram socket is pointed at an address of the documentation's range, which sends nothing.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None


def make_certificate(folder: Path, address: str, names: tuple[str, ...]) -> Path:
    """The certificate for this address and these names, kept in a folder of the user's.

    Raises:
        ConfigError: it cannot be written.
    """
    return own_certificate(folder / "lan.pem", names, (address, "127.0.0.1"))


def inside_routes(house: House, outside: Outside) -> APIRouter:
    """The routes that make codes and links, for those who are in already.

    Args:
        house: what is shared.
        outside: makes them.
    """
    pairing, url = outside.pairing, outside.url
    router = APIRouter(tags=["local network"])

    @router.post("/api/invite", dependencies=[Depends(house.lock.host_only)])
    def invite() -> Invitation:
        """An address that lets one phone in, once, within five minutes."""
        return _drawn(f"{url}/join#{pairing.invite()}")

    @router.post("/api/photos/{name}/share")
    def share(name: str) -> Invitation:
        """An address at which a guest gets this one photo on the own phone, for an hour."""
        if house.gallery.find(name) is None:
            raise HTTPException(404, "there is no such photo")
        return _drawn(f"{url}{GUEST}{pairing.share(name)}")

    return router


def outside_routes(house: House, pairing: Pairing, page: Path) -> APIRouter:
    """The routes for those who are not in yet.

    Args:
        house: what is shared.
        pairing: knows who may come in.
        page: the page that hands in what was scanned.
    """
    router = APIRouter(tags=["local network"])

    @router.get("/join", include_in_schema=False)
    def door() -> FileResponse:
        return FileResponse(page, media_type="text/html", headers={"Cache-Control": "no-store"})

    @router.post("/api/join", status_code=204)
    def join(scanned: Code, response: Response) -> None:
        """Come in with the code that was scanned; it is spent by that."""
        cookie = pairing.join(scanned.code)
        if cookie is None:
            raise HTTPException(403, "the code was used already, or is too old")
        response.set_cookie(COOKIE, cookie, max_age=int(STAY), secure=True, httponly=True, samesite="strict")

    @router.get("/guest/{key}", response_class=Response)
    def guest(key: str) -> Response:
        """The one photo of a guest's link."""
        name = pairing.shared(key)
        path = None if name is None else house.gallery.find(name)
        return sent_whole(path, "image/jpeg", gone="this link is too old, or the photo is gone")

    return router


def _drawn(url: str) -> Invitation:
    buffer = BytesIO()
    code = segno.make(url, error="m")
    code.save(buffer, kind="svg", xmldecl=False, border=2, scale=8, dark="#1c1a17", light="#ffffff")
    return Invitation(url, buffer.getvalue().decode())
