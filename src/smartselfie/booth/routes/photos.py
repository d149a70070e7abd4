"""The photos of the album, for the page and for programs."""

import contextlib
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from typing_extensions import Buffer

from smartselfie.albums.gallery import LATEST, Entry, Gallery, Order, shown_name
from smartselfie.booth.auth import OneTimeTokens
from smartselfie.booth.roles import Role, needs

# Photos of one page of the list.
MOST = 200
GONE = "no such photo"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo.

    `written` is ISO 8601 in UTC; `smile` the mean of the "happy" scores of everybody on it, or null; `clip` the address
    of the short clip around it, or null; `focus` the middle of the faces, as parts of width and height, or null.
    """

    name: str
    url: str
    thumbnail: str
    written: str
    smile: float | None
    clip: str | None
    focus: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Some of the photos, and how many there are in all."""

    total: int
    photos: list[PhotoEntry]


def photo_routes(gallery: Gallery, changed: Callable[[], None]) -> APIRouter:
    """The routes of the photos.

    Args:
        gallery: where they are.
        changed: called when a photo is gone, or back.
    """
    router = APIRouter(tags=["photos"])
    _serve_pictures(router, gallery)

    @router.get("/api/photos")
    @needs(Role.GUEST)
    def photos(
        order: Order = Order.TIME,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 24,
        hours: Annotated[float | None, Query(gt=0, le=1e6)] = None,
    ) -> PhotoPage:
        """List photos: the newest first, or the widest smile first; with `hours` only those of so many hours."""
        total, entries = gallery.page(order, offset, limit, within=None if hours is None else hours * 3600)
        return PhotoPage(total, [_entry(entry) for entry in entries])

    @router.delete("/api/photos/{name}")
    @needs(Role.HOST)
    def delete(name: str) -> dict[str, str]:
        """Throw a photo away; for an hour what `undo` says brings it back."""
        ticket = found(gallery.discard(name))
        changed()
        return {"undo": ticket}

    @router.post("/api/trash/{ticket}/restore")
    @needs(Role.HOST)
    def restore(ticket: str) -> dict[str, str]:
        """Bring a photo back; `name` says under which name."""
        name = found(gallery.restore(ticket), "it is no longer in the trash")
        changed()
        return {"name": name}

    zips: OneTimeTokens[Gallery] = OneTimeTokens(60, once=True)

    @router.post("/api/zip")
    @needs(Role.HOST)
    def zip_up() -> dict[str, str]:
        """Ask for all photos as one zip: `url` is where it can be fetched, once and within a minute."""
        return {"url": f"/zip/{zips.give(gallery)}"}

    @router.get("/zip/{key}", response_class=StreamingResponse)
    @needs(Role.PHONE)
    def everything(key: str) -> StreamingResponse:
        """All photos as one zip, the clips beside them; works once, within a minute."""
        album = found(zips.open(key), "ask for it again")
        headers = {"Content-Disposition": 'attachment; filename="smartselfie.zip"'}
        return StreamingResponse(_zip(album), media_type="application/zip", headers=headers)

    return router


def _serve_pictures(router: APIRouter, gallery: Gallery) -> None:
    @router.get("/photos/{name}", response_class=Response)
    @needs(Role.GUEST)
    def photo(name: str, *, download: bool = False) -> Response:
        """One photo at full resolution."""
        return sent_whole(gallery.find(name), "image/jpeg", download=download)

    @router.get("/clips/{name}", response_class=Response)
    @needs(Role.GUEST)
    def clip(name: str, request: Request, *, download: bool = False) -> Response:
        """The short clip around a photo, an MP4 or a GIF; parts of it, too, as players ask for them."""
        return sent_clip(gallery.find_clip(name), request, download=download)

    @router.get("/thumbnails/{name}", response_class=Response)
    @needs(Role.GUEST)
    def thumbnail(name: str) -> Response:
        """One photo, small."""
        return Response(found(gallery.thumbnail(name)), media_type="image/jpeg")

    @router.get("/strips/{name}", response_class=Response)
    @needs(Role.GUEST)
    def strip(name: str) -> Response:
        """One photo under up to three that were taken before it, as photo booths print them."""
        whole = found(gallery.strip_of(name))
        saved = quote(f"{name.removesuffix('.jpg')}-strip.jpg")
        headers = {"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=utf-8''{saved}"}
        return Response(whole, media_type="image/jpeg", headers=headers)


