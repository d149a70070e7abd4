"""The photos of the album, for the page and for programs."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from fastapi.responses import StreamingResponse

from smartselfie.albums.gallery import Entry, Gallery, Order
from smartselfie.booth.auth import OneTimeTokens, PinCheck

# Photos of one page of the list.
MOST = 200
GONE = "no such photo"


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo.

    `written` is ISO 8601 in UTC; `smile` the mean of the "happy" scores of everybody on it, or null; `clip` the address
    of the short clip around it, or null.
    """

    name: str
    url: str
    thumbnail: str
    written: str
    smile: float | None
    clip: str | None


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Some of the photos, and how many there are in all."""

    total: int
    photos: list[PhotoEntry]


@dataclass(frozen=True, slots=True)
class Deleted:
    """A photo that was thrown away; `undo` brings it back for an hour."""

    undo: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A photo that is back, under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Zipped:
    """Where the zip can be fetched, once and within a minute."""

    url: str


def photo_routes(gallery: Gallery, lock: PinCheck, changed: Callable[[], None]) -> APIRouter:
    """The routes of the photos.

    Args:
        gallery: where they are.
        lock: the host's PIN, without which nothing is deleted and not everything is taken home.
        changed: called when a photo is gone, or back.
    """
    router = APIRouter(tags=["photos"])
    host_only = [Depends(lock.host_only)]
    _serve_pictures(router, gallery)

    @router.get("/api/photos")
    def photos(
        order: Order = Order.TIME,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 24,
    ) -> PhotoPage:
        """List photos: the newest first, or the widest smile first."""
        total, found = gallery.page(order, offset, limit)
        return PhotoPage(total, [_entry(entry) for entry in found])

    @router.delete("/api/photos/{name}", dependencies=host_only)
    def delete(name: str) -> Deleted:
        """Throw a photo away; for an hour it can be brought back."""
        ticket = gallery.discard(name)
        if ticket is None:
            raise HTTPException(404, GONE)
        changed()
        return Deleted(ticket)

    @router.post("/api/trash/{ticket}/restore", dependencies=host_only)
    def restore(ticket: str) -> Restored:
        """Bring a photo back."""
        name = gallery.restore(ticket)
        if name is None:
            raise HTTPException(404, "it is no longer in the trash")
        changed()
        return Restored(name)

    zips: OneTimeTokens[Gallery] = OneTimeTokens(60, once=True)

    @router.post("/api/zip", dependencies=host_only)
    def zip_up() -> Zipped:
        """Ask for all photos as one zip."""
        return Zipped(f"/zip/{zips.give(gallery)}")

    @router.get("/zip/{key}", response_class=StreamingResponse)
    def everything(key: str) -> StreamingResponse:
        """All photos as one zip, the clips beside them; works once, within a minute."""
        album = zips.open(key)
        if album is None:
            raise HTTPException(404, "ask for it again")
        headers = {"Content-Disposition": 'attachment; filename="smartselfie.zip"'}
        return StreamingResponse(_zip(album), media_type="application/zip", headers=headers)

    return router


def _serve_pictures(router: APIRouter, gallery: Gallery) -> None:
    @router.get("/photos/{name}", response_class=Response)
    def photo(name: str, *, download: bool = False) -> Response:
        """One photo at full resolution."""
        return sent_whole(gallery.find(name), "image/jpeg", download=download)

    @router.get("/clips/{name}", response_class=Response)
    def clip(name: str, *, download: bool = False) -> Response:
        """The short clip around a photo, as an animated GIF."""
        return sent_whole(gallery.find_clip(name), "image/gif", download=download)

    @router.get("/thumbnails/{name}", response_class=Response)
    def thumbnail(name: str) -> Response:
        """One photo, small."""
        small = gallery.thumbnail(name)
        if small is None:
            raise HTTPException(404, GONE)
        return Response(small, media_type="image/jpeg")

    @router.get("/strips/{name}", response_class=Response)
    def strip(name: str) -> Response:
        """One photo under up to three that were taken before it, as photo booths print them."""
        whole = gallery.strip_of(name)
        if whole is None:
            raise HTTPException(404, GONE)
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
    )


def sent_whole(path: Path | None, kind: str, *, gone: str = GONE, download: bool = False) -> Response:
    """A file that is read before anything is said of it: it may be deleted at any moment.

    Raises:
        HTTPException: it is not there (404).
    """
    try:
        content = None if path is None else path.read_bytes()
    except OSError:
        content = None
    if path is None or content is None:
        raise HTTPException(404, gone)
    how = "attachment" if download else "inline"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f"{how}; filename*=UTF-8''{quote(path.name)}"}
    return Response(content, media_type=kind, headers=headers)


class _Sink:
    """Takes what the zip writes, and hands it on in pieces; it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """What was written is handed on by `take`."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _zip(gallery: Gallery) -> Iterator[bytes]:
    """The zip in pieces, so that an album of any size needs no memory and no second place on the disk."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in gallery.names():
            for path in (gallery.find(name), gallery.find_clip(name)):
                # somebody may delete one meanwhile
                if path is None:
                    continue
                with path.open("rb") as photo, archive.open(zipfile.ZipInfo.from_file(path, path.name), "w") as inside:
                    while piece := photo.read(1 << 20):
                        inside.write(piece)
                        yield sink.take()
    yield sink.take()
