"""What the sidecar of a photo tells: how wide its smiles are, and whom it shows."""

import functools
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from smartselfie.core.emotion import Emotion
from smartselfie.errors import PictureError
from smartselfie.images import read_size

# Bytes of a sidecar; larger ones are none of ours.
MOST_NOTES = 1 << 20
# Seconds that the clock of the source and the wall's may differ between two photos of one run.
DRIFT = 10.0


def _read_notes(folder: Path, sidecar: str) -> Any:
    with (folder / sidecar).open("rb") as file:
        # what is cut off is no JSON
        return json.loads(file.read(MOST_NOTES))


@dataclass(frozen=True, slots=True)
class People:
    """Whom a photo shows: their numbers, which are given once in a run, and the run by its source and its clocks."""

    numbers: frozenset[int]
    source: str
    at: float
    written: float


@functools.lru_cache(maxsize=2_000)
def read_people(folder: Path, sidecar: str, _written: float) -> People | None:
    """Whom the photo of a sidecar shows; None where it does not tell."""
    try:
        notes = _read_notes(folder, sidecar)
        numbers = frozenset(face["id"] for face in notes["faces"] if isinstance(face["id"], int))
        written = datetime.fromisoformat(notes["written"]).timestamp()
        return People(numbers, str(notes["source"]), float(notes["at"]), written)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, MemoryError):
        return None


def met(before: People | None, now: People | None) -> bool:
    """Whether somebody on a photo is on an earlier one of the same run, too."""
    if before is None or now is None or before.source != now.source or not before.numbers & now.numbers:
        return False
    passed = now.at - before.at
    return passed > 0 and abs(passed - (now.written - before.written)) < DRIFT


@functools.lru_cache(maxsize=20_000)
def read_smile(folder: Path, sidecar: str, _written: float) -> float | None:
    """The mean of what a sidecar says; it is read once, and again when it was written anew."""
    try:
        faces = _read_notes(folder, sidecar)["faces"]
        happy = [float(face["emotions"][Emotion.HAPPY.value]) for face in faces]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, MemoryError):
        return None
    mean = sum(happy) / len(happy) if happy else 0.0
    return mean if 0 <= mean <= 1 else None


@functools.lru_cache(maxsize=2_000)
def read_focus(folder: Path, photo: str, sidecar: str, _written: float) -> tuple[float, float] | None:
    """The middle of everybody's faces, as parts of the photo's width and height; None where nothing tells."""
    try:
        boxes = [tuple(map(float, face["box"])) for face in _read_notes(folder, sidecar)["faces"]]
        across = [end for left, _, width, _ in boxes for end in (left, left + width)]
        down = [end for _, top, _, height in boxes for end in (top, top + height)]
        width, height = read_size(folder / photo)
        middle = (min(across) + max(across)) / 2 / width, (min(down) + max(down)) / 2 / height
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, MemoryError, PictureError):
        return None
    return middle if all(0 <= part <= 1 for part in middle) else None
