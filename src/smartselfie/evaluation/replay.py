"""The trigger on videos with timelines: photos expected, taken, missed and false, how late, and how well chosen."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from smartselfie.albums.folder import NoAlbum
from smartselfie.core.events import Shot
from smartselfie.core.types import Face, Image, largest
from smartselfie.errors import DataError
from smartselfie.evaluation.timeline import Shows, Span, Video
from smartselfie.factory import make_pipeline, make_source
from smartselfie.images import shrink
from smartselfie.moment import Moment
from smartselfie.settings.schema import Settings
from smartselfie.sources.filters import Thinned
from smartselfie.trigger.rule import Reason, TriggerRule, doubt
from smartselfie.trigger.trigger import CoolingDown, Holding

# Frames by which eyes may differ on where a smile begins and ends.
SLACK = 3

# Longer side of the photos that are remembered, in pixels.
PREVIEW = 640

# A start that may be off by more frames than this says nothing of latency.
FEW = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How the kept frame stands among the frames of its hold: the share of them that are no better in each respect."""

    smile: float
    sharpness: float
    eyes: float
    frames: int


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A photo that the trigger took.

    Attributes:
        frame, at: the frame that is kept, and its time.
        decided, decided_at: the frame at which the shutter fired.
        shows: what the timeline says of the kept frame.
        latency: seconds from the start of its smile to the shutter; None where the start is not known well.
        standing: the kept frame among the frames of the hold.
        image: the image, made smaller where it is large.
    """

    frame: int
    at: float
    decided: int
    decided_at: float
    shows: Shows
    latency: float | None
    standing: Standing
    image: Image


@dataclass(frozen=True, slots=True)
class Point:
    """One frame, for the chart: its time, the smile's score (raw and steadied), doubt, eyes, and the reason."""

    at: float
    smile: float | None
    steady: float | None
    doubt: float | None
    eyes: float | None
    reason: Reason


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What came of one video."""

    video: Video
    seconds: float
    taken: tuple[Taken, ...]
    missed: tuple[Span, ...]
    excused: tuple[Span, ...]
    points: tuple[Point, ...] = field(repr=False)

    @property
    def expected(self) -> int:
        """Smiles that could be photographed: those that fell into a rest or are shorter than a hold could not."""
        return len(self.video.smiles) - len(self.excused)

    @property
    def caught(self) -> int:
        """Expected smiles that were photographed."""
        return self.expected - len(self.missed)

    @property
    def false(self) -> tuple[Taken, ...]:
        """Photos of nobody smiling."""
        return tuple(photo for photo in self.taken if photo.shows is Shows.NO_SMILE)


@dataclass(frozen=True, slots=True)
class Total:
    """All videos together.

    The median is None where no start is known, false photos an hour where nothing was seen; `excused` are smiles that
    fell into a rest or are shorter than a hold.
    """

    videos: int
    seconds: float
    expected: int
    taken: int
    missed: int
    excused: int
    false: int
    median_latency: float | None
    worst_latency: float | None
    false_per_hour: float | None


class Watching(Protocol):
    """What follows a video with a rule: a pipeline, or a recording that is played to the trigger."""

    @property
    def rule(self) -> TriggerRule:
        """When it takes a photo."""

    def moments(self) -> Iterator[Moment]:
        """A Moment for every frame."""


def replay(video: Video, settings: Settings, *, fps: float | None = None, drop: float = 0.0, seed: int = 0) -> Replay:
    """Run the whole line over one video; the same video and settings give the same photos at every run.

    Args:
        video: the video and its timeline.
        settings: rule, networks and all.
        fps: at most so many frames a second; None takes all.
        drop: share of the frames to leave out at random.
        seed: of that.

    Raises:
        SourceError: the video cannot be read.
        ModelError: a network cannot be used.
        DataError: the timeline names frames that the video does not have.
    """
    source, whole = make_source(str(video.path), settings), fps is None and not drop
    if not whole:
        source = Thinned(source, fps, drop, seed)
    return watch_video(video, make_pipeline(source, replace(settings, max_photos=None), NoAlbum()), whole=whole)


def watch_video(video: Video, pipeline: Watching, *, whole: bool = True) -> Replay:
    """Follow a pipeline over a video to its end, and compare; `whole` is whether it sees every frame, the last one too.

    Raises:
        DataError: the timeline names frames that the video does not have.
    """
    points: list[Point] = []
    hold: list[Face] = []
    times: dict[int, float] = {}
    photos: list[Taken] = []
    for moment in pipeline.moments():
        points.append(_point(moment))
        times[moment.frame.index] = moment.frame.at
        hold += moment.faces
        photos += [_remember(video, photo.shot, times[photo.shot.decided], hold) for photo in moment.photos]
        # a photo may come up to 0.6 seconds after its shutter
        if not isinstance(moment.trigger.state, Holding | CoolingDown) or moment.photos:
            hold.clear()
    rule = pipeline.rule
    if whole:
        _check_that_spans_exist(video, times)
    taken = tuple(replace(photo, latency=_latency(video, photo, times)) for photo in photos)
    missed: list[Span] = []
    excused: list[Span] = []
    last = max(times, default=0)
    # a photo is of one smile, however near the next one is
    left = list(taken)
    for smile in video.smiles:
        near = [photo for photo in left if smile.holds(photo.frame, SLACK) or smile.holds(photo.decided, SLACK)]
        if near:
            left = [photo for photo in left if photo is not near[0] and not smile.holds(photo.decided)]
            continue
        end = last if smile.last is None else smile.last
        # the rest after a photo excuses, but not after one of nobody smiling
        true = [photo for photo in taken if photo.decided < end and photo.shows is not Shows.NO_SMILE]
        rested = max((photo.decided_at + rule.cooldown for photo in true), default=0.0)
        free = sum(1 for frame, at in times.items() if smile.first <= frame <= end and at >= rested)
        (missed if free >= rule.hold_frames else excused).append(smile)
    return Replay(video, max(times.values(), default=0.0), taken, tuple(missed), tuple(excused), tuple(points))


def total(replays: Sequence[Replay]) -> Total:
    """Everything together."""
    seconds = sum(each.seconds for each in replays)
    latencies = [photo.latency for each in replays for photo in each.taken if photo.latency is not None]
    false = sum(len(each.false) for each in replays)
    return Total(
        videos=len(replays),
        seconds=seconds,
        expected=sum(each.expected for each in replays),
        taken=sum(each.caught for each in replays),
        missed=sum(len(each.missed) for each in replays),
        excused=sum(len(each.excused) for each in replays),
        false=false,
        median_latency=statistics.median(latencies) if latencies else None,
        worst_latency=max(latencies, default=None),
        false_per_hour=3600 * false / seconds if seconds else None,
    )


def _remember(video: Video, shot: Shot, decided_at: float, hold: Sequence[Face]) -> Taken:
    """What is remembered of a photo, its latency still unknown: a video may have many, their frames be large."""
    frame, shows = shot.frame, video.shows(shot.frame.index, SLACK)
    image = shrink(frame.image, PREVIEW)
    return Taken(frame.index, frame.at, shot.decided, decided_at, shows, None, _standing(shot, hold), image)


def _check_that_spans_exist(video: Video, times: Mapping[int, float]) -> None:
    """A span beyond the video's end is a slip of the pen, and would silently count as nothing.

    Raises:
        DataError: there is one.
    """
    last = max(times, default=0)
    for span in video.spans:
        if span.first - span.off > last + SLACK:
            raise DataError(
                f"the timeline of {video.name} names frame {span.first}, but it ends with frame {last}",
                "check labels.csv",
            )


def _latency(video: Video, photo: Taken, times: Mapping[int, float]) -> float | None:
    """From the start of the photo's smile, also where that frame was left out; None where it is not known well."""
    smile = next((span for span in video.smiles if span.holds(photo.decided, SLACK)), None)
    if smile is None or smile.off > FEW or not min(times) <= smile.first <= max(times):
        return None
    return photo.decided_at - float(np.interp(smile.first, list(times), list(times.values())))


