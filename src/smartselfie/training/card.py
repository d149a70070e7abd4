"""What an exported network says of itself, out of its training run."""

from collections.abc import Sequence

from smartselfie.core.emotion import EMOTIONS
from smartselfie.modelcard import ModelCard
from smartselfie.training.run import Checkpoint

READING = {"fer2013": 0.5, "ferplus": 0.5}
"""How much each output counts in what users see, where a network has both."""

LICENCE = (
    "MIT, as far as the weights are ours to license. FER-2013, on which they were trained, was published for research "
    "without clear terms; whoever needs certainty should train on data of their own."
)

INTENDED_USE = (
    "To tell in a photo booth or on one's own pictures whether a face smiles, and to play with, teach and study "
    "the reading of facial expressions. Runs on faces cut out as FER-2013 shows them."
)

LIMITS = (
    "It reads the look of a face, not what a person feels. It must not be used to judge people: not for hiring, "
    "schooling, policing, health, insurance or advertising, nor to watch anybody without their consent. It is weak at "
    "disgust and fear, of which it has seen few, and takes sad, fear, angry and neutral for one another. Strongly "
    "tilted or filtered faces are read less well; a mouth wide open with its teeth showing can pass for a smile, and "
    "so can crying and wincing. FER-2013 was gathered by a web search: ages, skin colours and cultures are not evenly "
    "represented, and its labels are noisy."
)


def make_card(
    checkpoint: Checkpoint,
    *,
    name: str,
    input_size: int,
    parameters: int,
    reading: Sequence[float] | None = None,
    mirrored: bool = False,
) -> ModelCard:
    """The card of a run's network; `reading` weighs the outputs in the checkpoint's order, None takes `READING`."""
    outputs = checkpoint.outputs
    if reading is None:
        weights = [READING[output] for output in outputs]
        reading = [weight / sum(weights) for weight in weights]
    return ModelCard(
        name=name,
        labels=tuple(emotion.value for emotion in EMOTIONS),
        input_size=input_size,
        mean=checkpoint.recipe.mean,
        std=checkpoint.recipe.std,
        outputs=outputs,
        reading=tuple(reading),
        parameters=parameters,
        origin=_origin(checkpoint) + (" Scores are averaged over the face and its mirror image." if mirrored else ""),
        licence=LICENCE,
        intended_use=INTENDED_USE,
        limits=LIMITS,
        metrics={},
    )


def _origin(checkpoint: Checkpoint) -> str:
    recipe, done = checkpoint.recipe, len(checkpoint.history)
    if "ferplus" in checkpoint.outputs:
        data = (
            "the Training rows of FER-2013 (Goodfellow et al. 2013) less those that FER+'s voters call no face, "
            "with the labels of 2013 and the votes of FER+ (Barsoum et al. 2016)"
        )
    else:
        data = "the Training rows of FER-2013 (Goodfellow et al. 2013) with the labels of 2013"
    epochs = f"{recipe.epochs} epochs" if done >= recipe.epochs else f"{done} of {recipe.epochs} epochs"
    command = (
        f"smartselfie train DATA.npz --out RUN --recipe {recipe.name} --epochs {recipe.epochs} "
        f"--batch-size {recipe.batch_size} --seed {checkpoint.seed}"
    )
    return (
        f"Trained from scratch on {data}: recipe {recipe.name}, {epochs}, seed {checkpoint.seed}. Command: {command}."
    )
