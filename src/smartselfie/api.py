"""What programs import: the faces on one picture, and the loop over a source."""

from collections.abc import Callable, Iterator
from pathlib import Path

from smartselfie.core.events import Photo
from smartselfie.core.types import Face, Image
from smartselfie.errors import PictureError
from smartselfie.faces import read_faces
from smartselfie.factory import make_classifier, make_detector, make_eyes, make_pipeline, make_source
from smartselfie.images import read_image
from smartselfie.moment import Moment
from smartselfie.ports import EmotionClassifier, EyeClassifier, FaceDetector
from smartselfie.settings.schema import Settings


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
        quick: FaceDetector | None = None,
        classifier: EmotionClassifier | None = None,
        eyes: EyeClassifier | None = None,
    ) -> None:
        """Open the networks.

        Args:
            detector: None for YuNet, looking thoroughly: at several sizes, and turned where nobody is found.
            quick: for frames of videos; None for YuNet as it looks at a camera's, or for the `detector` that is given.
            classifier: None for the emotion network that ships.
            eyes: None for the eye network that ships.

        Raises:
            ModelError: a bundled network is missing or damaged.
        """
        self.quick = quick or detector or make_detector(Settings())
        self.detector = make_detector(Settings(), thorough=True) if detector is None else detector
        self.classifier = make_classifier() if classifier is None else classifier
        self.eyes = make_eyes() if eyes is None else eyes

    def analyze(self, image: Image | Path | str, *, quick: bool = False) -> tuple[Face, ...]:
        """The faces on a picture, from left to right; empty where there is none.

        Args:
            image: (H, W, 3) uint8 BGR, as OpenCV gives it, or the path of a picture.
            quick: look as at a camera's frame, in a fraction of the time; small, cut and much tilted faces are missed.

        Raises:
            PictureError: the file cannot be read, or the array is not such a picture.
        """
        if isinstance(image, str | Path):
            image = read_image(Path(image))
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != "uint8" or image.size == 0:
            raise PictureError(
                f"an array of shape {image.shape} and type {image.dtype} is not an image",
                "give (height, width, 3) uint8 in BGR order",
            )
        return read_faces(image, self.quick if quick else self.detector, self.classifier, self.eyes)


def watch(
    source: str, settings: Settings | None = None, on_photo: Callable[[Photo], None] = lambda _: None
) -> Iterator[Moment]:
    """Watch a source and take the picture when people smile.

    Example:
        >>> from smartselfie import watch
        >>> for moment in watch("demo"):
        ...     if moment.subject is not None:
        ...         print(moment.subject.emotion, moment.trigger.progress)

    Args:
        source: `demo`, a camera's number or name, a video, an image folder, or an address.
        settings: None for the defaults; the user's file and environment are not read.
        on_photo: called with each photo once it is kept.

    Yields:
        A Moment for every frame, until the source ends or you leave the loop; either lets go of the source.

    Raises:
        SmartselfieError: source, model or album cannot be used.
    """
    chosen = Settings() if settings is None else settings
    for moment in make_pipeline(make_source(source, chosen), chosen).moments():
        for photo in moment.photos:
            on_photo(photo)
        yield moment
