"""An emotion network against one split of the data, by the labels of 2013 or by FER+'s majority."""

import csv
import io
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.types import Box
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.datasets.duplicates import find_twins
from smartselfie.errors import DataError
from smartselfie.evaluation.metrics import Metrics, measure
from smartselfie.files import atomic_write
from smartselfie.inference.classifiers import OnnxClassifier

# The outputs mixed as the card says, which is what users see, stand under this name beside the outputs themselves.
COMBINED = "combined"


class Labels(StrEnum):
    """Whose word counts; also the names of a network's outputs."""

    FER2013 = "fer2013"
    FERPLUS = "ferplus"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A model's scores for the rows of one split: predicted once, then measured against any labels.

    Attributes:
        split: which rows.
        rows: the n rows.
        scores: (n, 7) for each output by its name, and for `COMBINED`.
        twins: (n,) which rows have a twin in Training; None where there are no Training rows to compare with.
        name, parameters, size: of the network; size in bytes.
    """

    split: Split
    rows: Dataset
    scores: dict[str, NDArray[np.float64]]
    twins: NDArray[np.bool_] | None
    name: str
    parameters: int
    size: int

    @property
    def labelings(self) -> tuple[Labels, ...]:
        """Whose labels the rows have."""
        votes = self.rows.votes
        voted = votes is not None and bool((ferplus.majority(votes) >= 0).any())
        return (Labels.FER2013, Labels.FERPLUS) if voted else (Labels.FER2013,)

    def output_for(self, labels: Labels) -> str:
        """The output that these labels are for: of several the one of their name, else what users see."""
        outputs = [name for name in self.scores if name != COMBINED]
        if len(outputs) == 1:
            return outputs[0]
        return labels.value if labels in outputs else COMBINED


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One output of a network on one split, by one kind of labels.

    Attributes:
        predictions: what is measured.
        labels: whose labels.
        output: the network's output that was read, or `COMBINED`.
        true: (n,) indices into `EMOTIONS`; -1 for a row that does not count.
        scores: (n, 7).
        metrics: over the rows that count.
        accuracy_without_twins: over those without a twin in Training; None where there are no Training rows to compare
            with, or no row is left.
    """

    predictions: Predictions
    labels: Labels
    output: str
    true: NDArray[np.int64]
    scores: NDArray[np.float64]
    metrics: Metrics
    accuracy_without_twins: float | None


def predict_split(data: Dataset, split: Split, classifier: OnnxClassifier) -> Predictions:
    """Let a network read the rows of a split.

    Raises:
        DataError: there are no such rows.
    """
    rows = data.of(split)
    if not len(rows):
        held = ", ".join(name for name in Split if len(data.of(name)))
        raise DataError(f"the data has no {split} rows", f"choose another --split; the data has {held}")
    training = data.of(Split.TRAINING)
    # every Training row is its own twin
    known = len(training) and split is not Split.TRAINING
    return Predictions(
        split=split,
        rows=rows,
        scores=predict_scores(classifier, rows.pixels),
        twins=find_twins(rows.pixels, training.pixels) if known else None,
        name=classifier.card.name,
        parameters=classifier.card.parameters,
        size=classifier.size,
    )


