"""An audit of prepared data as a page: what it holds and what is odd about it, with faces of the data."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets import ferplus
from smartselfie.datasets.audit import Audit
from smartselfie.datasets.dataset import Dataset
from smartselfie.evaluation.render import write_page

# Faces of a class; pairs of twins; faces with two labels.
EXAMPLES, PAIRS, DIFFERENT = 12, 12, 48


def write_audit_report(path: Path, data: Dataset, found: Audit) -> None:
    """Write the page; an older one of ours is replaced.

    Raises:
        DataError: the place cannot be written.
    """
    alike = data.labels[found.pairs[:, 0]] == data.labels[found.pairs[:, 1]]
    majority = np.full(len(data), -1) if data.votes is None else ferplus.majority(data.votes)
    different = np.flatnonzero((majority >= 0) & (majority != data.labels))
    write_page(
        path,
        "audit.html",
        found=found,
        data=data,
        emotions=EMOTIONS,
        examples={name: _spread(np.flatnonzero(data.labels == place), EXAMPLES) for place, name in enumerate(EMOTIONS)},
        # those whose labels differ first
        pairs=found.pairs[np.argsort(alike, kind="stable")][:PAIRS],
        majority=majority,
        different=different,
        different_shown=_spread(different, DIFFERENT),
    )


def _spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the rows, from all over the data."""
    return np.asarray(rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)])
