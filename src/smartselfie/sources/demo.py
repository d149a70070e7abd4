"""The built-in demo: real people, shown as a moving camera would see them on the wall of a room.

First the bare wall, then Grace Hopper, who does not smile, then Eileen Collins, who does, then the wall again.
Pictures and licences: `demo_pictures/README.md`.
"""

import math
import threading
from collections.abc import Iterator
from importlib import resources
from itertools import count, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.types import Frame, Image
from smartselfie.images import decode_image

WIDTH, HEIGHT, FPS = 1280, 720, 30
SCENE_WIDTH, SCENE_HEIGHT = 6400, 1300
SEED = 20131

# Where the camera looks: seconds, the point of the scene in the middle of the picture, and how much it is enlarged.
PATH = (
    (0.0, 800, 760, 0.80),
    (1.4, 800, 760, 0.80),
    (3.0, 2200, 430, 1.06),
    (6.0, 2212, 425, 1.10),
    (7.0, 4180, 385, 1.24),
    (11.0, 4170, 380, 1.30),
    (12.4, 5600, 760, 0.80),
    (14.0, 5600, 760, 0.80),
)
FRAMES = int(PATH[-1][0] * FPS)


class DemoSource:
    """1280×720 at 30 frames a second for 14 seconds; the same to the last byte at every run."""

    name, live, fps = "demo", False, float(FPS)

    def __init__(self, *, repeat: bool = False) -> None:
        """With `repeat` it begins again at its end, with times and numbers that go on, until it is closed."""
        self._repeat = repeat
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Every frame, made when it is asked for."""
        scene = _draw_scene()
        noise = _make_noise()
        for index in count() if self._repeat else range(FRAMES):
            if self._closed.is_set():
                return
            yield Frame(_render_frame(scene, noise, index % FRAMES), index / FPS, index)

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()


def _render_frame(scene: Image, noise: tuple[Image, Image], number: int) -> Image:
    """One frame: the camera's place on its path, a hand that is not quite still, and the sensor's noise."""
    at = number / FPS
    x, y, zoom = _place(at)
    x += 2.5 * math.sin(2.1 * at) + 1.5 * math.sin(5.3 * at + 1)
    y += 2.0 * math.sin(1.7 * at + 2) + 1.5 * math.sin(4.7 * at)
    tilt = math.radians(0.5 * math.sin(1.3 * at + 0.5))
    cos, sin = math.cos(tilt) / zoom, math.sin(tilt) / zoom
    # from the frame's pixels to the scene's
    turn = np.array([[cos, -sin], [sin, cos]])
    matrix = np.column_stack([turn, (x, y) - turn @ (WIDTH / 2, HEIGHT / 2)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(scene, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    top, left = (number * 37) % 64, (number * 53) % 64
    brighter, darker = (tile[top : top + HEIGHT, left : left + WIDTH] for tile in noise)
    return np.asarray(cv2.subtract(cv2.add(seen, brighter), darker), np.uint8)


def _place(at: float) -> tuple[float, float, float]:
    """The path at a time: x, y, zoom; starts and stops gently."""
    for (begin, *here), (end, *there) in pairwise(PATH):
        if at <= end:
            part = (at - begin) / (end - begin)
            eased = part * part * (3 - 2 * part)
            x, y, zoom = (a + (b - a) * eased for a, b in zip(here, there, strict=True))
            return x, y, zoom
    return PATH[-1][1:]


def _make_noise() -> tuple[Image, Image]:
    """A tile of what a sensor adds and one of what it takes away; frames cut different places out of them."""
    values = np.random.default_rng(SEED).normal(0.0, 3.0, (HEIGHT + 64, WIDTH + 64, 3))
    return np.clip(values, 0, 255).astype(np.uint8), np.clip(-values, 0, 255).astype(np.uint8)


def _draw_scene() -> Image:
    """The wall with its light, its panelling and the two portraits, (SCENE_HEIGHT, SCENE_WIDTH, 3) BGR."""
    scene = _draw_wall()
    for name, x, width in (("grace_hopper.jpg", 2200, 780), ("eileen_collins.jpg", 4230, 980)):
        _hang(scene, _load(name), x, width)
    return np.clip(scene, 0, 255).astype(np.uint8)


def _draw_wall() -> NDArray[np.float32]:
    """Warm plaster, lit from above, over a wooden panelling."""
    y, x = np.mgrid[0:SCENE_HEIGHT, 0:SCENE_WIDTH].astype(np.float32)
    wall = np.empty((SCENE_HEIGHT, SCENE_WIDTH, 3), np.float32)
    light = 0.82 + 0.18 * np.cos((x - 800) * (2 * math.pi / 2400)) * np.exp(-(((y - 200) / 700) ** 2))
    wall[:] = np.array([178, 200, 212], np.float32)
    wall *= light[..., None]
    grain = np.random.default_rng(SEED).normal(0, 2.5, (SCENE_HEIGHT // 4, SCENE_WIDTH // 4)).astype(np.float32)
    wall += cv2.resize(grain, (SCENE_WIDTH, SCENE_HEIGHT), interpolation=cv2.INTER_CUBIC)[..., None]
    rail = 1020
    wall[rail:] *= np.array([0.42, 0.52, 0.62], np.float32)
    for left in range(40, SCENE_WIDTH, 400):
        cv2.rectangle(wall, (left, rail + 60), (left + 320, SCENE_HEIGHT + 40), (50, 72, 92), 6)
        cv2.rectangle(wall, (left + 8, rail + 68), (left + 312, SCENE_HEIGHT + 40), (88, 116, 140), 2)
    cv2.rectangle(wall, (0, rail - 16), (SCENE_WIDTH, rail + 10), (74, 100, 124), -1)
    cv2.line(wall, (0, rail - 16), (SCENE_WIDTH, rail - 16), (140, 168, 190), 3)
    return wall


def _hang(scene: NDArray[np.float32], picture: Image, x: int, width: int) -> None:
    """Hang a picture, in a mount and a frame, so that its middle is at x."""
    height = round(width * picture.shape[0] / picture.shape[1])
    large = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    left, top, mount, frame = x - width // 2, 90, 46, 26
    outer = mount + frame
    shadow = np.zeros((SCENE_HEIGHT, SCENE_WIDTH), np.float32)
    shadow[top - outer + 26 : top + height + outer + 27, left - outer + 16 : left + width + outer + 17] = 1
    window = np.s_[:, left - 260 : left + width + 260]
    scene[window] *= 1 - 0.45 * cv2.GaussianBlur(shadow[window], (0, 0), 18)[..., None]
    for margin, colour in ((outer, (38, 52, 70)), (outer - 8, (56, 78, 104)), (mount, (226, 234, 238))):
        cv2.rectangle(scene, (left - margin, top - margin), (left + width + margin, top + height + margin), colour, -1)
    cv2.rectangle(scene, (left - 4, top - 4), (left + width + 4, top + height + 4), (170, 178, 182), 2)
    scene[top : top + height, left : left + width] = large


def _load(name: str) -> Image:
    return decode_image((resources.files("smartselfie.sources") / "demo_pictures" / name).read_bytes(), name)
