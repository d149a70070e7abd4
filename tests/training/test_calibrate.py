"""Confidence made right on PublicTest."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from smartselfie.datasets.dataset import Dataset
from smartselfie.testing import CARD

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch
from torch import Tensor, nn

from smartselfie.training.export import calibrate

Draw = Callable[..., Dataset]
BOTH = replace(CARD, outputs=("fer2013", "ferplus"), reading=(0.25, 0.75))


class Bars(nn.Module):
    """Looks where `draw_data` paints each emotion's bar; of a share of the faces it says the next emotion instead."""

    def __init__(self, sharpness: float, wrong: float) -> None:
        super().__init__()
        self.sharpness, self.wrong = sharpness, wrong

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 1, 48, 48) → two outputs, alike, (n, 7)."""
        bars = faces[:, 0].mean(2)[:, 2:44].reshape(-1, 7, 6)[:, :, :4].mean(2)
        said = bars.argmax(1)
        missed = (faces[:, 0, 0, 0] * 1e4).round().long() % 100 < 100 * self.wrong
        said = torch.where(missed, (said + 1) % 7, said)
        scores = (nn.functional.one_hot(said, 7) * self.sharpness).softmax(-1)
        return scores, scores


def test_an_overconfident_network_is_made_as_confident_as_it_is_right(draw_data: Draw) -> None:
    data = draw_data(public=1400)
    said, _ = Bars(8.0, 0.3)(torch.from_numpy((data.pixels[-1400:, None] / 255 - CARD.mean) / CARD.std).float())
    accuracy = float((said.argmax(1).numpy() == data.labels[-1400:]).mean())
    assert 0.5 < accuracy < 0.9
    found = calibrate(Bars(8.0, 0.3), BOTH, data)
    for power in found.powers:
        confidence = np.exp(8.0 * power) / (np.exp(8.0 * power) + 6)
        assert confidence == pytest.approx(accuracy, abs=0.01)
    # both outputs say the same: the pool of the calibrated is right when its powers are together 1
    assert sum(found.reading) == pytest.approx(1.0, abs=0.02)
    assert found.reading[1] == pytest.approx(3 * found.reading[0], rel=1e-3)


def test_without_rows_or_labels_nothing_is_changed(draw_data: Draw) -> None:
    assert calibrate(Bars(8.0, 0.3), BOTH, None).powers == (1.0, 1.0)
    assert calibrate(Bars(8.0, 0.3), BOTH, draw_data(public=0)).reading == (0.25, 0.75)
    found = calibrate(Bars(8.0, 0.3), BOTH, draw_data(public=140, votes=False))
    assert found.powers[0] != 1.0
    assert found.powers[1] == 1.0
