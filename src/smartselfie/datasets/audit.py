"""What prepared data holds, and what is odd about it: in numbers."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.datasets.duplicates import find_twin_pairs


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
