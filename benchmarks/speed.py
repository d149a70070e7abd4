"""Time per frame and stage, beside OpenCV's Haar cascade on the same frame in the same run; one thread.

    python -m benchmarks.speed [--rounds 60]

The frame is the built-in demo's at 1280×720, with one face, unless a picture is given. Stages and cascade take turns,
so that whatever else the machine does hits both; medians are in milliseconds. `line_to_cascade` is what detector, crop,
network and trigger take together, divided by what the cascade alone takes.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from smartselfie.core.crop import crop_eyes, crop_face, eye_squares, measure_quality
from smartselfie.core.emotion import Emotions
from smartselfie.core.types import DetectedFace, Face, Image, Quality
from smartselfie.factory import make_classifier, make_detector, make_eyes
from smartselfie.images import read_image
from smartselfie.inference.detectors import HaarCascade
from smartselfie.settings.schema import Settings
from smartselfie.sources.demo import DemoSource
from smartselfie.trigger.tracker import Tracker
from smartselfie.trigger.trigger import Trigger


def demo_frame() -> Image:
    """The demo's frame on which YuNet finds its largest face."""
    detector = make_detector(Settings())
    best, area = None, 0.0
    for item in DemoSource().frames():
        if item.index % 15 == 0:
            found = detector.detect(item.image)
            if len(found) == 1 and found[0].box.area > area:
                best, area = item.image, found[0].box.area
    if best is None:
        raise SystemExit("the demo shows no face")
    return best


class Line:
    """The stages that a frame passes, each timed by itself; without a camera and without an album."""

    def __init__(self, image: Image) -> None:
        """Open the networks that ship."""
        self.image = image
        self.detector, self.classifier = make_detector(Settings()), make_classifier()
        self.found: list[DetectedFace] = []
        self.crops = np.zeros((0, 48, 48), np.uint8)
        self.emotions: list[Emotions] = []
        self.eyes, self.openness = make_eyes(), list[float]()
        self.quality: list[Quality] = []
        self.trigger, self.tracks, self.at = Trigger(Settings().trigger_rule), Tracker(), 0.0

    def detect(self) -> None:
        """Find the faces."""
        self.found = self.detector.detect(self.image)

    def crop(self) -> None:
        """Cut them out."""
        size = self.classifier.card.input_size
        self.crops = np.stack([crop_face(self.image, face.square, size, face.tilt) for face in self.found])

    def classify(self) -> None:
        """Read the emotions."""
        self.emotions = self.classifier.classify(self.crops)

    def look(self) -> None:
        """Look at the eyes, and at how well the faces can be seen."""
        squares = [square for face in self.found for square in eye_squares(face)]
        both = self.eyes.openness(crop_eyes(self.image, tuple(squares)))
        self.openness = [(left + right) / 2 for left, right in zip(both[::2], both[1::2], strict=True)]
        self.quality = [measure_quality(self.image, face) for face in self.found]

    def decide(self) -> None:
        """Let the trigger see the frame."""
        self.at += 1 / 30
        self.tracks, ids = self.tracks.update(self.at, [face.box for face in self.found])
        faces = [
            Face(face.box, emotions, face.score, person, openness, quality)
            for face, emotions, person, openness, quality in zip(
                self.found, self.emotions, ids, self.openness, self.quality, strict=True
            )
        ]
        self.trigger, _ = self.trigger.update(self.at, faces)


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begin = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - begin)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("picture", nargs="?", type=Path, help="a picture of 1280×720 with one face [the demo's]")
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    image = demo_frame() if arguments.picture is None else read_image(arguments.picture)
    line, cascade = Line(image), HaarCascade()
    stages = {
        "detect": line.detect,
        "crop": line.crop,
        "classify": line.classify,
        "look": line.look,
        "decide": line.decide,
    }
    times: dict[str, list[float]] = {name: [] for name in (*stages, "line", "cascade")}
    for turn in range(arguments.rounds + 5):
        taken = {name: timed(stage) for name, stage in stages.items()}
        taken["line"] = sum(taken.values())
        taken["cascade"] = timed(lambda: cascade.detect(image))
        if turn >= 5:  # the first rounds fill caches
            for name, milliseconds in taken.items():
                times[name].append(milliseconds)
    ratios = [ours / theirs for ours, theirs in zip(times["line"], times["cascade"], strict=True)]
    result = {
        "frame": f"{image.shape[1]}x{image.shape[0]}",
        "faces": len(line.found),
        "faces_cascade": len(cascade.detect(image)),
        "rounds": arguments.rounds,
        "ms": {name: round(statistics.median(values), 3) for name, values in times.items()},
        "line_to_cascade": round(statistics.median(ratios), 4),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
