"""The pages: the booth, the gallery, photos for a second screen, the host's status, and the files they are made of."""

import functools
import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
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
AT_THE_DOOR = ("join.js", "guest.js", "style.css", "icon.svg", "icon-192.png", "icon-512.png", "booth.webmanifest")
# What a page's words fill: `data-text` whenever the language changes, `data-first` until a script speaks, `data-alt`.
FILLED = re.compile(r'(data-(?:text|first)="([\w.]+)"[^>]*>)(?=<)|(data-alt="([\w.]+)" alt=")')
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
            language, locked = booth.settings.now.language, booth.pin.locked
            return html_page(file, asks, language, locked=locked, asks=request.headers)

    # a guest who goes to the booth is led to the gallery; what the status page shows asks for the host itself
    add("/", "index.html", Role.GUEST)
    add("/gallery", "index.html", Role.GUEST)
    add("/tv", "tv.html", Role.GUEST)
    add("/status", "status.html", Role.PHONE)

    @router.get("/openapi.json")
    @needs(Role.PHONE)
    def description() -> JSONResponse:
        return JSONResponse(describe())

    @router.get("/static/{name:path}")
    @needs(Role.GUEST)
    def static(name: str) -> FileResponse:
        return _send_file(name)

    return router


def html_page(
    file: str,
    role: Role,
    language: str,
    *,
    asks: Mapping[str, str],
    locked: bool = False,
    fill: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> HTMLResponse:
    """A page that knows who looks at it and speaks before any script runs.

    Args:
        file: the page.
        role: who looks at it.
        language: the booth's; `auto` is the first that the browser asks for.
        asks: the headers of the request.
        locked: whether a PIN makes a host of them.
        fill: what stands in it for what.
        status: of the answer.
    """
    text = (STATIC / file).read_text(encoding="utf-8")
    for name, value in fill.items():
        text = text.replace(name, value)
    spoken = _spoken(language, asks.get("accept-language", ""))
    words = _words(spoken)
    text = FILLED.sub(lambda each: each[0] + html.escape(words.get(each[2] or each[4], "")), text)
    known = f'<html lang="{spoken}" data-role="{role.word}" data-language="{language}"'
    known += f' data-languages="{" ".join(LANGUAGES)}"'
    known += " data-locked" if locked and role is Role.PHONE else ""
    return HTMLResponse(text.replace('<html lang="en"', known, 1), status, headers=FRESH)


def _spoken(wanted: str, asked: str) -> str:
    """The language that is wanted or, for `auto`, the first known one that a browser asks for: `de-AT,de;q=0.9`."""
    tags = [tag.strip().lower()[:2] for tag in asked.split(",")] if wanted == "auto" else [wanted]
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])


@functools.cache
def _words(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((STATIC / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


@functools.cache
def static_files() -> dict[str, Path]:
    """The files of the pages by what stands behind `/static/` in their address."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.suffix in KINDS}


def door_files() -> APIRouter:
    """The files that whoever was not let in may have."""
    router = APIRouter(include_in_schema=False)
    for known in AT_THE_DOOR:

        @router.get(f"/static/{known}")
        @needs(Role.STRANGER)
        def at_the_door(request: Request) -> FileResponse:
            return _send_file(request.url.path.rpartition("/")[2])

    return router


def _send_file(name: str) -> FileResponse:
    files = static_files()
    if name not in files:
        raise HTTPException(404)
    return FileResponse(files[name], media_type=KINDS[files[name].suffix], headers=FRESH)
