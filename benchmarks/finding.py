"""Whose faces are found, by what, and what that costs: on labelled pictures and on pictures made from them.

    python -m benchmarks.finding DATA… [--most 1000] [--made 40] [--skip-line] [--skip-cost]

DATA are folders or zips with a `labels.csv`. Its columns `n_faces` and `confidence` say how many faces there are;
`square_left`, `square_top` and `square_side` where the one face is; without either, each picture has one. `label`
(smile or non_smile) and `emotion` (of the seven, or anger for angry) judge the whole line: where nobody is found, there
is no smile, and no emotion is right. Of several faces the largest counts.

`live` is what cameras and clips are looked at with, `thorough` what `smartselfie analyze` and `FaceAnalyzer` use, and
`640` what they used before: every picture at long side 640. For each: found, and boxes where no face is known (false).
From the pictures of one face others are made, so many of each kind: on a scene without people, in 3 % to half of its
longer side; filling the picture and more; cut by an edge; tilted; turned. Milliseconds are of this process's CPU time
on one thread, medians; all detectors take turns.
"""

import argparse
import csv
import io
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.pictures import NAMES, SMILES, emotions_of, smiles
from benchmarks.scenes import Portrait, Scene, compose, hit, make_scenes
from smartselfie.api import FaceAnalyzer
from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.types import Box, Image, largest
from smartselfie.errors import PictureError
from smartselfie.faces import read_faces
from smartselfie.factory import make_classifier, make_detector, make_eyes
from smartselfie.images import decode_image
from smartselfie.inference.detectors import YuNet
from smartselfie.inference.runtime import FACE_MODEL, bundled_model
from smartselfie.ports import FaceDetector
from smartselfie.settings.schema import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A labelled picture: its row of the labels, and how many faces it shows (None where nobody knows)."""

    image: Image
    row: dict[str, str]
    faces: int | None
    square: Box | None


@dataclass(slots=True)
class Tally:
    """What one detector made of some pictures: faces there were, found ones, boxes too many."""

    faces: int = 0
    found: int = 0
    false: int = 0

    def count(self, faces: int, found: int, false: int) -> None:
        """Add a picture."""
        self.faces, self.found, self.false = self.faces + faces, self.found + found, self.false + false


Tallies = dict[str, Tally]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=1000, help="pictures of each set")
    parser.add_argument("--made", type=int, default=40, help="made pictures of each kind")
    parser.add_argument("--skip-line", action="store_true")
    parser.add_argument("--skip-cost", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    sets = {path.stem: list(read_pictures(path, arguments.most)) for path in arguments.data}
    detectors: dict[str, FaceDetector] = {
        "live": make_detector(Settings()),
        "640": make_detector(Settings(far_faces=True)),
        "thorough": make_detector(Settings(), thorough=True),
    }
    print_head(("pictures", "n", "faces", *(f"{name}: found, false" for name in detectors)))
    for name, pictures in sets.items():
        for kind, chosen in by_kind(name, pictures).items():
            print_tallies(kind, len(chosen), judge(chosen, detectors))
    portraits = list(find_portraits(sets))
    empty = [each.image for pictures in sets.values() for each in pictures if each.faces == 0]
    empty = [image for image in empty if not detectors["thorough"].detect(image)]
    for kind, scenes in make_scenes(portraits, empty or [np.full((8, 8, 3), 110, np.uint8)], arguments.made):
        print_tallies(kind, len(scenes), judge_scenes(scenes, detectors))
    if not arguments.skip_line:
        print_lines(sets, detectors)
    if not arguments.skip_cost:
        print_costs(portraits[0], (empty or [np.full((8, 8, 3), 110, np.uint8)])[0])


def read_pictures(path: Path, most: int) -> Iterator[Picture]:
    """The pictures of a labelled folder or zip, evenly spread over its rows; files that are broken are passed over."""
    root = zipfile.Path(path) if path.suffix == ".zip" else path
    rows = list(csv.DictReader(io.StringIO((root / "labels.csv").read_text(encoding="utf-8"))))
    for index in np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int):
        row = rows[index]
        try:
            image = decode_image((root / row["file"]).read_bytes(), row["file"])
        except PictureError:
            continue
        square = None
        if row.get("square_side"):
            height, width = image.shape[:2]
            left, top, side = (float(row[f"square_{name}"]) for name in ("left", "top", "side"))
            square = Box(left * width, top * height, side * width, side * width)
        count = row.get("n_faces", "1")
        yield Picture(image, row, int(count) if count else None, square)


def by_kind(name: str, pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """The pictures whose number of faces is known, by category and by whether it is sure."""
    kinds: dict[str, list[Picture]] = {}
    for picture in pictures:
        if picture.faces is not None:
            sure = picture.row.get("confidence", "high") == "high"
            kind = " ".join((name, picture.row.get("category", ""), "" if sure else "(not sure)")).strip()
            kinds.setdefault(kind, []).append(picture)
    return dict(sorted(kinds.items()))


def judge(pictures: Sequence[Picture], detectors: dict[str, FaceDetector]) -> Tallies:
    """Found and false by count: boxes beyond the number of faces are false, as far as anybody knows."""
    tallies = {name: Tally() for name in detectors}
    for picture in pictures:
        faces = picture.faces or 0
        for name, detector in detectors.items():
            found = len(detector.detect(picture.image))
            tallies[name].count(faces, min(found, faces), max(0, found - faces))
    return tallies


def judge_scenes(scenes: Sequence[Scene], detectors: dict[str, FaceDetector]) -> Tallies:
    """Found and false by where the boxes lie; a second box of the face is false, too."""
    tallies = {name: Tally() for name in detectors}
    for scene in scenes:
        for name, detector in detectors.items():
            boxes = [face.box for face in detector.detect(scene.image)]
            hits = sum(hit(box, scene.face) for box in boxes)
            tallies[name].count(1, min(hits, 1), len(boxes) - min(hits, 1))
    return tallies


def find_portraits(sets: dict[str, list[Picture]]) -> Iterator[Portrait]:
    """The pictures of one face that is known to lie somewhere, from every set in turn."""
    yunet = YuNet(bundled_model(FACE_MODEL))
    queues = [portraits_of(pictures, yunet) for pictures in sets.values()]
    for row in zip(*(first_of(queue) for queue in queues), strict=False):
        yield from (portrait for portrait in row if portrait is not None)


def first_of(queue: Iterator[Portrait]) -> Iterator[Portrait | None]:
    """At most `EACH` portraits, then None, so that short sets do not end long ones."""
    taken = list(islice(queue, EACH))
    yield from taken
    yield from [None] * (EACH - len(taken))


# Most portraits that each set gives.
EACH = 30


def portraits_of(pictures: Sequence[Picture], yunet: YuNet) -> Iterator[Portrait]:
    """Pictures of one face, with the labels' square or else where a look at the picture's own size finds it."""
    step = max(1, len(pictures) // (2 * EACH))
    for picture in pictures[::step]:
        if picture.square is not None:
            yield Portrait(picture.image, picture.square)
        elif picture.faces == 1:
            found = yunet.detect_at(picture.image, min(320, max(picture.image.shape)))
            if len(found) == 1 and found[0].score is not None and found[0].score > 0.8:
                yield Portrait(picture.image, found[0].box.square(1.0))


# Words of labels that stand for others.
MEANT = {
    **NAMES,
    "smile_closed": "smile",
    **dict.fromkeys(("no_smile", "open_mouth", "grimace"), "non_smile"),
}


def print_lines(sets: dict[str, list[Picture]], detectors: dict[str, FaceDetector]) -> None:
    """The whole line on the sets that are labelled for it."""
    classifier = make_classifier()
    print()
    print_head(("whole line", "n", *(f"{name}: not found, right, AUC" for name in detectors)))
    for name, pictures in sets.items():
        said = [each.row.get("label") or each.row.get("emotion") or "" for each in pictures]
        labels = [MEANT.get(word, word) for word in said]
        known: tuple[str, ...] = SMILES if "smile" in labels else EMOTIONS
        chosen = [number for number, word in enumerate(labels) if word in known]
        if not chosen:
            continue
        cells = []
        for detector in detectors.values():
            analyzer = FaceAnalyzer(detector=detector, classifier=classifier)
            faces = [largest(analyzer.analyze(pictures[number].image)) for number in chosen]
            scores = np.array([list(face.emotions.values()) if face else [0.0] * 7 for face in faces], np.float32)
            found, truth = np.array([face is not None for face in faces]), np.array([labels[each] for each in chosen])
            if known is SMILES:
                result = smiles(scores, truth == "smile", found)
                right, area = result["accuracy"] or 0.0, "" if result["auc"] is None else f", {result['auc']:.3f}"
            else:
                right, area = emotions_of(scores, np.where(found, truth, "nobody"))["accuracy"], ""
            cells.append(f"{(~found).sum()}, {right:.1%}{area}")
        print(f"| {name} | {len(chosen)} | " + " | ".join(cells) + " |", flush=True)


def print_costs(portrait: Portrait, wall: Image) -> None:
    """CPU time with a face and without one: photos as they are analysed, and frames as they are watched."""
    classifier, eyes = make_classifier(), make_eyes()
    live, thorough = make_detector(Settings()), make_detector(Settings(), thorough=True)
    print()
    print_head(("CPU ms", "a face", "nobody", "nobody / a face"))
    for name, detector in (("photo", thorough), ("frame, each looked at", live)):
        for size in ((320, 240), (640, 480), (1280, 720), (4000, 3000)):
            face = compose(portrait, wall, size, 0.25, (0.5, 0.5), 0.0).image
            nobody = np.asarray(cv2.resize(wall, size, interpolation=cv2.INTER_AREA), np.uint8)

            read = partial(read_faces, detector=detector, classifier=classifier, eyes=eyes)
            with_face, without = time_in_turn([partial(read, face), partial(read, nobody)])
            ratio = without / with_face
            print(f"| {name}, {size[0]}×{size[1]} | {with_face:.1f} | {without:.1f} | {ratio:.2f} |", flush=True)


def time_in_turn(calls: Sequence[Callable[[], object]], rounds: int = 15) -> list[float]:
    """Median CPU milliseconds of each call; they take turns."""
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 2):
        for call, times in zip(calls, taken, strict=True):
            begin = time.process_time()
            call()
            if number >= 2:  # the first rounds fill caches
                times.append(1e3 * (time.process_time() - begin))
    return [statistics.median(times) for times in taken]


def print_head(columns: Sequence[str]) -> None:
    """The first lines of a table."""
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)


def print_tallies(kind: str, pictures: int, tallies: Tallies) -> None:
    """A line of the table."""
    faces = next(iter(tallies.values())).faces
    cells = [f"{tally.found}, {tally.false}" for tally in tallies.values()]
    print(f"| {kind} | {pictures} | {faces} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
