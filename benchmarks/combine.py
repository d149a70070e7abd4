"""Which combination of the model's two outputs people should see, by one rule over several sets of faces.

    python -m benchmarks.combine DATA.npz NAME=FACES… [--part NAME=PART] [--model MODEL.onnx]

The sets are the PublicTest rows of DATA.npz by FER+'s majority (named FER+) and each FACES, a folder or archive of
labelled faces, found as a camera's are; where nobody is found, the square of the table is read. The rule is that of
`smartselfie.evaluation.combine`. The first lines are the best by it, then come equal shares and each output alone, with
and without a balance.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import HAPPY
from smartselfie.datasets import dataset, ferplus
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.labelled import LabelledFace, read_labelled
from smartselfie.evaluation.combine import FaceSet, class_frequencies, compare
from smartselfie.evaluation.evaluate import predict_scores
from smartselfie.factory import make_classifier, make_detector
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.ports import FaceDetector
from smartselfie.settings.schema import Settings

SHOWN = 6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("sets", nargs="+", metavar="NAME=FACES")
    parser.add_argument("--part", action="append", default=[], metavar="NAME=PART")
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    classifier, detector = make_classifier(arguments.model), make_detector(Settings(far_faces=False))
    parts = dict(each.split("=", 1) for each in arguments.part)
    data = dataset.load(arguments.data)
    frequencies = class_frequencies(data)
    if frequencies is None:
        raise SystemExit("the data has no votes of FER+")
    sets = {"FER+": from_rows(data.of(Split.PUBLIC_TEST), classifier)}
    for name, path in (each.split("=", 1) for each in arguments.sets):
        faces = read_labelled(Path(path), (parts[name],) if name in parts else ())
        sets[name] = from_faces(faces, classifier, detector)
    found = compare(sets, frequencies, sum(classifier.card.combined))
    print("share of 2013, strength: mean |", ", ".join(sets))
    plain = [each for each in found[SHOWN:] if each[0].share in (0.0, 0.5, 1.0) and each[0].strength in (0.0, 1.0)]
    for tried, recalls in [*found[:SHOWN], *plain]:
        mean = 100 * float(np.mean(list(recalls.values())))
        each_set = ", ".join(f"{100 * recall:.1f}" for recall in recalls.values())
        print(f"{tried.share:.1f}, {tried.strength:.2f}: {mean:.2f} % | {each_set}")
    (best, recalls), *_ = found
    print(json.dumps({"share": best.share, "strength": best.strength, "recall": recalls}))


def from_rows(rows: dataset.Dataset, classifier: OnnxClassifier) -> FaceSet:
    """Both outputs on rows that have a majority in FER+."""
    if rows.votes is None:
        raise SystemExit("the data has no votes of FER+")
    labels = ferplus.majority(rows.votes)
    scores = predict_scores(classifier, rows.pixels[labels >= 0])
    return FaceSet(scores["fer2013"], scores["ferplus"], labels[labels >= 0])


def from_faces(faces: list[LabelledFace], classifier: OnnxClassifier, detector: FaceDetector) -> FaceSet:
    """Both outputs on labelled faces."""
    crops = []
    for face in faces:
        found = detector.detect(face.image)
        square, tilt = (found[0].square, found[0].tilt) if found else (face.square, face.tilt)
        crops.append(crop_face(face.image, square, classifier.card.input_size, tilt))
    scores = predict_scores(classifier, np.stack(crops))
    named = [face.emotion for face in faces]
    # where some labels name no emotion, all count as happy or not
    labels = [place if None not in named or place == HAPPY else -1 for place in named]
    return FaceSet(scores["fer2013"], scores["ferplus"], np.array(labels))


if __name__ == "__main__":
    main()
