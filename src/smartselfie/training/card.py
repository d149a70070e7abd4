"""What an exported network says of itself, out of its training run."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.fer2013 import TRAINING_ROWS
from smartselfie.errors import RunError
from smartselfie.files import atomic_write
from smartselfie.inference.card import EyeCard, Licence, ModelCard
from smartselfie.training.checkpoint import Checkpoint, describe_run
from smartselfie.training.recipe import RECIPES, with_options_of

# What the real faces' sources are, with their terms as found.
SOURCES = {
    "asia": "everyday and web pictures of Asian people of 2 to 80 years; research use",
    "nigeria": "portraits of office-holders in Nigeria; no terms stated",
    "uk": "official portraits; parliamentary open licence, as the site says",
    "us": "official portraits; public domain",
    "passport": "passport-like and snapshot faces of several continents; no terms stated for the pictures",
    "news": "news pictures, grey; research use",
    "news_tight": "news pictures, grey; research use",
}

# How much each output counts in what users see, where a network has both.
OUTPUT_WEIGHTS = {"fer2013": 0.5, "ferplus": 0.5}

# How much what users see gives back to what was rare in training; chosen by `benchmarks.combine`.
STRENGTH = 1.5

LICENCE = Licence(
    code="MIT",
    weights="MIT, as far as they are ours to license: what the terms of the data mean for weights is settled nowhere.",
    data=(
        "Unclear. FER-2013 was gathered by a web search and published for research without a licence of its own; the "
        "rights in its pictures stay with their owners. FER+'s votes are published under the MIT licence of its "
        "repository. Neither is part of this file. Whoever needs certainty should train on data of their own."
    ),
)

INTENDED_USE = (
    "To tell in a photo booth or on one's own pictures whether a face smiles, and to play with, teach and study "
    "the reading of facial expressions. Runs on faces cut out as FER-2013 shows them."
)

LIMITS = (
    "It reads the look of a face, not what a person feels. It must not be used to judge people: not for hiring, "
    "schooling, policing, health, insurance or advertising, nor to watch anybody without their consent."
)

WEAK = (
    " It is weak at disgust and fear, of which it has seen few, and takes sad, fear, angry and neutral for one "
    "another. Strongly tilted or filtered faces are read less well; a mouth wide open with its teeth showing can pass "
    "for a smile, and so can crying and wincing."
)

UNMEASURED = " How well groups of people are read has not been measured, since the data does not tell them apart."

MEASURED = (
    " How well smiles are recognised was measured on faces of real people that it has not learnt, group by group (sex, "
    "skin, age, glasses and beard as they look, what the mouth does, the source), and stands among the metrics "
    "(faces/…)."
)

BIASES = (
    "FER-2013 was gathered by a web search for words of emotion, mostly English ones: posed faces, actors, stock "
    "photos and children are frequent, and ages, skin colours and cultures are not evenly represented. A third of the "
    "labels of 2013 is not what most of FER+'s ten voters saw, and those voters were one crowd of one time. Happy is a "
    "quarter of the Training rows, disgust one in sixty. Eight in a hundred test rows also stand in Training."
    + UNMEASURED
)

UNKNOWN_BIASES = "Not known: it was trained on other data than FER-2013 as published." + UNMEASURED

REAL_LICENCE = (
    " The faces of real people come from the sources named under data, on the terms named there: some for research "
    "use, some without any. None of them is part of this file."
)

UNKNOWN_LICENCE = Licence(
    code="MIT",
    weights="For whoever trained them to say.",
    data="That of the rows it was trained on, which is not known here. None of them is part of this file.",
)


def make_card(
    checkpoint: Checkpoint,
    *,
    name: str,
    input_size: int,
    parameters: int,
    combined: Sequence[float] | None = None,
    mirrored: bool = False,
) -> ModelCard:
    """A card for a run; `combined` weighs the outputs in the checkpoint's order, None: `OUTPUT_WEIGHTS`."""
    outputs = checkpoint.outputs
    if combined is None:
        weights = [OUTPUT_WEIGHTS[output] for output in outputs]
        combined = [weight / sum(weights) for weight in weights]
    published = checkpoint.rows == TRAINING_ROWS
    return ModelCard(
        name=name,
        labels=tuple(emotion.value for emotion in EMOTIONS),
        input_size=input_size,
        mean=checkpoint.recipe.mean,
        std=checkpoint.recipe.std,
        outputs=outputs,
        combined=tuple(combined),
        parameters=parameters,
        precision="float32",
        data=_data(checkpoint, published=published),
        origin=_origin(checkpoint) + (" Scores are averaged over the face and its mirror image." if mirrored else ""),
        intended_use=INTENDED_USE,
        limits=LIMITS + WEAK if published else LIMITS,
        biases=BIASES if published else UNKNOWN_BIASES,
        licence=_licence(checkpoint, published=published),
        metrics={},
    )


