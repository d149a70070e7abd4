"""What prepared data holds, and what is odd about it: as text, JSON and one image."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont
from PIL.ExifTags import Base

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import SIDE, Dataset, Split
from smartselfie.datasets.duplicates import find_twin_pairs
from smartselfie.errors import DataError
from smartselfie.files import atomic_write

# By this an older picture is told from somebody's photo.
MARK = "smartselfie prepare"


@dataclass(frozen=True, slots=True)
class Twinned:
    """Rows of one split that have a twin in another, or in their own: how many, and how many of them differ in label.

    A row with several twins differs where one of them does.
    """

    rows: int
    differ: int


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """FER+ on the rows.

    Attributes:
        no_face: rows that it calls no face.
        majority: rows with a majority for one of the seven.
        differ: rows of each split whose majority is not the label of 2013.
        table: (7, 7) rows with a majority: labels of 2013 down, majority across.
    """

    no_face: int
    majority: int
    differ: dict[Split, int]
    table: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """Counts of rows.

    Attributes:
        splits: rows per emotion by the labels of 2013, for each split that occurs.
        blank: rows whose image is of one grey.
        twins: for each pair of splits that occur, the first one's rows with a twin in the second.
        pairs: (pairs, 2) the twins, as indices into the data's rows.
        votes: what FER+ says; None where it was not joined.
    """

    splits: dict[Split, dict[Emotion, int]]
    blank: NDArray[np.int64]
    twins: dict[tuple[Split, Split], Twinned]
    pairs: NDArray[np.int64]
    votes: Votes | None

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(sum(counts.values()) for counts in self.splits.values())


def audit(data: Dataset) -> Audit:
    """Count; of FER-2013's 32,000 rows in seconds, since every pair of images is compared."""
    splits = {
        split: {emotion: int((rows.labels == place).sum()) for place, emotion in enumerate(EMOTIONS)}
        for split in Split
        if len(rows := data.of(split))
    }
    pairs = find_twin_pairs(data.pixels)
    return Audit(
        splits=splits,
        blank=np.flatnonzero(data.pixels.max(axis=(1, 2)) == data.pixels.min(axis=(1, 2))),
        twins={(one, other): _twinned(data, pairs, one, other) for one in splits for other in splits},
        pairs=pairs,
        votes=None if data.votes is None else _votes(data, data.votes),
    )


def audit_to_json(found: Audit) -> dict[str, object]:
    """The audit as `prepare --json` prints it."""
    votes, splits = found.votes, found.splits
    return {
        "rows": found.rows,
        "splits": splits,
        "blank": len(found.blank),
        "twins": {one: {other: asdict(found.twins[one, other]) for other in splits} for one in splits},
        "ferplus": None if votes is None else asdict(votes) | {"table": votes.table.tolist()},
    }


def _twinned(data: Dataset, pairs: NDArray[np.int64], one: Split, other: Split) -> Twinned:
    both = np.concatenate([pairs, pairs[:, ::-1]])
    here = both[(data.splits[both[:, 0]] == one.value) & (data.splits[both[:, 1]] == other.value)]
    differing = data.labels[here[:, 0]] != data.labels[here[:, 1]]
    return Twinned(len(np.unique(here[:, 0])), len(np.unique(here[differing, 0])))


def _votes(data: Dataset, votes: NDArray[np.uint8]) -> Votes:
    majority = ferplus.majority(votes)
    clear = majority >= 0
    differ = clear & (majority != data.labels)
    table = np.zeros((len(EMOTIONS), len(EMOTIONS)), np.int64)
    np.add.at(table, (data.labels[clear], majority[clear]), 1)
    return Votes(
        no_face=int(ferplus.no_face(votes).sum()),
        majority=int(clear.sum()),
        differ={split: int(differ[data.splits == split.value].sum()) for split in Split if len(data.of(split))},
        table=table,
    )


INK, SOFT, PAPER, FULL = "#1d2433", "#667085", "#ffffff", (36, 86, 201)
# Of the three splits.
SHADES = ("#2456c9", "#7aa0f0", "#f2994a")

WIDTH, MARGIN, GAP = 1280, 40, 8
ROW = SIDE + GAP
# Faces a class; pairs of twins and rows with two labels.
EXAMPLES, SHOWN = 12, 11


