"""OpenCV's frontal-face cascade (Viola and Jones 2001): what the project began with, kept for comparison."""

from pathlib import Path

import cv2

from smartselfie.core.box import Box
from smartselfie.core.face import DetectedFace
from smartselfie.core.frame import Image
from smartselfie.errors import ModelError

CROP = 1.03
"""FER-2013's crop is the cascade's box, 1.03 times as long (measured on 1,500 faces)."""

SMALLEST = 24
"""The cascade's window: it sees nothing in a smaller picture."""


class Haar:
    """Finds frontal, upright faces; slower than `YuNet` and blind to tilted ones; knows no score."""

    def __init__(self, scale_factor: float = 1.1, neighbours: int = 5) -> None:
        """Open the cascade that OpenCV ships.

        Args:
            scale_factor: how much the window grows from one size to the next, above 1.
            neighbours: how many overlapping hits make a face.

        Raises:
            ModelError: this OpenCV has no cascades.
        """
        folder = Path(cv2.__file__).parent / "data"
        path = folder / "haarcascade_frontalface_default.xml"
        if not hasattr(cv2, "CascadeClassifier") or not path.is_file():
            raise ModelError(
                f"OpenCV {cv2.__version__} has no Haar cascades", "use --detector yunet, or opencv-python-headless<5"
            )
        self._cascade = cv2.CascadeClassifier(str(path))
        self._scale_factor, self._neighbours = scale_factor, neighbours

    def detect(self, image: Image) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture, largest first."""
        if min(image.shape[:2]) < SMALLEST:
            return []
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found = self._cascade.detectMultiScale(grey, self._scale_factor, self._neighbours)
        boxes = [Box(float(x), float(y), float(width), float(height)) for x, y, width, height in found]
        boxes.sort(key=lambda box: (-box.area, box.left, box.top))
        return [DetectedFace(box, box.square(CROP)) for box in boxes]
