"""What may happen to a face between the street and the network: nine kinds of damage, each in three strengths.

Works on (48, 48) uint8 faces cropped as FER-2013 crops them, where the eyes lie at y 0.39, x 0.32 and 0.67, and the
corners of the mouth at y 0.75. What is random comes from the generator that is handed in.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Face = NDArray[np.uint8]
Damage = Callable[[Face, float, np.random.Generator], Face]


def blurred(face: Face, sigma: float, random: np.random.Generator) -> Face:
    """Out of focus; sigma in pixels of 48."""
    del random
    return np.asarray(cv2.GaussianBlur(face, (0, 0), sigma), np.uint8)


def dark(face: Face, gain: float, random: np.random.Generator) -> Face:
    """A sensor with little light: all greys times the gain, and the noise of its read-out (3 grey values) on top."""
    return _to_grey(face * gain + random.normal(0, 3, face.shape))


def compressed(face: Face, quality: float, random: np.random.Generator) -> Face:
    """Through JPEG at that quality, at 48×48."""
    del random
    _, content = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def rotated(face: Face, degrees: float, random: np.random.Generator) -> Face:
    """A tilted head, to either side."""
    side = face.shape[0]
    turn = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees * random.choice((-1, 1)), 1.0)
    return np.asarray(cv2.warpAffine(face, turn, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def with_glasses(face: Face, tint: float, random: np.random.Generator) -> Face:
    """Black rims around both eyes and over the nose, the glass inside darkened by the tint (1: black)."""
    del random
    side = face.shape[0]
    drawn = face.copy()
    half = (round(0.15 * side), round(0.12 * side))
    eyes = [(round(x * side), round(0.39 * side)) for x in (0.32, 0.67)]
    glass = np.zeros_like(face)
    for eye in eyes:
        cv2.ellipse(glass, eye, half, 0, 0, 360, (255,), -1)
    drawn[glass > 0] = (drawn[glass > 0] * (1 - tint)).astype(np.uint8)
    for eye in eyes:
        cv2.ellipse(drawn, eye, half, 0, 0, 360, (20,), 1)
    cv2.line(drawn, (eyes[0][0] + half[0], eyes[0][1]), (eyes[1][0] - half[0], eyes[1][1]), (20,), 1)
    return drawn


def with_hand(face: Face, reach: float, random: np.random.Generator) -> Face:
    """Four fingers over one cheek and the mouth's corner, from the edge as far as `reach` (a share of the width)."""
    # from the other side is the same hand over the mirrored face, mirrored back
    way = 1 if random.random() < 0.5 else -1
    side, skin, seen = face.shape[0], int(np.median(face)), face[:, ::way]
    hand = np.zeros_like(face)
    for finger, y in enumerate((0.60, 0.70, 0.80, 0.90)):
        tip = round((reach - 0.04 * abs(finger - 1)) * side)
        cv2.line(hand, (0, round(y * side)), (tip, round((y - 0.06) * side)), (255,), max(2, round(0.085 * side)))
    shade = cv2.GaussianBlur(hand, (0, 0), 0.7).astype(np.float32) / 255
    edge = cv2.morphologyEx(hand, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    drawn = _to_grey(seen * (1 - shade) + np.where(edge, 0.6 * skin, skin) * shade)
    return np.asarray(np.ascontiguousarray(drawn[:, ::way]), np.uint8)


def off_centre(face: Face, shift: float, random: np.random.Generator) -> Face:
    """A box that is off by that share of its side, in any direction."""
    side, way = face.shape[0], random.uniform(0, 2 * math.pi)
    move = np.array([[1, 0, shift * side * math.cos(way)], [0, 1, shift * side * math.sin(way)]], np.float64)
    return np.asarray(cv2.warpAffine(face, move, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def noisy(face: Face, sigma: float, random: np.random.Generator) -> Face:
    """Gaussian noise; sigma in grey values."""
    return _to_grey(face + random.normal(0, sigma, face.shape))


def coarse(face: Face, side: float, random: np.random.Generator) -> Face:
    """A face that was that many pixels wide."""
    del random
    small = cv2.resize(face, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _to_grey(values: NDArray[np.floating]) -> Face:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


KINDS: dict[str, tuple[Damage, tuple[float, float, float]]] = {
    "blur, sigma in px": (blurred, (0.8, 1.4, 2.2)),
    "low light, gain": (dark, (0.4, 0.2, 0.1)),
    "JPEG, quality": (compressed, (30, 15, 7)),
    "tilted head, degrees": (rotated, (15, 30, 45)),
    "glasses, tint": (with_glasses, (0.0, 0.5, 0.9)),
    "hand, reach": (with_hand, (0.25, 0.4, 0.55)),
    "off-centre box, shift": (off_centre, (0.08, 0.16, 0.24)),
    "noise, sigma in greys": (noisy, (8, 16, 32)),
    "low resolution, px": (coarse, (24, 16, 12)),
}
"""Each kind's name with the unit of its strength, what does it, and the three strengths."""