class _Sheet:
    """An image under way: words and faces at places in pixels."""

    def __init__(self, height: int) -> None:
        self.image = Pictures.new("RGB", (WIDTH, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def write(self, x: float, y: float, words: str, size: int = 15, ink: str = INK, anchor: str = "la") -> None:
        """Words with their upper left corner there, or as Pillow's anchor says."""
        self.draw.text((x, y), words, ink, ImageFont.load_default(size), anchor)

    def show(self, x: int, y: int, face: NDArray[np.uint8], *captions: tuple[str, str]) -> None:
        """A face with its upper left corner there, and below it words, each with its ink."""
        self.image.paste(Pictures.fromarray(face), (x, y))
        for number, (words, ink) in enumerate(captions):
            self.write(x, y + SIDE + 2 + 14 * number, words, 12, ink)


def write_picture(path: Path, data: Dataset, found: Audit) -> None:
    """Write the image, in the format that the file's name says; it shows faces of the data.

    Raises:
        DataError: the name says no format that can be written, or the place cannot be written.
    """
    kind, votes = image_format(path), found.votes
    sheet = _Sheet(820 + 130 * (len(found.pairs) > 0) + (560 if votes is not None else 0))
    y = _head(sheet, found)
    y = _classes(sheet, y, data, found)
    y = _twins(sheet, y, data, found)
    if votes is not None and data.votes is not None:
        y = _differences(sheet, y, data, votes.table, ferplus.majority(data.votes))
    exif = Pictures.Exif()
    exif[Base.Software] = MARK
    with atomic_write(path, DataError, "choose another --picture", MARK.encode()) as file:
        sheet.image.crop((0, 0, WIDTH, y + MARGIN)).save(file, kind, exif=exif)


def image_format(path: Path) -> str:
    """Pillow's name of the format that a file's name says.

    Raises:
        DataError: it says none that can be written.
    """
    kind = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}.get(path.suffix.lower())
    if kind is None:
        raise DataError(f"{path} does not end like an image file", "use a name that ends in .png")
    return kind


def _head(sheet: _Sheet, found: Audit) -> int:
    sheet.write(MARGIN, MARGIN, f"{found.rows:,} faces", 28)
    x = MARGIN
    for split, shade in zip(found.splits, SHADES, strict=False):
        words = f"{split}: {sum(found.splits[split].values()):,}"
        sheet.draw.rectangle((x, MARGIN + 52, x + 14, MARGIN + 66), shade)
        sheet.write(x + 22, MARGIN + 50, words)
        x += 60 + int(sheet.draw.textlength(words, ImageFont.load_default(15)))
    sheet.write(x, MARGIN + 50, f"blank: {len(found.blank):,}")
    return MARGIN + 92


def _classes(sheet: _Sheet, y: int, data: Dataset, found: Audit) -> int:
    """A line a class: bars of its rows in each split, and faces of it."""
    most = max(max(counts.values()) for counts in found.splits.values())
    bars = WIDTH - 2 * MARGIN - 110 - EXAMPLES * ROW - 90
    for place, emotion in enumerate(EMOTIONS):
        sheet.write(MARGIN, y + SIDE // 2, emotion, 17, anchor="lm")
        tall = (SIDE - 4) / max(len(found.splits), 1)
        for number, (counts, shade) in enumerate(zip(found.splits.values(), SHADES, strict=False)):
            top, long = y + 2 + number * tall, bars * counts[emotion] / most
            sheet.draw.rectangle((MARGIN + 100, top, MARGIN + 100 + long, top + tall - 3), shade)
            sheet.write(MARGIN + 108 + long, top + tall / 2 - 1, f"{counts[emotion]:,}", 12, SOFT, "lm")
        for number, row in enumerate(_spread(np.flatnonzero(data.labels == place), EXAMPLES)):
            sheet.show(WIDTH - MARGIN - (EXAMPLES - number) * ROW + GAP, y, data.pixels[row])
        y += ROW + 4
    return y + 24


def _twins(sheet: _Sheet, y: int, data: Dataset, found: Audit) -> int:
    """How many rows stand in another split, too, and the first pairs whose labels differ, then others."""
    sheet.write(MARGIN, y, "Twins: rows whose pixels correlate above 0.99 with another row's", 18)
    y += 34
    for (one, other), told in found.twins.items():
        words = f"{told.rows:,} of {one} have one in {other}; of {told.differ:,} the labels differ"
        sheet.write(MARGIN, y, words, 14, SOFT)
        y += 22
    differing = data.labels[found.pairs[:, 0]] != data.labels[found.pairs[:, 1]]
    order = np.concatenate([np.flatnonzero(differing), np.flatnonzero(~differing)])
    y += 10
    for number, pair in enumerate(found.pairs[order[:SHOWN]]):
        x = MARGIN + number * (2 * SIDE + 14)
        for side, row in enumerate(pair):
            split = str(data.splits[row]).removesuffix("Test")
            sheet.show(x + side * SIDE, y, data.pixels[row], (EMOTIONS[data.labels[row]], SOFT), (split, SOFT))
    return y + (SIDE + 60 if len(found.pairs) else 16)


def _differences(sheet: _Sheet, y: int, data: Dataset, table: NDArray[np.int64], majority: NDArray[np.int64]) -> int:
    """The two labelings against each other, and rows on which they differ."""
    differ = np.flatnonzero((majority >= 0) & (majority != data.labels))
    share = len(differ) / max(int(table.sum()), 1)
    title = f"Labels of 2013 (down, grey) and FER+'s majority (across, black): {100 * share:.1f} % differ"
    sheet.write(MARGIN, y, title, 18)
    y += 36
    _heat(sheet, MARGIN + 80, y + 22, table)
    for number, row in enumerate(_spread(differ, 40)):
        x, top = 552 + number % 8 * 88, y + number // 8 * (SIDE + 38)
        sheet.show(x, top, data.pixels[row], (EMOTIONS[data.labels[row]], SOFT), (EMOTIONS[majority[row]], INK))
    return y + 440


def _spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the rows, from all over the data."""
    return np.asarray(rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)])


def _heat(sheet: _Sheet, x: int, y: int, table: NDArray[np.int64]) -> None:
    cell = 54
    for place, emotion in enumerate(EMOTIONS):
        sheet.write(x + (place + 0.5) * cell, y - 6, emotion, 11, SOFT, "ms")
        sheet.write(x - 8, y + (place + 0.5) * cell, emotion, 13, INK, "rm")
    for down, row in enumerate(table.tolist()):
        for across, count in enumerate(row):
            share = count / sum(row) if sum(row) else 0.0
            left, top = x + across * cell, y + down * cell
            shade = (round(255 + (full - 255) * (0.04 + 0.96 * share)) for full in FULL)
            sheet.draw.rectangle((left + 1, top + 1, left + cell - 2, top + cell - 2), tuple(shade))
            ink = PAPER if share > 0.5 else INK
            sheet.write(left + cell / 2, top + cell / 2, f"{count:,}", 12, ink, "mm")
