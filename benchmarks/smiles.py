"""How well the whole line tells smiles on somebody's labelled photos.

    python -m benchmarks.smiles FOLDER [--cropped] [--detector yunet|haar]

FOLDER holds a `labels.csv` with the columns `file` and `label` (smile or non_smile); rows with another label are passed
over. Of several faces the largest counts. A photo without a face counts as no smile. With `--cropped` the pictures are
faces already, cut as FER-2013's are, and no detector is asked. `auc` is the area under the ROC of the score of "happy".
"""

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from smartselfie.assemble import make_classifier, make_detector
from smartselfie.classifiers.onnx import OnnxClassifier
from smartselfie.config import Settings
from smartselfie.core.box import Box
from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.evaluation.metrics import auc
from smartselfie.pictures import read_picture

HAPPY = EMOTIONS.index(Emotion.HAPPY)


def main() -> None:
    """Measure and print, for each output of the network and for the reading that users see."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cropped", action="store_true")
    parser.add_argument("--detector", choices=("yunet", "haar"), default="yunet")
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    classifier = make_classifier(arguments.model)
    if not isinstance(classifier, OnnxClassifier):
        raise SystemExit("an ONNX network is needed")
    detector = None if arguments.cropped else make_detector(Settings(detector=arguments.detector))
    with (arguments.folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in ("smile", "non_smile")]
    crops, found = [], []
    for row in rows:
        image = read_picture(arguments.folder / row["file"])
        faces = None if detector is None else detector.detect(image)
        whole = Box(0, 0, image.shape[1], image.shape[0]).square(1.0)
        square = whole if not faces else faces[0].square
        crops.append(crop_face(image, square, classifier.card.input_size))
        found.append(faces is None or bool(faces))
    outputs = classifier.outputs(np.stack(crops))
    outputs["reading"] = np.array([list(emotions.values()) for emotions in classifier.classify(np.stack(crops))])
    smiling = np.array([row["label"] == "smile" for row in rows])
    result: dict[str, object] = {"n": len(rows), "faces_found": sum(found), "model": classifier.card.name}
    for name, scores in outputs.items():
        result[name] = _measure(scores, smiling, found)
    print(json.dumps(result))


def _measure(scores: np.ndarray, smiling: np.ndarray, found: Sequence[bool]) -> dict[str, float | None]:
    """Accuracy at 0.5 and as the trigger sees it (happy on top and at least 0.5), and the area under the curve."""
    happy = np.where(found, scores[:, HAPPY], 0.0)
    said = (happy >= 0.5) & (scores.argmax(axis=1) == HAPPY)
    area = auc(happy, smiling)
    return {"accuracy": round(float((said == smiling).mean()), 4), "auc": None if area is None else round(area, 4)}


if __name__ == "__main__":
    main()
