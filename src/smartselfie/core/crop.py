"""The one way from a picture to a network's input, for training, evaluation and run time.

Also the squares around the eyes, and how well a face can be seen.
"""

import math
from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.types import Box, DetectedFace, Image, Quality

# Degrees up to which a head counts as upright, and its pixels are cut as they stand.
UPRIGHT = 4.0


def crop_face(image: NDArray[np.uint8], square: Box, size: int, tilt: float = 0.0) -> NDArray[np.uint8]:
    """Cut the square that holds a face out of a picture, in grey and upright, as FER-2013 shows faces.

    What lies beyond the picture is filled with the picture's edge. Shrinking averages (area interpolation), so that
    noise and fine texture do not alias; enlarging is bilinear.

    Args:
        image: (H, W, 3) BGR or (H, W) grey.
        square: the square to cut, in pixels; need not lie on whole pixels or inside the picture.
        size: the side of the result in pixels.
        tilt: by how many degrees the face is turned clockwise about the square's middle; it is turned back.

    Returns:
        (size, size) uint8.
    """
    if abs(tilt) <= UPRIGHT:
        return _cut(image, square, size)
    # the wider square holds the tilted one; at twice the size, what is turned between pixels is averaged again
    angle = math.radians(tilt)
    wider = abs(math.cos(angle)) + abs(math.sin(angle))
    outer = _cut(image, square.square(wider), 2 * math.ceil(size * wider))
    half, middle = size - 0.5, (len(outer) - 1) / 2
    turn = np.asarray(cv2.getRotationMatrix2D((middle, middle), tilt, 2 * size * wider / len(outer)), np.float64)
    turn[:, 2] += half - middle
    upright = cv2.warpAffine(outer, turn, (2 * size, 2 * size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(upright, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _cut(image: NDArray[np.uint8], square: Box, size: int) -> NDArray[np.uint8]:
    """The square as it stands."""
    side = max(1, round(square.width))
    left, top = math.floor(square.left + 0.5), math.floor(square.top + 0.5)
    height, width = image.shape[:2]
    x0, y0 = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    x1, y1 = max(min(left + side, width), x0 + 1), max(min(top + side, height), y0 + 1)
    inside = np.ascontiguousarray(image[y0:y1, x0:x1])
    grey = inside if inside.ndim == 2 else cv2.cvtColor(inside, cv2.COLOR_BGR2GRAY)
    before_x, before_y = max(0, x0 - left), max(0, y0 - top)
    after_x, after_y = max(0, left + side - x1), max(0, top + side - y1)
    if before_x or before_y or after_x or after_y:
        grey = cv2.copyMakeBorder(grey, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE)
    if grey.shape != (size, size):
        shrinking = grey.shape[0] > size
        grey = cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    return np.asarray(grey, dtype=np.uint8)


class Pixels(Protocol):
    """An array or a tensor of floating-point grey values."""

    def __sub__(self, other: float, /) -> Self: ...

    def __truediv__(self, other: float, /) -> Self: ...


P = TypeVar("P", bound=Pixels)


def standardise(grey: P, mean: float, std: float) -> P:
    """Grey values 0…255 (floating point) to the network's input: scaled to 0…1, less the mean, by the deviation."""
    return (grey / 255.0 - mean) / std


def network_input(crops: NDArray[np.uint8], mean: float, std: float) -> NDArray[np.float32]:
    """Crops (n, size, size) uint8 to the network's input (n, 1, size, size) float32."""
    return standardise(crops[:, None].astype(np.float32), mean, std)


# Side of an eye's crop in pixels.
EYE_SIZE = 24

# Side of an eye's square by the distance of the eyes; of 0.4 to 0.9 the one at which most eyes on photos are open.
EYE_SQUARE = 0.6


def eye_squares(face: DetectedFace) -> tuple[Box, ...]:
    """The squares around the left and the right eye of the picture; empty where the detector knows no landmarks."""
    if len(face.landmarks) < 2:
        return ()
    (left_x, left_y), (right_x, right_y) = face.landmarks[:2]
    # turned heads bring the eyes together, while an eye keeps its height: the box says how large the face is
    apart = max(float(np.hypot(right_x - left_x, right_y - left_y)), 0.3 * max(face.box.width, face.box.height))
    side = EYE_SQUARE * apart
    return tuple(Box(x - side / 2, y - side / 2, side, side) for x, y in ((left_x, left_y), (right_x, right_y)))


def crop_eyes(image: Image, squares: Sequence[Box], tilts: Sequence[float] | None = None) -> NDArray[np.uint8]:
    """(n, EYE_SIZE, EYE_SIZE) uint8 grey: those squares of a (H, W, 3) BGR picture.

    Args:
        image: the picture.
        squares: around an eye each.
        tilts: of each one's face, in degrees clockwise; faces that lie on their side or upside down are turned back by
            quarters, smaller tilts are what the network learnt. None where all are upright.
    """
    if not squares:
        return np.zeros((0, EYE_SIZE, EYE_SIZE), np.uint8)
    turns = [0.0] * len(squares) if tilts is None else [90.0 * round(tilt / 90) for tilt in tilts]
    return np.stack([crop_face(image, square, EYE_SIZE, turn) for square, turn in zip(squares, turns, strict=True)])


# Every face is looked at in a square of so many pixels, so that near and far ones compare.
QUALITY_SIDE = 96


def measure_quality(image: Image, face: DetectedFace) -> Quality:
    """Look at one face of a (H, W, 3) BGR picture."""
    grey = crop_face(image, face.square, QUALITY_SIDE)
    (brightness, contrast), (_, edges) = (
        (mean.item(), deviation.item())
        for mean, deviation in map(cv2.meanStdDev, (grey, cv2.Laplacian(grey, cv2.CV_16S)))
    )
    # noise of the sensor, about two grey values, is no contrast
    sharpness = edges**2 / (contrast**2 + 25.0)
    share = max(face.box.width, face.box.height) / max(image.shape[:2])
    return Quality(share, sharpness, brightness, frontality(face.landmarks))


def frontality(landmarks: tuple[tuple[float, float], ...]) -> float:
    """1 less the distance of the nose's tip from the middle between the eyes, along their line, in halves of it.

    Against known angles of heads turned to a side: 0.94 up to 6°, 0.7 at 20° to 29°, 0.5 at 29° to 40°, 0.34 beyond
    (medians).
    """
    if len(landmarks) < 3:
        return 1.0
    (left_x, left_y), (right_x, right_y), (nose_x, nose_y) = landmarks[:3]
    x, y = right_x - left_x, right_y - left_y
    length = x * x + y * y
    if length <= 0:
        return 0.0
    along = ((nose_x - left_x) * x + (nose_y - left_y) * y) / length
    return max(0.0, 1.0 - 2.0 * abs(along - 0.5))