def _entry(entry: Entry) -> PhotoEntry:
    name = quote(entry.name)
    return PhotoEntry(
        entry.name,
        f"/photos/{name}",
        f"/thumbnails/{name}",
        datetime.fromtimestamp(entry.written, UTC).isoformat(),
        entry.smile,
        f"/clips/{name}" if entry.clip else None,
        entry.focus,
    )


def found(thing: T | None, gone: str = GONE) -> T:
    """The thing, where there is one.

    Raises:
        HTTPException: there is none (404).
    """
    if thing is None:
        raise HTTPException(404, gone)
    return thing


def sent_whole(path: Path | None, kind: str, *, gone: str = GONE, download: bool = False) -> Response:
    """A file that is read before anything is said of it: it may be deleted at any moment.

    Raises:
        HTTPException: it is not there (404).
    """
    path = found(path, gone)
    try:
        content = path.read_bytes()
    except OSError:
        raise HTTPException(404, gone) from None
    how = "attachment" if download else "inline"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(shown_name(path.name))}",
    }
    return Response(content, media_type=kind, headers=headers)


def sent_clip(path: Path | None, request: Request, *, gone: str = GONE, download: bool = False) -> Response:
    """A clip, or the part of it that is asked for, without which Safari plays no video (RFC 9110, section 14)."""
    kind = "image/gif" if path is None or path.suffix == ".gif" else "video/mp4"
    whole = sent_whole(path, kind, gone=gone, download=download)
    whole.headers["Accept-Ranges"] = "bytes"
    asked, size = re.fullmatch(r"bytes=(\d{0,12})-(\d{0,12})", request.headers.get("range", "")), len(whole.body)
    if asked is None or not any(asked.groups()):
        return whole
    first, last = (int(each) if each else None for each in asked.groups())
    begin = max(0, size - (last or 0)) if first is None else first
    end = size - 1 if first is None or last is None else min(last, size - 1)
    if begin > end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
    headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return Response(bytes(whole.body[begin : end + 1]), 206, headers, kind)


class _Sink(io.RawIOBase):
    """Takes what the zip writes, and hands it on in pieces; it cannot go back."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def write(self, piece: Buffer) -> int:
        self._pieces += piece
        return memoryview(piece).nbytes

    def take(self) -> bytes:
        whole = bytes(self._pieces)
        self._pieces.clear()
        return whole


def _zip(gallery: Gallery) -> Iterator[bytes]:
    """The zip in pieces, so that an album of any size needs no memory and no second place on the disk."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in gallery.names():
            for path in (gallery.find(name), gallery.find_clip(name)):
                # somebody may delete one meanwhile, or not let it be read
                with contextlib.suppress(OSError):
                    if path is not None:
                        content, written = path.read_bytes(), path.stat().st_mtime
                        # nothing that leads to another folder where the zip is unpacked on Windows
                        packed = re.sub(r"[\\:]", "_", shown_name(path.name))
                        archive.writestr(zipfile.ZipInfo(packed, _zip_time(written)), content)
                yield sink.take()
    yield sink.take()


def _zip_time(written: float) -> tuple[int, int, int, int, int, int]:
    """The local time of a file, moved into the years that a zip can tell."""
    moment = time.localtime(min(max(0.0, written), LATEST))
    return (1980, 1, 1, 0, 0, 0) if moment.tm_year < 1980 else (min(moment.tm_year, 2107), *moment[1:6])
