"""Everybody on one picture: found and read; and on which frames of a camera it is worth looking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from smartselfie.core.crop import crop_eyes, crop_face, eye_squares, measure_quality
from smartselfie.core.emotion import Emotions
from smartselfie.core.types import DetectedFace, Face, Image
from smartselfie.ports import EmotionClassifier, EyeClassifier, FaceDetector
from smartselfie.trigger.group import DARK, TURNED


def read_faces(
    image: Image,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    eyes: EyeClassifier | None = None,
    needs_eyes: Callable[[Sequence[Emotions]], bool] = lambda _: True,
) -> tuple[Face, ...]:
    """Find and read everybody on one picture.

    Args:
        image: (H, W, 3) uint8, BGR.
        detector: finds them.
        classifier: reads them, all in one batch.
        eyes: looks at their eyes, where the detector knows where those are; None does not.
        needs_eyes: whether they need be looked at where the faces show these emotions.

    Returns:
        The faces from left to right; boxes are cut to the picture.
    """
    height, width = image.shape[:2]
    found = detector.detect(image)
    if not found:
        return ()
    size = classifier.card.input_size
    emotions = classifier.classify(np.stack([crop_face(image, face.square, size, face.tilt) for face in found]))
    openness = _openness(image, found, eyes if needs_eyes(emotions) else None)
    read = [
        Face(
            face.box.within(width, height),
            shown,
            face.score,
            None,
            None if pair is None else sum(pair) / 2,
            measure_quality(image, face),
            pair,
        )
        for face, shown, pair in zip(found, emotions, openness, strict=True)
    ]
    return tuple(sorted(read, key=lambda face: (face.box.left, face.box.top)))


def _openness(image: Image, found: list[DetectedFace], eyes: EyeClassifier | None) -> list[tuple[float, float] | None]:
    """How open each face's two eyes are; None where nobody looks or nobody knows where they are."""
    if eyes is None:
        return [None] * len(found)
    squares = [eye_squares(face) for face in found]
    each = [(square, face.tilt) for face, pair in zip(found, squares, strict=True) for square in pair]
    said = iter(eyes.openness(crop_eyes(image, [square for square, _ in each], [tilt for _, tilt in each])))
    return [(next(said), next(said)) if pair else None for pair in squares]


# Pixels of a face's longer side below which it is too small to be read: half of what the network is given.
FEW_PIXELS = 24.0


def doubt(face: Face) -> str | None:
    """Why the scores of a face on a picture of its own should not be relied on; None where nothing speaks against it.

    Returns:
        `small`, `dark` or `turned`.
    """
    if max(face.box.width, face.box.height) < FEW_PIXELS:
        return "small"
    if face.quality is None:
        return None
    if face.quality.brightness < DARK:
        return "dark"
    return "turned" if face.quality.frontality < TURNED else None


# Seconds for which every frame is looked at after somebody was seen: whoever blinks or turns is back before.
ALERT = 0.5

# Seconds without a look while nobody is there: somebody who comes is seen within 0.2 s at 30 frames a second.
PAUSE = 0.15


@dataclass(frozen=True, slots=True)
class Attention:
    """On which frames of a camera it is worth looking; `update` gives the next state.

    Looking for somebody far away where nobody is costs most of all, and a booth waits most of the time.

    Attributes:
        looked_at: time of the last look, or None.
        found_at: time at which somebody was found last, or None.
    """

    looked_at: float | None = None
    found_at: float | None = None

    def wants(self, at: float) -> bool:
        """Whether a frame of that time should be looked at."""
        if self.looked_at is None or not 0 <= at - self.looked_at < PAUSE - 1e-6:
            return True
        return self.found_at is not None and at - self.found_at <= ALERT

    def update(self, at: float, *, found: bool) -> "Attention":
        """Take in a look, and whether anybody was found."""
        return Attention(at, at if found else self.found_at)
