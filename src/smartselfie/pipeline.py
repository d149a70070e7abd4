"""Photos on their way to the album; a live source's in a thread of their own: a slow disk delays no decision."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np

from smartselfie.core.crop import crop_eyes, crop_face, eye_squares, measure_quality
from smartselfie.core.events import Event, Photo, Shot, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import DetectedFace, Face, Frame, Image
from smartselfie.errors import AlbumError
from smartselfie.moment import Moment
from smartselfie.ports import Album, EmotionClassifier, EyeClassifier, FaceDetector, FrameSource
from smartselfie.trigger.best_frame import FrameBuffer
from smartselfie.trigger.rule import Reason, TriggerRule
from smartselfie.trigger.tracker import Tracker
from smartselfie.trigger.trigger import Began, Fire, Holding, Lost, Signal, Trigger

MOST_WAITING = 8
"""Photos that may wait for the disk; the next one waits for them, so that memory stays bounded and none is lost."""


class PhotoWriter:
    """Hands shots to an album, one after the other, and tells which are kept."""

    def __init__(self, album: Album, *, at_once: bool) -> None:
        """With `at_once` each photo is kept before `save` returns: a clip has time, and tells the same at every run."""
        self._album, self._at_once = album, at_once
        self._writer = ThreadPoolExecutor(1, "album")
        self._waiting: deque[Future[Photo]] = deque()
        self._failed: AlbumError | None = None

    def save(self, shot: Shot) -> None:
        """Have a photo kept; `saved` and `finish` tell of it."""
        self._waiting.append(self._writer.submit(self._album.save, shot))
        if self._at_once or len(self._waiting) > MOST_WAITING:
            self._waiting[0].exception()

    def saved(self) -> tuple[Photo, ...]:
        """The photos that were kept since the last call.

        Raises:
            AlbumError: one could not be kept; it is raised once all the others have been told.
        """
        done = []
        while self._waiting and self._waiting[0].done():
            try:
                done.append(self._waiting.popleft().result())
            except AlbumError as error:
                self._failed = self._failed or error
        if self._failed is not None and not done and not self._waiting:
            raise self._failed
        return tuple(done)

    def finish(self) -> tuple[Photo, ...]:
        """Wait until everything is kept; the photos that `saved` has not told. To be called until there are none.

        Raises:
            AlbumError: one could not be kept; it is raised once all the others have been told.
        """
        wait(self._waiting)
        return self.saved()

    def close(self) -> None:
        """Wait until everything is kept, and let go of the album; safely more than once."""
        self._writer.shutdown(wait=True)
        self._album.close()


def read_faces(
    image: Image, detector: FaceDetector, classifier: EmotionClassifier, eyes: EyeClassifier | None = None
) -> tuple[Face, ...]:
    """Find and read everybody on one picture.

    Args:
        image: (H, W, 3) uint8, BGR.
        detector: finds them.
        classifier: reads them, all in one batch.
        eyes: looks at their eyes, where the detector knows where those are; None does not.

    Returns:
        The faces from left to right; boxes are cut to the picture.
    """
    height, width = image.shape[:2]
    found = detector.detect(image)
    if not found:
        return ()
    size = classifier.card.input_size
    crops = np.stack([crop_face(image, face.square, size, face.tilt) for face in found])
    read = [
        Face(face.box.within(width, height), emotions, face.score, None, openness, measure_quality(image, face))
        for face, emotions, openness in zip(
            found, classifier.classify(crops), _openness(image, found, eyes), strict=True
        )
    ]
    return tuple(sorted(read, key=lambda face: (face.box.left, face.box.top)))


def _openness(image: Image, found: list[DetectedFace], eyes: EyeClassifier | None) -> list[float | None]:
    """How open each face's eyes are, the mean of both; None where nobody looks or nobody knows where they are."""
    if eyes is None:
        return [None] * len(found)
    squares = [eye_squares(face) for face in found]
    said = iter(eyes.openness(crop_eyes(image, tuple(square for pair in squares for square in pair))))
    return [sum(next(said) for _ in pair) / len(pair) if pair else None for pair in squares]


