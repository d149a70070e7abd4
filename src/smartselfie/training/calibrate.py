"""Confidence made right on PublicTest: for each output by its own labels, for what users see by what people see.

One number is set for each output, and one for what users see, so that three thousand rows are plenty; the order of an
output's seven scores stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from smartselfie.core.crop import network_input
from smartselfie.core.pool import pool
from smartselfie.data import ferplus
from smartselfie.data.dataset import Dataset, Split
from smartselfie.evaluation.calibration import best_power, sharpen
from smartselfie.modelcard import ModelCard

CHUNK = 512


@dataclass(frozen=True, slots=True)
class Calibration:
    """The power of each output's scores, and the powers of the calibrated outputs in what users see."""

    powers: tuple[float, ...]
    reading: tuple[float, ...]


@torch.no_grad()
def calibrate(scores: nn.Module, card: ModelCard, data: Dataset | None) -> Calibration:
    """Find the powers at which the labels of the PublicTest rows are likeliest.

    What users see is judged by FER+'s majority, or by the labels of 2013 where there are no votes.

    Args:
        scores: (n, 1, size, size) → a tuple of (n, 7) scores, one an output, not yet calibrated.
        card: says how faces go in, what the outputs are, and in what proportion they count in what users see.
        data: prepared data of faces of the card's size; without it, or without PublicTest rows, nothing is changed.
    """
    rows = None if data is None else data.of(Split.PUBLIC_TEST)
    if rows is None or not len(rows):
        return Calibration((1.0,) * len(card.outputs), card.reading)
    said = _said(scores, card, rows.pixels)
    labels = {"fer2013": rows.labels, "ferplus": None if rows.votes is None else ferplus.majority(rows.votes)}
    powers = tuple(_best(each, labels[name]) for name, each in zip(card.outputs, said, strict=True))
    calibrated = [sharpen(each, power) for each, power in zip(said, powers, strict=True)]
    mixed = pool(list(zip(calibrated, card.reading, strict=True)))
    people = labels["fer2013"] if labels["ferplus"] is None else labels["ferplus"]
    sharper = _best(mixed, people)
    return Calibration(powers, tuple(round(sharper * weight, 4) for weight in card.reading))


def _said(scores: nn.Module, card: ModelCard, pixels: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Each output's scores (n, 7)."""
    parts: list[Sequence[torch.Tensor]] = [
        scores(torch.from_numpy(network_input(pixels[at : at + CHUNK], card.mean, card.std)))
        for at in range(0, len(pixels), CHUNK)
    ]
    return [torch.cat(list(output)).double().numpy() for output in zip(*parts, strict=True)]


def _best(scores: NDArray[np.float64], labels: NDArray[np.int64] | None) -> float:
    """The best power, or 1 where no row has a label."""
    if labels is None or not (labels >= 0).any():
        return 1.0
    return best_power(scores[labels >= 0], labels[labels >= 0])
