"""What a training is made of, in numbers; `compact` is the recipe of the network that ships."""

from dataclasses import dataclass

from smartselfie.errors import RunError


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a training's result, except the data, the seed and the device.

    Attributes:
        name: what `--recipe` calls it.
        network: the architecture, a name in `networks.NETWORKS`.
        epochs: passes over the Training rows.
        batch_size: faces a step, over all devices together.
        optimizer: sgd (with Nesterov momentum) or adam (with decoupled decay).
        learning_rate: the peak of the cosine schedule.
        warmup_epochs: epochs in which the rate rises linearly from nearly zero to the peak.
        momentum: of SGD.
        weight_decay: on weights of two and more dimensions only.
        label_smoothing: on the labels of 2013, which are wrong for a third of the faces by FER+'s majority.
        votes_weight: how much the loss against FER+'s votes counts beside the loss against the labels of 2013.
        teacher_weight: where there are teachers, how much their answers count in the targets, 0 to 1; labels and votes
            make up the rest.
        augment: which changes to the faces are imitated, names in `augment.KINDS`.
        averaging: the decay a step of the exponential average of the weights, which is what is kept.
        mean, std: grey values scaled to 0…1 are reduced by the mean and divided by the deviation.
    """

    name: str
    network: str
    epochs: int
    batch_size: int = 128
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    warmup_epochs: float = 2.0
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    votes_weight: float = 1.0
    teacher_weight: float = 0.5
    augment: tuple[str, ...] = ("flip", "box", "tilt", "coarse", "blur", "light", "noise", "jpeg", "cover")
    averaging: float = 0.998
    mean: float = 0.5
    std: float = 0.25


OPTIMIZERS = ("sgd", "adam")

CLEAR = ("flip", "box", "light", "cover")
"""Changes that leave a face as clear as it was."""

RECIPES = {
    recipe.name: recipe
    for recipe in (
        # for a network that learns from teachers: their answers are what smoothing would be
        Recipe(
            name="compact",
            network="compact",
            epochs=200,
            batch_size=64,
            learning_rate=0.04,
            warmup_epochs=3.0,
            label_smoothing=0.0,
            teacher_weight=0.6,
            averaging=0.999,
        ),
        # teachers see clearer faces than their pupil will
        Recipe(
            name="wide",
            network="wide",
            epochs=76,
            batch_size=64,
            learning_rate=0.05,
            augment=CLEAR,
            averaging=0.999,
        ),
        Recipe(
            name="slim",
            network="slim",
            epochs=60,
            batch_size=64,
            learning_rate=0.04,
            augment=CLEAR,
            averaging=0.999,
        ),
        Recipe(
            name="vgg",
            network="vgg",
            epochs=48,
            optimizer="adam",
            learning_rate=1e-3,
            augment=("flip", "box"),
        ),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        RunError: there is none.
    """
    try:
        return RECIPES[name]
    except KeyError:
        raise RunError(f"there is no recipe {name}", f"recipes: {', '.join(RECIPES)}") from None