class Pipeline:
    """One watch over a source, from its first frame to its last."""

    def __init__(
        self,
        source: FrameSource,
        detector: FaceDetector,
        classifier: EmotionClassifier,
        album: Album,
        rule: TriggerRule,
        max_photos: int | None = None,
        *,
        eyes: EyeClassifier | None = None,
        best_of: float = 1.0,
    ) -> None:
        """Connect the ports; nothing runs yet. The pipeline closes source and album when `moments` ends.

        Args:
            source: where frames come from.
            detector: finds faces.
            classifier: reads them.
            album: keeps the photos.
            rule: when to take one.
            max_photos: after so many photos `moments` ends.
            eyes: looks at eyes; None leaves `eyes_open` unknown, and no photo waits for eyes.
            best_of: seconds before the shutter whose best frame is kept; 0 keeps the frame at which it fires.
        """
        self._source, self._detector, self._classifier, self._eyes = source, detector, classifier, eyes
        self._keeper = PhotoWriter(album, at_once=not source.live)
        self._max_photos = max_photos
        self._trigger, self._tracks = Trigger(rule), Tracker()
        self._ring = FrameBuffer(rule, best_of)
        self._hand = threading.Event()
        self._shots = 0
        self.photos = 0
        self.frames = 0
        self.dropped = 0

    @property
    def rule(self) -> TriggerRule:
        """When it takes a photo."""
        return self._trigger.rule

    def shoot(self) -> None:
        """Take the next frame as a photo, whoever is on it; from any thread. Presses before that frame count once."""
        self._hand.set()

    def stop(self) -> None:
        """End `moments` soon; from any thread, face or no face."""
        self._source.close()

    def moments(self) -> Iterator[Moment]:
        """A Moment for every frame, in order, until the source ends or `max_photos` are taken.

        A photo of a live source is written beside the watching, and told by the first Moment after it is kept; where
        that would be after the last frame, one more Moment tells it.

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
                        yield self._see(item)
                    case SourceLost() | SourceBack():
                        self._trigger, signals = self._trigger.lose_sight()
                        self._ring.clear()
                        if last is not None:
                            yield self._pause(last, (*_told(signals, last), item), lost=isinstance(item, SourceLost))
                if self._max_photos is not None and self._shots >= self._max_photos:
                    break
            while late := self._keeper.finish():
                self.photos += len(late)
                if last is not None:
                    yield self._pause(last, late)
        finally:
            self._source.close()
            self._keeper.close()

    def _see(self, frame: Frame) -> Moment:
        self.frames += 1
        self.dropped = frame.dropped
        found = read_faces(frame.image, self._detector, self._classifier, self._eyes)
        self._tracks, ids = self._tracks.update(frame.at, [face.box for face in found])
        faces = tuple(replace(face, id=person) for face, person in zip(found, ids, strict=True))
        self._trigger, signals = self._trigger.update(frame.at, faces)
        self._shoot(frame, faces, signals)
        photos = self._keeper.saved()
        self.photos += len(photos)
        subject = next((face for face in faces if face.id == self._trigger.subject), None)
        smiling = {person.id for person in self._trigger.people if person.smile is not None}
        return Moment(
            frame,
            faces,
            subject,
            subject is not None and subject.id in smiling,
            self._trigger,
            (*_told(signals, frame), *photos),
            dropped=self.dropped,
        )

    def _shoot(self, frame: Frame, faces: tuple[Face, ...], signals: tuple[Signal, ...]) -> None:
        """Take a photo where the trigger or somebody's hand says so, and remember the frames of a hold."""
        fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
        by_hand = self._hand.is_set()
        self._hand.clear()
        if fire is not None:
            self._ring.add(frame, faces)
            best = self._ring.best(fire.ids)
            self._keep(best.frame, frame, best.faces, "smile")
        elif by_hand:
            self._trigger = self._trigger.shot_by_hand(frame.at)
            self._keep(frame, frame, faces, "hand")
        if isinstance(self._trigger.state, Holding):
            self._ring.add(frame, faces)
        elif self._trigger.reason is not Reason.WAITING:
            # while somebody is waited for, the others' hold may go on
            self._ring.clear()

    def _keep(self, kept: Frame, decided: Frame, faces: tuple[Face, ...], why: str) -> None:
        rule = self._trigger.rule.as_notes()
        self._keeper.save(Shot(kept, decided.index, faces, why, rule, self._classifier.card.name, self._source.name))
        self._shots += 1

    def _pause(self, last: Frame, events: tuple[Event, ...], *, lost: bool = False) -> Moment:
        """A Moment without a new frame."""
        return Moment(last, (), None, False, self._trigger, events, lost, self.dropped)


def _told(signals: tuple[Signal, ...], frame: Frame) -> tuple[Event, ...]:
    """The trigger's signals as events; the photo itself follows once it is kept."""
    events: list[Event] = []
    for signal in signals:
        match signal:
            case Began(person):
                events.append(SmileBegan(frame.at, frame.index, person))
            case Lost(person):
                events.append(SmileLost(frame.at, frame.index, person))
            case Fire():
                pass
    return tuple(events)
