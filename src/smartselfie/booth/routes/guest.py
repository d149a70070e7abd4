"""What a guest's link opens: a page with one photo, its strip and its clip, and words where there is none any more."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers
from starlette.types import Scope

from smartselfie.booth.auth import LanAccess
from smartselfie.booth.booth import Booth
from smartselfie.booth.roles import Role, needs
from smartselfie.booth.routes.pages import html_page
from smartselfie.booth.routes.photos import found, sent_clip, sent_whole

GONE = "this link has expired, or the photo is gone"


def guest_routes(booth: Booth, outside: LanAccess) -> APIRouter:
    """The routes of a guest's link.

    Args:
        booth: has the photos.
        outside: knows the links.
    """
    router = APIRouter(tags=["local network"])
    gallery = booth.gallery

    def name_of(key: str) -> str:
        """Of the photo that is still there; empty where the link or the photo is gone."""
        name = outside.links.open(key)
        return "" if name is None or gallery.find(name) is None else name

    @router.get("/guest/{key}", response_class=HTMLResponse)
    @needs(Role.STRANGER)
    def guest(key: str, request: Request) -> HTMLResponse:
        """The page of a guest's link, in the guest's language."""
        name = name_of(key)
        if not name:
            return _sentence(booth, request.headers, "guest.gone", 404)
        fill = {"$KEY": quote(key, safe=""), "$CLIP": "" if gallery.find_clip(name) else "hidden"}
        return html_page("guest.html", Role.STRANGER, booth.settings.now.language, asks=request.headers, fill=fill)

    @router.get("/guest/{key}/photo.jpg", response_class=Response)
    @needs(Role.STRANGER)
    def photo(key: str, *, download: bool = False) -> Response:
        """The one photo of a guest's link."""
        return sent_whole(gallery.find(name_of(key)), "image/jpeg", gone=GONE, download=download)

    @router.get("/guest/{key}/clip", response_class=Response)
    @needs(Role.STRANGER)
    def clip(key: str, request: Request, *, download: bool = False) -> Response:
        """The short clip around that photo."""
        return sent_clip(gallery.find_clip(name_of(key)), request, gone=GONE, download=download)

    @router.get("/guest/{key}/strip.jpg", response_class=Response)
    @needs(Role.STRANGER)
    def strip(key: str) -> Response:
        """That photo under up to three that were taken before it of somebody on it."""
        name = name_of(key)
        whole = found(gallery.strip_of(name) if name else None, GONE)
        saved = quote(f"{name.removesuffix('.jpg')}-strip.jpg")
        headers = {"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=utf-8''{saved}"}
        return Response(whole, media_type="image/jpeg", headers=headers)

    return router


def closed_door(booth: Booth) -> Callable[[Scope], Response | None]:
    """What whoever was not let in sees: a page for people, nothing for programs, which are told otherwise."""

    def answer(scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        return _sentence(booth, headers, "guest.closed", 403) if page else None

    return answer


def _sentence(booth: Booth, asks: Headers, word: str, status: int) -> HTMLResponse:
    language = booth.settings.now.language
    return html_page("sentence.html", Role.STRANGER, language, asks=asks, fill={"$WORD": word}, status=status)
