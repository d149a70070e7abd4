"""What the page and programs can ask and tell the booth: its state, its events, its settings, the shutter."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, HTTPException, Request, params
from fastapi.responses import JSONResponse, StreamingResponse

from smartselfie.booth.booth import Booth
from smartselfie.booth.live_settings import Desk, SettingsJson
from smartselfie.booth.runner import Live
from smartselfie.booth.schema import event_without_folder, snapshot_to_json
from smartselfie.errors import SmartselfieError

Value = str | int | float | bool | None


def control_routes(house: Booth, leave: Callable[[], None]) -> APIRouter:
    """The routes that are no photos.

    Args:
        house: what is controlled.
        leave: ends the server.
    """
    live, gate, desk, lock = house.live, house.gate, house.desk, house.lock
    router = APIRouter(tags=["booth"])
    host_only = [Depends(lock.host_only)]

    @router.get("/api/state", response_class=JSONResponse)
    def state() -> JSONResponse:
        """What there is to see, without the picture."""
        return JSONResponse(snapshot_to_json(live.newest, mirror=desk.mirror))

    @router.get("/api/events", response_class=StreamingResponse)
    async def events(request: Request) -> StreamingResponse:
        """The events as they come, as a stream of server-sent events: the objects that `watch --json` prints."""
        return StreamingResponse(_tell(live, request), media_type="text/event-stream")

    @router.post("/api/shoot", status_code=202)
    def shoot() -> None:
        """Take the next frame as a photo, whoever is on it; presses before that frame count once."""
        if not live.shoot():
            raise HTTPException(409, "there is no live picture right now")

    @router.post("/api/pause", status_code=202, dependencies=host_only)
    def pause() -> None:
        """Show the picture only: no face is read and no photo taken until `resume`."""
        gate.pause(paused=True)

    @router.post("/api/resume", status_code=202, dependencies=host_only)
    def resume() -> None:
        """Go on after `pause`."""
        gate.pause(paused=False)

    @router.post("/api/agree", status_code=202)
    def agree() -> None:
        """The guests agree that photos are taken; holds until nobody was seen for a minute."""
        gate.agree()

    @router.post("/api/quit", status_code=202, dependencies=host_only)
    async def leave_booth() -> None:
        """Leave the booth: the program ends."""
        live.leave()
        asyncio.get_running_loop().call_later(0.2, leave)  # once this answer and the farewell are out

    _serve_settings(router, desk, host_only)
    return router


def _serve_settings(router: APIRouter, desk: Desk, host_only: list[params.Depends]) -> None:
    @router.post("/api/unlock", status_code=204, dependencies=host_only)
    def unlock() -> None:
        """Whether the PIN in the header `X-PIN` is right."""

    @router.get("/api/settings")
    def settings() -> SettingsJson:
        """The settings of now, and what can be chosen."""
        return desk.tell()

    @router.patch("/api/settings", dependencies=host_only)
    def change(changes: Annotated[dict[str, Value], Body()]) -> SettingsJson:
        """Change some settings; they hold at once and are saved."""
        try:
            desk.change(changes)
        except SmartselfieError as error:
            raise HTTPException(422, f"{error.message} ({error.hint})") from None
        return desk.tell()


async def _tell(live: Live, request: Request) -> AsyncIterator[str]:
    with live.look() as viewer:
        yield ": the events of this booth\n\n"
        while not await request.is_disconnected():
            _, events, _ = await viewer.next()
            for event in events:
                yield f"data: {json.dumps(event_without_folder(event))}\n\n"
