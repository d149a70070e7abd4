"""The face detectors.

YuNet (Wu et al. 2023) on ONNX Runtime, and OpenCV's frontal-face cascade (Viola and Jones 2001).
"""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.types import Box, DetectedFace, Image
from smartselfie.errors import ModelError
from smartselfie.images import resize
from smartselfie.inference.runtime import open_session

# FER-2013's crop is the square around the box's centre, 1.01 times its longer side (measured on 1,500 faces).
YUNET_CROP = 1.01

# How much longer the box of a face that is tilted by 45° is than that of the same face upright; less where it is tilted
# less (`python -m benchmarks.pictures --tilt`: 0.15 to 0.4 make no difference).
SLACK = 0.25

# At this size faces from an eighth of the picture's height up are found.
LONG_SIDE = 320

# At this size faces from a twentieth of the picture's height up are found, in four times the time.
FAR_LONG_SIDE = 640

STRIDES = (8, 16, 32)
THRESHOLD = 0.7
OVERLAP = 0.3

Array = NDArray[np.float32]


class YuNet:
    """Looks at the picture at long side 320 and, only where that shows nobody, again at 640.

    What is found depends on the picture alone, so a clip gives the same faces at every run.
    """

    def __init__(self, content: bytes, *, far_faces: bool = False, threads: int = 1) -> None:
        """Open the network.

        Args:
            content: the ONNX file, with symbolic height and width.
            far_faces: look at 640 at once, so that small faces are found beside large ones.
            threads: for one picture.

        Raises:
            ModelError: the content is not that network.
        """
        self._made_of = partial(YuNet, content, far_faces=far_faces, threads=threads)
        self._session = open_session(content, "yunet", threads)
        self._names = [output.name for output in self._session.get_outputs()]
        wanted = {f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES}
        if set(self._names) != wanted or [entry.name for entry in self._session.get_inputs()] != ["input"]:
            raise ModelError("the bundled yunet is a different model", "install smartselfie again")
        self._sizes = (FAR_LONG_SIDE,) if far_faces else (LONG_SIDE, FAR_LONG_SIDE)

    def __reduce__(self) -> tuple[partial["YuNet"], tuple[()]]:
        return self._made_of, ()

    def detect(self, image: Image) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture, largest first."""
        for long_side in self._sizes:
            faces = self.detect_at(image, long_side)
            if faces:
                return sorted(faces, key=lambda face: -face.box.area)
        return []

    def look(self, image: Image, to_picture: tuple[float, float] = (1.0, 1.0)) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture at its own size, in no order.

        Args:
            image: a picture, or a smaller copy of one.
            to_picture: how much wider and higher the picture is; boxes and landmarks are in its pixels.
        """
        height, width = image.shape[:2]
        # the network halves five times: sides must be multiples of 32
        padded = cv2.copyMakeBorder(image, 0, -height % 32, 0, -width % 32, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        blob = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)
        outputs = dict(zip(self._names, self._session.run(None, {"input": blob}), strict=True))
        columns = padded.shape[1]
        parts = [_decode(outputs, stride, columns // stride) for stride in STRIDES]
        scores, boxes, points = (np.concatenate(column) for column in zip(*parts, strict=True))
        if not len(scores):
            return []
        kept = list(cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), THRESHOLD, OVERLAP))
        scale = np.array(to_picture, np.float32)
        boxes, points = boxes[kept] * np.tile(scale, 2), points[kept] * scale
        return [_face(*each) for each in zip(boxes.tolist(), scores[kept].tolist(), points.tolist(), strict=True)]

    def detect_at(self, image: Image, long_side: int) -> list[DetectedFace]:
        """The faces at one size of the picture, in the picture's own pixels."""
        small = resize(image, long_side)
        return self.look(small, (image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]))


def place(face: DetectedFace, matrix: NDArray[np.float64]) -> DetectedFace:
    """A face that was found in a resized or turned copy, where it is in the picture.

    Args:
        face: in the copy's pixels.
        matrix: (2, 3), from there to the picture's: a turn, a size and a shift.
    """
    x, y = matrix @ (*face.box.centre, 1.0)
    # what a turn by less than a right angle adds to an upright box is what the detector's own boxes then have
    turned = math.atan2(matrix[1, 0], matrix[0, 0])
    wider = (abs(math.cos(turned)) + abs(math.sin(turned))) / (1 + SLACK * abs(math.sin(2 * turned)))
    width, height = np.abs(matrix[:, :2]) @ (face.box.width, face.box.height) / wider
    middle, scale = matrix @ (*face.square.centre, 1.0), math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    side = face.square.width * scale
    points = tuple((float(left), float(top)) for left, top in (matrix @ (*point, 1.0) for point in face.landmarks))
    return DetectedFace(
        Box(float(x - width / 2), float(y - height / 2), float(width), float(height)),
        Box(float(middle[0] - side / 2), float(middle[1] - side / 2), side, side),
        face.score,
        points,
    )


def _decode(outputs: dict[str, Array], stride: int, columns: int) -> tuple[Array, Array, Array]:
    """One stride's candidates above the threshold.

    Returns:
        Scores (n,), boxes (n, 4) as left, top, width, height, and landmarks (n, 5, 2), in the network's pixels.
    """
    # both lie between 0 and 1, but for rounding
    scores = outputs[f"cls_{stride}"].ravel() * outputs[f"obj_{stride}"].ravel()
    chosen = np.flatnonzero(scores >= THRESHOLD**2)
    cells = np.stack([chosen % columns, chosen // columns], axis=1).astype(np.float32)
    box = outputs[f"bbox_{stride}"][0, chosen]
    centres, sides = (cells + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride
    points = outputs[f"kps_{stride}"][0, chosen].reshape(-1, 5, 2)
    boxes = np.concatenate([centres - sides / 2, sides], axis=1)
    return np.sqrt(scores[chosen]), boxes, (points + cells[:, None]) * stride


def _face(box: list[float], score: float, points: list[list[float]]) -> DetectedFace:
    found = Box(*box)
    landmarks = tuple((x, y) for x, y in points)
    face = DetectedFace(found, found.square(YUNET_CROP), min(score, 1.0), landmarks)
    return replace(face, square=found.square(YUNET_CROP / (1 + SLACK * abs(math.sin(2 * math.radians(face.tilt))))))


# FER-2013's crop is the cascade's box, 1.03 times as long (measured on 1,500 faces).
HAAR_CROP = 1.03

# The cascade's window: it sees nothing in a smaller picture.
SMALLEST = 24

# How much the window grows from one size to the next, and how many overlapping hits make a face.
GROWTH, NEIGHBOURS = 1.1, 5


class HaarCascade:
    """Finds frontal, upright faces; slower than `YuNet` and blind to tilted ones; knows no score."""

    def __init__(self) -> None:
        """Open the cascade that OpenCV ships.

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

    def __reduce__(self) -> tuple[type["HaarCascade"], tuple[()]]:
        return HaarCascade, ()

    def detect(self, image: Image) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture, largest first."""
        if min(image.shape[:2]) < SMALLEST:
            return []
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found = self._cascade.detectMultiScale(grey, GROWTH, NEIGHBOURS)
        boxes = [Box(float(x), float(y), float(width), float(height)) for x, y, width, height in found]
        boxes.sort(key=lambda box: (-box.area, box.left, box.top))
        return [DetectedFace(box, box.square(HAAR_CROP)) for box in boxes]
