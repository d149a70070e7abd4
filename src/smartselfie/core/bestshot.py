"""The best frame of the last second: a bounded ring of full-resolution frames, and what makes one better.

A frame is as good as its people are on average: how much they smile, whether their eyes are open, whether they face the
camera, how sharp they are compared with the ring's other frames, and whether light and dark are in the middle. The one
who does worst counts as much as all together, so that nobody is caught with closed eyes for the others' sake.
"""

from collections.abc import Collection
from dataclasses import dataclass

from smartselfie.core.face import Face
from smartselfie.core.frame import Frame
from smartselfie.core.rule import Rule

RING_BYTES = 256 * 2**20
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


class Ring:
    """The frames of the last `seconds`, as many as fit into `most_bytes`; beyond that the worst goes first."""

    def __init__(self, rule: Rule, seconds: float, most_bytes: int = RING_BYTES) -> None:
        """Nothing is kept yet; with 0 seconds only the newest frame is."""
        self._rule, self._seconds, self._most = rule, seconds, most_bytes
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
        while len(self._candidates) > 1 and self.bytes > self._most:
            ids = [face.id for face in faces if face.id is not None]
            # the newest stays: it is the one that is there in any case
            worst = min(self._candidates[:-1], key=lambda each: (self._merit(each, ids), each.frame.index))
            self._candidates = [each for each in self._candidates if each is not worst]

    def clear(self) -> None:
        """Let go of everything."""
        self._candidates = []

    def merits(self, ids: Collection[int]) -> list[tuple[Candidate, float]]:
        """Every frame that is kept, in order, and how good it is of these people: from 0 to 1."""
        return [(each, self._merit(each, ids)) for each in self._candidates]

    def best(self, ids: Collection[int]) -> Candidate:
        """The best frame of these people; of equals the latest.

        Raises:
            ValueError: nothing is kept.
        """
        return max(self.merits(ids), key=lambda each: (each[1], each[0].frame.index))[0]

    def _merit(self, candidate: Candidate, ids: Collection[int]) -> float:
        seen = {face.id: face for face in candidate.faces}
        # somebody who should be on the photo and is not found is worth nothing
        each = [merit(seen[person], self._rule, self._sharpest(person)) if person in seen else 0.0 for person in ids]
        return (sum(each) / len(each) + min(each)) / 2 if each else 0.0

    def _sharpest(self, person: int) -> float:
        return max(
            (
                face.quality.sharpness
                for candidate in self._candidates
                for face in candidate.faces
                if face.id == person and face.quality is not None
            ),
            default=0.0,
        )


def merit(face: Face, rule: Rule, sharpest: float) -> float:
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
