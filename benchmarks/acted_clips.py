"""Clips of the kinds that fool a trigger, put together from pictures of actors and from crops of eyes.

    python -m benchmarks.acted_clips ACTED.zip EYES.zip FOLDER [--seed 2013]

ACTED holds grey frontal faces and a labels.csv (file, emotion, person), EYES crops of eyes and a labels.csv (file,
label: open or closed). A person's pictures are turned into one another by a warp of five landmarks and a cross-fade,
all of the face or its lower half alone; eyes are shut by pasting closed ones over them. Heads sway, nod and tilt, light
flickers, the sensor is noisy. FOLDER gets the clips and their labels.csv, as `smartselfie replay` reads it, with the
columns `levels` and `shut`: how much of the smile each frame shows, and how far an eye is shut, in percent. The same
seed gives the same clips. They are for measuring only: no model may be trained on them.
"""

import argparse
import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.acted_takes import Look, Script, Take, between, levels_of, takes_of, takes_of_two, timeline
from smartselfie.factory import make_detector
from smartselfie.settings.schema import Settings

# (H, W) float32, 0 to 255.
Grey = NDArray[np.float32]

SIDE = 256
WIDTH, HEIGHT = 480, 360


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A face: its picture, (SIDE, SIDE), and five landmarks (5, 2)."""

    pixels: Grey
    points: NDArray[np.float64]


ANCHORS = np.array([(x, y) for x in (0, 128, 255) for y in (0, 128, 255) if (x, y) != (128, 128)], np.float64)


def warp_field(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float32]:
    """Where each pixel of a picture with landmarks `target` comes from in one with `source`: (SIDE, SIDE, 2).

    A thin-plate spline (Bookstein 1989) through the landmarks and the picture's edge.
    """
    fixed, moved = np.vstack([target, ANCHORS]), np.vstack([source, ANCHORS])
    count = len(fixed)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(fixed[:, None] - fixed[None])
    system[:count, count:] = np.hstack([np.ones((count, 1)), fixed])
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.solve(system, np.vstack([moved - fixed, np.zeros((3, 2))]))
    coarse = 64
    steps = np.linspace(0, SIDE - 1, coarse)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    basis = np.hstack([_kernel(grid[:, None] - fixed[None]), np.ones((len(grid), 1)), grid])
    shift = (basis @ weights).reshape(coarse, coarse, 2).astype(np.float32)
    rows, columns = np.indices((SIDE, SIDE), np.float32)
    return np.asarray(cv2.resize(shift, (SIDE, SIDE)) + np.stack([columns, rows], axis=-1), np.float32)


def _kernel(apart: NDArray[np.float64]) -> NDArray[np.float64]:
    square = (apart**2).sum(axis=-1)
    return np.asarray(square * np.log(square + 1e-9), np.float64)


def morph(before: Portrait, after: Portrait, upper: float, lower: float) -> Portrait:
    """A face between two: shares of the second in the upper and in the lower half, from 0 to 1."""
    of_point = np.array([upper, upper, (upper + lower) / 2, lower, lower])[:, None]
    points = before.points + of_point * (after.points - before.points)
    middle, span = float(points[2, 1]), float(points[3:, 1].mean() - points[2, 1])
    rows = np.arange(SIDE, dtype=np.float32)[:, None]
    down = 1 / (1 + np.exp(-(rows - middle) / (0.15 * span)))
    share = upper + (lower - upper) * down
    one, other = (
        cv2.remap(each.pixels, field[..., 0], field[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for each in (before, after)
        for field in (warp_field(each.points, points),)
    )
    return Portrait(np.asarray(one + share * (other - one), np.float32), points)


class Cast:
    """The actors' pictures, and what can be made of them."""

    def __init__(self, acted: Path, eyes: Path) -> None:
        """Find every picture's landmarks."""
        detector = make_detector(Settings(far_faces=True))
        self.portraits: dict[str, Portrait] = {}
        self.pictures: dict[tuple[str, str], list[str]] = {}
        with zipfile.ZipFile(acted) as archive:
            for row in csv.DictReader(io.StringIO(archive.read("labels.csv").decode())):
                content = np.frombuffer(archive.read(row["file"]), np.uint8)
                image = np.asarray(cv2.resize(cv2.imdecode(content, cv2.IMREAD_COLOR), (SIDE, SIDE)), np.uint8)
                found = detector.detect(image)
                if found:
                    name = f"{row['emotion']}/{Path(row['file']).stem}"
                    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
                    self.portraits[name] = Portrait(grey, np.array(found[0].landmarks[:5], np.float64))
                    self.pictures.setdefault((row["person"], row["emotion"]), []).append(name)
        self.people = sorted({person for person, _ in self.pictures})
        with zipfile.ZipFile(eyes) as archive:
            rows = csv.DictReader(io.StringIO(archive.read("labels.csv").decode()))
            names = [row["file"] for row in rows if row["label"] == "closed" and row["file"].startswith("val")]
            some = random.Random(0).sample(sorted(names), 40)
            crops = (cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE) for name in some)
            self.closed = [np.asarray(each, np.float32) for each in crops]
        self.look = lru_cache(maxsize=256)(self._look)

    def _look(self, look: Look) -> Portrait:
        upper, lower = self.portraits[look.upper], self.portraits[look.lower]
        made = upper if look.upper == look.lower else morph(upper, lower, 0.0, 1.0)
        return with_moustache(made) if look.moustache else made

    def draw(self, script: Script, at: float, lids: tuple[Grey, Grey]) -> Portrait:
        """The head at that time; `lids` are the closed eyes that it has."""
        before, after, share = between(script.looks, at)
        face = self.look(before)
        if share > 0 and before != after:
            face = morph(face, self.look(after), share, share)
        pixels = face.pixels.copy()
        for (x, y), lid, much in zip(face.points[:2], lids, script.lids(at), strict=True):
            if much > 0:
                _close(pixels, lid, (x, y), 0.62 * float(np.hypot(*(face.points[1] - face.points[0]))), much)
        return Portrait(pixels, face.points)


