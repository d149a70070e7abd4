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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.factory import make_detector
from smartselfie.settings.schema import Settings

Grey = NDArray[np.float32]
"""(H, W) float32, 0 to 255."""

SIDE = 256
WIDTH, HEIGHT = 480, 360
TEETH = ("KA1", "KA2", "KA3", "KM1", "KM2", "KM3", "KM4", "KR2", "MK1", "MK3", "NA1", "NA2", "NA3", "TM2", "YM2", "YM3")
CLOSED_LIPS = ("KL1", "KL2", "KL3", "MK2", "TM3", "YM1")
"""Happy pictures whose smile nobody would dispute, by eye; the other nine are doubtful."""

BEGINS, DOUBTED = 0.5, 0.2
"""Shares of a smile from which a frame is one, and from which it may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A face: its picture, (SIDE, SIDE), and five landmarks (5, 2)."""

    pixels: Grey
    points: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """What a face shows: the picture of its upper and of its lower half, how much it smiles, and a moustache."""

    upper: str
    lower: str
    smiles: float = 0.0
    moustache: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What one head does: looks and shut eyes (left, right) by time, in seconds; in between they blend."""

    looks: tuple[tuple[float, Look], ...]
    eyes: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    bounce: float = 0.0

    def smiles(self, at: float) -> float:
        """How much of a smile there is at that time, from 0 to 1."""
        before, after, share = _between(self.looks, at)
        return before.smiles + share * (after.smiles - before.smiles)

    def shut(self, at: float) -> float:
        """How far the more closed of the eyes is shut at that time, from 0 to 1."""
        return max(self.lids(at))

    def lids(self, at: float) -> tuple[float, float]:
        """How far the left and the right eye are shut at that time, from 0 to 1."""
        times = [time for time, _, _ in self.eyes]
        left, right = (float(np.interp(at, times, [each[side] for each in self.eyes])) for side in (1, 2))
        return left, right


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to be made.

    Attributes:
        kind: what it tries.
        scripts: what each head does, the largest first.
        expected: whether it should give a photo: yes, no or ambiguous.
        sizes: of the heads, as a share of what fills the picture's height.
    """

    kind: str
    scripts: tuple[Script, ...]
    expected: str
    sizes: tuple[float, ...] = (1.0,)
    seconds: float = field(default=4.0)


def _between(looks: Sequence[tuple[float, Look]], at: float) -> tuple[Look, Look, float]:
    for (first, before), (last, after) in pairwise(looks):
        if at < last:
            return before, after, min(1.0, max(0.0, (at - first) / (last - first)))
    return looks[-1][1], looks[-1][1], 0.0


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
        self.of: dict[tuple[str, str], list[str]] = {}
        with zipfile.ZipFile(acted) as archive:
            for row in csv.DictReader(io.StringIO(archive.read("labels.csv").decode())):
                content = np.frombuffer(archive.read(row["file"]), np.uint8)
                image = np.asarray(cv2.resize(cv2.imdecode(content, cv2.IMREAD_COLOR), (SIDE, SIDE)), np.uint8)
                found = detector.detect(image)
                if found:
                    name = f"{row['emotion']}/{Path(row['file']).stem}"
                    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
                    self.portraits[name] = Portrait(grey, np.array(found[0].landmarks[:5], np.float64))
                    self.of.setdefault((row["person"], row["emotion"]), []).append(name)
        self.people = sorted({person for person, _ in self.of})
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
        before, after, share = _between(script.looks, at)
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


