"""The best frame around the shutter: of the second before it, and after it for as long as the smile still grows.

A frame is as good as its people are on average: how near their smiles are to their height, whether their eyes are open,
whether they face the camera, how sharp they are compared with the other frames, and whether light and dark are in the
middle. The one who does worst counts as much as all together, so that nobody is caught with closed eyes for the others'
sake.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Face, Frame
from smartselfie.trigger.rule import TriggerRule

BUFFER_BYTES = 256 * 2**20
"""Most that the ring's pictures may take: a second at 30 frames of 1920×1080 (187 MB), ten frames of 3840×2160."""

SMILE, EYES, SHARP, FACING, LIGHT = 0.45, 0.25, 0.15, 0.1, 0.05
"""How much each counts; together 1."""

MIDDLE_GREY, FULL_RANGE = 120.0, 120.0
"""The mean grey value of a well lit face, and how far from it light counts nothing."""

FALL = 6.0
"""Log-odds below its height at which a smile counts nothing. A smile that is cross-faded in grows by about 0.7 of them
for each tenth of the way, at the end as at the beginning, when its score has long come near to 1."""

SUREST = 1e-4
"""Scores nearer than this to 0 or 1 are all the same."""

AFTER = 0.6
"""Seconds after the shutter in which a better frame may come."""

STILL = 0.4
"""Seconds without a higher smile after which it grows no more."""

STEP = 0.1
"""Log-odds by which a smile must be higher than it was, to be called so."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A frame and everybody on it."""

    frame: Frame
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """The best of one person on the frames that compete: how sharp, and how high the smile."""

    sharpness: float = 0.0
    height: float = -math.inf

    def update(self, face: Face, expression: Emotion) -> "Standard":
        """Take in the person's face on a frame."""
        sharpness = 0.0 if face.quality is None else face.quality.sharpness
        return Standard(max(self.sharpness, sharpness), max(self.height, smile_height(face, expression)))


Standards = Mapping[int | None, Standard]


class FrameBuffer:
    """The frames of the last `seconds`, as many as fit into `most_bytes`; beyond that the worst goes first."""

    def __init__(self, rule: TriggerRule, seconds: float, most_bytes: int = BUFFER_BYTES) -> None:
        """Nothing is kept yet; with 0 seconds only the newest frame is."""
        self.rule, self._seconds, self._most = rule, seconds, most_bytes
        self._candidates: list[Candidate] = []

    def __len__(self) -> int:
        return len(self._candidates)

    @property
    def bytes(self) -> int:
        """What the pictures take."""
        return sum(candidate.frame.image.nbytes for candidate in self._candidates)

    def add(self, frame: Frame, faces: tuple[Face, ...]) -> None:
        """Keep a frame, and let go of what is too old or too much."""
        oldest = frame.at - self._seconds
        kept = [each for each in self._candidates if oldest <= each.frame.at <= frame.at]
        self._candidates = [*kept, Candidate(frame, faces)]
        ids = [face.id for face in faces if face.id is not None]
        while len(self._candidates) > 1 and self.bytes > self._most:
            # the newest stays: it is the one that is there in any case
            worst, _ = min(self.merits(ids)[:-1], key=lambda each: (each[1], each[0].frame.index))
            self._candidates = [each for each in self._candidates if each is not worst]

    def forget_before(self, at: float) -> None:
        """Let go of what is older than that time."""
        self._candidates = [each for each in self._candidates if each.frame.at >= at]

    def clear(self) -> None:
        """Let go of everything."""
        self._candidates = []

    def merits(self, ids: Collection[int]) -> list[tuple[Candidate, float]]:
        """Every frame that is kept, in order, and how good it is of these people: from 0 to 1."""
        standards = self._standards()
        return [(each, frame_merit(each, ids, self.rule, standards)) for each in self._candidates]

    def best(self, ids: Collection[int]) -> Candidate:
        """The best frame of these people; of equals the latest.

        Raises:
            ValueError: nothing is kept.
        """
        return max(self.merits(ids), key=lambda each: (each[1], each[0].frame.index))[0]

    def pending(self, decided: Frame, ids: Collection[int]) -> "PendingShot":
        """The photo of these people for which the shutter fires at the newest frame.

        Raises:
            ValueError: nothing is kept.
        """
        heights = [(each.frame.at, group_height(each.faces, ids, self.rule)) for each in self._candidates]
        highest = max(height for _, height in heights)
        peak_at, height = next((at, height) for at, height in heights if height > highest - STEP)
        seconds = AFTER if self._seconds > 0 else 0.0
        until, standards = decided.at + seconds, self._standards()
        shot = PendingShot(self.rule, decided, tuple(ids), self.best(ids), standards, height, peak_at, until)
        # where the first frame was as high already, nothing has grown
        return replace(shot, done=shot.settled(decided.at) or peak_at == heights[0][0])

    def _standards(self) -> Standards:
        standards: dict[int | None, Standard] = {}
        for candidate in self._candidates:
            standards = _raise_standards(standards, candidate.faces, self.rule)
        return standards


