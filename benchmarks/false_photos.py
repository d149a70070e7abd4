"""False photos an hour on composed footage, and smiles caught in it.

    python -m benchmarks.false_photos CROPS.zip PHOTOS.zip [--hours 3] [--fps 10] [--seed 2013] [--show FILE.jpg]

CROPS holds face crops and a labels.csv (file, label: what begins with "smile" is one, "ambiguous" is left out; of a
column `part` only "val" is used, so that no model meets what it learnt), PHOTOS scenes with a labels.csv (file,
category, n_faces, smiling). Before landscapes and rooms, one to three people who do not smile come in, stay for three
to eight seconds, move, tilt, flicker and go; in every tenth scene one alone turns, over a third of a second, into
somebody who smiles. Between them scenes without a smile are shown, panned: portraits, cartoons, animals, statues, dark
rooms. The whole line looks at it with the default rule. A photo is false unless a smile is being shown; `--show` draws
who was photographed, to look at. Beside it stands what the plain rule does, ten frames in a row of the largest face on
which "happy" is highest and at least 0.5. The last line is JSON.
"""

import argparse
import csv
import io
import json
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Photo, Shot, SourceBack, SourceLost
from smartselfie.core.types import Face, Frame, Image, largest
from smartselfie.factory import make_pipeline
from smartselfie.settings.schema import Settings

