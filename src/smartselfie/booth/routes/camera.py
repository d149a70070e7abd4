"""Where a page gives the pictures of its own camera."""

import asyncio
import contextlib
from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, WebSocket
from starlette.websockets import WebSocketDisconnect

from smartselfie.booth.auth import OneTimeTokens
from smartselfie.booth.browser_camera import FRAME_PIXELS, STILL_PIXELS, BrowserCamera, Page, read_jpeg
from smartselfie.booth.roles import Role, needs
from smartselfie.booth.routes.photos import found
from smartselfie.errors import PictureError

# Frames on their way that the pipeline has not taken yet.
IN_FLIGHT = 2
# Why a page is turned away: another camera is chosen, another page gives its own, it sent no frame.
NOT_WANTED, BUSY, BAD_FRAME = 4404, 4409, 4400


def camera_routes(source: Callable[[], object]) -> APIRouter:
    """The routes of the browser's camera.

    Args:
        source: the source of now; others than a browser's camera want no frames.
    """
    router = APIRouter(tags=["camera"])
    stills: OneTimeTokens[BrowserCamera] = OneTimeTokens(10.0, once=True)

    @router.websocket("/camera")
    @needs(Role.PHONE)
    async def give(socket: WebSocket) -> None:
        """Small frames from the page; "next" and the address of each still to the page."""
        await socket.accept()
        camera = source()
        if not isinstance(camera, BrowserCamera):
            await socket.close(NOT_WANTED)
            return
        loop, told = asyncio.get_running_loop(), asyncio.Queue[str]()

        def tell(text: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(told.put_nowait, text)

        page = Page(next=lambda: tell("next"), still=lambda: tell(f"still /api/still/{stills.give(camera)}"))
        if not camera.attach(page):
            await socket.close(BUSY)
            return
        for _ in range(IN_FLIGHT):
            tell("next")
        try:
            await _take_frames(socket, camera, page, told)
        finally:
            camera.detach(page)

    @router.post("/api/still/{key}", status_code=204)
    @needs(Role.PHONE)
    async def still(key: str, request: Request) -> None:
        """The picture at full resolution that a page was asked for, as JPEG; works once, for ten seconds."""
        camera = found(stills.open(key), "nobody asked for it")
        try:
            camera.push_still(await asyncio.to_thread(read_jpeg, await request.body(), STILL_PIXELS))
        except PictureError as error:
            raise HTTPException(422, str(error)) from None

    return router


async def _take_frames(socket: WebSocket, camera: BrowserCamera, page: Page, told: asyncio.Queue[str]) -> None:
    async def tell() -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await socket.send_text(await told.get())

    # what either raises ends both, and the page connects anew
    async with asyncio.TaskGroup() as both:
        telling = both.create_task(tell())
        try:
            while camera.push_from(
                page, await asyncio.to_thread(read_jpeg, await socket.receive_bytes(), FRAME_PIXELS)
            ):
                pass
            await socket.close(BUSY)
        except (PictureError, KeyError):
            telling.cancel()
            await socket.close(BAD_FRAME)
        except WebSocketDisconnect:
            telling.cancel()
