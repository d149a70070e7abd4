"""Recipes by name."""

import os

import pytest

from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training.networks import NETWORKS
from smartselfie.training.recipe import RECIPES, recipe_named


def test_every_recipe_has_its_own_name_and_a_network_that_exists() -> None:
    assert all(recipe.name == name and recipe.network in NETWORKS for name, recipe in RECIPES.items())


def test_an_unknown_recipe_is_refused_with_the_list() -> None:
    with pytest.raises(RunError, match="no recipe huge") as caught:
        recipe_named("huge")
    assert "compact" in caught.value.hint
