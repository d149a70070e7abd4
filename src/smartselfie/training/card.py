"""What an exported network says of itself, out of its training run."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.fer2013 import TRAINING_ROWS
from smartselfie.errors import RunError
from smartselfie.files import atomic_write
from smartselfie.inference.card import SEAL, EyeCard, Licence, ModelCard
from smartselfie.training.checkpoint import Checkpoint, describe_run
from smartselfie.training.recipe import RECIPES, recipe_named, with_options_of

# How much each output counts in what users see, where a network has both.
OUTPUT_WEIGHTS = {"fer2013": 0.5, "ferplus": 0.5}

# How much what users see gives back to what was rare in training: all of it, and no more; `benchmarks.combine`.
STRENGTH = 1.0


@cache
def words() -> dict[str, Any]:
    """What cards say in sentences, which is data: `cards.toml`."""
    return tomllib.loads(Path(__file__).with_name("cards.toml").read_text(encoding="utf-8"))


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
    kind = words()["published" if checkpoint.rows == TRAINING_ROWS else "other"]
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
        data=_data(checkpoint, kind["learnt"]["votes" if "ferplus" in outputs else "labels"]),
        origin=_origin(checkpoint) + (f" {words()['mirrored']}" if mirrored else ""),
        intended_use=words()["intended_use"],
        limits=f"{words()['limits']} {kind['weak']}".rstrip(),
        biases=f"{kind['biases']} {words()['unmeasured']}",
        licence=_licence(checkpoint, Licence(**kind["licence"])),
        metrics={},
    )


def with_metrics(card: ModelCard, metrics: dict[str, float], *, by_group: bool) -> ModelCard:
    """The card with what was measured; the biases say whether groups of people were told apart."""
    before, now = ("unmeasured", "measured") if by_group else ("measured", "unmeasured")
    return replace(card, metrics=metrics, biases=card.biases.replace(words()[before], words()[now]))


def _licence(checkpoint: Checkpoint, licence: Licence) -> Licence:
    """That of the data that this checkpoint has seen."""
    real = f"{licence.data} {words()['real']['licence']}"
    return replace(licence, data=real) if checkpoint.sources else licence


def _data(checkpoint: Checkpoint, learnt: str) -> str:
    classes = ", ".join(f"{emotion.value} {rows}" for emotion, rows in zip(EMOTIONS, checkpoint.rows, strict=True))
    told = [learnt.format(total=sum(checkpoint.rows), classes=classes)]
    if checkpoint.sources:
        terms = words()["sources"]
        each = "; ".join(
            f"{name or 'unnamed'}, {count} ({terms.get(name, 'terms not known here')})"
            for name, count in checkpoint.sources
        )
        told.append(words()["real"]["learnt"].format(total=sum(count for _, count in checkpoint.sources), each=each))
    return " ".join([*told, words()["looked_at"]])


def _origin(checkpoint: Checkpoint) -> str:
    """How it was trained, such that it can be repeated: the command, or all numbers of a recipe of one's own."""
    recipe, begun = checkpoint.recipe, "Trained" if checkpoint.begun else "Trained from scratch"
    told = f"{begun}: {describe_run(checkpoint)}."
    if checkpoint.teachers:
        told += f" {words()['teachers'].format(len(checkpoint.teachers))}"
    if recipe.start_share:
        told += f" {words()['kept'].format(recipe.start_share)}"
    if recipe.name not in RECIPES or recipe != with_options_of(recipe_named(recipe.name), recipe):
        return f"{told} The recipe: {json.dumps(asdict(recipe))}."
    options = {"epochs": recipe.epochs, "batch_size": recipe.batch_size, "learning_rate": recipe.learning_rate}
    said = "".join(f" --{name.replace('_', '-')} {value}" for name, value in options.items())
    return (
        f"{told} Command: smartselfie train DATA.npz --out RUN --recipe {recipe.name}{said} --seed {checkpoint.seed}."
    )


def save_model(path: Path, content: bytes, card: ModelCard | EyeCard) -> None:
    """Write a model, whole or not at all, and beside it its card for people, with what `sha256sum` says of the file.

    An older model is replaced, and nothing else.

    Raises:
        RunError: a file cannot be written.
    """
    file = {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    beside = json.dumps({"file": file} | card.to_json(), indent=2, ensure_ascii=False) + "\n"
    card_file = path.with_suffix(".card.json")
    for place, part, mark in ((path, content, SEAL.encode()), (card_file, beside.encode(), b'"sha256"')):
        with atomic_write(place, RunError, "choose another name or free some space", mark) as out:
            out.write(part)