WIDTH, HEIGHT = 640, 360
# Its length in seconds, and what draws it at a time.
Scene = tuple[float, Callable[[float], Image]]
# Seconds in which a face turns into a smile.
TURN = 0.35


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes, stays and goes: crops, place, size, times, and how the head moves."""

    calm: NDArray[np.uint8]
    smiling: NDArray[np.uint8] | None
    x: float
    y: float
    side: float
    begin: float
    smile_at: float
    end: float
    phase: float
    tint: tuple[float, float, float]


class Crops:
    """Pictures of a zip by label."""

    def __init__(self, path: Path) -> None:
        """Read the labels."""
        self._zip = zipfile.ZipFile(path)
        self.rows = list(csv.DictReader(io.StringIO(self._zip.read("labels.csv").decode())))

    def load(self, name: str, flag: int) -> NDArray[np.uint8] | None:
        """One picture, or None where it is broken."""
        content = np.frombuffer(self._zip.read(name), np.uint8)
        picture = cv2.imdecode(content, flag) if len(content) else None
        return None if picture is None else np.asarray(picture, np.uint8)


class Footage:
    """A clip that is composed while it is looked at; the same seed gives the same frames."""

    name, live = "composed", False

    def __init__(self, crops: Crops, photos: Crops, seconds: float, fps: float, seed: int) -> None:
        """Nothing is drawn yet."""
        self.fps, self._seconds, self._seed = fps, seconds, seed
        self._crops, self._photos = crops, photos
        names: dict[str, list[str]] = {"smile": [], "non_smile": []}
        for row in crops.rows:
            if row["label"] != "ambiguous" and row.get("part", "val") == "val":
                names["smile" if row["label"].startswith("smile") else "non_smile"].append(row["file"])
        self._names = names
        usable = [row for row in photos.rows if row["category"] != "broken_files"]
        self._empty = [row["file"] for row in usable if row["category"] == "no_face_natural"]
        self._calm = [row["file"] for row in usable if row["smiling"] in ("none", "not_smiling", "na")]
        self.smiles: list[tuple[float, float]] = []

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """Scene after scene."""
        random_ = random.Random(self._seed)
        noise = np.random.default_rng(self._seed).normal(0, 4, (HEIGHT + 64, WIDTH + 64, 3)).astype(np.int16)
        at, index = 0.0, 0
        while at < self._seconds:
            length, draw = self._panned(random_) if random_.random() < 0.15 else self._visit(random_, at)
            begin = at
            while at - begin < length and at < self._seconds:
                top, left = random_.randrange(64), random_.randrange(64)
                grain = noise[top : top + HEIGHT, left : left + WIDTH]
                image = np.clip(draw(at - begin).astype(np.int16) + grain, 0, 255).astype(np.uint8)
                yield Frame(image, at, index)
                index += 1
                at = index / self.fps

    def close(self) -> None:
        """Nothing is open."""

    def _panned(self, random_: random.Random) -> Scene:
        """A scene without a smile, seen by a camera that moves over it."""
        picture = self._scene(random_, self._calm)
        large = cv2.resize(picture, (WIDTH + 80, HEIGHT + 60), interpolation=cv2.INTER_AREA)
        angle = random_.uniform(0, 6.28)

        def draw(at: float) -> Image:
            x, y = 40 + 38 * np.sin(0.5 * at + angle), 30 + 28 * np.cos(0.4 * at + angle)
            return np.asarray(cv2.getRectSubPix(large, (WIDTH, HEIGHT), (WIDTH / 2 + x, HEIGHT / 2 + y)), np.uint8)

        return random_.uniform(3, 6), draw

    def _visit(self, random_: random.Random, now: float) -> Scene:
        """One to three people, of whom one alone may smile."""
        scene = self._scene(random_, self._empty)
        back = np.asarray(cv2.resize(scene, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
        smiles = random_.random() < 0.1
        count = 1 if smiles else random_.choice((1, 1, 2, 3))
        guests = [self._guest(random_, place, count, smiles=smiles) for place in range(count)]
        length = max(guest.end for guest in guests) + random_.uniform(0.3, 1.5)
        self.smiles += [(now + each.smile_at, now + each.end) for each in guests if each.smiling is not None]

        def draw(at: float) -> Image:
            image = back.copy()
            for guest in guests:
                if guest.begin <= at < guest.end:
                    _paste(image, guest, at)
            return image

        return length, draw

    def _guest(self, random_: random.Random, place: int, count: int, *, smiles: bool) -> Guest:
        begin = random_.uniform(0.2, 1.5)
        smile_at = begin + random_.uniform(1.5, 4.0)
        end = smile_at + 2.5 if smiles else begin + random_.uniform(3, 8)
        tone = random_.uniform(0.75, 1.1)
        return Guest(
            calm=self._face(random_, "non_smile"),
            smiling=self._face(random_, "smile") if smiles else None,
            x=WIDTH * (place + 0.5) / count + random_.uniform(-30, 30),
            y=HEIGHT * random_.uniform(0.4, 0.6),
            side=random_.uniform(70, 190 if count == 1 else 130),
            begin=begin,
            smile_at=smile_at,
            end=end,
            phase=random_.uniform(0, 6.28),
            tint=(0.86 * tone, 0.96 * tone, 1.08 * tone),
        )

    def _face(self, random_: random.Random, label: str) -> NDArray[np.uint8]:
        face = None
        while face is None:
            face = self._crops.load(random_.choice(self._names[label]), cv2.IMREAD_GRAYSCALE)
        # all of one size, so that one can turn into another
        return np.asarray(cv2.resize(face, (96, 96), interpolation=cv2.INTER_AREA), np.uint8)

    def _scene(self, random_: random.Random, names: list[str]) -> Image:
        picture = None
        while picture is None:
            picture = self._photos.load(random_.choice(names), cv2.IMREAD_COLOR)
        return picture


class Plain:
    """Ten frames in a row on which "happy" is highest and at least 0.5; then the smile must go, and 3 seconds pass."""

    def __init__(self) -> None:
        """Nobody smiles yet."""
        self._held, self._until, self._gone = 0, 0.0, True
        self.fired: list[float] = []

    def update(self, at: float, faces: tuple[Face, ...]) -> None:
        """Take in a frame."""
        face = largest(faces)
        happy = face is not None and face.emotion is Emotion.HAPPY and face.emotions["happy"] >= 0.5
        self._gone = self._gone or not happy
        self._held = self._held + 1 if happy and self._gone and at >= self._until else 0
        if self._held == 10:
            self.fired.append(at)
            self._held, self._until, self._gone = 0, at + 3.0, False


class Kept:
    """Keeps who was photographed, small; nothing on the disk."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.faces: dict[float, Image] = {}

    def save(self, shot: Shot) -> Photo:
        """Cut out the largest face."""
        box = max((face.box for face in shot.faces), key=lambda box: box.area).square(1.5).within(WIDTH, HEIGHT)
        top, left = int(box.top), int(box.left)
        face = shot.frame.image[top : top + int(box.height), left : left + int(box.width)]
        self.faces[shot.frame.at] = np.asarray(cv2.resize(face, (96, 96)), np.uint8)
        return Photo(Path(f"{shot.frame.index}.jpg"), shot)

    def close(self) -> None:
        """Nothing is open."""