def with_metrics(card: ModelCard, metrics: dict[str, float], *, by_group: bool) -> ModelCard:
    """The card with what was measured; the biases say whether groups of people were told apart."""
    before, now = (UNMEASURED, MEASURED) if by_group else (MEASURED, UNMEASURED)
    return replace(card, metrics=metrics, biases=card.biases.replace(before, now))


def _licence(checkpoint: Checkpoint, *, published: bool) -> Licence:
    """The licence of the data that this checkpoint has seen."""
    licence = LICENCE if published else UNKNOWN_LICENCE
    return replace(licence, data=licence.data + REAL_LICENCE) if checkpoint.sources else licence


def _data(checkpoint: Checkpoint, *, published: bool) -> str:
    voted = "ferplus" in checkpoint.outputs
    if not published:
        classes = ", ".join(f"{emotion.value} {rows}" for emotion, rows in zip(EMOTIONS, checkpoint.rows, strict=True))
        learnt = (
            f"{sum(checkpoint.rows)} Training rows, which are not FER-2013's as published ({classes}), with their "
            f"labels{' and the votes of ten people, less those that the voters call no face' if voted else ''}."
        )
    elif voted:
        learnt = (
            "The Training rows of FER-2013 (Goodfellow et al. 2013) less those that FER+'s voters call no face, "
            "with the labels of 2013 and the votes of FER+ (Barsoum et al. 2016)."
        )
    else:
        learnt = "The Training rows of FER-2013 (Goodfellow et al. 2013) with the labels of 2013."
    return f"{learnt}{_real(checkpoint)} PublicTest was looked at while it was made, PrivateTest never."


def _real(checkpoint: Checkpoint) -> str:
    """The real faces that were learnt beside the rows, source by source; nothing where there were none."""
    if not checkpoint.sources:
        return ""
    total = sum(count for _, count in checkpoint.sources)
    each = "; ".join(
        f"{name or 'unnamed'}, {count} ({SOURCES.get(name, 'terms not known here')})"
        for name, count in checkpoint.sources
    )
    return (
        f" Beside them {total} faces of real people, labelled by eye as smiling or not, a few with a strong emotion: "
        f"{each}. Other people of the same sources were looked at while it was made."
    )


def _origin(checkpoint: Checkpoint) -> str:
    """How it was trained, such that it can be repeated: the command, or all numbers of a recipe of one's own."""
    recipe, begun = checkpoint.recipe, "Trained" if checkpoint.begun else "Trained from scratch"
    words = f"{begun}: {describe_run(checkpoint)}."
    if checkpoint.teachers:
        words += f" Learnt from the answers of other networks, too; how many: {len(checkpoint.teachers)}."
    known = RECIPES.get(recipe.name)
    if known is None or recipe != with_options_of(known, recipe):
        return f"{words} The recipe: {json.dumps(asdict(recipe))}."
    options = {"epochs": recipe.epochs, "batch_size": recipe.batch_size, "learning_rate": recipe.learning_rate}
    said = "".join(f" --{name.replace('_', '-')} {value}" for name, value in options.items())
    return (
        f"{words} Command: smartselfie train DATA.npz --out RUN --recipe {recipe.name}{said} --seed {checkpoint.seed}."
    )


def save_model(path: Path, content: bytes, card: ModelCard | EyeCard) -> None:
    """Write a model, whole or not at all, and beside it its card for people, with what `sha256sum` says of the file.

    Raises:
        RunError: a file cannot be written.
    """
    file = {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    beside = json.dumps({"file": file} | card.to_json(), indent=2, ensure_ascii=False) + "\n"
    for place, part in ((path, content), (path.with_suffix(".card.json"), beside.encode())):
        with atomic_write(place, RunError, "choose another place or free some space") as out:
            out.write(part)
