"""Which way of computing in 8 bits is quickest here, and what each costs.

    python -m benchmarks.quantisation DATA.npz [--model MODEL.onnx] [--rounds 100]

QDQ writes 8 bits as pairs of steps around each convolution and dense layer, QOperator as operators of their own. One
face and sixteen on one thread; the forms take turns, so that whatever else the machine does hits all of them, and each
time is divided by float32's of the same turn. Accuracies, in percent on every fourth row of PublicTest, are of the
network's first output by the labels of 2013.
"""

import argparse
import json
import statistics
from pathlib import Path

import cv2
import numpy as np
from onnxruntime.quantization import QuantFormat

from benchmarks.robustness import open_network
from benchmarks.speed import timed
from smartselfie.datasets.dataset import Split, load
from smartselfie.errors import SmartselfieError
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.inference.runtime import EMOTION_MODEL, bundled_model
from smartselfie.training.graph import quantized


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, metavar="DATA.npz")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        networks = forms(arguments.data, arguments.model)
        rows = load(arguments.data).of(Split.PUBLIC_TEST)
    except SmartselfieError as error:
        raise SystemExit(str(error)) from None
    some = rows.where(np.arange(len(rows)) % 4 == 0)
    faces = some.pixels[:16]
    ratios: dict[str, dict[int, list[float]]] = {name: {1: [], 16: []} for name in networks}
    for turn in range(arguments.rounds + 5):
        for n in (1, 16):
            times = {name: timed(lambda net=net, n=n: net.outputs(faces[:n])) for name, net in networks.items()}  # type: ignore[misc]
            for name, milliseconds in times.items():
                if turn >= 5:  # the first rounds fill caches
                    ratios[name][n].append(milliseconds / times["float32"])
    for name, network in networks.items():
        output = network.card.outputs[0]
        right = network.outputs(some.pixels)[output].argmax(axis=1) == some.labels
        told = {
            "form": name,
            "bytes": network.size,
            "accuracy": round(100 * float(right.mean()), 2),
            "one_face_to_float32": round(statistics.median(ratios[name][1]), 3),
            "sixteen_to_float32": round(statistics.median(ratios[name][16]), 3),
        }
        print(json.dumps(told))


def forms(data: Path, model: Path | None) -> dict[str, OnnxClassifier]:
    """The network as it is and in each form."""
    content = bundled_model(EMOTION_MODEL) if model is None else model.read_bytes()
    plain, faces = open_network(model), load(data)
    networks = {"float32": plain}
    for form in (QuantFormat.QDQ, QuantFormat.QOperator):
        small, _ = quantized(content, plain.card, faces, form=form)
        networks[form.name] = OnnxClassifier(small, form.name)
    return networks


if __name__ == "__main__":
    main()
