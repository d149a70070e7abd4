"""What the emotion network takes for one face and for sixteen, beside YuNet at long side 320 in the same run.

    python -m benchmarks.network [--model MODEL.onnx] [--rounds 200]

ONNX Runtime on the CPU, one thread, and two for a batch as well. The networks take turns, so that whatever else the
machine does hits all of them; medians in milliseconds, and medians of each turn's ratios. `yunet` is the whole detector
on the demo's frame of 1280×720 (shrinking, network, boxes), `yunet_alone` its network on 320×192 pixels. The emotion
network's time holds the scaling of the pixels and the mixing of its outputs.
"""

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.speed import demo_frame, timed
from smartselfie.errors import SmartselfieError
from smartselfie.factory import make_classifier
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.inference.detectors import LONG_SIDE, YuNet
from smartselfie.inference.runtime import FACE_MODEL, bundled_model, open_session

RATIOS = {
    "one_face_to_yunet": ("one_face", "yunet"),
    "one_face_to_yunet_alone": ("one_face", "yunet_alone"),
    "sixteen_to_one": ("sixteen", "one_face"),
    "sixteen_two_threads_to_one": ("sixteen_two_threads", "one_face"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        one, two = make_classifier(arguments.model), make_classifier(arguments.model, threads=2)
    except SmartselfieError as error:
        raise SystemExit(str(error)) from None
    jobs = make_jobs(one, two)
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(arguments.rounds + 10):
        taken = {name: timed(job) for name, job in jobs.items()}
        if turn >= 10:  # the first rounds fill caches
            for name, milliseconds in taken.items():
                times[name].append(milliseconds)
    result: dict[str, object] = {"model": one.card.name, "bytes": one.size, "rounds": arguments.rounds}
    result["ms"] = {name: round(statistics.median(values), 3) for name, values in times.items()}
    for name, (ours, theirs) in RATIOS.items():
        pairs = zip(times[ours], times[theirs], strict=True)
        result[name] = round(statistics.median(mine / other for mine, other in pairs), 3)
    print(json.dumps(result))


def make_jobs(one: OnnxClassifier, two: OnnxClassifier) -> dict[str, Callable[[], object]]:
    """What is timed, by name; the second network has two threads."""
    side = one.card.input_size
    faces = np.random.default_rng(0).integers(0, 256, (16, side, side), np.uint8)
    frame = demo_frame()
    content = bundled_model(FACE_MODEL)
    detector, alone = YuNet(content), open_session(content, FACE_MODEL)
    # the frame's 320×180 pixels, padded to a multiple of 32 as the detector does
    small = np.zeros((1, 3, 192, LONG_SIDE), np.float32)
    return {
        "yunet": lambda: detector.detect(frame),
        "yunet_alone": lambda: alone.run(None, {"input": small}),
        "one_face": lambda: one.scores(faces[:1]),
        "sixteen": lambda: one.scores(faces),
        "sixteen_two_threads": lambda: two.scores(faces),
    }


if __name__ == "__main__":
    main()
