"""A recipe of one's own, as a TOML file.

    base = "compact"                 # whose numbers are taken where nothing else is said
    epochs = 20
    learning_rate = 0.02
    augment = ["flip", "box"]

Every field of `Recipe` can stand there; without a base, `network` and `epochs` must. The file's name is the recipe's.
"""

import tomllib
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from smartselfie.errors import RunError
from smartselfie.training.recipe import OPTIMIZERS, RECIPES, Recipe, recipe_named

NAMES = tuple(field.name for field in fields(Recipe) if field.name != "name")
HINT = f"a recipe may say base, {', '.join(NAMES)}"

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Checked(BaseModel):
    """The types and ranges of a recipe's fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    network: str
    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=2)]
    optimizer: str
    learning_rate: Positive
    warmup_epochs: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    momentum: Annotated[float, Field(ge=0, lt=1)]
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    label_smoothing: Share
    votes_weight: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    teacher_weight: Share
    augment: list[str]
    averaging: Annotated[float, Field(ge=0, lt=1)]
    mean: Share
    std: Positive


def recipe_for(word: str) -> Recipe:
    """The recipe that `--recipe` means: a file where it ends in .toml, else one that is known by its name.

    Raises:
        RunError: there is none, or the file is no recipe.
    """
    if word.endswith(".toml"):
        return read_recipe(Path(word))
    try:
        return recipe_named(word)
    except RunError as error:
        raise RunError(error.message, f"{error.hint}; or name a file that ends in .toml") from None


def with_options_of(recipe: Recipe, other: Recipe) -> Recipe:
    """The recipe with another's epochs, batch size and learning rate, which the command line can change."""
    return replace(recipe, epochs=other.epochs, batch_size=other.batch_size, learning_rate=other.learning_rate)


def read_recipe(path: Path) -> Recipe:
    """Read a file.

    Raises:
        RunError: it cannot be read, says something unknown, or something that is out of range.
    """
    from smartselfie.training.augment import KINDS
    from smartselfie.training.networks import NETWORKS

    said = _parsed(path)
    base = said.pop("base", None)
    if base is not None and base not in RECIPES:
        raise RunError(f"{path}: there is no recipe {base} to begin with", f"recipes: {', '.join(RECIPES)}")
    unknown = [name for name in said if name not in NAMES]
    if unknown:
        raise RunError(f"{path} says {', '.join(unknown)}, which no recipe has", HINT)
    missing = [name for name in ("network", "epochs") if name not in said]
    if base is None and missing:
        raise RunError(f"{path} does not say {' and '.join(missing)}", 'name them, or a base such as base = "compact"')
    begun = RECIPES[base] if isinstance(base, str) else Recipe(name="", network="", epochs=1)
    given = asdict(begun) | {"augment": list(begun.augment)} | said
    del given["name"]
    try:
        checked = _Checked.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(f"{path}: {first['loc'][0]}: {first['msg']}", HINT) from None
    named = [(checked.network, tuple(NETWORKS)), (checked.optimizer, OPTIMIZERS)]
    for word, known in [*named, *((kind, tuple(KINDS)) for kind in checked.augment)]:
        if word not in known:
            raise RunError(f"{path}: there is no {word}", f"there are {', '.join(known)}")
    return Recipe(**checked.model_dump(exclude={"augment"}), name=path.stem, augment=tuple(checked.augment))


def _parsed(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}", "check --recipe") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{path} is not TOML: {error}", HINT) from None
