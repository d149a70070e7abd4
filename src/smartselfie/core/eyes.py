"""What the eye network sees: a square around each eye, placed by the detector's landmarks."""

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.box import Box
from smartselfie.core.crop import crop_face
from smartselfie.core.face import DetectedFace
from smartselfie.core.frame import Image

SIZE = 24
"""Side of an eye's crop in pixels."""

SIDE = 0.6
"""Side of an eye's square by the distance of the eyes; of 0.4 to 0.9 the one at which most eyes on photos are open."""


def eye_squares(face: DetectedFace) -> tuple[Box, ...]:
    """The squares around the left and the right eye of the picture; empty where the detector knows no landmarks."""
    if len(face.landmarks) < 2:
        return ()
    (left_x, left_y), (right_x, right_y) = face.landmarks[:2]
    # turned heads bring the eyes together, while an eye keeps its height: the box says how large the face is
    apart = max(float(np.hypot(right_x - left_x, right_y - left_y)), 0.3 * max(face.box.width, face.box.height))
    side = SIDE * apart
    return tuple(Box(x - side / 2, y - side / 2, side, side) for x, y in ((left_x, left_y), (right_x, right_y)))


def crop_eyes(image: Image, squares: tuple[Box, ...]) -> NDArray[np.uint8]:
    """(n, SIZE, SIZE) uint8 grey: those squares of a (H, W, 3) BGR picture."""
    if not squares:
        return np.zeros((0, SIZE, SIZE), np.uint8)
    return np.stack([crop_face(image, square, SIZE) for square in squares])
