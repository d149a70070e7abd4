"""FER-2013's CSV (emotion, pixels, Usage), streamed into arrays; broken rows are named, not guessed.

Reads Kaggle's `fer2013.csv` and `icml_face_data.csv` (which has blanks in its column names), also gzipped.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS
from smartselfie.data.dataset import Dataset, Split
from smartselfie.errors import DataError

SIDE = 48
COLUMNS = ("emotion", "pixels", "Usage")
NUMBERS = tuple(str(place) for place in range(len(EMOTIONS)))
HINT = "FER-2013's CSV has the columns emotion, pixels, Usage"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that was left out: its line in the file (the header is line 1) and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fer2013:
    """What a CSV held: the good rows, the broken ones, and how many rows each split has with both counted."""

    dataset: Dataset
    broken: tuple[BrokenRow, ...]
    sizes: dict[Split, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One good row: its split, its place in it, its emotion's index and its (48, 48) pixels."""

    split: Split
    place: int
    label: int
    pixels: NDArray[np.uint8]


def read(path: Path, on_rows: Callable[[int], None] = lambda _: None) -> Fer2013:
    """Read a CSV, gzipped or not, in one pass; never holds more than one row of text.

    Args:
        path: the `.csv` or `.csv.gz`.
        on_rows: called with the number of rows read so far, every 1,000 rows and at the end.

    Raises:
        DataError: the file is missing, truncated, not such a CSV, or holds no good row.
    """
    good: list[_Row] = []
    broken: list[BrokenRow] = []
    sizes = dict.fromkeys(Split, 0)
    count = 0
    for line, fields in _records(path):
        count += 1
        if count % 1000 == 0:
            on_rows(count)
        row = _parse(fields, sizes)
        if isinstance(row, _Row):
            good.append(row)
        else:
            broken.append(BrokenRow(line, row))
    on_rows(count)
    if not good:
        why = f"; line {broken[0].line}: {broken[0].reason}" if broken else ""
        raise DataError(f"{path} holds no good row{why}", HINT)
    dataset = Dataset(
        pixels=np.stack([row.pixels for row in good]),
        labels=np.array([row.label for row in good], np.int64),
        splits=np.array([row.split.value for row in good]),
        rows=np.array([row.place for row in good], np.int64),
    )
    return Fer2013(dataset, tuple(broken), sizes)


def _records(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The rows as (line in the file, column → text)."""
    try:
        with _open(path) as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                raise DataError(f"{path} has no column {', '.join(missing)}", HINT)
            for record in reader:
                if record:
                    padded = [*record, *[None] * (len(header) - len(record))]
                    yield reader.line_num, dict(zip(header, padded, strict=False))
    except OSError as error:
        # gzip raises BadGzipFile, a subclass of OSError without an errno
        raise DataError(f"{path} cannot be read: {error.strerror or error}", HINT) from None
    except (EOFError, zlib.error):
        raise DataError(f"{path} is truncated or damaged", "fetch the file again") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a CSV: {error}", HINT) from None


def _open(path: Path) -> io.TextIOBase:
    """The file as text; gzip is told by its first two bytes, not by the name."""
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if zipped:
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _split(usage: str | None) -> Split | None:
    try:
        return Split((usage or "").strip())
    except ValueError:
        return None


def _parse(fields: dict[str, str | None], sizes: dict[Split, int]) -> _Row | str:
    """The row, or the reason why it is broken; either way it is counted in its split's size."""
    split = _split(fields["Usage"])
    if split is None:
        return f"Usage {_short(fields['Usage'])} is none of {', '.join(Split)}"
    sizes[split] += 1
    emotion = (fields["emotion"] or "").strip()
    if emotion not in NUMBERS:
        return f"emotion {_short(emotion)} is not a number from 0 to {len(EMOTIONS) - 1}"
    try:
        values = np.array((fields["pixels"] or "").split(), dtype=np.int64)
    except (ValueError, OverflowError):
        return "pixels are not all whole numbers"
    if values.size != SIDE * SIDE:
        return f"{values.size} pixels instead of {SIDE * SIDE}"
    if values.min() < 0 or values.max() > 255:
        return "a pixel is outside 0 to 255"
    return _Row(split, sizes[split] - 1, NUMBERS.index(emotion), values.astype(np.uint8).reshape(SIDE, SIDE))


def _short(text: str | None) -> str:
    return "(missing)" if not text else repr(text if len(text) <= 20 else text[:20] + "…")
