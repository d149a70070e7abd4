"""The best frame of the last second: a bounded ring of full-resolution frames, and what makes one better.

A frame is as good as its people are on average: how much they smile, whether their eyes are open, whether they face the
camera, how sharp they are compared with the ring's other frames, and whether light and dark are in the middle. The one
who does worst counts as much as all together, so that nobody is caught with closed eyes for the others' sake.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from smartselfie.core.types import Face, Frame
from smartselfie.trigger.rule import TriggerRule

BUFFER_BYTES = 256 * 2**20
"""Most that the ring's pictures may take: a second at 30 frames of 1920×1080 (187 MB), ten frames of 3840×2160."""

SMILE, EYES, SHARP, FACING, LIGHT = 0.45, 0.25, 0.15, 0.1, 0.05
"""How much each counts; together 1."""

MIDDLE_GREY, FULL_RANGE = 120.0, 120.0
"""The mean grey value of a well lit face, and how far from it light counts nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A frame and everybody on it."""

    frame: Frame
    faces: tuple[Face, ...]


class FrameBuffer:
    """The frames of the last `seconds`, as many as fit into `most_bytes`; beyond that the worst goes first."""

    def __init__(self, rule: TriggerRule, seconds: float, most_bytes: int = BUFFER_BYTES) -> None:
        """Nothing is kept yet; with 0 seconds only the newest frame is."""
        self.rule = rule
        self._seconds, self._most = seconds, most_bytes
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

    def clear(self) -> None:
        """Let go of everything."""
        self._candidates = []

    def merits(self, ids: Collection[int]) -> list[tuple[Candidate, float]]:
        """Every frame that is kept, in order, and how good it is of these people: from 0 to 1."""
        sharpest = self._sharpest()
        return [(each, self._merit(each, ids, sharpest)) for each in self._candidates]

    def best(self, ids: Collection[int]) -> Candidate:
        """The best frame of these people; of equals the latest.

        Raises:
            ValueError: nothing is kept.
        """
        return max(self.merits(ids), key=lambda each: (each[1], each[0].frame.index))[0]

    def _merit(self, candidate: Candidate, ids: Collection[int], sharpest: Mapping[int | None, float]) -> float:
        seen = {face.id: face for face in candidate.faces}
        # somebody who should be on the photo and is not found is worth nothing
        each = [merit(seen[person], self.rule, sharpest.get(person, 0.0)) if person in seen else 0.0 for person in ids]
        return (sum(each) / len(each) + min(each)) / 2 if each else 0.0

    def _sharpest(self) -> dict[int | None, float]:
        """Everybody's greatest sharpness among the frames."""
        sharpest: dict[int | None, float] = {}
        for candidate in self._candidates:
            for face in candidate.faces:
                if face.quality is not None:
                    sharpest[face.id] = max(face.quality.sharpness, sharpest.get(face.id, 0.0))
        return sharpest


def merit(face: Face, rule: TriggerRule, sharpest: float) -> float:
    """How good one face is on one frame, from 0 to 1.

    Args:
        face: the face.
        rule: which expression is wanted.
        sharpest: the person's greatest sharpness among the frames that it competes with.
    """
    eyes = 1.0 if face.eyes_open is None or not rule.eyes_open else face.eyes_open
    quality = face.quality
    if quality is None:
        sharp = facing = light = 1.0
    else:
        sharp = quality.sharpness / sharpest if sharpest > 0 else 1.0
        facing = quality.frontality
        light = max(0.0, 1.0 - abs(quality.brightness - MIDDLE_GREY) / FULL_RANGE)
    return SMILE * rule.level(face.emotions) + EYES * eyes + SHARP * sharp + FACING * facing + LIGHT * light
