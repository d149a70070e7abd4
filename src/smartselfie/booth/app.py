"""The server behind the page: the live picture, the shutter, the photos."""

import asyncio
import contextlib
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.exceptions import RequestValidationError
from starlette.websockets import WebSocketDisconnect

from smartselfie.booth.auth import LanAccess, RequireRole
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import MOST_VIEWERS, Viewer
from smartselfie.booth.middleware import Guard, Limits
from smartselfie.booth.roles import Role, needs
from smartselfie.booth.routes.camera import camera_routes
from smartselfie.booth.routes.control import control_routes, refuse_in_words, refuse_what_the_disk_refuses
from smartselfie.booth.routes.guest import closed_door, guest_routes
from smartselfie.booth.routes.pages import door_files, page_routes
from smartselfie.booth.routes.pairing import inside_routes, outside_routes
from smartselfie.booth.routes.photos import photo_routes
from smartselfie.booth.routes.status import status_routes
from smartselfie.booth.routes.view import view_routes
from smartselfie.booth.schema import pack, snapshot_to_json
from smartselfie.errors import SmartselfieError

# What every route may answer.
REFUSALS: dict[int | str, dict[str, Any]] = {
    403: {"description": "asked by a foreign page or device, or the PIN is missing or wrong"},
    413: {"description": "the request is too large"},
    429: {"description": "asked too often, or too many wrong PINs"},
}
# Messages on their way to a viewer that it has not drawn yet; more would show it the past.
IN_FLIGHT = 2
# Times that a viewer may say it has drawn what it was not sent.
MOST_TOO_MANY = 100


def create_app(
    booth: Booth,
    *,
    host: str = "127.0.0.1",
    names: tuple[str, ...] = (),
    outside: LanAccess | None = None,
    paired_only: bool = False,
) -> FastAPI:
    """Build the server; nothing runs, nothing is opened.

    Args:
        booth: what it serves; started and closed by the caller.
        host: where it will listen, for the check of the Host header.
        names: further names of this machine that may stand in the Host header.
        outside: the door to the local network, if there is one.
        paired_only: whether this is that door.
    """
    # the interactive documentation pages would load scripts from elsewhere
    app = FastAPI(
        title="smartselfie",
        version=version("smartselfie"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses=REFUSALS,
    )
    app.add_middleware(Limits)
    for refused in (RequestValidationError, SmartselfieError):
        app.add_exception_handler(refused, refuse_in_words)
    app.add_exception_handler(OSError, refuse_what_the_disk_refuses)
    routers = _routers(booth, outside, app, outside_too=paired_only)
    for router in routers:
        app.include_router(router)
    routes = [route for router in routers for route in router.routes]
    cookies = outside.cookies if outside is not None and paired_only else None
    app.add_middleware(RequireRole, routes=routes, pin=booth.pin, cookies=cookies, closed=closed_door(booth))
    app.add_middleware(Guard, host=host, names=names, frame_from=booth.settings.now.frame_from)
    return app


def create_guest_app(booth: Booth, outside: LanAccess, *, names: tuple[str, ...] = ()) -> FastAPI:
    """Build the server for guests' links and nothing else, which may speak plain http.

    Args:
        booth: has the photos.
        outside: knows the links.
        names: of this machine, that may stand in the Host header.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(Limits)
    app.include_router(guest_routes(booth, outside))
    app.include_router(door_files())
    app.add_middleware(Guard, host="0.0.0.0", names=names)  # noqa: S104 - a name for the check, nothing listens
    return app


def _routers(booth: Booth, outside: LanAccess | None, app: FastAPI, *, outside_too: bool) -> list[APIRouter]:
    routers = [
        door_files(),
        page_routes(booth, app.openapi),
        photo_routes(booth.gallery, booth.broadcast.touch),
        control_routes(booth),
        view_routes(booth.broadcast),
        status_routes(booth),
        camera_routes(lambda: booth.source),
        _live_route(booth),
    ]
    if outside is not None:
        routers.append(inside_routes(booth, outside))
        if outside_too:
            routers += [outside_routes(booth, outside), guest_routes(booth, outside)]
    return routers


def _live_route(booth: Booth) -> APIRouter:
    router = APIRouter()

    @router.websocket("/live")
    @needs(Role.PHONE)
    async def watch(socket: WebSocket) -> None:
        """What there is to see, as it comes (`booth/schema.py`); a viewer says "ready" for each one it has drawn."""
        if booth.broadcast.viewers >= MOST_VIEWERS:
            await socket.close(1013)
            return
        await socket.accept()
        await _show(socket, booth)

    return router


async def _show(socket: WebSocket, booth: Booth) -> None:
    """Send what is newest, as fast as the viewer draws it, until it leaves."""
    room, too_many = asyncio.BoundedSemaphore(IN_FLIGHT), 0

    async def send(viewer: Viewer) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await room.acquire()
                await socket.send_bytes(await _message(viewer, mirror=booth.settings.now.mirror))

    with booth.broadcast.look() as viewer:
        async with asyncio.TaskGroup() as both:
            sending = both.create_task(send(viewer))
            while (await socket.receive())["type"] != "websocket.disconnect":
                # whoever says "ready" too often gains nothing, and does not stay
                try:
                    room.release()
                except ValueError:
                    too_many += 1
                    if too_many > MOST_TOO_MANY:
                        await socket.close(1008)
                        break
            sending.cancel()


async def _message(viewer: Viewer, *, mirror: bool) -> bytes:
    shown, events, skipped = await viewer.next()
    # encoding takes milliseconds: not in the loop that serves everybody
    jpeg = b"" if shown.preview is None else await asyncio.to_thread(shown.preview.jpeg)
    return pack(snapshot_to_json(shown, mirror=mirror, events=events, skipped=skipped), jpeg)
