"""A run as an ONNX file that carries its card: its temperatures fitted, compared with torch, and measured.

One temperature is fitted on PublicTest for each output by its own labels, and one for the combined output by what
people see, so that three thousand rows are plenty; the order of an output's seven scores stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from smartselfie.core.crop import network_input
from smartselfie.core.emotion import HAPPY, pool
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.datasets.labelled import LabelledFace
from smartselfie.errors import RunError
from smartselfie.evaluation.combine import balance_for, class_frequencies
from smartselfie.evaluation.evaluate import predict_split, score_all, to_card_metrics
from smartselfie.evaluation.groups import groups_to_card_metrics, measure_groups, predict_crops
from smartselfie.evaluation.metrics import apply_temperature, fit_temperature
from smartselfie.inference.card import ModelCard
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.training.card import STRENGTH, make_card, save_model, with_metrics
from smartselfie.training.checkpoint import Checkpoint, load_checkpoint, mean_checkpoint
from smartselfie.training.graph import Scores, fold, quantized, to_onnx, with_card
from smartselfie.training.networks import NETWORKS, Mirrored, parameter_count

CHUNK = 512


@dataclass(frozen=True, slots=True)
class Temperatures:
    """The power (one over the temperature) of each output's scores, and of the outputs in the combined one."""

    powers: tuple[float, ...]
    combined: tuple[float, ...]


@torch.no_grad()
def fit_temperatures(scores: nn.Module, card: ModelCard, data: Dataset | None) -> Temperatures:
    """Find the powers at which the labels of the PublicTest rows are likeliest.

    What users see is judged by FER+'s majority, or by the labels of 2013 where there are no votes.

    Args:
        scores: (n, 1, size, size) → a tuple of (n, 7) scores, one an output, at temperature 1.
        card: says how faces go in, what the outputs are, and in what proportion they count in what users see.
        data: prepared data of faces of the card's size; without it, or without PublicTest rows, nothing is changed.
    """
    rows = None if data is None else data.of(Split.PUBLIC_TEST)
    if rows is None or not len(rows):
        return Temperatures((1.0,) * len(card.outputs), card.combined)
    said = _predict(scores, card, rows.pixels)
    labels = {"fer2013": rows.labels, "ferplus": None if rows.votes is None else ferplus.majority(rows.votes)}
    powers = tuple(_best(each, labels[name]) for name, each in zip(card.outputs, said, strict=True))
    fitted = [apply_temperature(each, power) for each, power in zip(said, powers, strict=True)]
    mixed = pool(list(zip(fitted, card.combined, strict=True)))
    people = labels["fer2013"] if labels["ferplus"] is None else labels["ferplus"]
    sharper = _best(mixed, people)
    return Temperatures(powers, tuple(round(sharper * weight, 4) for weight in card.combined))


