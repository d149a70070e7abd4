"""A replay as one HTML file: for each video the scores over time, the timeline, what the trigger did, the photos."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from smartselfie.evaluation.render import write_page
from smartselfie.evaluation.replay import Replay, Total
from smartselfie.evaluation.timeline import Shows
from smartselfie.images import encode_jpeg, shrink
from smartselfie.trigger.rule import Reason

WIDTH, HEIGHT, LEFT, STRIP = 960, 170, 34, 12
# Pixels of a photo's longer side on the page.
PREVIEW = 360


def write_replay_report(path: Path, replays: Sequence[Replay], everything: Total) -> None:
    """Write the page, whole or not at all; photos are inside it.

    Raises:
        DataError: the place cannot be written.
    """
    write_page(
        path,
        "replay.html",
        replays=replays,
        total=everything,
        charts=[_Chart(played) for played in replays],
        jpeg=lambda photo: encode_jpeg(shrink(photo.image, PREVIEW), 82),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        strip=STRIP,
    )


@dataclass(frozen=True, slots=True)
class _Chart:
    """Where things stand in the chart of one video, in units of the drawing."""

    played: Replay

    def x(self, at: float) -> float:
        """A time's place from left to right."""
        return round(LEFT + (WIDTH - LEFT) * at / max(self.played.seconds, 0.1), 1)

    def y(self, share: float) -> float:
        """The height of a score from 0 to 1."""
        bottom = HEIGHT - STRIP - 18
        return round(bottom - (bottom - STRIP - 6) * min(max(share, 0.0), 1.0), 1)

    @property
    def spans(self) -> Iterator[tuple[float, float, bool]]:
        """Smiles and open parts of the timeline: from, to, whether it is a smile."""
        points = self.played.points
        end = points[-1].at if points else 0.0
        step = end / max(1, len(points) - 1)
        for span in self.played.video.spans:
            if points and span.shows is not Shows.NO_SMILE:
                last = end if span.last is None else min((span.last + 1) * step, end)
                yield *self._stretch(span.first * step, last), span.shows is Shows.SMILE

    @property
    def reasons(self) -> Iterator[tuple[float, float, bool, str]]:
        """What was missing, one stretch after the other: from, to, whether a smile was held, and the reason."""
        points, start = self.played.points, 0
        for place in range(1, len(points) + 1):
            reason = points[start].reason
            if place == len(points) or points[place].reason is not reason:
                stretch = self._stretch(points[start].at, points[min(place, len(points) - 1)].at)
                held = reason in (Reason.HOLDING, Reason.READY, Reason.EYES_CLOSED)
                yield *stretch, held, reason.value.replace("_", " ")
                start = place

    def path(self, name: str) -> str:
        """The curve of one score, by its name in `Point`; broken where there is nothing to show."""
        parts, pen = [], "M"
        for point in self.played.points:
            share = getattr(point, name)
            if share is not None:
                parts.append(f"{pen}{self.x(point.at)} {self.y(share)}")
            pen = "M" if share is None else "L"
        return "".join(parts)

    def _stretch(self, start: float, end: float) -> tuple[float, float]:
        """Two times' places, at least a unit apart so that it can be seen."""
        return self.x(start), max(self.x(start) + 1, self.x(end))
