"""A face as a detector finds it, and as the program reads it."""

from dataclasses import dataclass

from smartselfie.core.box import Box
from smartselfie.core.emotion import Emotion, Emotions


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """What a detector says of one face.

    Attributes:
        box: the face in pixels of the picture.
        square: what the emotion network should see of it; each detector knows how its boxes lie in FER-2013's crops.
        score: the detector's confidence from 0 to 1, or None where it has none.
        landmarks: (x, y) in pixels of the eyes, the tip of the nose and the corners of the mouth, left to right in the
            picture; empty where the detector knows none.
    """

    box: Box
    square: Box
    score: float | None = None
    landmarks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one picture, read.

    Attributes:
        box: in pixels of the upright picture, cut to it.
        emotions: the scores of all seven.
        score: the detector's confidence from 0 to 1, or None.
        id: the person's number where people are followed from frame to frame, or None.
        eyes_open: from 0 to 1 where the eyes were looked at, or None.
    """

    box: Box
    emotions: Emotions
    score: float | None = None
    id: int | None = None
    eyes_open: float | None = None

    @property
    def emotion(self) -> Emotion:
        """The emotion with the highest score."""
        return self.emotions.top


def largest(faces: tuple[Face, ...]) -> Face | None:
    """The face whose box has the largest area; of equals the first from the left, None where there is no face."""
    return max(faces, key=lambda face: (face.box.area, -face.box.left, -face.box.top), default=None)