def _takes(cast: Cast, person: str, chance: random.Random) -> Iterator[Take]:
    """Everything that one actor does."""
    calm, happy = (_look(chance.choice(cast.of[person, each])) for each in ("neutral", "happy"))
    sad, fear, disgust, angry = (
        _look(chance.choice(cast.of[person, each])) for each in ("sad", "fear", "disgust", "angry")
    )
    surprise = _look(chance.choice(cast.of[person, "surprise"]))
    start = chance.uniform(1.2, 1.8)
    teeth = [f"happy/{name}" for name in TEETH if name.startswith(person)]
    lips = [f"happy/{name}" for name in CLOSED_LIPS if name.startswith(person)]
    for many, kind in ((teeth, "smile"), (lips, "closed_lips")):
        if many:
            yield from _smiles(kind, calm, sad, fear, disgust, _look(chance.choice(many), 1.0), start, chance)
    happy = _look(chance.choice(teeth)) if teeth else happy
    grin = Look(calm.upper, happy.lower)
    one, both = ((start, 0, 0), (start + 0.1, 1, 0)), ((start, 0, 0), (start + 0.1, 1, 1))
    if chance.random() < 0.5:
        one = tuple((at, right, left) for at, left, right in one)  # type: ignore[assignment]
    wincing = Look(chance.choice((angry, disgust, sad)).upper, chance.choice((fear, disgust)).lower)
    length = chance.uniform(0.6, 1.0)
    end = start + 0.1 + length
    yield Take("wink_with_teeth", (Script(_there_and_back(calm, grin, start, end, 0.12), _shut(one, end)),), "no")
    yield Take("wince", (Script(_there_and_back(calm, wincing, start, end + 1, 0.15), _shut(both, end + 1)),), "no")
    wincing = Look(angry.upper, happy.lower)
    yield Take("wince_with_teeth", (Script(_there_and_back(calm, wincing, start, end, 0.15), _shut(both, end)),), "no")
    yield Take("eyes_shut", (Script(((0.0, calm),), _shut(both, start + 1.6)),), "no")
    blinks = tuple((at, much, much) for time in (0.6, 1.3, 1.6, 2.4, 3.1) for at, much in _blink(time))
    yield Take("blinks", (Script(((0.0, calm),), blinks),), "no")
    mouths = [calm, *(Look(calm.upper, each.lower) for each in (surprise, fear, disgust, calm))]
    yield Take("speaking", (Script(_speech(mouths, chance)),), "no")
    with_teeth = [calm, grin, *(Look(calm.upper, each.lower) for each in (surprise, fear, surprise))]
    yield Take("speaking_with_teeth", (Script(_speech(with_teeth, chance)),), "no")
    yield Take("moustache", (Script(((0.0, Look(calm.upper, calm.lower, moustache=True)),)),), "no")
    for each, name in ((sad, "sad"), (angry, "angry"), (disgust, "disgust"), (fear, "fear"), (surprise, "surprise")):
        yield Take(name, (Script(_there_and_back(calm, each, start, start + 1.8, 0.3)),), "no")
    if teeth:
        yield from _weeping(sad, fear, _look(chance.choice(teeth), 1.0), start)


def _weeping(sad: Look, fear: Look, smile: Look, start: float) -> Iterator[Take]:
    """Mouths that look like a smile's under eyes that do not: crying with teeth, then laughing out of it."""
    teeth = Look(sad.upper, smile.lower)
    sobs = [(start + 0.3 + 0.3 * step, (teeth, fear)[step % 2]) for step in range(8)]
    begin = ((0.0, sad), (start, sad), *sobs)
    yield Take("crying_with_teeth", (Script((*begin, (start + 3.0, sad))),), "no", seconds=5.0)
    for name, seconds in (("quickly", 0.4), ("slowly", 1.6)):
        looks = (*begin, (start + 2.6, teeth), (start + 2.6 + seconds, smile))
        yield Take(f"crying_with_teeth_to_smile_{name}", (Script(looks),), "yes", seconds=start + 4.6 + seconds)


def _smiles(
    kind: str, calm: Look, sad: Look, fear: Look, disgust: Look, smile: Look, start: float, chance: random.Random
) -> Iterator[Take]:
    def script(
        begin: Look, seconds: float, eyes: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    ) -> Script:
        looks = ((0.0, begin), (start, begin), (start + seconds, smile))
        return Script(looks, eyes)

    blinks = tuple((at, much, much) for time in (0.0, 0.5, 1.0, 1.7) for at, much in _blink(start + 0.2 + time))
    both = ((start + 0.3, 0.0, 0.0), (start + 0.4, 1.0, 1.0))
    yield Take(kind, (script(calm, 0.35),), "yes")
    yield Take(f"{kind}_grows", (script(calm, 2.4),), "yes", seconds=5.5)
    yield Take(f"{kind}_blinks", (script(calm, 0.3, blinks),), "yes")
    yield Take(f"{kind}_eyes_shut", (script(calm, 0.3, _shut(both, start + 1.4)),), "yes", seconds=5.0)
    short = _there_and_back(calm, smile, start, start + 1.6, 0.3)
    yield Take(f"{kind}_short", (Script(short),), "yes", seconds=4.0)
    weeping = Look(chance.choice((sad, disgust)).upper, chance.choice((fear, disgust)).lower)
    for name, seconds in (("quickly", 0.4), ("slowly", 2.0)):
        looks = ((0.0, sad), (0.6, sad), (1.0, weeping), (2.4, weeping), (2.4 + seconds, smile))
        yield Take(f"crying_to_{kind}_{name}", (Script(looks),), "yes", seconds=4.4 + seconds)


