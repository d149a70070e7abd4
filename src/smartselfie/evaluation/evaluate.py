"""An emotion network against one split of the data, by the labels of 2013 or by FER+'s majority."""

import csv
import io
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.atomic import written_whole
from smartselfie.classifiers.onnx import OnnxClassifier
from smartselfie.core.box import Box
from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS
from smartselfie.data import ferplus
from smartselfie.data.dataset import Dataset, Split
from smartselfie.errors import DataError
from smartselfie.evaluation.metrics import Metrics, measure
from smartselfie.evaluation.twins import twins


class Labels(StrEnum):
    """Whose word counts; also the names of a network's outputs."""

    FER2013 = "fer2013"
    FERPLUS = "ferplus"


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One network on one split.

    Attributes:
        split: which rows.
        labels: whose labels.
        output: the network's output that was read, or "mixed" for what users see.
        rows: (n,) each row's place in the split, from 0.
        true: (n,) indices into `EMOTIONS`; -1 for a row that does not count.
        scores: (n, 7).
        metrics: over the rows that count.
        accuracy_without_twins: over those without a twin in Training; None where there are no Training rows to compare
            with, or no row is left.
        name, parameters, size: of the network; size in bytes.
    """

    split: Split
    labels: Labels
    output: str
    rows: NDArray[np.int64]
    true: NDArray[np.int64]
    scores: NDArray[np.float64]
    metrics: Metrics
    accuracy_without_twins: float | None
    name: str
    parameters: int
    size: int


def evaluate(data: Dataset, split: Split, labels: Labels, classifier: OnnxClassifier) -> Evaluation:
    """Measure a network.

    Args:
        data: prepared data.
        split: which rows to read.
        labels: whose labels count; of a network with several outputs, the one of that name is read.
        classifier: the network.

    Raises:
        DataError: there are no such rows, no votes, or no row with a majority.
    """
    chosen = data.of(split)
    if not len(chosen):
        held = ", ".join(name for name in Split if len(data.of(name)))
        raise DataError(f"the data has no {split} rows", f"choose another --split; the data has {held}")
    true = _true_labels(chosen, labels)
    output, scores = _read(classifier, chosen.pixels, labels)
    counted = true >= 0
    return Evaluation(
        split=split,
        labels=labels,
        output=output,
        rows=chosen.rows,
        true=true,
        scores=scores,
        metrics=measure(scores[counted], true[counted]),
        accuracy_without_twins=_without_twins(data, split, (scores.argmax(axis=1) == true), counted),
        name=classifier.card.name,
        parameters=classifier.card.parameters,
        size=classifier.size,
    )


def as_json(evaluation: Evaluation) -> dict[str, object]:
    """What `evaluate --json` prints."""
    metrics = evaluation.metrics
    smile = asdict(metrics.smile.hits)
    del smile["n"]
    return {
        "split": evaluation.split.value,
        "labels": evaluation.labels.value,
        "n": metrics.n,
        "accuracy": metrics.accuracy,
        "accuracy_without_twins": evaluation.accuracy_without_twins,
        "macro_f1": metrics.macro_f1,
        "nll": metrics.nll,
        "ece": metrics.ece,
        "per_class": {emotion.value: asdict(hits) for emotion, hits in metrics.per_class.items()},
        "confusion": metrics.confusion.tolist(),
        "smile": {"auc": metrics.smile.auc, **smile},
        "model": {"name": evaluation.name, "parameters": evaluation.parameters, "bytes": evaluation.size},
    }


def as_card_metrics(evaluation: Evaluation) -> dict[str, float]:
    """What a model card tells of it, by names such as `PublicTest/fer2013/accuracy`."""
    metrics = evaluation.metrics
    told: dict[str, float | None] = {
        "n": metrics.n,
        "accuracy": metrics.accuracy,
        "accuracy_without_twins": evaluation.accuracy_without_twins,
        "macro_f1": metrics.macro_f1,
        "nll": metrics.nll,
        "ece": metrics.ece,
        "smile_auc": metrics.smile.auc,
        "smile_f1": metrics.smile.hits.f1,
    }
    where = f"{evaluation.split}/{evaluation.labels}"
    return {f"{where}/{name}": round(value, 6) for name, value in told.items() if value is not None}


def write_predictions(path: Path, evaluation: Evaluation) -> None:
    """Write a line a row of the split as CSV: row, label (empty for a row that does not count), the seven scores.

    Raises:
        DataError: the place cannot be written.
    """
    try:
        with written_whole(path) as file:
            file.write(_predictions(evaluation).encode())
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}", "choose another --predictions") from None


def _predictions(evaluation: Evaluation) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["row", "label", *(emotion.value for emotion in EMOTIONS)])
    for row, true, scores in zip(evaluation.rows, evaluation.true, evaluation.scores, strict=True):
        label = EMOTIONS[true].value if true >= 0 else ""
        writer.writerow([int(row), label, *(f"{score:.6f}" for score in scores)])
    return text.getvalue()


def _true_labels(rows: Dataset, labels: Labels) -> NDArray[np.int64]:
    match labels:
        case Labels.FER2013:
            return rows.labels
        case Labels.FERPLUS:
            if rows.votes is None:
                raise DataError("the data has no votes of FER+", "prepare it again with --ferplus fer2013new.csv")
            true = ferplus.majority(rows.votes)
            if (true < 0).all():
                raise DataError("no row has a majority in FER+", "prepare the data again, or use --labels fer2013")
            return true


def _read(classifier: OnnxClassifier, pixels: NDArray[np.uint8], labels: Labels) -> tuple[str, NDArray[np.float64]]:
    """The output that was read, and its scores (n, 7)."""
    size = classifier.card.input_size
    height, width = pixels.shape[1:]
    whole = Box(0, 0, width, height)
    crops = np.stack([crop_face(picture, whole, size) for picture in pixels])
    outputs = classifier.card.outputs
    if len(outputs) > 1 and labels not in outputs:
        return "mixed", classifier.scores(crops)
    output = labels.value if len(outputs) > 1 else outputs[0]
    return output, classifier.outputs(crops)[output].astype(np.float64)


def _without_twins(data: Dataset, split: Split, right: NDArray[np.bool_], counted: NDArray[np.bool_]) -> float | None:
    training = data.of(Split.TRAINING)
    # every Training row is its own twin
    if not len(training) or split is Split.TRAINING:
        return None
    alone = counted & ~twins(data.of(split).pixels, training.pixels)
    return float(right[alone].mean()) if alone.any() else None
