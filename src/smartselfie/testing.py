"""Doubles for the ports, for the project's tests and for yours: scripted frames and faces, an album in memory."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, Emotion, Emotions
from smartselfie.core.events import Photo, Shot, SourceBack, SourceLost
from smartselfie.core.types import Box, DetectedFace, Face, Frame, Image, Quality
from smartselfie.errors import AlbumError
from smartselfie.files import free_names
from smartselfie.inference.card import Licence, ModelCard
from smartselfie.settings.schema import Settings
from smartselfie.trigger.rule import TriggerRule
from smartselfie.trigger.trigger import Fire, Signal, Trigger

Entry = TypeVar("Entry")

CARD = ModelCard(
    name="scripted",
    labels=tuple(emotion.value for emotion in EMOTIONS),
    input_size=48,
    mean=0.5,
    std=0.25,
    outputs=("fer2013",),
    combined=(1.0,),
    parameters=0,
    precision="float32",
    data="none",
    origin="a test",
    intended_use="tests",
    limits="knows nothing",
    biases="none",
    licence=Licence(code="MIT", weights="MIT", data="none"),
    metrics={},
)
"""The card of `ScriptedClassifier`."""


WELL_SEEN = Quality(share=0.2, sharpness=1.0, brightness=120.0, frontality=1.0)
"""A face that looks straight at the camera, in good light and in focus."""


def scores(emotion: Emotion, score: float = 0.9) -> Emotions:
    """Emotions in which one has `score` and the other six share the rest."""
    rest = (1.0 - score) / (len(EMOTIONS) - 1)
    return Emotions([score if each is emotion else rest for each in EMOTIONS])


def mixed(**parts: float) -> Emotions:
    """Emotions with these scores by name; what is left of 1 is neutral."""
    rest = 1.0 - sum(parts.values())
    return Emotions([parts.get(each.value, 0.0) + (rest if each is Emotion.NEUTRAL else 0.0) for each in EMOTIONS])


def face_of(
    person: int = 1,
    emotions: Emotions | None = None,
    *,
    side: float = 100.0,
    left: float | None = None,
    eyes: float | None = 1.0,
    quality: Quality | None = WELL_SEEN,
) -> Face:
    """A face of that person as the trigger sees it, neutral unless told otherwise; people stand side by side."""
    box = Box(200.0 * person if left is None else left, 50.0, side, side)
    return Face(box, scores(Emotion.NEUTRAL) if emotions is None else emotions, 1.0, person, eyes, quality)


def rule_of(**changes: Any) -> TriggerRule:
    """The rule of the default settings, with these fields changed."""
    return replace(Settings().trigger_rule, **changes)


@dataclass(frozen=True, slots=True)
class Played:
    """What the trigger made of one frame."""

    at: float
    trigger: Trigger
    signals: tuple[Signal, ...]

    @property
    def fired(self) -> bool:
        """Whether the shutter fired."""
        return any(isinstance(signal, Fire) for signal in self.signals)


def play(frames: Iterable[tuple[float, Sequence[Face]]], rule: TriggerRule | None = None) -> list[Played]:
    """Run the faces of frames, each with its time, through a new trigger."""
    trigger, played = Trigger(rule_of() if rule is None else rule), []
    for at, faces in frames:
        trigger, signals = trigger.update(at, faces)
        played.append(Played(at, trigger, signals))
    return played


def face_at(left: float, top: float, side: float) -> DetectedFace:
    """A square face that looks straight at the camera, found with certainty."""
    box = Box(left, top, side, side)
    places = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.75), (0.65, 0.75))
    return DetectedFace(box, box, 1.0, tuple((left + x * side, top + y * side) for x, y in places))


def blank(width: int = 64, height: int = 48, value: int = 128) -> Image:
    """A picture of one grey."""
    return np.full((height, width, 3), value, np.uint8)


def frames_at(fps: float, count: int, image: Image | None = None) -> list[Frame]:
    """`count` frames at an even rate, each with its number in its first pixel so that frames can be told apart."""
    made = []
    for index in range(count):
        picture = (blank() if image is None else image).copy()
        picture[0, 0] = (index % 256, index // 256 % 256, 0)
        made.append(Frame(picture, index / fps, index))
    return made


class ScriptedSource:
    """Delivers what it is given; `live` and `fps` are what you say.

    With `endless=True` it repeats its last frame at its rate, as a camera with nobody before it, until it is closed.
    """

    def __init__(
        self,
        items: Sequence[Frame | SourceLost | SourceBack],
        *,
        name: str = "scripted",
        live: bool = False,
        fps: float | None = 30.0,
        endless: bool = False,
    ) -> None:
        self.name, self.live, self.fps = name, live, fps
        self._items, self._endless = items, endless
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The items in order."""
        last: Frame | None = None
        for item in self._items:
            if self._closed.is_set():
                return
            if isinstance(item, Frame):
                last = item
            yield item
        step = 1.0 / (self.fps or 30.0)
        while self._endless and last is not None and not self._closed.wait(step):
            last = replace(last, at=last.at + step, index=last.index + 1)
            yield last

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()

    @property
    def closed(self) -> bool:
        """Whether somebody closed it."""
        return self._closed.is_set()


class ScriptedDetector:
    """Finds what a function says is on a picture, largest first."""

    def __init__(self, find: Callable[[Image], Sequence[DetectedFace]]) -> None:
        """`find` gets the picture."""
        self._find = find

    def detect(self, image: Image) -> list[DetectedFace]:
        """What the function says."""
        return sorted(self._find(image), key=lambda face: -face.box.area)


class _Scripted(Generic[Entry]):
    """Says on the k-th call what the script says for k; after its end the last entry goes on."""

    def __init__(self, script: Sequence[Entry]) -> None:
        """The script needs at least one entry."""
        self._entries = chain(script, repeat(script[-1]))


class ScriptedClassifier(_Scripted[Emotions]):
    """Gives every crop of the k-th call what the script says for k; after its end the last entry goes on."""

    card = CARD

    def classify(self, crops: NDArray[np.uint8]) -> list[Emotions]:
        """The script's next entry, for every crop."""
        return [next(self._entries)] * len(crops)


class ScriptedEyes(_Scripted[float]):
    """Says of both eyes of every face on the k-th call what the script says for k; after its end the last goes on."""

    def openness(self, crops: NDArray[np.uint8]) -> list[float]:
        """The script's next entry, for every eye."""
        return [next(self._entries)] * len(crops)


class MemoryAlbum:
    """Keeps shots in a list; fails on demand."""

    def __init__(self, *, broken: bool = False) -> None:
        """`broken` makes every `save` fail as a full disk does."""
        self.photos: list[Photo] = []
        self.closed = False
        self._broken = broken

    def save(self, shot: Shot) -> Photo:
        """Keep a shot under the number of its frame, or the next free one."""
        if self._broken:
            raise AlbumError("the album is full", "free some space")
        taken = {photo.path for photo in self.photos}
        names = free_names(Path(f"{shot.source}_{shot.frame.index:06d}.jpg"))
        photo = Photo(next(path for path in names if path not in taken), shot)
        self.photos.append(photo)
        return photo

    def close(self) -> None:
        """Nothing is under way."""
        self.closed = True
