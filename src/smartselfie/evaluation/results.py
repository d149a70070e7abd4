"""What an evaluation is told as: a line of JSON, the model card's metrics, a CSV of all scores."""

import csv
import io
from dataclasses import asdict
from pathlib import Path

from smartselfie.atomic import written_whole
from smartselfie.core.emotion import EMOTIONS
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import READING, Evaluation


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
        "output": evaluation.output,
    }


def as_card_metrics(evaluation: Evaluation) -> dict[str, float]:
    """What a model card tells of it, by names such as `PublicTest/fer2013/accuracy` and `…/happy/recall`.

    What users see has a name of its own, such as `PublicTest/ferplus/reading/accuracy`.
    """
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
    for emotion, hits in metrics.per_class.items():
        told |= {f"{emotion}/precision": hits.precision, f"{emotion}/recall": hits.recall, f"{emotion}/n": hits.n}
    where = f"{evaluation.split}/{evaluation.labels}"
    if evaluation.output == READING:
        where += f"/{READING}"
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
