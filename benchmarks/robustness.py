"""What damage to the picture costs an emotion network, and how often faces that do not smile are called happy.

    python -m benchmarks.robustness DATA.npz [--model MODEL.onnx] [--every 5] [--json]

DATA.npz is what `smartselfie prepare` wrote, with FER+. Every fifth row of PublicTest is damaged in nine ways, each in
three strengths (`benchmarks.degraded`), and read on one thread. In percent: `fer2013` is that output's accuracy by the
labels of 2013, `ferplus` that output's by FER+'s majority, `reading` that of what users see by FER+'s majority; `smile`
is the AUC of the reading's "happy" by FER+. Below, over all of PublicTest's rows whose majority is angry, disgust,
fear, sad or surprise: how many are called happy, and how many of those with a score of 0.5 or more. Of a network with
one output there is only what it has.
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.degraded import KINDS
from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.core.types import Box
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split, load
from smartselfie.errors import DataError, SmartselfieError
from smartselfie.evaluation.evaluate import COMBINED
from smartselfie.evaluation.metrics import auc
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.inference.runtime import EMOTION_MODEL, bundled_model

HAPPY = EMOTIONS.index(Emotion.HAPPY)
NEGATIVE = [EMOTIONS.index(Emotion(name)) for name in ("angry", "disgust", "fear", "sad", "surprise")]
COLUMNS = ("fer2013", "ferplus", COMBINED, "smile")
Scores = dict[str, NDArray[np.float64]]
Worth = dict[str, float | None]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, metavar="DATA.npz")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--every", type=int, default=5, help="damage only each so-manieth row [5]")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    begin = time.perf_counter()
    try:
        result = measure(arguments.data, arguments.model, arguments.every, quiet=arguments.json)
    except SmartselfieError as error:
        raise SystemExit(str(error)) from None
    result["seconds"] = round(time.perf_counter() - begin, 1)
    print(json.dumps(result))


def measure(data: Path, model: Path | None, every: int, *, quiet: bool) -> dict[str, object]:
    """All of it; unless `quiet`, a line is printed as each is known."""
    classifier = open_network(model)
    rows = load(data).of(Split.PUBLIC_TEST)
    if not len(rows) or rows.votes is None:
        raise DataError("the data has no PublicTest rows with FER+'s votes", "prepare it with --ferplus")
    show = (lambda _what, _told: None) if quiet else print_line
    whole, some = read(classifier, rows.pixels), rows.where(np.arange(len(rows)) % every == 0)
    clean, undamaged = worth(whole, rows), worth(read(classifier, some.pixels), some)
    if not quiet:
        print(f"{'':32}" + "".join(f"{name:>9}" for name in COLUMNS))
    show(f"all {len(rows)} rows", clean)
    show(f"{len(some)} rows undamaged", undamaged)
    damaged: dict[str, dict[str, Worth]] = {}
    for kind, (damage, strengths) in KINDS.items():
        damaged[kind] = {}
        for strength in strengths:
            random = np.random.default_rng(0)
            faces = np.stack([damage(face, strength, random) for face in some.pixels])
            damaged[kind][f"{strength:g}"] = worth(read(classifier, faces), some)
            show(f"{kind} {strength:g}", damaged[kind][f"{strength:g}"])
    happy = called_happy(whole, rows)
    if not quiet:
        for name, shares in happy.items():
            print(f"% of negatives called happy, {name}: {shares}")
    return {
        "model": classifier.card.name,
        "rows": len(rows),
        "all": clean,
        "rows_damaged": len(some),
        "undamaged": undamaged,
        "damaged": damaged,
        "negatives": int(negatives(rows).sum()),
        "negatives_called_happy": happy,
    }


def open_network(model: Path | None, threads: int = 1) -> OnnxClassifier:
    """The network of that file, or the one that ships."""
    if model is None:
        return OnnxClassifier(bundled_model(EMOTION_MODEL), EMOTION_MODEL, threads)
    return OnnxClassifier.from_file(model, threads)


def read(classifier: OnnxClassifier, faces: NDArray[np.uint8]) -> Scores:
    """The scores (n, 7) of each output, and of the reading."""
    size = classifier.card.input_size
    crops = np.stack([crop_face(face, Box(0, 0, face.shape[1], face.shape[0]), size) for face in faces])
    outputs = classifier.outputs(crops)
    scores = {name: said.astype(np.float64) for name, said in outputs.items()}
    return scores | {COMBINED: classifier.combine(outputs)}


def worth(scores: Scores, rows: Dataset) -> Worth:
    """Accuracies in percent, and the AUC of the smile."""
    majority = majority_of(rows)
    clear = majority >= 0
    told: Worth = {}
    if "fer2013" in scores:
        told["fer2013"] = percent(scores["fer2013"].argmax(axis=1) == rows.labels)
    for name in ("ferplus", COMBINED):
        if name in scores:
            told[name] = percent((scores[name].argmax(axis=1) == majority)[clear])
    area = auc(scores[COMBINED][clear, HAPPY], majority[clear] == HAPPY)
    return told | {"smile": None if area is None else round(area, 4)}


def negatives(rows: Dataset) -> NDArray[np.bool_]:
    """(n,) whether people clearly see something that is neither happy nor neutral."""
    return np.isin(majority_of(rows), NEGATIVE)


def called_happy(scores: Scores, rows: Dataset) -> dict[str, dict[str, float]]:
    """How many percent of the negatives each output calls happy, at all and with a score of 0.5 or more."""
    chosen, told = negatives(rows), {}
    for name, said in scores.items():
        top = said[chosen].argmax(axis=1) == HAPPY
        told[name] = {"top": percent(top), "top_and_half": percent(top & (said[chosen, HAPPY] >= 0.5))}
    return told


def majority_of(rows: Dataset) -> NDArray[np.int64]:
    """FER+'s majority, -1 where there is none."""
    if rows.votes is None:
        raise DataError("the data has no FER+ votes", "prepare it again with --ferplus fer2013new.csv")
    return ferplus.majority(rows.votes)


def percent(true: NDArray[np.bool_]) -> float:
    """How many are true."""
    return round(100 * float(true.mean()), 2)


def print_line(what: str, told: Worth) -> None:
    """One line of the table."""
    cells = []
    for name in COLUMNS:
        value = told.get(name)
        cells.append("" if value is None else f"{value:.{4 if name == 'smile' else 1}f}")
    print(f"{what:32}" + "".join(f"{cell:>9}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
