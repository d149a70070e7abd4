"""A run's averaged network as an ONNX file with its card inside, tried before it is kept."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from smartselfie.atomic import written_whole
from smartselfie.classifiers.onnx import OnnxClassifier
from smartselfie.core.crop import network_input
from smartselfie.data.dataset import Dataset, Split
from smartselfie.errors import RunError
from smartselfie.evaluation.evaluate import Labels, evaluate
from smartselfie.evaluation.results import as_card_metrics
from smartselfie.modelcard import ModelCard
from smartselfie.training.card import make_card
from smartselfie.training.networks import NETWORKS, parameter_count
from smartselfie.training.onnx_graph import Scores, fold_batch_norms, to_onnx, with_card
from smartselfie.training.run import Checkpoint, load_checkpoint

SIZE = 48
TOLERANCE = 1e-4
"""How far a score may differ between torch and ONNX Runtime."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: its card, its size in bytes, and the largest difference of a score from torch's."""

    card: ModelCard
    size: int
    difference: float


def export(
    run: Path,
    path: Path,
    *,
    data: Dataset | None = None,
    name: str | None = None,
    reading: Sequence[float] | None = None,
    mirrored: bool = False,
) -> Exported:
    """Write a run's network, whole or not at all, and its card beside it; existing files of that name are replaced.

    Args:
        run: the folder of a training, finished or not.
        path: the file.
        data: prepared data; what the network is worth on its PublicTest rows goes into the card.
        name: of the network; None takes the recipe's.
        reading: how much each output counts in what users see; None for `card.READING`.
        mirrored: average the scores over the face and its mirror image, in twice the time.

    Raises:
        RunError: there is no such run, its ONNX form differs from it, or the file cannot be written.
        DataError: the data has no PublicTest rows.
    """
    checkpoint = load_checkpoint(run)
    network = averaged_network(checkpoint)
    card = make_card(
        checkpoint,
        name=checkpoint.recipe.name if name is None else name,
        input_size=SIZE,
        parameters=parameter_count(network),
        reading=reading,
        mirrored=mirrored,
    )
    scores = Scores(network, mirrored=mirrored).eval()
    expected = _tried(scores, card)
    fold_batch_norms(network)
    model = to_onnx(scores, SIZE, card.outputs)
    content = with_card(model, card)
    if data is not None:
        card = replace(card, metrics=_measured(content, path.name, data, card))
        content = with_card(model, card)
    difference = _difference(OnnxClassifier(content, path.name), expected)
    if difference > TOLERANCE:
        raise RunError(
            f"the ONNX form of {run} differs from the network by {difference:.2g}", "report this; no file was written"
        )
    _write(path, content)
    _write(path.with_suffix(".card.json"), (json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n").encode())
    return Exported(card, len(content), difference)


def averaged_network(checkpoint: Checkpoint) -> nn.Module:
    """The network with its averaged weights, in evaluation mode.

    Raises:
        RunError: the checkpoint's weights do not fit its recipe's network.
    """
    prefix = "module."
    weights = {key.removeprefix(prefix): value for key, value in checkpoint.average.items() if key.startswith(prefix)}
    try:
        network = NETWORKS[checkpoint.recipe.network](len(checkpoint.outputs))
        network.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"the checkpoint does not fit this version: {reason}", "train again") from None
    return network.eval()


def _faces() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Pictures to try a network on: from noise to one grey, more than one batch of them."""
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (70, 6, 6), np.uint8)
    faces = np.repeat(np.repeat(coarse, SIZE // 6, axis=1), SIZE // 6, axis=2)
    faces[:8] = random.integers(0, 256, (8, SIZE, SIZE), np.uint8)
    faces[8], faces[9] = 0, 255
    return faces


@torch.no_grad()
def _tried(scores: nn.Module, card: ModelCard) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """What torch says of the faces, output by output."""
    said = scores(torch.from_numpy(network_input(_faces(), card.mean, card.std)))
    return [output.numpy() for output in said]


def _difference(classifier: OnnxClassifier, expected: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]) -> float:
    """The largest difference of a score between ONNX Runtime and torch."""
    said = classifier.outputs(_faces())
    return max(
        float(np.abs(said[name] - wanted).max()) for name, wanted in zip(classifier.card.outputs, expected, strict=True)
    )


def _measured(content: bytes, name: str, data: Dataset, card: ModelCard) -> dict[str, float]:
    """The card's metrics on PublicTest, for each output whose labels the data has."""
    classifier = OnnxClassifier(content, name)
    told: dict[str, float] = {}
    for labels in Labels:
        if labels in card.outputs and (labels is Labels.FER2013 or data.votes is not None):
            told |= as_card_metrics(evaluate(data, Split.PUBLIC_TEST, labels, classifier))
    return told


def _write(path: Path, content: bytes) -> None:
    try:
        with written_whole(path) as file:
            file.write(content)
    except OSError as error:
        raise RunError(
            f"{path} cannot be written: {error.strerror}", "choose another place or free some space"
        ) from None
