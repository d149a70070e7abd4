"""The routes that let phones and guests in."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated

import segno
from fastapi import APIRouter, Body, Depends, HTTPException, Response
from fastapi.responses import FileResponse

from smartselfie.booth.auth import COOKIE, GUEST, STAY, LanAccess
from smartselfie.booth.booth import Booth
from smartselfie.booth.routes.photos import found, sent_whole


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address, and the same as a QR code (an SVG picture)."""

    url: str
    qr: str


def inside_routes(booth: Booth, outside: LanAccess) -> APIRouter:
    """The routes that make codes and links, for those who are in already.

    Args:
        booth: what is shared.
        outside: makes them.
    """
    router = APIRouter(tags=["local network"])

    def check_open() -> None:
        if not outside.is_open.is_set():
            raise HTTPException(503, "phones cannot connect right now: the terminal shows the reason")

    @router.post("/api/invite", dependencies=[Depends(booth.pin.host_only)])
    def invite() -> Invitation:
        """An address that lets one phone in, once, within five minutes."""
        check_open()
        return _drawn(f"{outside.url}/join#{outside.codes.give(True)}")

    @router.post("/api/photos/{name}/share")
    def share(name: str) -> Invitation:
        """An address at which a guest gets this one photo on the own phone, for an hour."""
        found(booth.gallery.find(name))
        check_open()
        return _drawn(f"{outside.url}{GUEST}{outside.links.give(name)}")

    return router


def outside_routes(booth: Booth, outside: LanAccess, page: Path) -> APIRouter:
    """The routes for those who are not in yet.

    Args:
        booth: what is shared.
        outside: knows who may come in.
        page: the page that hands in what was scanned.
    """
    router = APIRouter(tags=["local network"])

    @router.get("/join", include_in_schema=False)
    def door() -> FileResponse:
        return FileResponse(page, media_type="text/html", headers={"Cache-Control": "no-store"})

    @router.post("/api/join", status_code=204)
    def join(code: Annotated[str, Body(embed=True)], response: Response) -> None:
        """Come in with the code that was scanned; it is spent by that."""
        if not outside.codes.open(code):
            raise HTTPException(403, "this code has been used or has expired")
        response.set_cookie(
            COOKIE, outside.phones.give(True), max_age=int(STAY), secure=True, httponly=True, samesite="strict"
        )

    @router.get("/guest/{key}", response_class=Response)
    def guest(key: str) -> Response:
        """The one photo of a guest's link."""
        name = outside.links.open(key)
        path = None if name is None else booth.gallery.find(name)
        return sent_whole(path, "image/jpeg", gone="this link has expired, or the photo is gone")

    return router


def _drawn(url: str) -> Invitation:
    buffer = BytesIO()
    code = segno.make(url, error="m")
    code.save(buffer, kind="svg", xmldecl=False, border=2, scale=8, dark="#1c1a17", light="#ffffff")
    return Invitation(url, buffer.getvalue().decode())
