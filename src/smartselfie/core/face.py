"""A face as a detector finds it, and as the program reads it."""

import math
from dataclasses import dataclass

from smartselfie.core.box import Box
from smartselfie.core.emotion import Emotion, Emotions

LANDMARKS = 5

IN_PROFILE = 0.25
"""Widths of eyes and mouth together, by the longer side of the box, below which their direction is not believed."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be seen, besides what it shows.

    Attributes:
        share: the longer side of its box by the longer side of the picture, from 0 to about 1.
        sharpness: edges by contrast, from 0 (a blur) up; compares faces and frames, means nothing by itself.
        brightness: mean grey value, 0…255.
        frontality: 1 for a face that looks straight at the camera, about 0.5 when it is turned by 30° to a side, 0 for
            a profile; 1 where the detector knows no landmarks.
    """

    share: float
    sharpness: float
    brightness: float
    frontality: float


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

    @property
    def tilt(self) -> float:
        """By how many degrees the head is turned clockwise in the picture, -180 to 180; 0 where nobody knows.

        The direction from left to right is that of the eyes and of the mouth together. Heads turned far to a side bring
        both ends so near to each other that it tells nothing: they count as upright.
        """
        if len(self.landmarks) < LANDMARKS:
            return 0.0
        (left, right, _, corner, other_corner) = self.landmarks[:LANDMARKS]
        x = right[0] - left[0] + other_corner[0] - corner[0]
        y = right[1] - left[1] + other_corner[1] - corner[1]
        if math.hypot(x, y) < IN_PROFILE * max(self.box.width, self.box.height):
            return 0.0
        return math.degrees(math.atan2(y, x))


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one picture, read.

    Attributes:
        box: in pixels of the upright picture, cut to it.
        emotions: the scores of all seven.
        score: the detector's confidence from 0 to 1, or None.
        id: the person's number where people are followed from frame to frame, or None.
        eyes_open: from 0 to 1, the mean of both eyes, where the eyes were looked at, or None.
        quality: how well it can be seen, or None where nobody asked.
    """

    box: Box
    emotions: Emotions
    score: float | None = None
    id: int | None = None
    eyes_open: float | None = None
    quality: Quality | None = None

    @property
    def emotion(self) -> Emotion:
        """The emotion with the highest score."""
        return self.emotions.top


def largest(faces: tuple[Face, ...]) -> Face | None:
    """The face whose box has the largest area; of equals the first from the left, None where there is no face."""
    return max(faces, key=lambda face: (face.box.area, -face.box.left, -face.box.top), default=None)
