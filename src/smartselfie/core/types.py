"""What everything else speaks of: a frame, a box, and a face as it is found and as it is read."""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import Emotion, Emotions

Image = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR, upright."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture at full resolution, upright.

    Attributes:
        image: (H, W, 3) uint8, BGR.
        at: seconds since the source began; the only time that decisions know.
        index: counts from 0 what the source delivered; of a clip, the frame's number in it.
        taken: local time of day for a live source; None where the source is a clip.
        dropped: how many frames a live source dropped for newer ones since it began; 0 of a clip.
    """

    image: Image
    at: float
    index: int
    taken: datetime | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width and height in pixels; may reach beyond the picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the middle."""
        return self.left + self.width / 2, self.top + self.height / 2

    def square(self, factor: float) -> "Box":
        """The square around this box's centre, `factor` times as long as the box's longer side."""
        side = factor * max(self.width, self.height)
        x, y = self.centre
        return Box(x - side / 2, y - side / 2, side, side)

    def iou(self, other: "Box") -> float:
        """Intersection over union, from 0 (apart) to 1 (the same)."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    def within(self, width: int, height: int) -> "Box":
        """What of this box lies inside a picture of that size; may be empty."""
        left, top = min(max(self.left, 0.0), width), min(max(self.top, 0.0), height)
        right = min(max(self.left + self.width, left), width)
        bottom = min(max(self.top + self.height, top), height)
        return Box(left, top, right - left, bottom - top)


LANDMARKS = 5

# Widths of eyes and mouth together, by the longer side of the box, below which their direction is not believed.
IN_PROFILE = 0.25


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
        landmarks: (x, y) in pixels of the eyes, the tip of the nose and the corners of the mouth, left to right as the
            upright face shows them; empty where the detector knows none.
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
        each_eye: as `eyes_open`, the left and the right eye of the picture.
    """

    box: Box
    emotions: Emotions
    score: float | None = None
    id: int | None = None
    eyes_open: float | None = None
    quality: Quality | None = None
    each_eye: tuple[float, float] | None = None

    @property
    def eyes(self) -> tuple[float, float] | None:
        """How open the left and the right eye of the picture are; both as their mean where that alone is known."""
        if self.each_eye is not None or self.eyes_open is None:
            return self.each_eye
        return self.eyes_open, self.eyes_open

    @property
    def emotion(self) -> Emotion:
        """The emotion with the highest score."""
        return self.emotions.top


def largest(faces: tuple[Face, ...]) -> Face | None:
    """The face whose box has the largest area; of equals the first from the left, None where there is no face."""
    return max(faces, key=lambda face: (face.box.area, -face.box.left, -face.box.top), default=None)