def _close(pixels: Grey, lid: Grey, middle: tuple[float, float], side: float, much: float) -> None:
    """Paste a closed eye over an open one, in the light of the skin around it."""
    size = round(side)
    left, top = round(middle[0] - side / 2), round(middle[1] - side / 2)
    region = pixels[top : top + size, left : left + size]
    eye = cv2.GaussianBlur(cv2.resize(lid, (size, size), interpolation=cv2.INTER_CUBIC), (0, 0), 0.7)
    rim = np.concatenate([region[0], region[-1], region[:, 0], region[:, -1]])
    own = np.concatenate([eye[0], eye[-1], eye[:, 0], eye[:, -1]])
    eye = (eye - float(np.median(own))) * (float(rim.std()) + 12) / (float(own.std()) + 12) + float(np.median(rim))
    rows, columns = np.indices((size, size), np.float32) / (size - 1) * 2 - 1
    mask = np.clip(1.6 * (1 - (rows**2 * 1.2 + columns**2)), 0, 1) * much
    region[:] = region + mask * (np.clip(eye, 0, 255) - region)


def with_moustache(face: Portrait) -> Portrait:
    """The face with a dark moustache whose ends point upwards."""
    nose, left, right = face.points[2:5]
    rows, columns = np.indices((SIDE, SIDE), np.float32)
    wide = 0.72 * float(np.hypot(*(right - left)))
    middle = 0.42 * nose + 0.29 * (left + right)
    across = (columns - middle[0]) / wide
    # an arch whose ends turn up
    arch = middle[1] + wide * (0.28 * np.abs(across) ** 0.8 - 0.42 * np.maximum(0, np.abs(across) - 0.7) * 3)
    thick = 0.17 * wide * np.clip(1.15 - np.abs(across), 0.05, 1)
    mask = np.clip(1.5 - np.abs(rows - arch) / thick, 0, 1) * (np.abs(across) < 1)
    hair = 35 + 14 * np.sin(1.9 * columns + 0.7 * rows)
    return Portrait(np.asarray(face.pixels + 0.92 * mask * (hair - face.pixels), np.float32), face.points)


@dataclass(frozen=True, slots=True)
class Camera:
    """How a clip is seen: its pace, light, noise, and how heads move."""

    fps: float
    light: float
    noise: float
    phase: float
    blur: float

    @staticmethod
    def any(chance: random.Random) -> "Camera":
        """One of many."""
        return Camera(
            chance.choice((10.0, 15.0, 24.0, 30.0)),
            chance.uniform(0.5, 1.1),
            chance.uniform(1.5, 5),
            chance.uniform(0, 6.28),
            chance.choice((0.0, 0.0, 0.8, 1.4)),
        )


