"""The prepared data: faces, the labels of 2013, the votes of FER+ and the split, in one `.npz`."""

import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from pickle import UnpicklingError
from tokenize import TokenError

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.errors import DataError
from smartselfie.files import atomic_write

# what numpy raises on files that are damaged or not its own
FOREIGN = (
    *(OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, NotImplementedError, RuntimeError),
    *(SyntaxError, TokenError, UnpicklingError, zipfile.BadZipFile, zlib.error),
)


SIDE = 48
"""Of a prepared face in pixels, whatever it was."""


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
        arrays = (self.pixels, self.labels, self.splits, self.rows, self.votes)
        return Dataset(*(None if array is None else array[chosen] for array in arrays))  # type: ignore[arg-type]


def save(dataset: Dataset, path: Path) -> None:
    """Write the `.npz` whole or not at all; an existing file of that name is replaced.

    Raises:
        DataError: the place cannot be written.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "pixels": dataset.pixels,
        "labels": dataset.labels,
        "splits": dataset.splits,
        "rows": dataset.rows,
        "emotions": np.array([emotion.value for emotion in EMOTIONS]),
    }
    if dataset.votes is not None:
        arrays["votes"] = dataset.votes
    with atomic_write(path, DataError, "choose another folder or free some space") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load(path: Path) -> Dataset:
    """Read what `save` wrote.

    Raises:
        DataError: the file is missing, damaged, or not one that `smartselfie prepare` wrote.
    """
    hint = "make it with: smartselfie prepare fer2013.csv OUT.npz"
    if not path.is_file():
        raise DataError(f"{path} is not a file", hint)
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is damaged or was not prepared by smartselfie: it is not an .npz file", hint)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        emotions = tuple(str(name) for name in arrays["emotions"])
        dataset = Dataset(arrays["pixels"], arrays["labels"], arrays["splits"], arrays["rows"], arrays.get("votes"))
    except FOREIGN as error:
        raise DataError(f"{path} is damaged or was not prepared by smartselfie: {error}", hint) from None
    _check(path, dataset, emotions)
    return dataset


def _check(path: Path, dataset: Dataset, emotions: tuple[str, ...]) -> None:
    """Refuse arrays whose shapes, types or labels are not what `Dataset` promises."""
    if emotions != tuple(EMOTIONS):
        raise DataError(f"{path} has different labels or a different order: {', '.join(emotions)}", "prepare it again")
    n = dataset.labels.shape[0] if dataset.labels.ndim == 1 else -1
    votes = dataset.votes
    right = (
        _is(dataset.pixels, (n, SIDE, SIDE), np.uint8)
        and _is(dataset.labels, (n,), np.int64)
        and _is(dataset.rows, (n,), np.int64)
        and (votes is None or _is(votes, (n, 10), np.uint8))
        and dataset.splits.shape == (n,)
        and np.isin(dataset.splits, [split.value for split in Split]).all()
        and np.isin(dataset.labels, range(len(EMOTIONS))).all()
    )
    if not right:
        raise DataError(f"{path} has arrays of the wrong shape, type or range", "prepare it again")


def _is(array: NDArray[np.generic], shape: tuple[int, ...], kind: type[np.generic]) -> bool:
    return array.shape == shape and array.dtype == np.dtype(kind)


_EMOTIONS = {
    Emotion.ANGRY: ("angry", "anger"),
    Emotion.DISGUST: ("disgust", "disgusted"),
    Emotion.FEAR: ("fear", "fearful", "afraid", "scared"),
    Emotion.HAPPY: ("happy", "happiness", "joy"),
    Emotion.SAD: ("sad", "sadness"),
    Emotion.SURPRISE: ("surprise", "surprised"),
    Emotion.NEUTRAL: ("neutral", "neutrality"),
}
_PLACES = {word: EMOTIONS.index(emotion) for emotion, words in _EMOTIONS.items() for word in words} | {
    str(place): place for place in range(len(EMOTIONS))
}
_SPLITS = {
    Split.TRAINING: ("training", "train"),
    Split.PUBLIC_TEST: ("publictest", "validation", "valid", "val", "dev"),
    Split.PRIVATE_TEST: ("privatetest",),
}
_PARTS = {word: split for split, words in _SPLITS.items() for word in words}
TEST = ("test", "testing")


def emotion_index(word: str) -> int | None:
    """The index into `EMOTIONS` that a number from 0 to 6 or a name in any case means, or None."""
    return _PLACES.get(word.strip().lower())


def parse_split(word: str, test: Split) -> Split | None:
    """The split that a name in any case means, or None; "test" alone means `test`."""
    plain = word.strip().lower().replace("_", "").replace("-", "").replace(" ", "")
    return test if plain in TEST else _PARTS.get(plain)