def _paste(image: Image, guest: Guest, at: float) -> None:
    """Draw a guest's head, which sways, nods, tilts and comes a little nearer, in light that flickers."""
    time_ = at + guest.phase
    face = guest.calm.astype(np.float32)
    if guest.smiling is not None:
        share = min(1.0, max(0.0, (at - guest.smile_at) / TURN))
        face += share * (guest.smiling.astype(np.float32) - face)
    # in from below, out again
    arriving = min(1.0, (at - guest.begin) / 0.4, (guest.end - at) / 0.3)
    side = guest.side * (1 + 0.05 * np.sin(0.9 * time_))
    x = guest.x + 0.12 * guest.side * np.sin(1.1 * time_)
    y = guest.y + 0.06 * guest.side * np.sin(1.7 * time_) + (1 - arriving) * HEIGHT
    angle, scale = 7 * np.sin(0.8 * time_), side / face.shape[0]
    half = 0.8 * side
    left, top = int(x - half), int(y - half)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH, int(x + half)), min(HEIGHT, int(y + half))
    if x1 <= x0 or y1 <= y0:
        return
    matrix = cv2.getRotationMatrix2D((face.shape[1] / 2, face.shape[0] / 2), angle, scale)
    matrix[:, 2] += (x - x0 - face.shape[1] / 2, y - y0 - face.shape[0] / 2)
    size = (x1 - x0, y1 - y0)
    seen = cv2.warpAffine(face, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((y1 - y0, x1 - x0), np.float32)
    cv2.ellipse(mask, ((x - x0, y - y0), (1.12 * side, 1.4 * side), angle), (1.0,), -1)
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, side / 25))[..., None]
    light = 1 + 0.08 * np.sin(3.1 * time_)
    colour = np.clip(seen[..., None] * light * np.array(guest.tint, np.float32), 0, 255)
    region = image[y0:y1, x0:x1]
    region[:] = (region + soft * (colour - region)).astype(np.uint8)


def main() -> None:
    """Compose, watch, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crops", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=2013)
    parser.add_argument("--rule", default="majority")
    parser.add_argument("--show", type=Path, metavar="FILE.jpg")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: {arguments.hours:g} hours at {arguments.fps:g} frames a second", flush=True)
    footage = Footage(
        Crops(arguments.crops), Crops(arguments.photos), 3600 * arguments.hours, arguments.fps, arguments.seed
    )
    album, begin, seen, shots = Kept(), time.monotonic(), 0, list[tuple[float, float]]()
    settings, plain = Settings(rule=arguments.rule), Plain()
    for moment in make_pipeline(footage, settings, album).moments():
        seen += bool(moment.faces)
        plain.update(moment.frame.at, moment.faces)
        shots += [(moment.frame.at, photo.shot.frame.at) for photo in moment.photos]
        if moment.frame.index % 6000 == 0:
            print(f"{moment.frame.at / 60:.0f} min of footage, {len(shots)} photos", flush=True)
    shown = footage.smiles

    def fits(fired: float) -> bool:
        return any(first <= fired <= last for first, last in shown)

    false = [kept for fired, kept in shots if not fits(fired)]
    caught = sum(any(first <= fired <= last for fired, _ in shots) for first, last in shown)
    if arguments.show is not None and false:
        tiles = [album.faces[at] for at in false]
        tiles += [np.zeros((96, 96, 3), np.uint8)] * (-len(tiles) % 10)
        cv2.imwrite(str(arguments.show), np.vstack([np.hstack(tiles[at : at + 10]) for at in range(0, len(tiles), 10)]))
    told = {
        "seed": arguments.seed,
        "hours": arguments.hours,
        "fps": arguments.fps,
        "rule": arguments.rule,
        "share_of_frames_with_faces": round(seen / max(1, round(3600 * arguments.hours * arguments.fps)), 3),
        "smiles_shown": len(shown),
        "smiles_photographed": caught,
        "false_photos": len(false),
        "false_photos_per_hour": round(len(false) / arguments.hours, 2),
        "plain_rule_false_photos": sum(not fits(fired) for fired in plain.fired),
        "false_at_seconds": [round(at, 1) for at in false],
        "took_minutes": round((time.monotonic() - begin) / 60, 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
