"""The trained eye network as an ONNX file, measured on people it has not seen, its card inside and beside it."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from torch import nn

from smartselfie.atomic import written_whole
from smartselfie.classifiers.eyes import INPUT, OUTPUT, OnnxEyes
from smartselfie.core.eyes import SIZE
from smartselfie.data.eyes import EyeCrops
from smartselfie.errors import RunError
from smartselfie.modelcard import EyeCard
from smartselfie.training.eyes import EyeRecipe, Openness, openness
from smartselfie.training.networks import parameter_count
from smartselfie.training.onnx_graph import fold, to_onnx, with_card

TOLERANCE = 1e-4
"""How far a chance may differ between torch and ONNX Runtime."""

LICENCE = (
    "MIT, as far as the weights are ours to license; the crops they were trained on (open and closed eyes in the wild, "
    "from web pictures and from Labeled Faces in the Wild) carry no clear terms."
)
LIMITS = (
    "It tells whether one eye of a face that looks about towards the camera is open. Dark glasses, hair over the eyes, "
    "eyes that look down and eyes of few pixels are told less well; a squint lies in between, so compare with the same "
    "person's eyes a moment before."
)


def measure_eyes(said: list[float], eyes: EyeCrops) -> dict[str, float]:
    """Accuracy at 0.5, in all and for each label, and the number of eyes and people."""
    right = (np.array(said) >= 0.5) == eyes.open
    return {
        "n": len(eyes),
        "people": len(set(eyes.people)),
        "accuracy": round(float(right.mean()), 6),
        "accuracy_open": round(float(right[eyes.open].mean()), 6),
        "accuracy_closed": round(float(right[~eyes.open].mean()), 6),
    }


def export_eyes(
    network: nn.Module, path: Path, recipe: EyeRecipe, seed: int, training: EyeCrops, validation: EyeCrops
) -> EyeCard:
    """Write the network, whole or not at all, and its card beside it.

    Raises:
        RunError: the ONNX form differs from the network, or the file cannot be written.
    """
    expected = openness(network, validation.pixels)
    parameters = parameter_count(network)
    fold(network)
    model = to_onnx(Openness(network).eval(), SIZE, [OUTPUT], INPUT)
    origin = (
        f"Trained from scratch on {len(training)} crops of {len(set(training.people))} people, none of whom is among "
        f"those it was measured on; {recipe.epochs} epochs, seed {seed}. Command: smartselfie train-eyes EYES "
        f"MODEL.onnx --epochs {recipe.epochs} --seed {seed}."
    )
    card = EyeCard("eyes", SIZE, parameters, origin, LICENCE, LIMITS, {})
    said = OnnxEyes(with_card(model, card), path.name).openness(validation.pixels)
    difference = float(np.abs(np.array(said) - expected).max())
    if difference > TOLERANCE:
        raise RunError(f"the ONNX form differs from the network by {difference:.2g}", "report this; nothing is written")
    card.metrics.update(measure_eyes(said, validation))
    try:
        with written_whole(path) as file:
            file.write(with_card(model, card))
        with written_whole(path.with_suffix(".card.json")) as file:
            file.write((json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}", "choose another place") from None
    return card
