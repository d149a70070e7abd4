"""The faces that a training learns from and looks at, as tensors."""

from dataclasses import dataclass

import torch
from torch import Tensor

from smartselfie.data import ferplus
from smartselfie.data.dataset import Dataset, Split


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """n faces.

    Attributes:
        grey: (n, 1, 48, 48) uint8.
        labels: (n,) the labels of 2013.
        majority: (n,) FER+'s majority, -1 where there is none; None without votes.
        shares: (n, 7) the shares of FER+'s votes, zeros where there are none; None without votes.
    """

    grey: Tensor
    labels: Tensor
    majority: Tensor | None
    shares: Tensor | None

    def __len__(self) -> int:
        return len(self.labels)


def training_faces(data: Dataset) -> Faces:
    """The Training rows, less those that FER+'s voters call no face."""
    rows = data.of(Split.TRAINING)
    if rows.votes is not None:
        rows = rows.where(~ferplus.no_face(rows.votes))
    return _to_faces(rows)


def held_out_faces(data: Dataset) -> Faces:
    """The PublicTest rows, which a training looks at but does not learn from; may be none."""
    return _to_faces(data.of(Split.PUBLIC_TEST))


def _to_faces(rows: Dataset) -> Faces:
    votes = rows.votes
    return Faces(
        torch.from_numpy(rows.pixels[:, None].copy()),
        torch.from_numpy(rows.labels.copy()),
        None if votes is None else torch.from_numpy(ferplus.majority(votes)),
        None if votes is None else torch.from_numpy(ferplus.distribution(votes)),
    )
