"""What an exported network says of itself, out of its training run."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.fer2013 import TRAINING_ROWS
from smartselfie.errors import RunError
from smartselfie.files import atomic_write
from smartselfie.inference.card import EyeCard, Licence, ModelCard
from smartselfie.training.checkpoint import Checkpoint, describe_run
from smartselfie.training.recipe import RECIPES, with_options_of

# What cards say in words.
WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "card.toml").read_text(encoding="utf-8"))

# How much each output counts in what users see, where a network has both.
OUTPUT_WEIGHTS = {"fer2013": 0.5, "ferplus": 0.5}

# How much what users see gives back to what was rare in training; chosen by `benchmarks.combine`.
STRENGTH = 1.5


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
        intended_use=WORDS["intended_use"],
        limits=WORDS["limits"] + (" " + WORDS["weak"] if published else ""),
        biases=f"{WORDS['biases' if published else 'unknown_biases']} {WORDS['unmeasured']}",
        licence=_licence(checkpoint, published=published),
        metrics={},
    )


def with_metrics(card: ModelCard, metrics: dict[str, float], *, by_group: bool) -> ModelCard:
    """The card with what was measured; the biases say whether groups of people were told apart."""
    before, now = (WORDS[name] for name in (("unmeasured", "measured") if by_group else ("measured", "unmeasured")))
    return replace(card, metrics=metrics, biases=card.biases.replace(before, now))


def _licence(checkpoint: Checkpoint, *, published: bool) -> Licence:
    """The licence of the data that this checkpoint has seen."""
    words = WORDS["licence" if published else "unknown_licence"]
    real = f" {WORDS['real_licence']}" if checkpoint.sources else ""
    return Licence(words["code"], words["weights"], words["data"] + real)


def _data(checkpoint: Checkpoint, *, published: bool) -> str:
    voted = "ferplus" in checkpoint.outputs
    learnt: str = WORDS["data_voted" if voted else "data_published"]
    if not published:
        classes = ", ".join(f"{emotion.value} {rows}" for emotion, rows in zip(EMOTIONS, checkpoint.rows, strict=True))
        learnt = (
            f"{sum(checkpoint.rows)} Training rows, which are not FER-2013's as published ({classes}), with their "
            f"labels{' and the votes of ten people, less those that the voters call no face' if voted else ''}."
        )
    return f"{learnt}{_real(checkpoint)} {WORDS['data_seen']}"


def _real(checkpoint: Checkpoint) -> str:
    """The real faces that were learnt beside the rows, source by source; nothing where there were none."""
    if not checkpoint.sources:
        return ""
    each = "; ".join(
        f"{name or 'unnamed'}, {count} ({WORDS['sources'].get(name, 'terms not known here')})"
        for name, count in checkpoint.sources
    )
    return (
        f" Beside them {sum(count for _, count in checkpoint.sources)} faces of real people, labelled by eye as "
        f"smiling or not, a few with a strong emotion: {each}. Other people of the same sources were looked at while "
        "it was made."
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
