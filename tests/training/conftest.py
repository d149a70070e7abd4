"""What the tests of training need; those that need PyTorch skip themselves without it, but never in CI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from smartselfie.datasets.dataset import Dataset
from smartselfie.training.recipe import Recipe, recipe_named

if TYPE_CHECKING:
    from smartselfie.training.loop import Trainer

SMALL: Recipe = replace(recipe_named("compact"), epochs=2, batch_size=14, warmup_epochs=0.5)


@pytest.fixture
def small() -> Recipe:
    """The recipe that ships, cut to two epochs of small batches."""
    return SMALL


@pytest.fixture
def make_trainer(tmp_path: Path, draw_data: Callable[..., Dataset]) -> Callable[..., Trainer]:
    """Makes a trainer on drawn data, in 32 bits on one thread of the processor."""
    from smartselfie.training.environment import make_fabric
    from smartselfie.training.loop import Trainer

    def make(data: Dataset | None = None, *, run: str = "run", recipe: Recipe = SMALL, seed: int = 0) -> Trainer:
        fabric = make_fabric("cpu", "32", threads=1)
        return Trainer(draw_data() if data is None else data, tmp_path / run, recipe, fabric, seed)

    return make
