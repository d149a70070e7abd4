"""The picture of now for other programs, as one JPEG and as a stream of them, and whether the booth works."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from smartselfie.booth.broadcast import MOST_VIEWERS, Broadcast, Phase
from smartselfie.booth.roles import Role, needs

BOUNDARY = "frame"
ILL = {Phase.TROUBLE, Phase.FAILED}


def view_routes(broadcast: Broadcast) -> APIRouter:
    """The routes that show what is seen, without faces or scores."""
    router = APIRouter(tags=["view"])

    @router.get("/health", responses={503: {"description": "the camera or something else keeps it from running"}})
    @needs(Role.PHONE)
    def health() -> JSONResponse:
        """Whether the booth works, and how far it is (`phase`); for monitoring."""
        newest = broadcast.newest
        ill = newest.phase in ILL
        return JSONResponse({"status": "trouble" if ill else "ok", "phase": newest.phase.value}, 503 if ill else 200)

    @router.get("/api/frame.jpg", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    @needs(Role.PHONE)
    def frame() -> Response:
        """The newest frame, not mirrored, at most 1280 pixels wide and high; 404 before the first one."""
        preview = broadcast.newest.preview
        if preview is None:
            raise HTTPException(404, "there is no picture yet")
        return Response(preview.jpeg(), media_type="image/jpeg")

    @router.get("/api/frames.mjpeg", response_class=StreamingResponse)
    @needs(Role.PHONE)
    async def frames(request: Request) -> StreamingResponse:
        """The frames as they come, as motion JPEG, which `<img>`, VLC and home automation show as a video."""
        if broadcast.viewers >= MOST_VIEWERS:
            raise HTTPException(503, "too many look at it already")
        kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        return StreamingResponse(_send_frames(broadcast, request), media_type=kind)

    return router


async def _send_frames(broadcast: Broadcast, request: Request) -> AsyncIterator[bytes]:
    shown = None
    with broadcast.look() as viewer:
        while not await request.is_disconnected():
            newest, _, _ = await viewer.next()
            if newest.preview is None or newest.preview is shown:
                continue
            shown = newest.preview
            # encoding takes milliseconds: not in the loop that serves everybody
            jpeg = await asyncio.to_thread(shown.jpeg)
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            yield head.encode() + jpeg + b"\r\n"
