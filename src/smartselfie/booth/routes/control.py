"""What the page and programs can ask and tell the booth: its state, its events, its settings, the shutter."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse

from smartselfie.booth.auth import PinCheck
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import Broadcast, Phase
from smartselfie.booth.live_settings import LiveSettings, NotSavedError, SettingsJson
from smartselfie.booth.roles import Role, needs, role_of
from smartselfie.booth.schema import code_of, event_without_folder, snapshot_to_json
from smartselfie.booth.shapes import StateJson, event_schema
from smartselfie.errors import SmartselfieError
from smartselfie.settings.live import LiveChanges, refusal
from smartselfie.settings.setting import shown

# Seconds that a countdown may keep smiles from taking photos.
LONGEST_COUNTDOWN = 15.0


@dataclass(frozen=True, slots=True)
class MadePin:
    """The PIN for the host's phone, or null."""

    pin: str | None


def control_routes(booth: Booth) -> APIRouter:
    """The routes that are no photos."""
    broadcast, runner, live = booth.broadcast, booth.runner, booth.settings
    router = APIRouter(tags=["booth"])

    @router.get("/api/state", response_model=StateJson)
    @needs(Role.PHONE)
    def state() -> JSONResponse:
        """What there is to see, without the picture."""
        return JSONResponse(snapshot_to_json(broadcast.newest, mirror=live.now.mirror))

    @router.get(
        "/api/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": event_schema()}}}},
    )
    @needs(Role.PHONE)
    async def events(request: Request) -> StreamingResponse:
        """The events as they come, as a stream of server-sent events: the objects that `watch --json` prints."""
        return StreamingResponse(_send_events(broadcast, request), media_type="text/event-stream")

    @router.post("/api/shoot", status_code=202)
    @needs(Role.PHONE)
    def shoot() -> None:
        """Take the next frame as a photo, whoever is on it; presses before that frame count once."""
        if not runner.shoot():
            raise HTTPException(409, "there is no live picture right now")

    @router.post("/api/countdown", status_code=202)
    @needs(Role.PHONE)
    def count_down(seconds: Annotated[float, Query(gt=0, le=LONGEST_COUNTDOWN)]) -> None:
        """Somebody counts down to `shoot`: for so many seconds no smile takes a photo."""
        runner.count_down(seconds)

    @router.post("/api/pause", status_code=202)
    @needs(Role.HOST)
    def pause() -> None:
        """Show the picture only: no face is read and no photo taken until `resume`."""
        runner.pause(paused=True)

    @router.post("/api/resume", status_code=202)
    @needs(Role.HOST)
    def resume() -> None:
        """Go on after `pause`."""
        runner.pause(paused=False)

    @router.post("/api/agree", status_code=202)
    @needs(Role.PHONE)
    def agree() -> None:
        """The guests agree that photos are taken; holds until nobody was seen for a minute."""
        runner.agree()

    @router.post("/api/quit", status_code=202)
    @needs(Role.HOST)
    def leave() -> None:
        """Leave the booth: the program ends."""
        broadcast.enter(Phase.LEFT)

    _serve_settings(router, live, booth.pin)
    return router


def _serve_settings(router: APIRouter, live: LiveSettings, pin: PinCheck) -> None:
    @router.post("/api/unlock", status_code=204)
    @needs(Role.HOST)
    def unlock() -> None:
        """Whether the PIN in the header `X-PIN` is right."""

    @router.get("/api/settings")
    @needs(Role.PHONE)
    def settings(request: Request, *, rescan: bool = False) -> SettingsJson:
        """The settings that hold, and what can be chosen; with `rescan` the cameras are listed anew."""
        return live.as_json(role_of(request.scope), rescan=rescan)

    @router.patch("/api/settings")
    @needs(Role.HOST)
    def change(request: Request, changes: Annotated[LiveChanges, Body()]) -> SettingsJson:
        """Change some settings: all of them are saved and hold from the next frame on, or none; says what holds."""
        live.change(changes)
        return live.as_json(role_of(request.scope))

    @router.get("/api/pin")
    @needs(Role.HOST)
    def made_pin() -> MadePin:
        """The PIN that `--pin auto` has made, for this machine's own page; null where it shows none."""
        return MadePin(None if pin.needed_here else pin.made)


async def refuse_in_words(request: Request, error: Exception) -> JSONResponse:
    """Answer what cannot be, or is not what a route takes, in a sentence and with the code of its kind."""
    if isinstance(error, SmartselfieError):
        status = 409 if isinstance(error, NotSavedError) else 422
        return JSONResponse({"detail": str(error), "code": code_of(error)}, status)
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    match first["loc"]:
        case ("body", str(name), *_) if request.url.path == "/api/settings":
            detail = str(refusal(name, first["input"], first["type"]))
        case ("query", str(name)):
            detail = f"{name}: {shown(first['input'])} is not possible"
        case _:
            detail = "the body is not what is needed: a JSON object; /openapi.json describes it"
    return JSONResponse({"detail": detail, "code": "config"}, 422)


async def refuse_what_the_disk_refuses(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request that the album's folder stands in the way of, as where it cannot be written, in a sentence."""
    reason = error.strerror if isinstance(error, OSError) else None
    said = f"the album cannot be changed: {reason or 'its disk does not answer'}"
    return JSONResponse({"detail": said, "code": "album"}, 409)


async def _send_events(broadcast: Broadcast, request: Request) -> AsyncIterator[str]:
    with broadcast.look() as viewer:
        yield ": the events of this booth\n\n"
        while not await request.is_disconnected():
            _, events, _ = await viewer.next()
            for event in events:
                yield f"data: {json.dumps(event_without_folder(event))}\n\n"
