"""The shapes of faces and events as JSON and CSV, as other programs read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.events import Event, Photo, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import Face
from smartselfie.moment import Moment

# A JSON object; `docs/cli.md` has the shapes.
Json = dict[str, Any]

CSV_COLUMNS = (
    *("source", "frame", "at", "id", "left", "top", "width", "height", "score", "emotion"),
    *(emotion.value for emotion in EMOTIONS),
    "eyes_open",
)


def face_to_json(face: Face) -> Json:
    """One face; `box` is left, top, width, height in pixels of the upright image, rounded to tenths;
    scores to six digits.
    """
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


def to_rows(faces: Mapping[str, Iterable[Face]] | Iterable[Face]) -> list[dict[str, str | int | float | None]]:
    """Faces as the rows of a table, with the columns of `analyze --csv`, for pandas, Polars, csv or anything else.

    Example:
        >>> from smartselfie import FaceAnalyzer, to_rows
        >>> analyzer = FaceAnalyzer()
        >>> rows = to_rows({name: analyzer.analyze(name) for name in ("a.jpg", "b.jpg")})
        >>> pandas.DataFrame(rows)  # or polars.DataFrame(rows)

    Args:
        faces: of one picture, or of several by their names.
    """
    named = faces if isinstance(faces, Mapping) else {"": faces}
    rows = [face_to_row(str(name), None, None, face) for name, each in named.items() for face in each]
    return [dict(zip(CSV_COLUMNS, row, strict=True)) for row in rows]


def people_to_json(moment: Moment) -> list[Json]:
    """How far everybody on the Moment's frame is, in the order of its faces: whether the person counts, the hold from
    0 to 1, and the one reason that is missing.
    """
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


def event_to_json(event: Event) -> Json:
    """One event of a Moment; which keys it has depends on `event`."""
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
