"""The routes that let phones and guests in."""

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from segno.helpers import make_wifi_data

from smartselfie.booth.auth import COOKIE, GUEST, STAY, LanAccess
from smartselfie.booth.booth import Booth
from smartselfie.booth.roles import Role, needs, role_of
from smartselfie.booth.routes.pages import html_page
from smartselfie.booth.routes.photos import found
from smartselfie.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class WifiCode:
    """A Wi-Fi network's name, and a QR code (an SVG picture) that joins it."""

    name: str
    qr: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address, the same as a QR code (an SVG picture), and the Wi-Fi that leads there, where the host named one."""

    url: str
    qr: str
    wifi: WifiCode | None


def inside_routes(booth: Booth, outside: LanAccess) -> APIRouter:
    """The routes that make codes and links, for those who are in already.

    Args:
        booth: what is shared.
        outside: makes them.
    """
    router = APIRouter(tags=["local network"])

    def invitation(url: str) -> Invitation:
        if not outside.is_open.is_set():
            raise HTTPException(503, "phones cannot connect right now: the terminal shows the reason")
        return Invitation(url, drawn(url), _wifi_code(booth.settings.now))

    @router.post("/api/invite")
    @needs(Role.HOST)
    def invite() -> Invitation:
        """An address that lets one phone in, once, within five minutes."""
        return invitation(f"{outside.url}/join#{outside.codes.give(Role.PHONE)}")

    @router.post("/api/gallery/share")
    @needs(Role.HOST)
    def share_gallery() -> Invitation:
        """An address at which guests see all photos and nothing else, for a day; it works for as many as want to."""
        return invitation(f"{outside.url}/join#{outside.tickets.give(Role.GUEST)}")

    @router.post("/api/photos/{name}/share")
    @needs(Role.PHONE)
    def share(name: str) -> Invitation:
        """An address at which a guest gets this one photo on the own phone, for an hour."""
        found(booth.gallery.find(name))
        return invitation(f"{outside.guests or outside.url}{GUEST}{outside.links.give(name)}")

    return router


def outside_routes(booth: Booth, outside: LanAccess) -> APIRouter:
    """The routes for those who are not in yet.

    Args:
        booth: what is shared.
        outside: knows who may come in.
    """
    router = APIRouter(tags=["local network"])

    @router.get("/join", include_in_schema=False)
    @needs(Role.STRANGER)
    def door(request: Request) -> HTMLResponse:
        """The page that hands in what was scanned."""
        return html_page("join.html", Role.STRANGER, booth.settings.now.language, asks=request.headers)

    @router.post("/api/join", status_code=204)
    @needs(Role.STRANGER)
    def join(code: Annotated[str, Body(embed=True)], request: Request, response: Response) -> None:
        """Come in with the code that was scanned; a phone's is spent by that, a guest's is not."""
        role = outside.codes.open(code) or outside.tickets.open(code)
        if role is None:
            raise HTTPException(403, "this code has been used or has expired")
        # who was let in as more stays so
        cookie = outside.cookies.give(max(role, role_of(request.scope)))
        response.set_cookie(COOKIE, cookie, max_age=int(STAY), secure=True, httponly=True, samesite="strict")

    return router


def _wifi_code(settings: Settings) -> WifiCode | None:
    if settings.wifi is None:
        return None
    password = None if settings.wifi_password is None else settings.wifi_password.get_secret_value()
    # escapes what stands for something in such a code
    text = make_wifi_data(settings.wifi, password, "WPA" if password else None)
    return WifiCode(settings.wifi, drawn(text))


def drawn(text: str) -> str:
    """A QR code as an SVG picture."""
    buffer = BytesIO()
    code = segno.make(text, error="m")
    code.save(buffer, kind="svg", xmldecl=False, border=2, scale=8, dark="#1c1a17", light="#ffffff")
    return buffer.getvalue().decode()
