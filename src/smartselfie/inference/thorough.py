"""YuNet, looking at one picture as thoroughly as a photo deserves that is analysed once.

One look at one size finds faces from about 30 pixels up that leave some room around them. So the picture is looked at
in several sizes up to its own; for tilted heads also aslant; and, where nobody is found for sure, on its sides and
upside down, and last of all enlarged.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.types import Box, DetectedFace, Image
from smartselfie.images import resize
from smartselfie.inference.detectors import YuNet, place

# Long sides. Faces that fill the picture, or that it cuts, are found at the smallest; one of 3 % of a large picture's
# longer side has 38 pixels at the largest.
SIZES = (160, 320, 640, 1280)

# A size that is nearer than this to the picture's own would show nothing new.
ALIKE = 0.8

# Degrees by which copies of at most that long side are turned every time: upright, half of the heads that are tilted by
# as much are missed.
TILTS, MOST_TILTED = (45, -45), 320

# Degrees by which copies of at most that long side are turned where nobody is found for sure.
QUARTERS, MOST_TURNED = (90, 180, 270), 800

# Upright, 19 of 20 faces score more; upside down, 1 of 20.
SURE = 0.9

# Where nobody is found at all, a small picture is looked at once more, so many times as large. To enlarge every picture
# would lose the faces that fill it; as the last look it finds most of the small faces that are left.
ENLARGED = 2

# Boxes that share so much of their union, or so much of the smaller one, are of one face.
SAME, INSIDE = 0.3, 0.6


class ThoroughYuNet:
    """Looks at a picture in several sizes and directions."""

    def __init__(self, yunet: YuNet) -> None:
        """`yunet` does each look."""
        self._yunet = yunet

    def detect(self, image: Image) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture, largest first; in its own pixels, each once."""
        copies = _copies(image)
        upright = self._look(image, copies, 0)
        tilted = [copy for copy in copies if max(copy.shape) <= MOST_TILTED]
        best = merge([*upright, *(face for degrees in TILTS for face in self._look(image, tilted, degrees))])
        if _score(upright) < SURE:
            quarters = [copy for copy in copies if max(copy.shape) <= MOST_TURNED]
            # a photo has one way up: that in which its surest face is surest
            best = max(best, *(self._look(image, quarters, degrees) for degrees in QUARTERS), key=_score)
        if not best and max(image.shape) <= SIZES[-1] / ENLARGED:
            best = self._look(image, [resize(image, ENLARGED * max(image.shape[:2]))], 0)
        return sorted(best, key=lambda face: -face.box.area)

    def _look(self, image: Image, copies: list[Image], degrees: float) -> list[DetectedFace]:
        """The faces of those copies, turned clockwise by so many degrees, each once."""
        found = []
        for copy in copies:
            turned, back = _turn(copy, degrees)
            to_picture = np.diag((image.shape[1] / copy.shape[1], image.shape[0] / copy.shape[0]))
            found += [place(face, to_picture @ back) for face in self._yunet.look(turned)]
        return merge(found)


def _score(faces: list[DetectedFace]) -> float:
    return max((face.score or 0.0 for face in faces), default=0.0)


def _copies(image: Image) -> list[Image]:
    """The picture at each size that shows something new, largest first."""
    own = max(image.shape[:2])
    sides = [side for side in SIZES if side < ALIKE * own] + [own] * (own <= SIZES[-1])
    copies: list[Image] = []
    for side in sorted(sides, reverse=True):
        before = copies[-1] if copies else image
        copies.append(before if side == max(before.shape[:2]) else resize(before, side))
    return copies


def _turn(image: Image, degrees: float) -> tuple[Image, NDArray[np.float64]]:
    """A copy turned clockwise by so many degrees, all of it, and the (2, 3) matrix from its pixels back."""
    if degrees == 0:
        return image, np.eye(2, 3)
    height, width = image.shape[:2]
    angle = math.radians(degrees)
    cos, sin = abs(round(math.cos(angle), 9)), abs(round(math.sin(angle), 9))
    size = (math.ceil(width * cos + height * sin), math.ceil(width * sin + height * cos))
    # about the middle; pixels' centres lie at whole numbers
    there = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0), np.float64)
    there[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    turned = cv2.warpAffine(image, there, size, flags=cv2.INTER_LINEAR)
    return np.asarray(turned, np.uint8), np.asarray(cv2.invertAffineTransform(there), np.float64)


def merge(faces: list[DetectedFace]) -> list[DetectedFace]:
    """Each face once: of boxes of one face the one with the highest score."""
    kept: list[DetectedFace] = []
    for face in sorted(faces, key=lambda face: (-(face.score or 0.0), face.box.left, face.box.top)):
        if not any(same(face.box, other.box) for other in kept):
            kept.append(face)
    return kept


def same(one: Box, other: Box) -> bool:
    """Whether two boxes are of one face."""
    overlap = one.iou(other)
    if overlap >= SAME:
        return True
    shared = overlap * (one.area + other.area) / (1 + overlap)
    return shared >= INSIDE * min(one.area, other.area)
