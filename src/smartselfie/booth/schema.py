"""What the page is told: the shapes as JSON, and the message that carries them together with their picture.

A message of the WebSocket `/live` is one binary whole, so that boxes never stand on another frame than theirs:

    4 bytes, big-endian: length of the JSON │ the JSON (UTF-8) │ the JPEG (nothing before the first frame)
"""

import json
import re
import struct

from smartselfie.booth.broadcast import Snapshot
from smartselfie.booth.shapes import ProblemJson
from smartselfie.core.events import Event, Photo
from smartselfie.errors import SmartselfieError
from smartselfie.moment import Moment
from smartselfie.serialize import Json, event_to_json, face_to_json, people_to_json
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.trigger import CoolingDown, Holding, Ready, State

# What the trigger's states are called.
STATES: dict[type[State], str] = {Ready: "ready", Holding: "holding", CoolingDown: "cooldown"}


def snapshot_to_json(shown: Snapshot, *, mirror: bool, events: tuple[Event, ...] = (), skipped: int = 0) -> Json:
    """All that the page shows, with the events since this viewer's last message.

    `problem` is what keeps the booth from running, `problems` what else does not work: something in the background,
    without which the booth runs; `moment` is null before the first frame and while the booth is paused or waits for
    consent; `demo` tells that the demo stands in for a camera; `skipped` counts what this viewer had no time for,
    `photos` those of this run; when `version` rises, settings or photos were changed.
    """
    return {
        "number": shown.number,
        "version": shown.version,
        "phase": shown.phase.value,
        "problem": None if shown.problem is None else _problem(shown.problem),
        "problems": [{"worker": name, **_problem(problem)} for name, problem in shown.problems.items()],
        "moment": None if shown.moment is None else moment_to_json(shown.moment),
        "mirror": mirror,
        "photos": shown.photos,
        "disk_low": shown.disk_low,
        "demo": shown.demo,
        "skipped": skipped,
        "events": [event_without_folder(event) for event in events],
    }


def moment_to_json(moment: Moment) -> Json:
    """One Moment without its picture and its events.

    `size` is width and height of the full picture, in whose pixels the boxes are; `subject` the index of the largest
    face that counts; `people` tells how far each of the faces is, in their order; `held` of `hold_frames` happy frames
    are there; `cooldown` the seconds until the next hold may begin (`needed` and `rest` are older names of these two);
    `why_not` the one reason why no photo comes on this frame (`trigger/rule.py`), "ready" where one is taken; `dropped`
    counts the camera's frames that nobody had time for.
    """
    height, width = moment.frame.image.shape[:2]
    rule, state = moment.trigger.rule, moment.trigger.state
    cooldown = round(max(0.0, state.until - moment.frame.at), 2) if isinstance(state, CoolingDown) else 0.0
    return {
        "frame": moment.frame.index,
        "at": round(moment.frame.at, 6),
        "size": [width, height],
        "faces": [face_to_json(face) for face in moment.faces],
        "people": people_to_json(moment),
        "subject": next((index for index, face in enumerate(moment.faces) if face is moment.subject), None),
        "happy": moment.happy,
        "state": STATES[type(state)],
        "held": _held(moment),
        "hold_frames": rule.hold_frames,
        "needed": rule.hold_frames,
        "progress": round(moment.trigger.progress, 4),
        "threshold": rule.smile,
        "cooldown": cooldown,
        "rest": cooldown,
        "why_not": (Reason.LOST if moment.lost else moment.trigger.reason).value,
        "dropped": moment.dropped,
    }


def pack(shown: Json, jpeg: bytes) -> bytes:
    """One message."""
    text = json.dumps(shown, separators=(",", ":")).encode()
    return b"".join((struct.pack(">I", len(text)), text, jpeg))


def unpack(message: bytes) -> tuple[Json, bytes]:
    """The JSON and the JPEG of a message.

    Raises:
        ValueError: it is no such message.
    """
    if len(message) < 4:
        raise ValueError("a message has at least four bytes")
    end = 4 + struct.unpack(">I", message[:4])[0]
    return json.loads(message[4:end]), message[end:]


def _held(moment: Moment) -> int:
    """Happy frames so far; on the frame at which the shutter fires by itself, all of them."""
    trigger = moment.trigger
    if isinstance(trigger.state, Holding):
        return trigger.state.frames
    fired = isinstance(trigger.state, CoolingDown) and trigger.reason is Reason.READY
    return trigger.rule.hold_frames if fired else 0


def event_without_folder(event: Event) -> Json:
    """An event as everybody tells it, but for a photo its name only: pages need not know the user's folders."""
    told = event_to_json(event)
    if isinstance(event, Photo):
        told["path"] = event.path.name
    return told


def code_of(problem: Exception) -> str:
    """The kind of a problem, for which the page has words in each language: `NotSavedError` → `not_saved`."""
    if not isinstance(problem, SmartselfieError):
        return "bug"
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", type(problem).__name__.removesuffix("Error")).lower()


def problems_to_json(shown: Snapshot) -> list[ProblemJson]:
    """What keeps the booth from running, then what does not work in the background."""
    first = [] if shown.problem is None else [_problem(shown.problem)]
    return first + [{"worker": name, **_problem(problem)} for name, problem in shown.problems.items()]


def _problem(problem: Exception) -> ProblemJson:
    """What was found, and what to do about it."""
    if isinstance(problem, SmartselfieError):
        return {"code": code_of(problem), "message": problem.message, "hint": problem.hint}
    return {"code": "bug", "message": "something went wrong inside smartselfie", "hint": "see the terminal"}