def frames_of(take: Take, cast: Cast, camera: Camera, chance: random.Random) -> Iterator[NDArray[np.uint8]]:
    """A clip's frames, (HEIGHT, WIDTH, 3) BGR."""
    lids = [(chance.choice(cast.closed), chance.choice(cast.closed)[:, ::-1].copy()) for _ in take.scripts]
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, camera.noise, (HEIGHT + 32, WIDTH + 32, 1))
    for index in range(round(take.seconds * camera.fps)):
        at = index / camera.fps
        image = np.full((HEIGHT, WIDTH), 110, np.float32)
        for place, (script, size) in enumerate(zip(take.scripts, take.sizes, strict=True)):
            x = WIDTH * (place + 0.5) / len(take.scripts)
            _place(image, cast.draw(script, at, lids[place]).pixels, x, size, at + camera.phase + place, script.bounce)
        image *= camera.light * (1 + 0.05 * np.sin(3.1 * (at + camera.phase)))
        if camera.blur:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), camera.blur), np.float32)
        top, left = chance.randrange(32), chance.randrange(32)
        colour = image[..., None] * np.array((0.86, 0.96, 1.08)) + grain[top : top + HEIGHT, left : left + WIDTH]
        yield np.clip(colour, 0, 255).astype(np.uint8)


def _place(image: Grey, face: Grey, x: float, size: float, time: float, bounce: float) -> None:
    """Draw a head that sways, nods and tilts; `bounce` is how much laughter shakes it."""
    scale = 1.15 * size * (1 + 0.03 * np.sin(0.9 * time))
    y = HEIGHT / 2 + 8 * size * np.sin(1.7 * time) + 14 * size * bounce * np.sin(22 * time)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 5 * np.sin(0.8 * time), scale)
    matrix[:, 2] += (x + 14 * size * np.sin(1.1 * time) - SIDE / 2, y - SIDE / 2)
    shape = (image.shape[1], image.shape[0])
    seen = cv2.warpAffine(face, matrix, shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    head = np.zeros_like(face)
    cv2.ellipse(head, (SIDE // 2, SIDE // 2 + 8), (88, 122), 0, 0, 360, (1.0,), -1)
    mask = cv2.warpAffine(cv2.GaussianBlur(head, (0, 0), 6), matrix, shape)
    image += mask * (seen - image)


def make_clips(acted: Path, eyes: Path, folder: Path, seed: int, say: Callable[[str], object] = print) -> None:
    """Make all of them, and their labels."""
    cast = Cast(acted, eyes)
    folder.mkdir(parents=True, exist_ok=True)
    takes = [(p, take) for p in cast.people for take in takes_of(p, cast.pictures, random.Random(f"{seed} {p}"))]
    takes += [
        (f"pair{n}", take) for n in range(6) for take in takes_of_two(cast.pictures, random.Random(f"{seed} pair {n}"))
    ]
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "kind", "frames", "fps", "timeline_by_eye", "shot_expected", "levels", "shut"))
        for person, take in takes:
            chance = random.Random(f"{seed} {person} {take.kind}")
            camera, name = Camera.any(chance), f"{take.kind}_{person}.mp4"
            four = cv2.VideoWriter.fourcc(*"mp4v")
            writer = cv2.VideoWriter(str(folder / name), four, camera.fps, (WIDTH, HEIGHT))
            for image in frames_of(take, cast, camera, chance):
                writer.write(image)
            writer.release()
            count = round(take.seconds * camera.fps)
            levels = " ".join(f"{100 * max(levels_of(take, at / camera.fps)):.0f}" for at in range(count))
            shut = " ".join(
                f"{100 * max(script.shut(at / camera.fps) for script in take.scripts):.0f}" for at in range(count)
            )
            line = timeline(take, camera.fps)
            rows.writerow((name, take.kind, count, camera.fps, line, take.expected, levels, shut))
    say(f"{len(takes)} clips in {folder}")


def main() -> None:
    """Read the arguments and make the clips."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("acted", type=Path)
    parser.add_argument("eyes", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=2013)
    arguments = parser.parse_args()
    make_clips(arguments.acted, arguments.eyes, arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