def _predict(scores: nn.Module, card: ModelCard, pixels: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Each output's scores (n, 7)."""
    parts: list[Sequence[torch.Tensor]] = [
        scores(torch.from_numpy(network_input(pixels[at : at + CHUNK], card.mean, card.std)))
        for at in range(0, len(pixels), CHUNK)
    ]
    return [torch.cat(list(output)).double().numpy() for output in zip(*parts, strict=True)]


def _best(scores: NDArray[np.float64], labels: NDArray[np.int64] | None) -> float:
    """The best power, or 1 where no row has a label."""
    if labels is None or not (labels >= 0).any():
        return 1.0
    return fit_temperature(scores[labels >= 0], labels[labels >= 0])


SIZE = 48
# How far a score may differ between torch and ONNX Runtime.
TOLERANCE = 1e-4

Answers = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written.

    Attributes:
        card: what it says of itself.
        size: in bytes.
        difference: the largest difference of a score from what it was made of, on drawn faces.
        before: the metrics that it had as float32, by the names that the card's have; None where it is not quantised.
    """

    card: ModelCard
    size: int
    difference: float
    before: dict[str, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """A float32 network on its way into a file."""

    model: onnx.ModelProto
    card: ModelCard
    difference: float


def export(
    source: Path,
    path: Path,
    *,
    data: Dataset | None = None,
    faces: Sequence[LabelledFace] = (),
    siblings: Sequence[Path] = (),
    name: str | None = None,
    combined: Sequence[float] | None = None,
    mirrored: bool = False,
    int8: bool = False,
) -> Exported:
    """Write a network, whole or not at all, and its card beside it; existing files of that name are replaced.

    Args:
        source: the folder of a training, finished or not, or an ONNX file with a card.
        path: the file.
        data: prepared data; on its PublicTest rows a run's temperatures are fitted, and what it is worth on them goes
            into the card.
        faces: labelled faces of real people that it has not learnt; what it is worth on them, group by group, goes into
            the card, too.
        siblings: folders of the same training with other seeds, from the same start; the weights that are written are
            the mean of all (model soup, Wortsman et al. 2022).
        name: of the network; None takes the recipe's, or the file's own.
        combined: how much each output counts in what users see; None for `card.OUTPUT_WEIGHTS`, or the file's own. Of a
            run, with data, only the proportion matters: the rest is fitted.
        mirrored: average the scores over the face and its mirror image, in twice the time; for a run only.
        int8: compute with whole numbers of 8 bits, calibrated on Training rows of the data.

    Raises:
        RunError: there is no such run, its ONNX form differs from it, int8 is asked for without data, or the file
            cannot be written.
        ModelError: the ONNX file cannot be used.
        DataError: the data has no PublicTest rows, or no Training rows to calibrate with.
    """
    if int8 and data is None:
        raise RunError("int8 needs faces to calibrate with", "name them with --data DATA.npz")
    if source.is_file():
        found = _from_file(source, combined)
    else:
        found = _from_run([source, *siblings], data, combined, mirrored=mirrored)
    if source.is_file() and (mirrored or siblings or (int8 and found.card.precision == "int8")):
        raise RunError(
            f"{source} is a file that cannot be made {'int8' if int8 else 'mirrored or a mean'}", "export its run"
        )
    card = found.card if name is None else replace(found.card, name=name)
    if not card.balance:
        card = replace(card, balance=_balance(card.combined, card.outputs, data))
    model, difference, before = found.model, found.difference, None
    content = with_card(model, card)
    if int8 and data is not None:
        float32, before = OnnxClassifier(content, path.name), _measure(content, path.name, data)
        content, card = quantized(content, card, data)
        model = onnx.load_from_string(content)
        difference = _difference(OnnxClassifier(content, path.name), float32.outputs(_faces()))
    if data is not None or faces:
        card = with_metrics(card, _measure(content, path.name, data, faces), by_group=bool(faces))
        content = with_card(model, card)
    save_model(path, content, card)
    return Exported(card, len(content), difference, before)


def _from_run(
    runs: Sequence[Path], data: Dataset | None, combined: Sequence[float] | None, *, mirrored: bool
) -> _Network:
    """The averaged network of a run, or of several together, its temperatures fitted and compared with torch."""
    checkpoint = mean_checkpoint([load_checkpoint(run) for run in runs])
    network = averaged_network(checkpoint)
    card = make_card(
        checkpoint,
        name=checkpoint.recipe.name,
        input_size=SIZE,
        parameters=parameter_count(network),
        combined=combined,
        mirrored=mirrored,
    )
    read = Mirrored(network).eval() if mirrored else network
    plain = Scores(read, powers=[1.0] * len(card.outputs)).eval()
    found = fit_temperatures(plain, card, data)
    card = replace(card, combined=found.combined)
    scores = Scores(read, powers=found.powers).eval()
    expected = _predict_trial(scores, card)
    fold(network)
    model = to_onnx(scores, SIZE, card.outputs)
    difference = _difference(OnnxClassifier(with_card(model, card), str(runs[0])), expected)
    if difference > TOLERANCE:
        raise RunError(
            f"the ONNX form of {runs[0]} differs from the network by {difference:.2g}",
            "report this; no file was written",
        )
    return _Network(model, card, difference)


def _balance(powers: Sequence[float], outputs: Sequence[str], data: Dataset | None) -> tuple[float, ...]:
    """How the six other than happy share the rest, where votes tell how rare each is in training."""
    frequencies = None if data is None else class_frequencies(data)
    if frequencies is None or tuple(outputs) != ("fer2013", "ferplus"):
        return ()
    balance = tuple(round(float(shift), 4) for shift in balance_for(powers, STRENGTH, frequencies))
    return balance if any(balance) else ()


def _from_file(path: Path, combined: Sequence[float] | None) -> _Network:
    """The network of an ONNX file, as it is."""
    card = OnnxClassifier.from_file(path).card
    return _Network(onnx.load(path), card if combined is None else replace(card, combined=tuple(combined)), 0.0)


def averaged_network(checkpoint: Checkpoint) -> nn.Module:
    """The network with its averaged weights, and the recipe's share of those it began with, in evaluation mode.

    Raises:
        RunError: the checkpoint's weights do not fit its recipe's network.
    """
    prefix, share = "module.", checkpoint.recipe.start_share
    weights = {key.removeprefix(prefix): value for key, value in checkpoint.average.items() if key.startswith(prefix)}
    try:
        if share:
            starts = checkpoint.start
            weights = {
                key: torch.lerp(own.double(), starts[key].double(), share).to(own.dtype) for key, own in weights.items()
            }
        network = NETWORKS[checkpoint.recipe.network](len(checkpoint.outputs))
        network.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"the checkpoint does not fit this version: {reason}", "train again") from None
    return network.eval()


def _faces() -> NDArray[np.uint8]:
    """Images to try a network on: from noise to one grey, more than one batch of them."""
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (70, 6, 6), np.uint8)
    faces = np.repeat(np.repeat(coarse, SIZE // 6, axis=1), SIZE // 6, axis=2)
    faces[:8] = random.integers(0, 256, (8, SIZE, SIZE), np.uint8)
    faces[8], faces[9] = 0, 255
    return faces


@torch.no_grad()
def _predict_trial(scores: nn.Module, card: ModelCard) -> Answers:
    """What torch says of the faces, by output."""
    said = scores(torch.from_numpy(network_input(_faces(), card.mean, card.std)))
    return {name: output.numpy() for name, output in zip(card.outputs, said, strict=True)}


def _difference(classifier: OnnxClassifier, expected: Answers) -> float:
    """The largest difference of a score from what is expected of the faces."""
    said = classifier.outputs(_faces())
    return max(float(np.abs(said[name] - wanted).max()) for name, wanted in expected.items())


def _measure(content: bytes, name: str, data: Dataset | None, faces: Sequence[LabelledFace] = ()) -> dict[str, float]:
    """The card's metrics: on PublicTest by every labeling that the data has, on labelled faces as users see it."""
    classifier = OnnxClassifier(content, name)
    measured: dict[str, float] = {}
    for found in [] if data is None else score_all(predict_split(data, Split.PUBLIC_TEST, classifier)):
        measured |= to_card_metrics(found)
    if faces:
        measured |= groups_to_card_metrics(measure_groups(faces, predict_crops(faces, classifier)[:, HAPPY]))
    return measured
