"""What a training is made of, in numbers.

`compact` is the recipe of the network that ships. The recipes that are known by a name are files in `recipes/`, and so
is one of one's own, anywhere:

    base = "compact"                 # whose numbers are taken where nothing else is said
    epochs = 20
    learning_rate = 0.02
    augment = ["flip", "box"]

Every field of `Recipe` can stand there; without a base, `network` and `epochs` must. The file's name is the recipe's.
"""

import json
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from smartselfie.errors import RunError
from smartselfie.files import check_readable

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
LessThanOne = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a training's result, except the data, the seed and the device.

    Attributes:
        name: what `--recipe` calls it.
        network: the architecture, a name in `networks.NETWORKS`.
        epochs: passes over the Training rows.
        batch_size: faces a step.
        optimizer: sgd (with Nesterov momentum) or adam (with decoupled decay).
        learning_rate: the peak of the cosine schedule.
        cosine_epochs: at which that schedule reaches zero, where it is cut before its end; 0 for `epochs`.
        warmup_epochs: epochs in which the rate rises linearly from nearly zero to the peak.
        momentum: of SGD.
        weight_decay: on weights of two and more dimensions only.
        label_smoothing: on the labels of 2013, which are wrong for a third of the faces by FER+'s majority.
        votes_weight: how much the loss against FER+'s votes counts beside the loss against the labels of 2013.
        teacher_weight: where there are teachers, how much their answers count in the targets, 0 to 1; labels and votes
            make up the rest.
        real_share: where there are real faces, what share of each step's faces they are; they come on top of the batch.
        real_weight: how much a real face counts beside one of the batch.
        real_teacher_weight: where there are teachers, how much their score of happy counts beside a real face's label,
            0 to 1; some labels are wrong (bootstrapping, Reed et al. 2015).
        real_mix: the share of the real faces over which another one is laid, with as much of its label.
        augment: which changes to the faces are imitated, names in `augment.KINDS`.
        averaging: the decay a step of the exponential average of the weights, which is what is kept.
        start_share: of a training that begins with another's weights, how much of those what is exported has; the rest
            is its own (interpolation in weight space, WiSE-FT, Wortsman et al. 2022).
        mean, std: grey values scaled to 0…1 are reduced by the mean and divided by the deviation.
    """

    name: str
    network: str
    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=2)] = 128
    optimizer: Literal["sgd", "adam"] = "sgd"
    learning_rate: Positive = 0.1
    cosine_epochs: Annotated[int, Field(strict=True, ge=0)] = 0
    warmup_epochs: NotNegative = 2.0
    momentum: LessThanOne = 0.9
    weight_decay: NotNegative = 5e-4
    label_smoothing: Share = 0.1
    votes_weight: NotNegative = 1.0
    teacher_weight: Share = 0.5
    real_share: LessThanOne = 0.25
    real_weight: NotNegative = 1.0
    real_teacher_weight: Share = 0.0
    real_mix: Share = 0.0
    augment: tuple[str, ...] = ("flip", "box", "tilt", "coarse", "blur", "light", "noise", "jpeg", "cover")
    averaging: LessThanOne = 0.998
    start_share: LessThanOne = 0.0
    mean: Share = 0.5
    std: Positive = 0.25

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)


RECIPES = ("compact", "faces", "wide", "slim", "vgg")
NAMES = tuple(field.name for field in fields(Recipe) if field.name != "name")
HINT = 'a recipe has network and epochs, or a base such as base = "compact"; it may have ' + ", ".join(NAMES)


def recipe_named(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        RunError: there is none.
    """
    if name not in RECIPES:
        raise RunError(f"no such recipe: {name}", f"recipes: {', '.join(RECIPES)}")
    return read_recipe(Path(__file__).with_name("recipes") / f"{name}.toml")


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

    check_readable(path, RunError, "check --recipe")
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} is not TOML: {error}", HINT) from None
    base = said.pop("base", None)
    unknown = [name for name in said if name not in NAMES]
    if unknown:
        raise RunError(f"{path} has unknown names: {', '.join(unknown)}", HINT)
    begun = {} if base is None else asdict(recipe_named(base))
    try:
        # as JSON, in which lists are tuples; dates are text, and so no numbers
        recipe = TypeAdapter(Recipe).validate_json(json.dumps(begun | said | {"name": path.stem}, default=str))
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(f"{path}: {first['loc'][0]}: {first['msg']}", HINT) from None
    for word, known in [(recipe.network, tuple(NETWORKS)), *((kind, tuple(KINDS)) for kind in recipe.augment)]:
        if word not in known:
            raise RunError(f"{path}: there is no {word}", f"there are {', '.join(known)}")
    return recipe