def _standing(shot: Shot, hold: Sequence[Face]) -> Standing:
    """Compare the kept frame's largest face with the same person's on the hold's frames, this one included."""
    face = largest(shot.faces)
    if face is None:
        return Standing(1.0, 1.0, 1.0, 0)
    others = np.array([_merits(other) for other in hold if other.id == face.id])
    shares = (others <= np.array(_merits(face)) + 1e-9).mean(axis=0) if len(others) else np.ones(3)
    smile, sharpness, eyes = shares.tolist()
    return Standing(smile, sharpness, eyes, len(others))


def _merits(face: Face) -> tuple[float, float, float]:
    """Smile, sharpness and open eyes; 0 where it is not known."""
    return face.emotions["happy"], 0.0 if face.quality is None else face.quality.sharpness, face.eyes_open or 0.0


def _point(moment: Moment) -> Point:
    subject, rule = moment.subject, moment.trigger.rule
    person = next((each for each in moment.trigger.people if subject is not None and each.id == subject.id), None)
    steady = None if person is None else person.scores.steady
    return Point(
        moment.frame.at,
        None if subject is None else rule.level(subject.emotions),
        None if steady is None else rule.level(steady),
        None if steady is None else doubt(steady),
        None if subject is None else subject.eyes_open,
        moment.trigger.reason,
    )
