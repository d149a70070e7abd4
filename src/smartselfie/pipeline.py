"""The line from a frame to a photo, and the commands that reach it between two frames.

A pipeline lives as long as the booth: its models, its album and what the trigger knows stay while the rule or the
source changes.
"""

import logging
import queue
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from smartselfie.core.emotion import Emotions
from smartselfie.core.events import Event, Shot, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import Face, Frame
from smartselfie.errors import SourceError
from smartselfie.faces import Attention, read_faces
from smartselfie.moment import Moment
from smartselfie.photo_writer import CLOSE_TIME, PhotoWriter
from smartselfie.ports import Album, EmotionClassifier, EyeClassifier, FaceDetector, FrameSource
from smartselfie.trigger.best_frame import PendingShot
from smartselfie.trigger.frame_chooser import FrameChooser
from smartselfie.trigger.rule import TriggerRule
from smartselfie.trigger.tracker import Tracker
from smartselfie.trigger.trigger import Began, Fire, Lost, Signal, Trigger
from smartselfie.worker import run_once

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewRule:
    """Another rule from the next decision on; cooldown, spent smiles, people's numbers, holds and baselines stay."""

    rule: TriggerRule


@dataclass(frozen=True, slots=True, eq=False)
class NewSource:
    """Another source, which is open; the one before is closed. None: the next one is still being opened."""

    source: FrameSource | None


@dataclass(frozen=True, slots=True, eq=False)
class NewAlbum:
    """Photos go into another album from now on: the one before could not be written."""

    album: Album


@dataclass(frozen=True, slots=True)
class Shoot:
    """Take the next frame as a photo, whoever is on it; several before that frame count once."""


