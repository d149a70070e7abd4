"""Videos with a timeline of the smile, as somebody saw it: what a replay is measured against.

A folder or a zip holds the videos and a `labels.csv` with at least the columns

    file             the video, relative to labels.csv
    timeline_by_eye  spans by frame number, divided by semicolons: `neutral 0-32; smile 35-49; ambiguous 50-51`
    shot_expected    yes (each smile of the timeline, or one somewhere if it names none), no (none at all), ambiguous
                     (none is missed; only one where the timeline says that nobody smiles is false)

A span is words and frames (`smile 35-49`, `smile 60`, `serious after 165`). Words that say smile or laugh, and neither
"not" nor "no", are a smile; ambiguous, "on and off" or mostly leave it open; everything else is no smile. `about`, or
`(+-10)` behind the frames, says that the ends are only roughly known. What no span covers is left open, or no smile
where no shot is expected.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from smartselfie.datasets.archive import data_errors, entries, is_tree
from smartselfie.datasets.table import read_records
from smartselfie.errors import DataError
from smartselfie.files import check_readable

HINT = "it needs a labels.csv with the columns file, timeline_by_eye, shot_expected; see docs/replay.md"
# Frames by which the ends of an `about` may be off, where it does not say.
ROUGHLY = 10

_SPAN = re.compile(
    r"(?P<words>.*?)\s*(?P<about>\babout\b)?\s*(?P<after>\b(?:after|from)\b)?\s*"
    r"(?P<first>\d+)(?:\s*-\s*(?P<last>\d+))?\s*(?:\((?P<note>[^)]*)\))?\s*(?:,.*)?"
)
# What looks like a span of frames.
_MEANT = re.compile(r"\d\s*(?:-|–|—|\.\.+|to|until)\s*\d")


TABLE, COLUMNS = "labels.csv", ("file", "timeline_by_eye", "shot_expected")
# Characters of a span and the remarks in it.
LONGEST = 1000


class Expected(StrEnum):
    """Whether a video should give photos."""

    YES = "yes"
    NO = "no"
    AMBIGUOUS = "ambiguous"


class Shows(StrEnum):
    """What somebody saw."""

    SMILE = "smile"
    NO_SMILE = "no smile"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Span:
    """Frames `first` to `last`, both included, and by how many frames the ends may be off; no `last`: to the end."""

    shows: Shows
    first: int
    last: int | None
    off: int = 0

    def holds(self, frame: int, slack: int = 0) -> bool:
        """Whether a frame lies in it, with its ends moved out by `slack` frames and by as much as they may be off."""
        after = self.first - self.off - slack <= frame
        return after and (self.last is None or frame <= self.last + self.off + slack)


@dataclass(frozen=True, slots=True)
class Video:
    """A video and what should come of it."""

    name: str
    path: Path
    expected: Expected
    spans: tuple[Span, ...]
    kind: str = ""

    @property
    def smiles(self) -> tuple[Span, ...]:
        """The smiles that should be photographed; the whole video where it should give a photo and names no smile."""
        if self.expected is not Expected.YES:
            return ()
        named = tuple(span for span in self.spans if span.shows is Shows.SMILE)
        return named or (Span(Shows.SMILE, 0, None, ROUGHLY),)

    def shows(self, frame: int, slack: int) -> Shows:
        """What a frame shows, in favour of a smile within `slack` frames of one."""
        if self.expected is Expected.NO:
            return Shows.NO_SMILE
        for shown in (Shows.SMILE, Shows.OPEN):
            if any(span.shows is shown and span.holds(frame, slack) for span in self.spans):
                return shown
        none = any(span.shows is Shows.NO_SMILE and span.holds(frame) for span in self.spans)
        return Shows.NO_SMILE if none else Shows.OPEN


def parse_timeline(text: str) -> tuple[Span, ...]:
    """The spans of a timeline; parts without frames are remarks.

    Raises:
        DataError: a part seems to mean frames, and does not name them as a span does.
    """
    spans = []
    for part in text.split(";"):
        if len(part) > LONGEST:
            raise DataError(f"{part.strip()[:40]!r}… is too long for a span of frames", "write it like `smile 35-49`")
        match = _SPAN.fullmatch(part.strip())
        if _MEANT.search(part) if match is None else re.search(r"\d", match["words"]):
            raise DataError(f"{part.strip()!r} is not a span of frames", "write it like `smile 35-49`")
        if match is None:
            continue
        first = int(match["first"])
        if match["last"] and int(match["last"]) < first:
            raise DataError(f"{part.strip()!r} ends before it begins", "write it like `smile 35-49`")
        last = None if match["after"] else int(match["last"] or first)
        stated = re.search(r"\+-\s*(\d+)", match["note"] or "")
        off = int(stated[1]) if stated else ROUGHLY if match["about"] else 0
        spans.append(Span(_parse_words(match["words"].casefold()), first, last, off))
    return tuple(spans)


@contextmanager
def open_videos(path: Path) -> Iterator[list[Video]]:
    """The videos of a folder or an archive, in the order of its labels; an archive is unpacked as long as `with` lasts.

    Raises:
        DataError: there is no labels.csv, or a row of it cannot be understood.
    """
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises on odd names
        yield _read(path, path)
        return
    check_readable(path, DataError, HINT)
    with TemporaryDirectory(prefix="smartselfie-") as folder:
        if not is_tree(path):
            raise DataError(f"{path} cannot be read: it is not an archive", "give a folder or a zip; " + HINT)
        for entry in entries(path):
            place = Path(folder, entry.name)
            with entry.open() as packed, data_errors(path):
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("wb") as file:
                    shutil.copyfileobj(packed, file)
        yield _read(Path(folder), path)


def _read(folder: Path, shown: Path) -> list[Video]:
    # packed with the folder that it stands in, or without
    tables = [folder / TABLE, *sorted(folder.glob(f"*/{TABLE}"))]
    table = next((place for place in tables if place.is_file()), None)
    if table is None:
        raise DataError(f"{shown} has no {TABLE} that can be read", HINT)
    videos = []
    with data_errors(table), table.open("rb") as file:
        for line, row in read_records(file, f"{shown}, {TABLE}", COLUMNS, HINT):
            name, timeline, expected = (row[column] for column in COLUMNS)
            if not name or timeline is None or expected not in list(Expected):
                raise DataError(f"{shown}: line {line} of {TABLE} cannot be understood", HINT)
            try:
                spans = parse_timeline(timeline)
            except DataError as error:
                raise DataError(f"{shown}: line {line} of {TABLE}: {error.message}", error.hint) from None
            videos.append(Video(name, table.parent / name, Expected(expected), spans, row.get("kind") or ""))
    if not videos:
        raise DataError(f"{shown}: {TABLE} names no videos", HINT)
    return videos


def _parse_words(words: str) -> Shows:
    if re.search(r"\bambiguous\b|\bon and off\b|\bmostly\b", words):
        return Shows.OPEN
    if re.search(r"\b(not|no)\b", words) or not re.search(r"smil|laugh", words):
        return Shows.NO_SMILE
    return Shows.SMILE
