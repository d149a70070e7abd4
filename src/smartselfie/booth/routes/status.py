"""How the evening goes, for the host alone."""

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from time import monotonic

from fastapi import APIRouter

from smartselfie.addresses import without_secrets
from smartselfie.booth.booth import Booth
from smartselfie.booth.roles import Role, needs
from smartselfie.booth.schema import problems_to_json
from smartselfie.booth.shapes import ProblemJson

# Seconds that an evening lasts.
TONIGHT = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class StatusJson:
    """How the booth does.

    `uptime` in seconds; `camera` what people call the source, `fps` its rate, either null while there is none;
    `dropped` its frames that nobody had time for; `photos` of this run, `tonight` of the last twelve hours, `total` in
    the album; `disk_free` in bytes, null where the album's folder is missing; `viewers` pages and programs that look;
    `album` its folder.
    """

    version: str
    uptime: float
    phase: str
    problems: list[ProblemJson]
    camera: str | None
    fps: float | None
    dropped: int
    photos: int
    tonight: int
    total: int
    disk_free: int | None
    disk_low: bool
    viewers: int
    album: str


def status_routes(booth: Booth) -> APIRouter:
    """The route of the host's status; the booth counts as started when this is called."""
    router = APIRouter(tags=["booth"])
    began = monotonic()

    @router.get("/api/status")
    @needs(Role.HOST)
    def status() -> StatusJson:
        """Photos, disk, camera, problems and how long it has been running."""
        newest, source = booth.broadcast.newest, booth.source
        return StatusJson(
            version=version("smartselfie"),
            uptime=round(monotonic() - began, 1),
            phase=newest.phase.value,
            problems=problems_to_json(newest),
            camera=None if source is None else without_secrets(source.name),
            fps=None if source is None else source.fps,
            dropped=0 if newest.moment is None else newest.moment.dropped,
            photos=newest.photos,
            tonight=booth.gallery.page(limit=0, within=TONIGHT)[0],
            total=len(booth.gallery.names()),
            disk_free=_free(booth),
            disk_low=newest.disk_low,
            viewers=booth.broadcast.viewers,
            album=str(booth.gallery.folder),
        )

    return router


def _free(booth: Booth) -> int | None:
    try:
        return shutil.disk_usage(booth.gallery.folder).free
    except OSError:
        return None
