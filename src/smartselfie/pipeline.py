"""The line that a face travels: source → detector → crop → network → trigger → album; ports in, Moments out."""

import threading
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from smartselfie.core.crop import crop_face
from smartselfie.core.face import Face, largest
from smartselfie.core.frame import Frame, Image
from smartselfie.core.moment import Event, Moment, Shot, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.trigger import Rule, Signal, Trigger
from smartselfie.ports import Album, EmotionClassifier, FaceDetector, FrameSource


def read_faces(image: Image, detector: FaceDetector, classifier: EmotionClassifier) -> tuple[Face, ...]:
    """Find and read everybody on one picture.

    Args:
        image: (H, W, 3) uint8, BGR.
        detector: finds them.
        classifier: reads them, all in one batch.

    Returns:
        The faces from left to right; boxes are cut to the picture.
    """
    height, width = image.shape[:2]
    found = detector.detect(image)
    if not found:
        return ()
    size = classifier.card.input_size
    crops = np.stack([crop_face(image, face.square, size) for face in found])
    read = [
        Face(face.box.within(width, height), emotions, face.score)
        for face, emotions in zip(found, classifier.classify(crops), strict=True)
    ]
    return tuple(sorted(read, key=lambda face: (face.box.left, face.box.top)))


class Pipeline:
    """One watch over a source, from its first frame to its last."""

    def __init__(
        self,
        source: FrameSource,
        detector: FaceDetector,
        classifier: EmotionClassifier,
        album: Album,
        rule: Rule,
        max_photos: int | None = None,
    ) -> None:
        """Connect the ports; nothing runs yet. The pipeline closes source and album when `moments` ends.

        Args:
            source: where frames come from.
            detector: finds faces.
            classifier: reads them.
            album: keeps the photos.
            rule: when to take one.
            max_photos: after so many photos `moments` ends.
        """
        self._source, self._detector, self._classifier, self._album = source, detector, classifier, album
        self._max_photos = max_photos
        self._trigger = Trigger(rule)
        self._hand = threading.Event()
        self.photos = 0
        self.frames = 0

    def shoot(self) -> None:
        """Take the next frame as a photo, whoever is on it; from any thread. Presses before that frame count once."""
        self._hand.set()

    def stop(self) -> None:
        """End `moments` soon; from any thread, face or no face."""
        self._source.close()

    def moments(self) -> Iterator[Moment]:
        """A Moment for every frame, in order, until the source ends or `max_photos` are taken.

        Raises:
            SourceError: the source turned out to be unusable.
            AlbumError: a photo could not be kept.
        """
        last: Frame | None = None
        try:
            for item in self._source.frames():
                match item:
                    case Frame():
                        last = item
                        self.frames += 1
                        yield self._see(item)
                    case SourceLost() | SourceBack():
                        self._trigger, signals = self._trigger.lose_sight()
                        if last is not None:
                            events = (*_told(signals, last), item)
                            yield Moment(last, (), None, False, self._trigger, events, isinstance(item, SourceLost))
                if self._max_photos is not None and self.photos >= self._max_photos:
                    return
        finally:
            self._source.close()
            self._album.close()

    def _see(self, frame: Frame) -> Moment:
        faces = read_faces(frame.image, self._detector, self._classifier)
        subject = largest(faces)
        rule = self._trigger.rule
        happy = subject is not None and rule.is_happy(subject.emotions)
        self._trigger, signals = self._trigger.see(frame.at, happy=happy)
        events: list[Event] = list(_told(signals, frame))
        why = "smile" if Signal.FIRE in signals else None
        if self._hand.is_set():
            self._hand.clear()
            if why is None:
                why = "hand"
                self._trigger = self._trigger.shot_by_hand(frame.at)
        if why is not None:
            shot = Shot(frame, frame.index, faces, why, asdict(rule), self._classifier.card.name, self._source.name)
            events.append(self._album.keep(shot))
            self.photos += 1
        return Moment(frame, faces, subject, happy, self._trigger, tuple(events))


def _told(signals: tuple[Signal, ...], frame: Frame) -> tuple[Event, ...]:
    """The trigger's signals as events; the photo itself follows once it is kept."""
    events: list[Event] = []
    for signal in signals:
        match signal:
            case Signal.SMILE_BEGAN:
                events.append(SmileBegan(frame.at, frame.index))
            case Signal.SMILE_LOST:
                events.append(SmileLost(frame.at, frame.index))
            case Signal.FIRE:
                pass
    return tuple(events)
