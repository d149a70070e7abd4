"""What programs import: the faces on one picture, and the loop over a source."""

import os
from collections.abc import Callable, Iterator

from smartselfie.core.events import Photo
from smartselfie.core.types import Face
from smartselfie.errors import SourceError
from smartselfie.faces import read_faces
from smartselfie.factory import make_classifier, make_detector, make_eyes, make_pipeline, make_source
from smartselfie.images import to_image
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

    def analyze(self, image: object, *, order: str = "bgr", quick: bool = False) -> tuple[Face, ...]:
        """The faces on a picture, from left to right; empty where there is none.

        Args:
            image: a path, a file's bytes, a Pillow image, or an array: (H, W, 3) uint8 BGR as OpenCV gives it, or grey,
                with opacity, of 16 bits or of fractions; see `to_image`.
            order: of an array's colours, "bgr" or "rgb".
            quick: look as at a camera's frame, in a fraction of the time; small, cut and much tilted faces are missed.

        Raises:
            PictureError: it cannot be read, or is no picture.
        """
        detector = self.quick if quick else self.detector
        return read_faces(to_image(image, order), detector, self.classifier, self.eyes)


def watch(
    source: str | int | os.PathLike[str],
    settings: Settings | None = None,
    on_photo: Callable[[Photo], None] = lambda _: None,
) -> Iterator[Moment]:
    """Watch a source and take the picture when people smile.

    Example:
        >>> from smartselfie import watch
        >>> for moment in watch("demo"):
        ...     if moment.subject is not None:
        ...         print(moment.subject.emotion, moment.trigger.progress)

    Args:
        source: `demo`, a camera's number or name, a video or an image folder (text or path), or an address.
        settings: None for the defaults; the user's file and environment are not read.
        on_photo: called with each photo once it is kept.

    Yields:
        A Moment for every frame, until the source ends or you leave the loop; either lets go of the source.

    Raises:
        SmartselfieError: source, model or album cannot be used.
    """
    if isinstance(source, bool) or not isinstance(source, str | int | os.PathLike):
        raise SourceError(f"{type(source).__name__} is not a source", "give demo, a camera, a path or an address")
    name = str(source) if isinstance(source, int) else os.fsdecode(source)
    chosen = Settings() if settings is None else settings
    for moment in make_pipeline(make_source(name, chosen), chosen).moments():
        for photo in moment.photos:
            on_photo(photo)
        yield moment
