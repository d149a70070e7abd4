"""The server behind the page: the live picture, the shutter, the photos."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, WebSocket
from fastapi.responses import FileResponse, JSONResponse
from starlette.websockets import WebSocketDisconnect

from smartselfie.web.guard import Guard
from smartselfie.web.live import Live, Viewer
from smartselfie.web.photos import PhotoPage, find_photo, list_photos
from smartselfie.web.wire import pack, shown_to_json

STATIC = Path(__file__).parent / "static"
STATIC_FILES = {
    "style.css": "text/css",
    "app.js": "text/javascript",
    "connection.js": "text/javascript",
    "messages.js": "text/javascript",
    "panel.js": "text/javascript",
    "photos.js": "text/javascript",
    "stage.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
IN_FLIGHT = 2
"""Messages on their way to a viewer that it has not drawn yet; more would show it the past."""
MOST_VIEWERS = 64


def create_app(
    live: Live,
    album: Path,
    leave: Callable[[], None],
    *,
    mirror: bool = True,
    host: str = "127.0.0.1",
    names: tuple[str, ...] = (),
) -> FastAPI:
    """Build the server; nothing runs, nothing is opened.

    Args:
        live: what is shown; started and closed by the caller.
        album: the folder whose photos are listed.
        leave: called once the page was told that the booth is being left; ends the server.
        mirror: whether the page mirrors the view.
        host: where it will listen, for the check of the Host header.
        names: further names of this machine that may stand in the Host header.
    """
    # the interactive documentation pages would load scripts from elsewhere
    app = FastAPI(title="smartselfie", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.add_middleware(Guard, host=host, names=names)
    _serve_page(app)
    _serve_photos(app, album)
    _serve_shutter(app, live, leave, mirror=mirror)

    @app.websocket("/live")
    async def watch(socket: WebSocket) -> None:
        """What there is to see, as it comes (`web/wire.py`); a viewer says "ready" for each message it has drawn."""
        if live.viewers >= MOST_VIEWERS:
            await socket.close(1013)
            return
        await socket.accept()
        await _show(socket, live, mirror=mirror)

    return app


def _serve_page(app: FastAPI) -> None:
    # `no-cache` asks each time whether a file has changed, so that an update shows at once
    fresh = {"Cache-Control": "no-cache"}

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", media_type="text/html", headers=fresh)

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> FileResponse:
        if name not in STATIC_FILES:
            raise HTTPException(404)
        return FileResponse(STATIC / name, media_type=STATIC_FILES[name], headers=fresh)


def _serve_photos(app: FastAPI, album: Path) -> None:
    @app.get("/api/photos")
    def photos(offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 24) -> PhotoPage:
        """The photos of the album, newest first."""
        return list_photos(album, offset, limit)

    @app.get("/photos/{name}", response_class=FileResponse)
    def photo(name: str) -> FileResponse:
        """One photo at full resolution."""
        path = find_photo(album, name)
        if path is None:
            raise HTTPException(404, "there is no such photo")
        return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _serve_shutter(app: FastAPI, live: Live, leave: Callable[[], None], *, mirror: bool) -> None:
    @app.get("/api/state", response_class=JSONResponse)
    def state() -> JSONResponse:
        """What there is to see, without the picture."""
        return JSONResponse(shown_to_json(live.newest, mirror=mirror))

    @app.post("/api/shoot", status_code=202)
    def shoot() -> None:
        """Take the next frame as a photo, whoever is on it; presses before that frame count once."""
        if not live.shoot():
            raise HTTPException(409, "there is no picture to take")

    @app.post("/api/quit", status_code=202)
    async def leave_booth() -> None:
        """Leave the booth: the program ends."""
        live.leave()
        asyncio.get_running_loop().call_later(0.2, leave)  # once this answer and the farewell are out


async def _show(socket: WebSocket, live: Live, *, mirror: bool) -> None:
    """Send what is newest, as fast as the viewer draws it, until it leaves."""
    room = asyncio.Semaphore(IN_FLIGHT)
    under_way = 0

    async def send(viewer: Viewer) -> None:
        nonlocal under_way
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await room.acquire()
                message = await _message(viewer, mirror=mirror)
                under_way += 1
                await socket.send_bytes(message)

    with live.look() as viewer:
        async with asyncio.TaskGroup() as both:
            sending = both.create_task(send(viewer))
            while (await socket.receive())["type"] != "websocket.disconnect":
                # whoever says "ready" too often gains nothing
                if under_way > 0:
                    under_way -= 1
                    room.release()
            sending.cancel()


async def _message(viewer: Viewer, *, mirror: bool) -> bytes:
    shown, events, skipped = await viewer.next()
    # encoding takes milliseconds: not in the loop that serves everybody
    jpeg = b"" if shown.preview is None else await asyncio.to_thread(shown.preview.jpeg)
    return pack(shown_to_json(shown, mirror=mirror, events=events, skipped=skipped), jpeg)
