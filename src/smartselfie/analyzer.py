"""One picture in, faces out: the whole of the program for somebody with a picture and a question."""

from pathlib import Path

from smartselfie.assemble import make_classifier, make_detector, make_eyes
from smartselfie.config import Settings
from smartselfie.core.face import Face
from smartselfie.core.frame import Image
from smartselfie.errors import PictureError
from smartselfie.pictures import read_picture
from smartselfie.pipeline import read_faces
from smartselfie.ports import EmotionClassifier, EyeClassifier, FaceDetector


class FaceAnalyzer:
    """Finds every face on a picture and reads the seven emotions on it; offline, on the CPU.

    Example:
        >>> from smartselfie import FaceAnalyzer
        >>> analyzer = FaceAnalyzer()
        >>> for face in analyzer.analyze("photo.jpg"):
        ...     print(face.emotion, face.emotions["happy"], face.box)
    """

    def __init__(
        self,
        *,
        detector: FaceDetector | None = None,
        classifier: EmotionClassifier | None = None,
        eyes: EyeClassifier | None = None,
    ) -> None:
        """Open the networks.

        Args:
            detector: None for YuNet, looking for far faces, too.
            classifier: None for the emotion network that ships.
            eyes: None for the eye network that ships.

        Raises:
            ModelError: a bundled network is missing or damaged.
        """
        self.detector = make_detector(Settings(far_faces=True)) if detector is None else detector
        self.classifier = make_classifier() if classifier is None else classifier
        self.eyes = make_eyes() if eyes is None else eyes

    def analyze(self, image: Image | Path | str) -> tuple[Face, ...]:
        """The faces on a picture, from left to right; empty where there is none.

        Args:
            image: (H, W, 3) uint8 BGR, as OpenCV gives it, or the path of a picture.

        Raises:
            PictureError: the file cannot be read, or the array is not such a picture.
        """
        if isinstance(image, str | Path):
            image = read_picture(Path(image))
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != "uint8" or image.size == 0:
            raise PictureError(
                f"an array of shape {image.shape} and type {image.dtype} is not a picture",
                "give (height, width, 3) uint8 in BGR order",
            )
        return read_faces(image, self.detector, self.classifier, self.eyes)
