"""Who counts: background faces, and those that cannot be read, do not hold up or make a photo."""

from collections.abc import Iterable

from smartselfie.core.face import Face
from smartselfie.core.reason import Reason

SMALL = 0.03
"""A face whose longer side is less than this share of the picture's is too far."""

BACKGROUND = 0.4
"""So is one whose side is less than this share of the largest face's."""

TURNED = 0.25
"""Frontality below which a face is turned away, by about 45°."""

BLURRED = 0.2
"""Sharpness, as a share of the largest face's, below which a smaller face is out of focus."""

DARK = 28.0
"""Mean grey value below which a face is too dark to be read."""

LENIENCE = 0.85
"""Whoever counts does so until a limit is missed by this much, so that nobody comes and goes at a limit."""


def why_not_counting(face: Face, faces: Iterable[Face], *, counted: bool) -> Reason | None:
    """Why somebody does not count, or None for who does.

    Args:
        face: the one in question.
        faces: everybody on the frame.
        counted: whether the person counted on the frame before.
    """
    lenience = LENIENCE if counted else 1.0
    # of faces of one size the sharper one, so that their order does not matter
    largest = max(faces, key=lambda each: (_side(each), 0.0 if each.quality is None else each.quality.sharpness))
    if _side(face) < lenience * BACKGROUND * _side(largest):
        return Reason.TOO_FAR
    if face.quality is None:
        return None
    sharpest = 0.0 if face is largest or largest.quality is None else largest.quality.sharpness
    quality = face.quality
    limits = (
        (Reason.TOO_FAR, quality.share, SMALL),
        (Reason.TOO_DARK, quality.brightness, DARK),
        (Reason.TURNED_AWAY, quality.frontality, TURNED),
        (Reason.BLURRED, quality.sharpness, BLURRED * sharpest),
    )
    return next((reason for reason, value, limit in limits if value < lenience * limit), None)


def _side(face: Face) -> float:
    return max(face.box.width, face.box.height)
