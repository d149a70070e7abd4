"""What damage to the picture costs an emotion network, and how often faces that do not smile are called happy.

    python -m benchmarks.robustness DATA.npz [--model MODEL.onnx] [--every 5] [--json]

DATA.npz is what `smartselfie prepare` wrote, with FER+. Every fifth row of PublicTest is damaged in nine ways, each in
three strengths, and read on one thread. In percent: `fer2013` is that output's accuracy by the labels of 2013,
`ferplus` that output's by FER+'s majority, `combined` that of the combined output by FER+'s majority; `smile` is the
AUC of its "happy" by FER+. Below, over all of PublicTest's rows whose majority is angry, disgust,
fear, sad or surprise: how many are called happy, and how many of those with a score of 0.5 or more. Of a network with
one output there is only what it has.
"""

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split, load
from smartselfie.errors import DataError, SmartselfieError
from smartselfie.evaluation.evaluate import COMBINED, predict_scores
from smartselfie.evaluation.metrics import auc
from smartselfie.factory import make_classifier

# What may happen to a face between the street and the network. Faces are (48, 48) uint8, cropped as FER-2013 crops
# them: the eyes lie at y 0.39, x 0.32 and 0.67, the corners of the mouth at y 0.75. What is random comes from the
# generator that is handed in.

Face = NDArray[np.uint8]
Damage = Callable[[Face, float, np.random.Generator], Face]


def blurred(face: Face, sigma: float, random: np.random.Generator) -> Face:
    """Out of focus; sigma in pixels of 48."""
    del random
    return np.asarray(cv2.GaussianBlur(face, (0, 0), sigma), np.uint8)


def dark(face: Face, gain: float, random: np.random.Generator) -> Face:
    """A sensor with little light: all greys times the gain, and the noise of its read-out (3 grey values) on top."""
    return _to_grey(face * gain + random.normal(0, 3, face.shape))


def compressed(face: Face, quality: float, random: np.random.Generator) -> Face:
    """Through JPEG at that quality, at 48×48."""
    del random
    _, content = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def rotated(face: Face, degrees: float, random: np.random.Generator) -> Face:
    """A tilted head, to either side."""
    side = face.shape[0]
    turn = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees * random.choice((-1, 1)), 1.0)
    return np.asarray(cv2.warpAffine(face, turn, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def with_glasses(face: Face, tint: float, random: np.random.Generator) -> Face:
    """Black rims around both eyes and over the nose, the glass inside darkened by the tint (1: black)."""
    del random
    side = face.shape[0]
    drawn = face.copy()
    half = (round(0.15 * side), round(0.12 * side))
    eyes = [(round(x * side), round(0.39 * side)) for x in (0.32, 0.67)]
    glass = np.zeros_like(face)
    for eye in eyes:
        cv2.ellipse(glass, eye, half, 0, 0, 360, (255,), -1)
    drawn[glass > 0] = (drawn[glass > 0] * (1 - tint)).astype(np.uint8)
    for eye in eyes:
        cv2.ellipse(drawn, eye, half, 0, 0, 360, (20,), 1)
    cv2.line(drawn, (eyes[0][0] + half[0], eyes[0][1]), (eyes[1][0] - half[0], eyes[1][1]), (20,), 1)
    return drawn


def with_hand(face: Face, reach: float, random: np.random.Generator) -> Face:
    """Four fingers over one cheek and the mouth's corner, from the edge as far as `reach` (a share of the width)."""
    # from the other side is the same hand over the mirrored face, mirrored back
    way = 1 if random.random() < 0.5 else -1
    side, skin, seen = face.shape[0], int(np.median(face)), face[:, ::way]
    hand = np.zeros_like(face)
    for finger, y in enumerate((0.60, 0.70, 0.80, 0.90)):
        tip = round((reach - 0.04 * abs(finger - 1)) * side)
        cv2.line(hand, (0, round(y * side)), (tip, round((y - 0.06) * side)), (255,), max(2, round(0.085 * side)))
    shade = cv2.GaussianBlur(hand, (0, 0), 0.7).astype(np.float32) / 255
    edge = cv2.morphologyEx(hand, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    drawn = _to_grey(seen * (1 - shade) + np.where(edge, 0.6 * skin, skin) * shade)
    return np.asarray(np.ascontiguousarray(drawn[:, ::way]), np.uint8)


def off_centre(face: Face, shift: float, random: np.random.Generator) -> Face:
    """A box that is off by that share of its side, in any direction."""
    side, way = face.shape[0], random.uniform(0, 2 * math.pi)
    move = np.array([[1, 0, shift * side * math.cos(way)], [0, 1, shift * side * math.sin(way)]], np.float64)
    return np.asarray(cv2.warpAffine(face, move, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def noisy(face: Face, sigma: float, random: np.random.Generator) -> Face:
    """Gaussian noise; sigma in grey values."""
    return _to_grey(face + random.normal(0, sigma, face.shape))


def coarse(face: Face, side: float, random: np.random.Generator) -> Face:
    """A face that was that many pixels wide."""
    del random
    small = cv2.resize(face, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _to_grey(values: NDArray[np.floating]) -> Face:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


# Each kind's name with the unit of its strength, what does it, and the three strengths.
KINDS: dict[str, tuple[Damage, tuple[float, float, float]]] = {
    "blur, sigma in px": (blurred, (0.8, 1.4, 2.2)),
    "low light, gain": (dark, (0.4, 0.2, 0.1)),
    "JPEG, quality": (compressed, (30, 15, 7)),
    "tilted head, degrees": (rotated, (15, 30, 45)),
    "glasses, tint": (with_glasses, (0.0, 0.5, 0.9)),
    "hand, reach": (with_hand, (0.25, 0.4, 0.55)),
    "off-centre box, shift": (off_centre, (0.08, 0.16, 0.24)),
    "noise, sigma in greys": (noisy, (8, 16, 32)),
    "low resolution, px": (coarse, (24, 16, 12)),
}

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
    classifier = make_classifier(model)
    rows = load(data).of(Split.PUBLIC_TEST)
    if not len(rows) or rows.votes is None:
        raise DataError("the data has no PublicTest rows with FER+'s votes", "prepare it with --ferplus")
    show = (lambda _what, _told: None) if quiet else print_line
    whole, some = predict_scores(classifier, rows.pixels), rows.where(np.arange(len(rows)) % every == 0)
    clean, undamaged = worth(whole, rows), worth(predict_scores(classifier, some.pixels), some)
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
            damaged[kind][f"{strength:g}"] = worth(predict_scores(classifier, faces), some)
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
