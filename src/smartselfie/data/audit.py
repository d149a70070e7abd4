"""What prepared data holds: rows per split and emotion, and what is odd about them."""

from dataclasses import dataclass

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.data import ferplus
from smartselfie.data.dataset import Dataset, Split


@dataclass(frozen=True, slots=True)
class Votes:
    """FER+ on the rows: how many it calls no face, and how many have a majority for one of the seven."""

    no_face: int
    majority: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Counts of rows.

    Attributes:
        splits: rows per emotion by the labels of 2013, for each split that occurs.
        blank: pictures of one grey.
        votes: what FER+ says; None where it was not joined.
    """

    splits: dict[Split, dict[Emotion, int]]
    blank: int
    votes: Votes | None

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(sum(counts.values()) for counts in self.splits.values())


def audit(data: Dataset) -> Audit:
    """Count."""
    splits = {
        split: {emotion: int((rows.labels == place).sum()) for place, emotion in enumerate(EMOTIONS)}
        for split in Split
        if len(rows := data.of(split))
    }
    blank = int((data.pixels.max(axis=(1, 2)) == data.pixels.min(axis=(1, 2))).sum())
    votes = data.votes
    if votes is None:
        return Audit(splits, blank, None)
    return Audit(splits, blank, Votes(int(ferplus.no_face(votes).sum()), int((ferplus.majority(votes) >= 0).sum())))
