"""Pictures of which it is known where the face is: a labelled face made larger, smaller, cut, tilted or pasted."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import cv2
import numpy as np

from smartselfie.core.types import Box, Image


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A picture (H, W, 3) uint8 BGR of one face, and the face's square in its pixels."""

    image: Image
    face: Box


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A made picture, and the square around its one face; the square may reach beyond the picture."""

    image: Image
    face: Box


def compose(
    portrait: Portrait, background: Image, size: tuple[int, int], share: float, place: tuple[float, float], tilt: float
) -> Scene:
    """Lay a portrait over a background.

    Args:
        portrait: the face with whatever is around it.
        background: what shows where the portrait ends; is stretched to the size.
        size: width and height of the scene.
        share: the face's side by the scene's longer side.
        place: where the middle of the face comes to lie, from 0 (left, top) to 1.
        tilt: degrees by which the portrait is turned clockwise about the middle of the face.
    """
    image, face = portrait.image, portrait.face
    side = share * max(size)
    while face.width > 2 * side:  # shrinking by more than half at once would alias
        half = (max(1, image.shape[1] // 2), max(1, image.shape[0] // 2))
        x, y = half[0] / image.shape[1], half[1] / image.shape[0]
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
        face = Box(face.left * x, face.top * y, face.width * x, face.height * y)
    centre = (place[0] * size[0], place[1] * size[1])
    matrix = np.asarray(cv2.getRotationMatrix2D(face.centre, -tilt, side / face.width), np.float64)
    matrix[:, 2] += np.subtract(centre, face.centre)
    scene = np.asarray(cv2.resize(background, size, interpolation=cv2.INTER_AREA), np.uint8)
    cv2.warpAffine(image, matrix, size, dst=scene, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return Scene(scene, Box(centre[0] - side / 2, centre[1] - side / 2, side, side))


def cut(portrait: Portrait, background: Image, edge: str, depth: float, side: int, room: float) -> Scene:
    """A square picture whose edge (left, top, right or bottom) cuts away `depth` of the face's square.

    Args:
        portrait: the face.
        background: what shows where the portrait ends.
        edge: which edge cuts.
        depth: the share of the face's square beyond that edge, 0 to 1.
        side: of the scene, in pixels.
        room: the scene's side by the face's.
    """
    middle = (0.5 - depth) / room
    place = {"left": (middle, 0.5), "right": (1 - middle, 0.5), "top": (0.5, middle), "bottom": (0.5, 1 - middle)}[edge]
    return compose(portrait, background, (side, side), 1 / room, place, 0.0)


# How far from its middle, in sides, and by which factor too large or small a box still counts as found.
NEAR, ALIKE = 0.4, 1.8


def hit(found: Box, face: Box) -> bool:
    """Whether a box that was found is of that face: its middle near, its size alike."""
    side = max(found.width, found.height)
    (x, y), (wanted_x, wanted_y) = found.centre, face.centre
    near = math.hypot(x - wanted_x, y - wanted_y) < NEAR * face.width
    return near and 1 / ALIKE < side / face.width < ALIKE


def make_scenes(portraits: Sequence[Portrait], empty: Sequence[Image], most: int) -> Iterator[tuple[str, list[Scene]]]:
    """Every kind of made picture, with its name; the same at every run.

    Args:
        portraits: whose faces; they are used again where there are fewer than `most`.
        empty: pictures without people, for what is around.
        most: scenes of each kind.
    """
    maker = _Maker(list(islice(cycle(portraits), most)), list(islice(cycle(empty), most)))
    for size in ((640, 480), (1280, 720), (4000, 3000)):
        for share in (0.03, 0.04, 0.05, 0.08, 0.15, 0.3):
            yield f"{size[0]}×{size[1]}, face {share:.0%}", maker.scatter(size, share, 5)
    for side in (96, 300, 1600):
        for share in (0.6, 0.8, 1.0, 1.2, 1.5):
            yield f"{side}×{side}, face {share:.0%}", maker.fill(side, share)
    for room in (1.2, 3.0):
        for depth in (0.1, 0.2, 1 / 3):
            for edge in ("left", "top", "right", "bottom"):
                yield f"400×400, face {1 / room:.0%}, {depth:.0%} cut at the {edge}", maker.cut(edge, depth, room)
    for tilt in (0, 15, 30, 45):
        yield f"640×480, face 20%, tilted by {tilt}°", maker.scatter((640, 480), 0.2, tilt)
    for quarters in (1, 2, 3):
        scenes = [turn(scene, quarters) for scene in maker.scatter((640, 480), 0.2, 5)]
        yield f"640×480, face 20%, turned by {90 * quarters}°", scenes


class _Maker:
    """One scene for each portrait and background."""

    def __init__(self, portraits: list[Portrait], backgrounds: list[Image]) -> None:
        self._pairs = list(zip(portraits, backgrounds, strict=True))
        self._random = np.random.default_rng(0)

    def scatter(self, size: tuple[int, int], share: float, tilt: float) -> list[Scene]:
        """The faces somewhere around the middle, tilted to one side and the other in turn."""
        places = self._random.uniform(0.3, 0.7, (len(self._pairs), 2))
        return [
            compose(portrait, background, size, share, (x, y), tilt * (-1) ** number)
            for number, ((portrait, background), (x, y)) in enumerate(zip(self._pairs, places, strict=True))
        ]

    def fill(self, side: int, share: float) -> list[Scene]:
        """The faces in the middle of a square, over their own pictures."""
        return [compose(each, each.image, (side, side), share, (0.5, 0.5), 0.0) for each, _ in self._pairs]

    def cut(self, edge: str, depth: float, room: float) -> list[Scene]:
        """The faces at an edge."""
        return [cut(portrait, background, edge, depth, 400, room) for portrait, background in self._pairs]


def turn(scene: Scene, quarters: int) -> Scene:
    """The scene turned anticlockwise by so many quarters."""
    face, (height, width) = scene.face, scene.image.shape[:2]
    for _ in range(quarters):
        face = Box(face.top, width - face.left - face.width, face.height, face.width)
        height, width = width, height
    return Scene(np.ascontiguousarray(np.rot90(scene.image, quarters)), face)