def _two(cast: Cast, chance: random.Random) -> Iterator[Take]:
    """Two people who laugh, one of them farther away."""
    first, second = chance.sample([name for name in TEETH if name[:2] != "KR"], 2)
    while first[:2] == second[:2]:
        second = chance.choice(TEETH)
    scripts = []
    for name in (first, second):
        calm, smile = _look(cast.of[name[:2], "neutral"][0]), _look(f"happy/{name}", 1.0)
        less = Look(smile.upper, calm.lower, 0.5)
        start = chance.uniform(0.8, 1.3)
        laughing = [(start + 0.3 + 0.2 * step, (smile, less)[step % 2] if step < 9 else smile) for step in range(12)]
        laughing = [(at, smile if look is less and chance.random() < 0.5 else look) for at, look in laughing]
        scripts.append(Script(((0.0, calm), (start, calm), *laughing), bounce=0.3))
    for size in (0.55, 0.3, 0.2):
        yield Take(f"two_laughing_{round(100 * size / 0.6)}", tuple(scripts), "yes", (0.6, size), 4.5)
    calm = _look(cast.of[second[:2], "neutral"][0])
    one = (scripts[0], Script(((0.0, calm),)))
    yield Take("one_smiles_one_behind", one, "yes", (0.6, 0.2), 4.5)
    yield Take("one_smiles_beside_one", one, "no", (0.6, 0.55), 4.5)


def _look(name: str, smiles: float = 0.0) -> Look:
    return Look(name, name, smiles)


def _there_and_back(calm: Look, other: Look, start: float, end: float, turn: float) -> tuple[tuple[float, Look], ...]:
    return (0.0, calm), (start, calm), (start + turn, other), (end, other), (end + turn, calm)


def _shut(closing: Sequence[tuple[float, float, float]], end: float) -> tuple[tuple[float, float, float], ...]:
    last, left, right = closing[-1]
    return (*closing, (max(last, end), left, right), (max(last, end) + 0.1, 0.0, 0.0))


def _blink(at: float) -> tuple[tuple[float, float], ...]:
    return (at, 0.0), (at + 0.07, 1.0), (at + 0.17, 1.0), (at + 0.27, 0.0)


def _speech(mouths: Sequence[Look], chance: random.Random) -> tuple[tuple[float, Look], ...]:
    at, looks = 0.5, [(0.0, mouths[0])]
    while at < 3.8:
        looks.append((at, chance.choice(mouths)))
        at += chance.uniform(0.08, 0.22)
    return tuple(looks)


def timeline(take: Take, fps: float) -> str:
    """What the clip shows, frame by frame, in the words of a labels.csv; of several people the most who smile."""
    spans: list[tuple[str, int, int]] = []
    for index in range(round(take.seconds * fps)):
        at = index / fps
        levels = _levels(take, at)
        level = levels[min(len(levels) - 1, _needed(take) - 1)]
        word = "smile" if level >= BEGINS else "ambiguous" if level >= DOUBTED else "neutral"
        if spans and spans[-1][0] == word:
            spans[-1] = (word, spans[-1][1], index)
        else:
            spans.append((word, index, index))
    return "; ".join(f"{word} {first}-{last}" for word, first, last in spans)


def _levels(take: Take, at: float) -> list[float]:
    """How much everybody smiles at that time, the most first."""
    return sorted((script.smiles(at) for script in take.scripts), reverse=True)


def _needed(take: Take) -> int:
    """How many must smile: of two of like size both."""
    return 2 if take.kind.startswith("two") and min(take.sizes) / max(take.sizes) > 0.45 else 1


def make_clips(acted: Path, eyes: Path, folder: Path, seed: int, say: Callable[[str], object] = print) -> None:
    """Make all of them, and their labels."""
    cast = Cast(acted, eyes)
    folder.mkdir(parents=True, exist_ok=True)
    takes = [(p, take) for p in cast.people for take in _takes(cast, p, random.Random(f"{seed} {p}"))]
    takes += [(f"pair{n}", take) for n in range(6) for take in _two(cast, random.Random(f"{seed} pair {n}"))]
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
            levels = " ".join(f"{100 * max(_levels(take, at / camera.fps)):.0f}" for at in range(count))
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
