"""Recipes by name, and of one's own."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training import recipe
from smartselfie.training.networks import NETWORKS
from smartselfie.training.recipe import RECIPES, recipe_for, recipe_named


def test_every_recipe_has_its_own_name_and_a_network_that_exists() -> None:
    recipes = {name: recipe_named(name) for name in RECIPES}
    assert all(made.name == name and made.network in NETWORKS for name, made in recipes.items())


def test_every_file_that_ships_is_known_by_its_name() -> None:
    assert {path.stem for path in Path(recipe.__file__).with_name("recipes").iterdir()} == set(RECIPES)


def test_an_unknown_recipe_is_refused_with_the_list() -> None:
    with pytest.raises(RunError, match="no such recipe: huge") as caught:
        recipe_named("huge")
    assert "compact" in caught.value.hint


def written(tmp_path: Path, text: str) -> str:
    (tmp_path / "mine.toml").write_text(text)
    return str(tmp_path / "mine.toml")


def test_a_file_changes_what_it_says_and_keeps_the_rest_of_its_base(tmp_path: Path) -> None:
    word = written(tmp_path, 'base = "compact"\nepochs = 3\nlearning_rate = 1\naugment = ["flip"]\n')
    compact = recipe_named("compact")
    assert recipe_for(word) == replace(compact, name="mine", epochs=3, learning_rate=1.0, augment=("flip",))


def test_without_a_base_network_and_epochs_are_enough(tmp_path: Path) -> None:
    made = recipe_for(written(tmp_path, 'network = "vgg"\nepochs = 3\noptimizer = "adam"\n'))
    assert (made.network, made.epochs, made.optimizer, made.name) == ("vgg", 3, "adam", "mine")


def test_a_name_is_still_a_name() -> None:
    assert recipe_for("compact") == recipe_named("compact")
    with pytest.raises(RunError, match="no such recipe: huge") as refused:
        recipe_for("huge")
    assert "ends in .toml" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('base = "compact"\nepoch = 3\n', "has unknown names: epoch"),
        ('base = "compact"\nname = "other"\n', "has unknown names: name"),
        ('base = "huge"\n', "no such recipe: huge"),
        ("base = 3\n", "no such recipe: 3"),
        ("epochs = 3\n", "network: Field required"),
        ("", "network: Field required"),
        ('base = "compact"\nepochs = 0\n', "epochs: "),
        ('base = "compact"\nepochs = 2.5\n', "epochs: "),
        ('base = "compact"\nepochs = "3"\n', "epochs: "),
        ('base = "compact"\nepochs = 2026-01-01\n', "epochs: "),
        ('base = "compact"\nbatch_size = 1\n', "batch_size: "),
        ('base = "compact"\nlearning_rate = inf\n', "learning_rate: "),
        ('base = "compact"\nlearning_rate = nan\n', "learning_rate: "),
        ('base = "compact"\nlabel_smoothing = 1.5\n', "label_smoothing: "),
        ('base = "compact"\nstd = 0\n', "std: "),
        ('base = "compact"\nnetwork = "huge"\n', "there is no huge"),
        ('base = "compact"\noptimizer = "lion"\n', "optimizer: Input should be 'sgd' or 'adam'"),
        ('base = "compact"\naugment = ["flip", "snow"]\n', "there is no snow"),
        ('base = "compact"\naugment = "flip"\n', "augment: "),
        ("base = compact\n", "is not TOML"),
    ],
)
def test_what_is_unknown_or_out_of_range_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(RunError, match=found):
        recipe_for(written(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no such file: .*none\.toml"):
        recipe_for(str(tmp_path / "none.toml"))
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RunError, match="is not TOML"):
        recipe_for(str(tmp_path / "odd.toml"))
