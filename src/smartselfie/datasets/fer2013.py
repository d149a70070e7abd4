"""FER-2013's CSV (emotion, pixels, Usage), streamed into arrays; broken rows are named, not guessed.

Reads Kaggle's `fer2013.csv`, `icml_face_data.csv` (which has blanks in its column names) and `train.csv` (without
Usage: all rows are Training), and any CSV of that form: emotions as numbers in FER-2013's order or as names, faces of
any one square size, which are scaled to 48×48.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.types import Box
from smartselfie.datasets.dataset import SIDE, Dataset, Split, emotion_index, parse_split
from smartselfie.datasets.table import read_records
from smartselfie.errors import DataError

COLUMNS = ("emotion", "pixels", "Usage")
HINT = "FER-2013's CSV has the columns emotion, pixels, Usage"

# What a face may measure in pixels.
SIDES = range(8, 513)

# Of each class, in the order of `EMOTIONS`, in FER-2013 as published: by these it is known.
TRAINING_ROWS = (3995, 436, 4097, 7215, 4830, 3171, 4965)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that was left out: its line (the header is line 1) or its image's name, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fer2013:
    """What a source held.

    Attributes:
        dataset: the good rows.
        broken: the others.
        sizes: how many rows each split has, with both counted.
        in_order: whether the rows stand in the order of somebody's CSV, so that others' labels can be joined to them.
    """

    dataset: Dataset
    broken: tuple[BrokenRow, ...]
    sizes: dict[Split, int]
    in_order: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row: where it stands, its split, its emotion's index, and its (48, 48) face or why it is broken."""

    where: str
    split: Split | None
    label: int | None
    face: NDArray[np.uint8] | str


def read_csv(file: IO[bytes], name: str, on_rows: Callable[[int], None], test: Split) -> Fer2013:
    """Read a CSV in one pass; never holds more than one row of text.

    Args:
        file: its bytes.
        name: for messages.
        on_rows: called with the number of rows read so far, every 1,000 rows and at the end.
        test: what a Usage called "test" is.

    Raises:
        DataError: it is truncated, not such a CSV, or has no valid row.
    """
    return collect_rows(count_rows(_read_rows(file, name, test), on_rows), f"{name} has no valid row", HINT)


def count_rows(rows: Iterable[Row], on_rows: Callable[[int], None]) -> Iterator[Row]:
    """The rows, and on the way a call with their number so far, every 1,000 rows and at the end."""
    count = 0
    for count, row in enumerate(rows, 1):
        if count % 1000 == 0:
            on_rows(count)
        yield row
    on_rows(count)


def collect_rows(rows: Iterable[Row], none: str, hint: str, *, in_order: bool = True) -> Fer2013:
    """Put the good rows into arrays and name the others; both count in their split.

    Raises:
        DataError: there is `none`, and what is wrong with the first.
    """
    sizes = dict.fromkeys(Split, 0)
    good, broken = list[tuple[NDArray[np.uint8], int | None, Split, int]](), list[BrokenRow]()
    for row in rows:
        if isinstance(row.face, str):
            broken.append(BrokenRow(row.where, row.face))
        elif row.split is not None:
            good.append((row.face, row.label, row.split, sizes[row.split]))
        if row.split is not None:
            sizes[row.split] += 1
    if not good:
        why = f"; {broken[0].where}: {broken[0].reason}" if broken else ""
        raise DataError(f"{none}{why}", hint)
    pixels, labels, splits, places = zip(*good, strict=True)
    dataset = Dataset(np.stack(pixels), np.array(labels, np.int64), np.array(splits), np.array(places, np.int64))
    return Fer2013(dataset, tuple(broken), sizes, in_order)


def to_side(face: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A square grey face at another size, scaled as the program scales the faces that it cuts out."""
    return face if len(face) == side else crop_face(face, Box(0, 0, len(face), len(face)), side)


def _read_rows(file: IO[bytes], name: str, test: Split) -> Iterator[Row]:
    """The rows one by one; the first good one sets the size of all."""
    side: int | None = None
    for line, fields in read_records(file, name, COLUMNS[:2], HINT, COLUMNS[2:]):
        # Kaggle's train.csv has no such column
        usage, emotion = fields.get("Usage", Split.TRAINING) or "", fields["emotion"] or ""
        split, label = parse_split(usage, test), emotion_index(emotion)
        face: NDArray[np.uint8] | str
        if split is None:
            face = f"Usage {_shorten(usage)} is not one of {', '.join(Split)}"
        elif label is None:
            face = f"emotion {_shorten(emotion)} is not a number from 0 to {len(EMOTIONS) - 1}"
        else:
            face = _parse_face(fields["pixels"] or "", side)
            if not isinstance(face, str):
                side = len(face)
                face = to_side(face, SIDE)
        yield Row(f"line {line}", split, label, face)


def _parse_face(text: str, side: int | None) -> NDArray[np.uint8] | str:
    """The square face, of that side if one is known, or what is wrong with the pixels."""
    line = " ".join(text.splitlines()).strip()
    try:
        values = np.loadtxt([line], np.int64, comments=None, ndmin=1) if line else np.zeros(0, np.int64)
    except ValueError:
        return "pixels are not all whole numbers"
    wanted = side or math.isqrt(values.size)
    if values.size != wanted**2 or wanted not in SIDES:
        square = f"{side}×{side}" if side else f"a square with sides of {SIDES.start} to {SIDES.stop - 1}"
        return f"{values.size} pixels instead of {square}"
    if values.min() < 0 or values.max() > 255:
        return "a pixel is outside 0 to 255"
    return values.astype(np.uint8).reshape(wanted, wanted)


def _shorten(text: str) -> str:
    plain = text.strip()
    return "(missing)" if not plain else repr(plain if len(plain) <= 20 else plain[:20] + "…")
