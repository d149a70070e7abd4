"""FER-2013's CSV (emotion, pixels, Usage), streamed into arrays; broken rows are named, not guessed.

Reads Kaggle's `fer2013.csv` and `icml_face_data.csv` (which has blanks in its column names), and any CSV of that form:
emotions as numbers in FER-2013's order or as names, faces of any one square size, which are scaled to 48×48.
"""

import csv
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.types import Box
from smartselfie.datasets.dataset import SIDE, Dataset, Split, emotion_index, parse_split
from smartselfie.errors import DataError

COLUMNS = ("emotion", "pixels", "Usage")
HINT = "FER-2013's CSV has the columns emotion, pixels, Usage"

SIDES = range(8, 513)
"""What a face may measure in pixels."""

TRAINING_ROWS = (3995, 436, 4097, 7215, 4830, 3171, 4965)
"""Of each class, in the order of `EMOTIONS`, in FER-2013 as published: by these it is known."""

LONGEST = 4 * SIDES.stop**2
"""Characters of a line: no row of a face needs more."""

MOST_BYTES = 8 << 30
"""Of text: a compressed file that holds more is refused."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that was left out: its line (the header is line 1) or its picture's name, and why."""

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
    """One good row: its split, its place in it, its emotion's index and its (48, 48) pixels."""

    split: Split
    place: int
    label: int
    pixels: NDArray[np.uint8]


def read_csv(
    file: IO[bytes],
    name: str,
    on_rows: Callable[[int], None] = lambda _: None,
    test: Split = Split.PRIVATE_TEST,
) -> Fer2013:
    """Read a CSV in one pass; never holds more than one row of text.

    Args:
        file: its bytes.
        name: for messages.
        on_rows: called with the number of rows read so far, every 1,000 rows and at the end.
        test: what a Usage called "test" is.

    Raises:
        DataError: it is truncated, not such a CSV, or has no valid row.
    """
    good: list[Row] = []
    broken: list[BrokenRow] = []
    parser = _Parser(test)
    count = 0
    for line, fields in _records(file, name):
        count += 1
        if count % 1000 == 0:
            on_rows(count)
        row = parser.parse(fields)
        if isinstance(row, Row):
            good.append(row)
        else:
            broken.append(BrokenRow(f"line {line}", row))
    on_rows(count)
    if not good:
        why = f"; {broken[0].where}: {broken[0].reason}" if broken else ""
        raise DataError(f"{name} has no valid row{why}", HINT)
    return Fer2013(to_dataset(good), tuple(broken), parser.sizes)


def to_dataset(rows: Sequence[Row]) -> Dataset:
    """The rows as arrays, without votes."""
    return Dataset(
        pixels=np.stack([row.pixels for row in rows]),
        labels=np.array([row.label for row in rows], np.int64),
        splits=np.array([row.split.value for row in rows]),
        rows=np.array([row.place for row in rows], np.int64),
    )


def to_side(face: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A square grey face at another size, scaled as the program scales the faces that it cuts out."""
    return face if len(face) == side else crop_face(face, Box(0, 0, len(face), len(face)), side)


def _records(file: IO[bytes], name: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The rows as (line in the file, column → text)."""
    try:
        with _long_fields():
            reader = csv.reader(_lines(file, name))
            header = [column.strip() for column in next(reader, [])]
            missing = [column for column in COLUMNS if column not in header]
            if missing:
                raise DataError(f"{name} has no column {', '.join(missing)}", HINT)
            for record in reader:
                if record:
                    padded = [*record, *[None] * (len(header) - len(record))]
                    yield reader.line_num, dict(zip(header, padded, strict=False))
    except (EOFError, zlib.error):
        raise DataError(f"{name} is truncated or damaged", "download the file again") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{name} is not a CSV: {error}", HINT) from None


def _lines(file: IO[bytes], name: str) -> Iterator[str]:
    """The lines of a text, none of them longer than a row can be."""
    size, coding = 0, "utf-8-sig"
    while line := file.readline(LONGEST):
        size += len(line)
        if len(line) == LONGEST or size > MOST_BYTES:
            what = f"a line of more than {LONGEST:,} characters" if size <= MOST_BYTES else "more than 8 GiB of text"
            raise DataError(f"{name} holds {what}", HINT)
        yield line.decode(coding)
        coding = "utf-8"


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let the csv module read fields as long as a row; its own limit is a 180×180 face."""
    before = csv.field_size_limit(LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


class _Parser:
    """Reads rows, counts them by split, and remembers the size that the first good one sets for all."""

    def __init__(self, test: Split) -> None:
        """`test` is what a Usage called "test" is."""
        self.sizes = dict.fromkeys(Split, 0)
        self._test = test
        self._side: int | None = None

    def parse(self, fields: dict[str, str | None]) -> Row | str:
        """The row, or the reason why it is broken; either way it is counted in its split's size."""
        split = parse_split(fields["Usage"] or "", self._test)
        if split is None:
            return f"Usage {_short(fields['Usage'])} is not one of {', '.join(Split)}"
        self.sizes[split] += 1
        label = emotion_index(fields["emotion"] or "")
        if label is None:
            return f"emotion {_short(fields['emotion'])} is not a number from 0 to {len(EMOTIONS) - 1}"
        face = self._face(fields["pixels"] or "")
        return face if isinstance(face, str) else Row(split, self.sizes[split] - 1, label, to_side(face, SIDE))

    def _face(self, text: str) -> NDArray[np.uint8] | str:
        """The square face, or what is wrong with the pixels."""
        try:
            values = np.array(text.split(), dtype=np.int64)
        except (ValueError, OverflowError):
            return "pixels are not all whole numbers"
        side = self._side or math.isqrt(values.size)
        if values.size != side**2 or side not in SIDES:
            wanted = f"{side}×{side}" if self._side else f"a square with sides of {SIDES.start} to {SIDES.stop - 1}"
            return f"{values.size} pixels instead of {wanted}"
        if values.min() < 0 or values.max() > 255:
            return "a pixel is outside 0 to 255"
        self._side = side
        return values.astype(np.uint8).reshape(side, side)


def _short(text: str | None) -> str:
    plain = (text or "").strip()
    return "(missing)" if not plain else repr(plain if len(plain) <= 20 else plain[:20] + "…")
