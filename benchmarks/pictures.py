"""How well the whole line tells smiles, or the seven emotions, on somebody's labelled pictures of one face each.

    python -m benchmarks.pictures FOLDER [--cropped] [--tilt DEGREES] [--detector yunet|haar] [--model MODEL.onnx]

FOLDER holds a `labels.csv` with the column `file` and either `label` (smile or non_smile) or `emotion` (of the seven,
or anger for angry); rows with another word are passed over. Of several faces the largest counts. Where no face is found
a picture counts as no smile, and is read as a whole for emotions. With `--cropped` no detector is asked: the pictures
are faces already. With `--tilt` every second picture is turned clockwise by so many degrees first, the others the other
way. Each output of the network is measured, and the reading that users see. `auc` is the area under the
ROC of the score of "happy".
"""

import argparse
import csv
import json
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.core.types import Box, Image
from smartselfie.evaluation.metrics import auc
from smartselfie.factory import make_detector
from smartselfie.images import read_image
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.inference.runtime import EMOTION_MODEL, bundled_model
from smartselfie.ports import FaceDetector
from smartselfie.settings.schema import Settings

HAPPY = EMOTIONS.index(Emotion.HAPPY)
SMILES = ("non_smile", "smile")
NAMES = {"anger": "angry"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cropped", action="store_true")
    parser.add_argument("--tilt", type=float, default=0.0)
    parser.add_argument("--detector", choices=("yunet", "haar"), default="yunet")
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    model: Path | None = arguments.model
    classifier = (
        OnnxClassifier(bundled_model(EMOTION_MODEL), EMOTION_MODEL)
        if model is None
        else OnnxClassifier.from_file(model)
    )
    detector = None if arguments.cropped else arguments.detector
    print(json.dumps(measure(classifier, arguments.folder, detector, arguments.tilt)))


def measure(
    classifier: OnnxClassifier, folder: Path, detector: Literal["yunet", "haar"] | None, tilt: float = 0.0
) -> dict[str, object]:
    """All of it; without a detector the pictures are faces already."""
    finder = None if detector is None else make_detector(Settings(detector=detector))
    files, labels = read_labels(folder / "labels.csv")
    size = classifier.card.input_size
    cut = [cut_face(folder / file, finder, size, tilt * (-1) ** number) for number, file in enumerate(files)]
    crops, found = np.stack([crop for crop, _ in cut]), np.array([there for _, there in cut])
    outputs = classifier.outputs(crops)
    outputs["reading"] = np.array([list(emotions.values()) for emotions in classifier.classify(crops)], np.float32)
    truth = np.array(labels)
    result: dict[str, object] = {"n": len(files), "faces_found": int(found.sum()), "model": classifier.card.name}
    for name, scores in outputs.items():
        result[name] = (
            smiles(scores, truth == "smile", found) if set(labels) <= set(SMILES) else emotions_of(scores, truth)
        )
    return result


def read_labels(path: Path) -> tuple[list[str], list[str]]:
    """Files and what they show, of the rows with a word that is known."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], row.get("label") or row.get("emotion") or "") for row in csv.DictReader(file)]
    known = [(name, NAMES.get(word, word)) for name, word in rows if NAMES.get(word, word) in (*SMILES, *EMOTIONS)]
    return [name for name, _ in known], [word for _, word in known]


def cut_face(
    path: Path, detector: FaceDetector | None, size: int, turned: float = 0.0
) -> tuple[NDArray[np.uint8], bool]:
    """The crop that the network sees of a picture turned clockwise by so many degrees, and whether a face was found."""
    image = read_image(path)
    if turned:
        image = turn(image, turned)
    if detector is None:
        return crop_face(image, whole(image), size), True
    faces = detector.detect(image)
    if not faces:
        return crop_face(image, whole(image), size), False
    return crop_face(image, faces[0].square, size, faces[0].tilt), True


def turn(image: Image, degrees: float) -> Image:
    """The picture turned clockwise about its middle; what comes in at the corners is its mirror image."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def whole(image: Image) -> Box:
    """The square around the whole picture."""
    return Box(0, 0, image.shape[1], image.shape[0]).square(1.0)


def smiles(
    scores: NDArray[np.float32], smiling: NDArray[np.bool_], found: NDArray[np.bool_]
) -> dict[str, float | None]:
    """Accuracy as the trigger sees it (happy on top and at least 0.5), and the area under the curve."""
    happy = np.where(found, scores[:, HAPPY], 0.0)
    said = (happy >= 0.5) & (scores.argmax(axis=1) == HAPPY)
    area = auc(happy, smiling)
    return {"accuracy": round(float((said == smiling).mean()), 4), "auc": None if area is None else round(area, 4)}


def emotions_of(scores: NDArray[np.float32], truth: NDArray[np.str_]) -> dict[str, float]:
    """How often the highest score is the right one."""
    said = np.array([EMOTIONS[index].value for index in scores.argmax(axis=1)])
    return {"accuracy": round(float((said == truth).mean()), 4)}


if __name__ == "__main__":
    main()