def predict_scores(classifier: OnnxClassifier, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Scores (n, 7) of faces (n, h, w): of each output by its name, and of all together as `COMBINED`."""
    size, (height, width) = classifier.card.input_size, pixels.shape[1:]
    outputs = classifier.outputs(np.stack([crop_face(face, Box(0, 0, width, height), size) for face in pixels]))
    scores = {name: rows.astype(np.float64) for name, rows in outputs.items()}
    return scores | {COMBINED: classifier.combine(outputs)}


def score_predictions(predictions: Predictions, labels: Labels, *, combined: bool = False) -> Evaluation:
    """What the predictions are worth by these labels.

    Raises:
        DataError: there are no votes, or no row with a majority.
    """
    true = _true_labels(predictions.rows, labels)
    output = COMBINED if combined else predictions.output_for(labels)
    scores, counted = predictions.scores[output], true >= 0
    return Evaluation(
        predictions=predictions,
        labels=labels,
        output=output,
        true=true,
        scores=scores,
        metrics=measure(scores[counted], true[counted]),
        accuracy_without_twins=_without_twins(scores.argmax(axis=1) == true, counted, predictions.twins),
    )


def score_all(predictions: Predictions) -> list[Evaluation]:
    """By each labeling that the rows have: its output, and what users see where that is something else."""
    judged = []
    for labels in predictions.labelings:
        judged.append(score_predictions(predictions, labels))
        if judged[-1].output != COMBINED and len(predictions.scores) > 2:
            judged.append(score_predictions(predictions, labels, combined=True))
    return judged


def _true_labels(rows: Dataset, labels: Labels) -> NDArray[np.int64]:
    match labels:
        case Labels.FER2013:
            return rows.labels
        case Labels.FERPLUS:
            if rows.votes is None:
                raise DataError("the data has no FER+ votes", "prepare it again with --ferplus fer2013new.csv")
            true = ferplus.majority(rows.votes)
            if (true < 0).all():
                raise DataError("no row has a majority in FER+", "prepare the data again, or use --labels fer2013")
            return true


def _without_twins(
    right: NDArray[np.bool_], counted: NDArray[np.bool_], twinned: NDArray[np.bool_] | None
) -> float | None:
    if twinned is None:
        return None
    alone = counted & ~twinned
    return float(right[alone].mean()) if alone.any() else None


def evaluation_to_json(evaluation: Evaluation) -> dict[str, object]:
    """What `evaluate --json` prints."""
    metrics, model = evaluation.metrics, evaluation.predictions
    smile = asdict(metrics.smile.hits)
    del smile["n"]
    return {
        "split": model.split.value,
        "labels": evaluation.labels.value,
        **_overall(evaluation),
        "per_class": {emotion.value: asdict(hits) for emotion, hits in metrics.per_class.items()},
        "confusion": metrics.confusion.tolist(),
        "smile": {"auc": metrics.smile.auc, **smile},
        "model": {"name": model.name, "parameters": model.parameters, "bytes": model.size},
        # programs of before know the combined output as reading
        "output": "reading" if evaluation.output == COMBINED else evaluation.output,
        "combined": evaluation.output == COMBINED,
    }


def _overall(evaluation: Evaluation) -> dict[str, float | None]:
    """What is measured over all classes together."""
    metrics = evaluation.metrics
    measured: dict[str, float | None] = {name: getattr(metrics, name) for name in ("macro_f1", "nll", "ece")}
    alone = evaluation.accuracy_without_twins
    return {"n": metrics.n, "accuracy": metrics.accuracy, "accuracy_without_twins": alone} | measured


def to_card_metrics(evaluation: Evaluation) -> dict[str, float]:
    """What a model card tells of it, by names such as `PublicTest/fer2013/accuracy` and `…/happy/recall`.

    The combined output has a name of its own, such as `PublicTest/ferplus/combined/accuracy` and its old one.
    """
    metrics = evaluation.metrics
    told: dict[str, float | None] = {
        **_overall(evaluation),
        "smile_auc": metrics.smile.auc,
        "smile_f1": metrics.smile.hits.f1,
    }
    for emotion, hits in metrics.per_class.items():
        told |= {f"{emotion}/precision": hits.precision, f"{emotion}/recall": hits.recall, f"{emotion}/n": hits.n}
    where = f"{evaluation.predictions.split}/{evaluation.labels}"
    # cards of before call it reading, and so do programs that read them
    places = [f"{where}/{COMBINED}", f"{where}/reading"] if evaluation.output == COMBINED else [where]
    return {f"{place}/{name}": round(value, 6) for place in places for name, value in told.items() if value is not None}


def write_predictions(path: Path, evaluation: Evaluation) -> None:
    """Write a line a row of the split as CSV: row, label (empty for a row that does not count), the seven scores.

    Raises:
        DataError: the place cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["row", "label", *(emotion.value for emotion in EMOTIONS)])
    for row, true, scores in zip(evaluation.predictions.rows.rows, evaluation.true, evaluation.scores, strict=True):
        label = EMOTIONS[true].value if true >= 0 else ""
        writer.writerow([int(row), label, *(f"{score:.6f}" for score in scores)])
    with atomic_write(path, DataError, "choose another --predictions", b"row,label,") as file:
        file.write(text.getvalue().encode())
