"""The prepared data: faces, the labels of 2013, the votes of FER+ and the split, in one `.npz`."""

import math
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from pickle import UnpicklingError
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.errors import DataError
from smartselfie.files import atomic_write, check_readable

# what numpy raises on files that are damaged or not its own
FOREIGN = (
    *(OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, NotImplementedError, RuntimeError),
    *(MemoryError, OverflowError, IndexError, struct.error),
    *(SyntaxError, TokenError, UnpicklingError, zipfile.BadZipFile, zlib.error),
)


# Of one array when it is unpacked; FER-2013's pixels have 83 MB.
MOST_BYTES = 8 << 30
# Of a prepared face in pixels, whatever it was.
SIDE = 48


class Split(StrEnum):
    """The three parts of FER-2013, named as its `Usage` column names them."""

    TRAINING = "Training"
    PUBLIC_TEST = "PublicTest"
    PRIVATE_TEST = "PrivateTest"


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """n faces and what is known of them, row by row.

    Attributes:
        pixels: (n, 48, 48) uint8, grey.
        labels: (n,) int64, the labels of 2013 as indices into `EMOTIONS`.
        splits: (n,) str, values of `Split`.
        rows: (n,) int64, the row's place within its split in the source, from 0 (broken rows keep their number).
        votes: (n, 10) uint8, FER+'s votes in the order of `ferplus.COLUMNS`, or None.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    rows: NDArray[np.int64]
    votes: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, split: Split) -> "Dataset":
        """The rows of one split, in the source's order."""
        return self.where(self.splits == split.value)

    def where(self, chosen: NDArray[np.bool_]) -> "Dataset":
        """The rows for which `chosen` (n,) is true."""
        return Dataset(**{name: array[chosen] for name, array in self.arrays().items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Those that there are, by name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: array for name, array in named.items() if array is not None}


def save(dataset: Dataset, path: Path) -> None:
    """Write the `.npz` whole or not at all; an older one of that name is replaced, and nothing else.

    Raises:
        DataError: the place cannot be written.
    """
    with atomic_write(path, DataError, "choose another name or free some space", b"pixels.npy") as file:
        np.savez_compressed(file, allow_pickle=False, **dataset.arrays(), emotions=np.array(EMOTIONS))


def load(path: Path) -> Dataset:
    """Read what `save` wrote.

    Raises:
        DataError: the file is missing, damaged, or not one that `smartselfie prepare` wrote.
    """
    hint = "make it with: smartselfie prepare fer2013.csv OUT.npz"
    check_readable(path, DataError, hint)
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is damaged or was not prepared by smartselfie: it is not an .npz file", hint)
    try:
        _check_sizes(path)
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: _widened(file[name]) for name in file.files}
        emotions = tuple(str(name) for name in arrays["emotions"])
        dataset = Dataset(arrays["pixels"], arrays["labels"], arrays["splits"], arrays["rows"], arrays.get("votes"))
    except FOREIGN:
        raise DataError(f"{path} is damaged or was not prepared by smartselfie", hint) from None
    _check(path, dataset, emotions)
    return dataset


def _check_sizes(path: Path) -> None:
    """Raises ValueError for arrays that promise more than there is, before memory is taken for them."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as file:
                read = {(1, 0): read_array_header_1_0}.get(read_magic(file), read_array_header_2_0)
                shape, _, kind = read(file)
            if not kind.hasobject and math.prod(shape) * kind.itemsize > min(info.file_size, MOST_BYTES):
                raise ValueError(f"{info.filename} promises more than it holds")


def _widened(array: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as int64, which Windows' NumPy before 2 makes int32; bytes of text as text."""
    if array.dtype.kind == "S":
        return array.astype(np.str_)
    return array.astype(np.int64) if array.dtype.kind in "iu" and array.dtype != np.uint8 else array


def _check(path: Path, dataset: Dataset, emotions: tuple[str, ...]) -> None:
    """Refuse arrays whose shapes, types or labels are not what `Dataset` promises."""
    if emotions != tuple(EMOTIONS):
        raise DataError(f"{path} has different labels or a different order: {', '.join(emotions)}", "prepare it again")
    n = dataset.labels.size
    shapes = {"pixels": (n, SIDE, SIDE), "labels": (n,), "splits": (n,), "rows": (n,), "votes": (n, 10)}
    kinds = {"pixels": np.uint8, "labels": np.int64, "splits": np.str_, "rows": np.int64, "votes": np.uint8}
    right = all(
        array.shape == shapes[name] and np.issubdtype(array.dtype, kinds[name])
        for name, array in dataset.arrays().items()
    )
    if not (
        right and np.isin(dataset.splits, list(Split)).all() and np.isin(dataset.labels, range(len(EMOTIONS))).all()
    ):
        raise DataError(f"{path} has arrays of the wrong shape, type or range", "prepare it again")


_EMOTIONS = {
    Emotion.ANGRY: ("0", "angry", "anger"),
    Emotion.DISGUST: ("1", "disgust", "disgusted"),
    Emotion.FEAR: ("2", "fear", "fearful", "fearfull", "afraid", "scared"),
    Emotion.HAPPY: ("3", "happy", "happiness", "joy"),
    Emotion.SAD: ("4", "sad", "sadness"),
    Emotion.SURPRISE: ("5", "surprise", "surprised", "suprise", "suprised"),
    Emotion.NEUTRAL: ("6", "neutral", "neutrality", "natural"),
}
_PLACES = {word: EMOTIONS.index(emotion) for emotion, words in _EMOTIONS.items() for word in words}
_SPLITS = {
    Split.TRAINING: ("training", "train"),
    Split.PUBLIC_TEST: ("publictest", "validation", "valid", "val", "dev"),
    Split.PRIVATE_TEST: ("privatetest",),
}
_PARTS = {word: split for split, words in _SPLITS.items() for word in words}
TEST = ("test", "testing")


def emotion_index(word: str) -> int | None:
    """The index into `EMOTIONS` that a number from 0 to 6 or a name in any case means, or None.

    A fraction of nothing (`3.0`) and a number before a name (`3_happy`) are passed over.
    """
    plain = word.strip().lower()
    return _PLACES.get(re.sub(r"^\d+[\s._-]+(?=[a-z])|(?<=\d)\.0+$", "", plain))


def parse_split(word: str, test: Split) -> Split | None:
    """The split that a name in any case means, or None; "test" alone means `test`."""
    plain = word.strip().lower().replace("_", "").replace("-", "").replace(" ", "")
    return test if plain in TEST else _PARTS.get(plain)
