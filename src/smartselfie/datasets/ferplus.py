"""FER+ (Barsoum et al. 2016): the votes of ten people on every row of FER-2013, and how they are read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import Fer2013
from smartselfie.datasets.reader import open_table
from smartselfie.datasets.table import read_records
from smartselfie.errors import DataError

# What people could vote for, in the order of the file; NF means that the image shows no face.
COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")

# Where FER-2013's seven emotions stand among `COLUMNS`, in FER-2013's order.
SEVEN = tuple(map(COLUMNS.index, ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")))

NO_FACE = COLUMNS.index("NF")
HINT = "FER+'s fer2013new.csv has the columns Usage, Image name, " + ", ".join(COLUMNS)


def read_votes(path: Path) -> dict[Split, NDArray[np.uint8]]:
    """Read `fer2013new.csv`, also compressed or in an archive.

    Returns:
        For each split (n, 10) uint8, rows in FER-2013's order, columns as `COLUMNS`.

    Raises:
        DataError: the file is missing, not FER+'s, or a row cannot be read.
    """
    splits = {split.lower(): split for split in Split}
    votes: dict[Split, list[list[int]]] = {split: [] for split in Split}
    with open_table(path, ("Usage", *COLUMNS), HINT) as (file, shown):
        for line, record in read_records(file, shown, ("Usage", *COLUMNS), HINT):
            try:
                # spreadsheets and pandas may have made them fractions
                counts = [int((record[name] or "").strip().removesuffix(".0")) for name in COLUMNS]
                split = splits[(record["Usage"] or "").strip().lower()]
            except (ValueError, KeyError):
                said = ",".join(map(repr, record.values()))
                raise DataError(f"{path}, line {line} is no Usage with numbers: {said[:120]}", HINT) from None
            if not all(0 <= count <= 255 for count in counts):
                raise DataError(f"{path}, line {line}: a vote is outside 0 to 255", HINT)
            votes[split].append(counts)
    return {split: np.array(rows, np.uint8).reshape(-1, len(COLUMNS)) for split, rows in votes.items()}


def join(source: Fer2013, votes: dict[Split, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The votes of the source's good rows, (n, 10) uint8, joined row by row within each split.

    Raises:
        DataError: a split of the source has another number of rows (broken ones counted) than FER+ has, or images in
            folders, whose order is not FER-2013's.
    """
    if not source.in_order:
        raise DataError("images in folders have lost FER-2013's order", "join FER+ to FER-2013's CSV")
    for split, size in source.sizes.items():
        if size and size != len(votes[split]):
            raise DataError(
                f"{split} has {size} rows here but {len(votes[split])} in FER+",
                "join only with FER-2013 whole and in its original order",
            )
    joined = np.zeros((len(source.dataset), len(COLUMNS)), np.uint8)
    for split in Split:
        here = source.dataset.splits == split.value
        joined[here] = votes[split][source.dataset.rows[here]]
    return joined


def majority(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The emotion that most people saw, by the protocol of Barsoum et al. 2016 (majority).

    Votes of 1 are dropped. A row has no majority (-1) when its first choice is unknown, no-face or contempt, or has no
    more than half of the remaining votes.

    Args:
        votes: (n, 10), columns as `COLUMNS`.

    Returns:
        (n,) int64: indices into `EMOTIONS`, or -1.
    """
    kept = np.where(votes > 1, votes, 0).astype(np.int64)
    first = kept.argmax(axis=1)
    clear = 2 * kept.max(axis=1) > kept.sum(axis=1)
    ours = np.full(len(COLUMNS), -1, np.int64)
    ours[list(SEVEN)] = np.arange(len(EMOTIONS))
    return np.where(clear, ours[first], -1)


def no_face(votes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) whether no-face is the first choice, alone or tied; a row without any vote is not."""
    against = votes[:, NO_FACE]
    return np.asarray((against == votes.max(axis=1)) & (against > 0))


def distribution(votes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The seven emotions' shares of the votes, (n, 7) float32 in FER-2013's order.

    Votes of 1 are dropped as in `majority` unless nothing else is left. A row without a vote for any of the seven is
    all zeros.
    """
    seven = votes[:, list(SEVEN)].astype(np.float32)
    firm = np.where(seven > 1, seven, 0)
    seven = np.where(firm.sum(axis=1, keepdims=True) > 0, firm, seven)
    total = seven.sum(axis=1, keepdims=True)
    return np.asarray(seven / np.maximum(total, 1), np.float32)
