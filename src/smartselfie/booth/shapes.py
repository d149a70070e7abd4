"""The shapes of `/api/state` and of the events, for `/openapi.json`; what is sent is made in `booth/schema.py`."""

from typing import Any, Literal, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict


class FaceJson(TypedDict):
    """A face; `box` is left, top, width and height in pixels of the upright image."""

    id: int | None
    box: tuple[float, float, float, float]
    score: float | None
    emotion: str
    emotions: dict[str, float]
    eyes_open: float | None


class PersonJson(TypedDict):
    """How far somebody is: `progress` of the hold from 0 to 1, and what is still missing."""

    id: int
    counts: bool
    progress: float
    why_not: str


class EventJson(TypedDict):
    """One event; which fields it has besides `event` is told in docs/formats.md."""

    event: Literal["smile-began", "smile-lost", "photo", "source-lost", "source-back"]
    at: NotRequired[float]
    frame: NotRequired[int]
    id: NotRequired[int]
    decided: NotRequired[int]
    path: NotRequired[str]
    why: NotRequired[str]
    faces: NotRequired[list[FaceJson]]
    reason: NotRequired[str]


class ProblemJson(TypedDict):
    """What was found, what to do about it, and `code`, its kind; `worker` names what runs in the background."""

    code: str
    message: str
    hint: str
    worker: NotRequired[str]


class MomentJson(TypedDict):
    """The frame that was looked at last; `needed` and `rest` are older names of `hold_frames` and `cooldown`."""

    frame: int
    at: float
    size: tuple[int, int]
    faces: list[FaceJson]
    people: list[PersonJson]
    subject: int | None
    happy: bool
    state: Literal["ready", "holding", "cooldown"]
    held: int
    hold_frames: int
    needed: int
    progress: float
    threshold: float
    cooldown: float
    rest: float
    why_not: str
    dropped: int


class StateJson(TypedDict):
    """Everything that the page shows, without the image."""

    number: int
    version: int
    phase: Literal["opening", "running", "paused", "consent", "trouble", "ended", "finished", "failed", "left"]
    problem: ProblemJson | None
    problems: list[ProblemJson]
    moment: MomentJson | None
    mirror: bool
    photos: int
    disk_low: bool
    demo: bool
    skipped: int
    events: list[EventJson]


def event_schema() -> dict[str, Any]:
    """The JSON schema of one event, whole in itself."""
    schema = TypeAdapter(EventJson).json_schema()
    face = schema.pop("$defs")["FaceJson"]
    schema["properties"]["faces"]["items"] = face
    return schema
