"""The shapes of faces and events as JSON and CSV, as other programs read them."""

from typing import TypedDict

from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.events import Event, Photo, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import Face
from smartselfie.moment import Moment


class FaceJson(TypedDict):
    """A face; `box` is left, top, width, height in pixels of the upright image."""

    id: int | None
    box: list[float]
    score: float | None
    emotion: str
    emotions: dict[str, float]
    eyes_open: float | None


class EventJson(TypedDict, total=False):
    """An event; which keys it has depends on `event`."""

    event: str
    at: float
    frame: int
    id: int | None
    decided: int
    path: str
    why: str
    reason: str
    faces: list[FaceJson]


class PersonJson(TypedDict):
    """How far one person is: whether the person counts, the hold from 0 to 1, and the one reason that is missing."""

    id: int
    counts: bool
    progress: float
    why_not: str


CSV_COLUMNS = (
    *("source", "frame", "at", "id", "left", "top", "width", "height", "score", "emotion"),
    *(emotion.value for emotion in EMOTIONS),
    "eyes_open",
)


def face_to_json(face: Face) -> FaceJson:
    """One face; pixels are rounded to tenths, scores to six digits."""
    box = face.box
    return {
        "id": face.id,
        "box": [round(side, 1) for side in (box.left, box.top, box.width, box.height)],
        "score": _rounded(face.score),
        "emotion": face.emotion.value,
        "emotions": {name: round(score, 6) for name, score in face.emotions.items()},
        "eyes_open": _rounded(face.eyes_open),
    }


def face_to_row(source: str, frame: int | None, at: float | None, face: Face) -> list[str | int | float | None]:
    """One face as a line of CSV, in the order of `CSV_COLUMNS`."""
    plain = face_to_json(face)
    scores = plain["emotions"].values()
    return [
        *(source, frame, None if at is None else round(at, 6), plain["id"], *plain["box"], plain["score"]),
        *(plain["emotion"], *scores, plain["eyes_open"]),
    ]


def people_to_json(moment: Moment) -> list[PersonJson]:
    """How far everybody on the Moment's frame is, in the order of its faces."""
    rule = moment.trigger.rule
    return [
        {
            "id": person.id,
            "counts": person.eligible,
            "progress": round(person.progress(rule), 4),
            "why_not": person.reason(rule).value,
        }
        for person in moment.people
    ]


def event_to_json(event: Event) -> EventJson:
    """One event of a Moment."""
    match event:
        case SmileBegan(at, frame, person):
            return {"event": "smile-began", "at": round(at, 6), "frame": frame, "id": person}
        case SmileLost(at, frame, person):
            return {"event": "smile-lost", "at": round(at, 6), "frame": frame, "id": person}
        case Photo(path, shot):
            return {
                "event": "photo",
                "at": round(shot.frame.at, 6),
                "frame": shot.frame.index,
                "decided": shot.decided,
                "path": str(path),
                "why": shot.why,
                "faces": [face_to_json(face) for face in shot.faces],
            }
        case SourceLost(reason):
            return {"event": "source-lost", "reason": reason}
        case SourceBack():
            return {"event": "source-back"}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
