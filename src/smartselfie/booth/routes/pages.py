"""The pages: the booth, the gallery, photos for a second screen, the host's status, and the files they are made of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from smartselfie.booth.booth import Booth
from smartselfie.booth.roles import Role, needs, role_of
from smartselfie.settings.schema import LANGUAGES

STATIC = Path(__file__).parents[1] / "static"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
# What a phone sees before it comes in, and what its system asks for without saying who it is.
AT_THE_DOOR = ("join.js", "style.css", "icon.svg", "icon-192.png", "icon-512.png", "booth.webmanifest")
# `no-cache` asks each time whether a file has changed, so that an update shows at once.
FRESH = {"Cache-Control": "no-cache"}


def page_routes(booth: Booth, describe: Callable[[], dict[str, Any]]) -> APIRouter:
    """The routes of the pages.

    Args:
        booth: what they show.
        describe: makes the description of all routes.
    """
    router = APIRouter(include_in_schema=False)

    def add(address: str, file: str, role: Role) -> None:
        @router.get(address)
        @needs(role)
        def page(request: Request) -> Response:
            asks = role_of(request.scope)
            if address == "/" and asks is Role.GUEST:
                return RedirectResponse("/gallery", 303)
            return html_page(file, asks, booth.settings.now.language, locked=booth.pin.locked)

    # a guest who goes to the booth is led to the gallery; what the status page shows asks for the host itself
    add("/", "index.html", Role.GUEST)
    add("/gallery", "index.html", Role.GUEST)
    add("/tv", "tv.html", Role.GUEST)
    add("/status", "status.html", Role.PHONE)

    @router.get("/openapi.json")
    @needs(Role.PHONE)
    def description() -> JSONResponse:
        return JSONResponse(describe())

    _serve_files(router)
    return router


def html_page(file: str, role: Role, language: str, *, locked: bool = False) -> HTMLResponse:
    """A page that knows who looks at it, whether a PIN makes a host of them, and what the booth speaks."""
    text = (STATIC / file).read_text(encoding="utf-8")
    known = f'<html lang="en" data-role="{role.word}" data-language="{language}" data-languages="{" ".join(LANGUAGES)}"'
    known += " data-locked" if locked and role is Role.PHONE else ""
    return HTMLResponse(text.replace('<html lang="en"', known, 1), headers=FRESH)


def static_files() -> dict[str, Path]:
    """The files of the pages by what stands behind `/static/` in their address."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.suffix in KINDS}


def _serve_files(router: APIRouter) -> None:
    files = static_files()

    def send(name: str) -> FileResponse:
        if name not in files:
            raise HTTPException(404)
        return FileResponse(files[name], media_type=KINDS[files[name].suffix], headers=FRESH)

    for known in AT_THE_DOOR:

        @router.get(f"/static/{known}")
        @needs(Role.STRANGER)
        def at_the_door(request: Request) -> FileResponse:
            return send(request.url.path.rpartition("/")[2])

    @router.get("/static/{name:path}")
    @needs(Role.GUEST)
    def static(name: str) -> FileResponse:
        return send(name)
