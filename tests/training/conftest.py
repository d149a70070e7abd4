"""What the tests of training need; without PyTorch they are skipped, but never in CI."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smartselfie.data.dataset import Dataset
from smartselfie.training.recipe import Recipe, recipe_named

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training.devices import make_fabric
from smartselfie.training.loop import Trainer

Train = Callable[..., Trainer]
SMALL: Recipe = replace(recipe_named("compact"), epochs=2, batch_size=14, warmup_epochs=0.5)


@pytest.fixture
def small() -> Recipe:
    """The recipe that ships, cut to two epochs of small batches."""
    return SMALL


@pytest.fixture
def make_trainer(tmp_path: Path, draw_data: Callable[..., Dataset]) -> Train:
    """Makes a trainer on drawn data, in 32 bits on one thread of the processor."""

    def make(data: Dataset | None = None, *, run: str = "run", recipe: Recipe = SMALL, seed: int = 0) -> Trainer:
        fabric = make_fabric("cpu", "32", threads=1)
        return Trainer(draw_data() if data is None else data, tmp_path / run, recipe, fabric, seed)

    return make