@dataclass(frozen=True, slots=True, eq=False)
class PendingShot:
    """A photo for which the shutter has fired, and whose frame is still being chosen; `update` gives the next state.

    Attributes:
        rule: which expression is wanted.
        decided: the frame at which the shutter fired.
        ids: for whom the frame is chosen.
        best: the best frame so far.
        standards: everybody's best on the frames that compete.
        height, height_at: how high the smiles of those people were at most, on average, and since when.
        until: time of the last frame that may be chosen.
        done: the best frame is found: the smile has stopped growing, or the time is up.
    """

    rule: TriggerRule
    decided: Frame
    ids: tuple[int, ...]
    best: Candidate
    standards: Standards = field(repr=False)
    height: float
    height_at: float
    until: float
    done: bool = False

    def update(self, frame: Frame, faces: tuple[Face, ...]) -> "PendingShot":
        """Take in a frame after the shutter; one that comes too late, or from before, ends the choice."""
        if not self.decided.at <= frame.at <= self.until + 1e-6:
            return replace(self, done=True)
        standards = _raise_standards(self.standards, faces, self.rule)
        new = Candidate(frame, faces)
        before, after = (frame_merit(each, self.ids, self.rule, standards) for each in (self.best, new))
        height = group_height(faces, self.ids, self.rule)
        higher = height > self.height + STEP
        now = replace(
            self,
            best=new if after > before else self.best,
            standards=standards,
            height=height if higher else self.height,
            height_at=frame.at if higher else self.height_at,
        )
        return replace(now, done=now.settled(frame.at))

    def settled(self, at: float) -> bool:
        """Whether nothing better is to be expected at that time."""
        return at - self.height_at > STILL or at >= self.until - 1e-6


def smile_height(face: Face, expression: Emotion) -> float:
    """How high a smile is (or another expression): the log-odds of its score, which go on growing near 1."""
    score = min(1.0 - SUREST, max(SUREST, face.emotions[expression]))
    return math.log(score / (1.0 - score))


def group_height(faces: Collection[Face], ids: Collection[int], rule: TriggerRule) -> float:
    """How high the smiles of these people are on average, as far as they are there."""
    heights = [smile_height(face, rule.expression) for face in faces if face.id in ids]
    return sum(heights) / len(heights) if heights else -math.inf


def frame_merit(candidate: Candidate, ids: Collection[int], rule: TriggerRule, standards: Standards) -> float:
    """How good a frame is of these people, from 0 to 1."""
    seen = {face.id: face for face in candidate.faces}
    # somebody who should be on the photo and is not found is worth nothing
    each = [merit(seen[person], rule, standards.get(person, Standard())) if person in seen else 0.0 for person in ids]
    return (sum(each) / len(each) + min(each)) / 2 if each else 0.0


def merit(face: Face, rule: TriggerRule, standard: Standard) -> float:
    """How good one face is on one frame, from 0 to 1.

    Args:
        face: the face.
        rule: which expression is wanted.
        standard: the person's best on the frames that it competes with.
    """
    below = max(0.0, standard.height - smile_height(face, rule.expression))
    # what hardly smiles at all is no height, however little there was before
    smile = min(2.0 * face.emotions[rule.expression], 1.0) * max(0.0, 1.0 - below / FALL)
    eyes = 1.0 if face.eyes is None or not rule.eyes_open else min(face.eyes)
    quality = face.quality
    if quality is None:
        sharp = facing = light = 1.0
    else:
        sharp = quality.sharpness / standard.sharpness if standard.sharpness > 0 else 1.0
        facing = quality.frontality
        light = max(0.0, 1.0 - abs(quality.brightness - MIDDLE_GREY) / FULL_RANGE)
    return SMILE * smile + EYES * eyes + SHARP * sharp + FACING * facing + LIGHT * light


def _raise_standards(standards: Standards, faces: tuple[Face, ...], rule: TriggerRule) -> dict[int | None, Standard]:
    return {
        **standards,
        **{face.id: standards.get(face.id, Standard()).update(face, rule.expression) for face in faces},
    }