@dataclass(frozen=True, slots=True)
class CountDown:
    """Somebody counts down to a photo, so many seconds: until then no smile takes one."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetPaused:
    """While paused, frames are only shown: no face is looked for, no photo taken."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """End."""


Command = NewRule | NewSource | NewAlbum | Shoot | CountDown | SetPaused | Stop


class Pipeline:
    """Watches a source, one after the other, until it ends or is told to stop."""

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
        """Connect the ports; nothing runs yet.

        Args:
            source: where frames come from.
            detector: finds faces.
            classifier: reads them.
            album: saves the photos.
            rule: when to take one.
            max_photos: after so many photos it ends.
            eyes: looks at eyes; None leaves `eyes_open` unknown, and no photo waits for eyes.
            best_of: seconds before the shutter whose best frame is saved, or a better one shortly after it; 0 saves the
                frame at which it fires.
        """
        self._source: FrameSource | None = source
        self._items = source.frames()
        self._detector, self._classifier, self._eyes = detector, classifier, eyes
        self._writer = PhotoWriter(album, at_once=not source.live)
        self._max_photos = max_photos
        self._trigger, self._tracks, self._attention = Trigger(rule), Tracker(), Attention()
        self._rule = rule
        self._chooser = FrameChooser(rule, best_of)
        self._inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._shoot_now = self._paused = self._stopped = False
        self._last: Frame | None = None
        self._events: list[Event] = []
        self.photos = 0
        self.frames = 0
        self.dropped = 0

    @property
    def rule(self) -> TriggerRule:
        """When it takes a photo."""
        return self._trigger.rule

    @property
    def finished(self) -> bool:
        """Whether as many photos as were asked for are saved."""
        return self._max_photos is not None and self.photos >= self._max_photos

    def send(self, command: Command) -> None:
        """Have a command carried out before the next frame; from any thread, never waits.

        A new rule also holds for a frame whose faces are still being looked for: nothing on it is decided yet.
        """
        if isinstance(command, NewRule):
            self._rule = command.rule
        self._inbox.put(command)
        source = self._source
        ends = isinstance(command, Stop) or (isinstance(command, NewSource) and command.source is not source)
        if source is not None and ends:
            # closing ends the wait for a frame that may never come; it may itself hang in a driver
            run_once(f"close {source.name}", source.close)

    def moments(self) -> Iterator[Moment]:
        """A Moment for every frame, in order, as `follow`; closes source and album at the end.

        Raises:
            SourceError: the source turned out to be unusable.
            AlbumError: a photo could not be saved.
        """
        try:
            yield from self.follow()
        finally:
            self.close()

    def follow(self) -> Iterator[Moment]:
        """A Moment for every frame, in order, until the source ends, `max_photos` are taken or it is told to stop.

        A photo of a live source is written beside the watching, and comes with the first Moment after it is saved;
        where that would be after the last frame, one more Moment has it. Everything stays open: after a new source, or
        an error that is over, it can be called again.

        Raises:
            SourceError: the source turned out to be unusable.
            AlbumError: a photo could not be saved.
        """
        while not self._has_enough() and (item := self._next_item()) is not None:
            match item:
                case Frame():
                    self._last, self.dropped = item, item.dropped
                    yield self._show(item) if self._paused else self._watch(item)
                case SourceLost() | SourceBack():
                    self._trigger, signals = self._trigger.lose_sight()
                    self._save_pending()
                    if self._last is not None:
                        self._events += (*_as_events(signals, self._last), item)
                        yield self._show(self._last, lost=isinstance(item, SourceLost))
        if not self._has_enough():
            self._save_pending()
        while late := self._writer.finish():
            self.photos += len(late)
            if self._last is not None:
                self._events += late
                yield self._show(self._last)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a new source, or to be told to stop; other commands are carried out meanwhile.

        Args:
            seconds: how long at most; None for as long as it takes.

        Returns:
            Whether one came in time.
        """
        source, until = self._source, None if seconds is None else monotonic() + seconds
        while not self._stopped and (self._source is source or self._source is None):
            try:
                command = self._inbox.get(timeout=None if until is None else max(0.0, until - monotonic()))
            except queue.Empty:
                return False
            self._apply(command)
        return True

    def close(self, seconds: float = CLOSE_TIME) -> bool:
        """Let go of the source, and of the album once what is under way is saved; False where that takes too long."""
        self._save_pending()
        if self._source is not None:
            self._source.close()
        return self.close_album(seconds)

    def close_album(self, seconds: float = CLOSE_TIME) -> bool:
        """Save what is under way, within so many seconds; from any thread. False where the album hangs."""
        closed = self._writer.close(seconds)
        if not closed:
            log.warning("the album hangs: a photo may be missing")
        return closed

    def _next_item(self) -> Frame | SourceLost | SourceBack | None:
        """The next item of the source that holds once all commands are carried out; None at the end."""
        while True:
            source, item, failed = self._source, None, None
            try:
                item = next(self._items, None)
            except SourceError as error:
                failed = error
            while not self._inbox.empty():
                self._apply(self._inbox.get())
            if self._source is None:
                self.wait()
            if self._stopped:
                return None
            if self._source is not source:
                continue  # what came belongs to the source before
            if failed is not None:
                self._save_pending()
                raise failed
            return item

    def _apply(self, command: Command) -> None:
        """Carry out a command; only ever between two frames."""
        match command:
            case NewRule():
                self._apply_rule()
            case NewSource(source) if source is not self._source:
                self._change_source(source)
            case NewAlbum(album):
                self._writer.album = album
            case Shoot():
                self._shoot_now = not self._paused
            case CountDown(seconds):
                self._save_pending()
                self._trigger = self._trigger.put_off(seconds + (0.0 if self._last is None else self._last.at))
            case SetPaused(paused):
                self._paused = paused
                if paused:
                    # whoever pressed before the pause does not want a photo after it
                    self._shoot_now = False
                    self._save_pending()
            case Stop():
                self._stopped = True

    def _apply_rule(self) -> None:
        """The newest rule holds from here on; never between the look at people's eyes and the decision on them."""
        if (rule := self._rule) is not self._trigger.rule:
            self._trigger = self._trigger.with_rule(rule)

    def _change_source(self, source: FrameSource | None) -> None:
        self._save_pending()
        self._source = source
        self._items = iter(()) if source is None else source.frames()
        if source is not None:
            self._writer.at_once = not source.live
        self._trigger, signals = self._trigger.start_anew(0.0 if self._last is None else self._last.at)
        # numbers are never given twice
        self._tracks, self._attention = Tracker(next_id=self._tracks.next_id), Attention()
        if self._last is not None:
            self._events += _as_events(signals, self._last)
            self._last = None

    def _has_enough(self) -> bool:
        return self._max_photos is not None and self.photos + self._writer.waiting >= self._max_photos

    def _watch(self, frame: Frame) -> Moment:
        """Look at a frame."""
        self.frames += 1
        self._tracks, faces = self._tracks.number(frame.at, self._find(frame))
        self._trigger, signals = self._trigger.update(frame.at, faces)
        self._take_photo(frame, faces, signals)
        photos = self._writer.saved()
        self.photos += len(photos)
        subject = next((face for face in faces if face.id == self._trigger.subject), None)
        smiling = {person.id for person in self._trigger.people if person.smile is not None}
        self._events += (*_as_events(signals, frame), *photos)
        return Moment(
            frame,
            faces,
            subject,
            subject is not None and subject.id in smiling,
            self._trigger,
            self._take_events(),
            dropped=self.dropped,
        )

    def _find(self, frame: Frame) -> tuple[Face, ...]:
        """Everybody on a frame. While nobody is there, most live ones are passed over; so are eyes without need."""
        live = self._source is not None and self._source.live
        if live and not self._shoot_now and not self._attention.wants(frame.at):
            return ()

        def needs_eyes(emotions: Sequence[Emotions]) -> bool:
            self._apply_rule()
            return self._chooser.choosing or self._trigger.needs_eyes(frame.at, emotions)

        found = read_faces(frame.image, self._detector, self._classifier, self._eyes, needs_eyes)
        if not found:
            self._apply_rule()
        self._attention = self._attention.update(frame.at, found=bool(found))
        return found

    def _show(self, frame: Frame, *, lost: bool = False) -> Moment:
        """A Moment of a frame that nobody looks at: none came, or it is paused."""
        if self._paused:
            photos = self._writer.saved()
            self.photos += len(photos)
            self._events += photos
        return Moment(frame, (), None, False, self._trigger, self._take_events(), lost, self.dropped, self._paused)

    def _take_events(self) -> tuple[Event, ...]:
        events, self._events = tuple(self._events), []
        return events

    def _take_photo(self, frame: Frame, faces: tuple[Face, ...], signals: tuple[Signal, ...]) -> None:
        """Take a photo where the trigger or somebody's hand says so; the trigger's may come from a later frame."""
        fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
        by_hand, self._shoot_now = self._shoot_now, False
        for shot in self._chooser.update(frame, faces, self._trigger, fire):
            self._save_chosen(shot)
        if by_hand and fire is None:
            self._save_pending()
            self._trigger = self._trigger.shot_by_hand(frame.at)
            if not self._has_enough():
                self._save(frame, frame, faces, "hand")

    def _save_pending(self) -> None:
        """Save the photo whose frame is still being chosen as it is, and forget the frames of a hold."""
        for shot in self._chooser.finish():
            self._save_chosen(shot)

    def _save_chosen(self, shot: PendingShot) -> None:
        self._save(shot.best.frame, shot.decided, shot.best.faces, "smile")

    def _save(self, saved: Frame, decided: Frame, faces: tuple[Face, ...], why: str) -> None:
        rule = self._trigger.rule.as_notes()
        name = "" if self._source is None else self._source.name
        self._writer.save(Shot(saved, decided.index, faces, why, rule, self._classifier.card.name, name))


def _as_events(signals: tuple[Signal, ...], frame: Frame) -> tuple[Event, ...]:
    """The trigger's signals as events; the photo itself follows once it is saved."""
    events: list[Event] = []
    for signal in signals:
        if isinstance(signal, Began):
            events.append(SmileBegan(frame.at, frame.index, signal.id))
        elif isinstance(signal, Lost):
            events.append(SmileLost(frame.at, frame.index, signal.id))
    return tuple(events)
