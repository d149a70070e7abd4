"""Draws faces onto a copy of their picture: the box, the winning emotion, and the bars of all seven scores."""

import cv2
import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from smartselfie.core.emotion import Emotion
from smartselfie.core.face import Face
from smartselfie.core.frame import Image

HAPPY, OTHER, INK, SHADE = (255, 200, 40), (230, 230, 230), (255, 255, 255), (0, 0, 0)
Rgb = tuple[int, int, int]


def draw_faces(image: Image, faces: tuple[Face, ...]) -> Image:
    """A copy of the picture with every face marked; sizes follow the picture's.

    Args:
        image: (H, W, 3) uint8, BGR; is not changed.
        faces: with boxes in the picture's pixels.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    canvas = Pictures.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    draw = ImageDraw.Draw(canvas, "RGBA")
    for face in faces:
        _mark(draw, face, canvas.size)
    return cv2.cvtColor(np.asarray(canvas), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _mark(draw: ImageDraw.ImageDraw, face: Face, size: tuple[int, int]) -> None:
    unit = max(0.2, max(size) / 640)  # letters need a pixel or two
    box = face.box
    colour = HAPPY if face.emotion is Emotion.HAPPY else OTHER
    right, bottom = box.left + box.width, box.top + box.height
    draw.rounded_rectangle(
        (box.left, box.top, right, bottom), radius=4 * unit, outline=colour, width=max(1, round(2 * unit))
    )
    line = 11 * unit
    width, height = 104 * unit, line * (len(face.emotions) + 1.6)
    # beside the face where there is room, else over its lower edge
    left = right + 4 * unit if right + 4 * unit + width <= size[0] else max(0.0, box.left - 4 * unit - width)
    top = min(max(0.0, box.top), max(0.0, size[1] - height))
    draw.rounded_rectangle((left, top, left + width, top + height), radius=4 * unit, fill=(*SHADE, 150))
    large, small = ImageFont.load_default(12 * unit), ImageFont.load_default(9 * unit)
    title = f"{face.emotion} {face.emotions[face.emotion]:.0%}"
    draw.text((left + 5 * unit, top + 2 * unit), title, font=large, fill=colour)
    for row, (name, score) in enumerate(face.emotions.items()):
        y = top + line * (row + 1.45)
        draw.text((left + 5 * unit, y), name, font=small, fill=INK)
        start, length = left + 48 * unit, 50 * unit
        draw.rectangle((start, y + 2 * unit, start + length, y + 8 * unit), fill=(*INK, 50))
        draw.rectangle((start, y + 2 * unit, start + length * score, y + 8 * unit), fill=colour)
