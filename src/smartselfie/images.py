"""Images in one place: reading files upright and in colour, making them smaller, and encoding them as JPEG."""

import io
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from smartselfie.core.types import Image
from smartselfie.errors import PictureError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"})
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".ts", ".mts", ".ogv", ".mjpeg"}
)

HINT = "try to open it in another program"
# What Pillow's decoders raise on damaged files.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, MemoryError, KeyError, IndexError)


def read_image(path: Path) -> Image:
    """Read an image file as (H, W, 3) uint8 BGR, turned as its EXIF says; of an animation the first frame.

    Transparent parts become white; 16-bit greys are scaled. Images beyond Pillow's limit against decompression bombs
    (179 million pixels) are refused.

    Raises:
        PictureError: the file is missing, empty, truncated, damaged, too large, or no image.
    """
    if not path.is_file():
        raise PictureError(f"no such file: {path}" if not path.exists() else f"not a file: {path}", "check the path")
    if path.stat().st_size == 0:
        raise PictureError(f"{path} is empty", HINT)
    return from_pillow(_open_upright(path, str(path)))


def decode_image(
    content: bytes, name: str, *, most_pixels: int | None = None, formats: tuple[str, ...] | None = None
) -> Image:
    """`read_image` for a file's bytes.

    Args:
        content: of the file.
        name: the file's, for messages.
        most_pixels: an image of more is refused before it is decoded.
        formats: Pillow's names of those that are allowed; None for all.

    Raises:
        PictureError: it is empty, truncated, damaged, too large, or no image.
    """
    if not content:
        raise PictureError(f"{name} is empty", HINT)
    return from_pillow(_open_upright(io.BytesIO(content), name, most_pixels, formats=formats))


def read_thumbnail(path: Path, longest: int) -> Pillow.Image:
    """An image file upright and in RGB, its longer side about `longest` or more; of a JPEG no more is decoded.

    Raises:
        PictureError: as `read_image`.
    """
    return _open_upright(path, str(path), draft=longest)


def _open_upright(
    file: Path | io.BytesIO,
    name: str,
    most_pixels: int | None = None,
    *,
    formats: tuple[str, ...] | None = None,
    draft: int | None = None,
) -> Pillow.Image:
    try:
        # half of Pillow's limit only warns: such an image is large, but can be read
        with warnings.catch_warnings(action="ignore"), Pillow.open(file, formats=formats) as opened:
            if most_pixels is not None and opened.width * opened.height > most_pixels:
                raise PictureError(f"{name} has too many pixels", "make it smaller first")
            if draft is not None:
                opened.draft("RGB", (draft, draft))
            opened.load()
            return _to_rgb(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        raise PictureError(f"{name} is not an image that can be read", HINT) from None
    except Pillow.DecompressionBombError:
        raise PictureError(f"{name} has too many pixels", "make it smaller first") from None
    except DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PictureError(f"{name} is damaged or truncated: {reason}", HINT) from None


def _to_rgb(image: Pillow.Image) -> Pillow.Image:
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        values = np.asarray(image, np.float64)
        # whole numbers are 16 bits deep, whatever the container calls them; fractions are from 0 to 1
        top = 1.0 if image.mode == "F" and values.max(initial=0.0) <= 1.0 else 65535.0
        return Pillow.fromarray(np.clip(values * 255.0 / top, 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        return Pillow.alpha_composite(Pillow.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return image.convert("RGB")


def from_pillow(image: Pillow.Image) -> Image:
    """Pillow's RGB as (H, W, 3) uint8 BGR."""
    return np.asarray(cv2.cvtColor(np.asarray(image, np.uint8), cv2.COLOR_RGB2BGR), np.uint8)


def to_pillow(image: Image) -> Pillow.Image:
    """(H, W, 3) uint8 BGR as Pillow's RGB."""
    return Pillow.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def shrink(image: Image, longest: int) -> Image:
    """The image with its longer side at `longest` pixels; one that is no longer than that stays as it is."""
    return resize(image, longest) if max(image.shape[:2]) > longest else image


def resize(image: Image, long_side: int) -> Image:
    """(H, W, 3) uint8 BGR with that longer side; averaged where it shrinks."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        return _average(image, size)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _average(image: Image, size: tuple[int, int]) -> Image:
    """The image at a smaller size (width, height), averaged; by halves first, which is several times as quick."""
    while image.shape[1] >= 2 * size[0] and image.shape[0] >= 2 * size[1]:
        half = (max(size[0], image.shape[1] // 2), max(size[1], image.shape[0] // 2))
        if image.shape[0] >= 4 * size[1] and image.shape[0] == 2 * half[1]:
            # half of the rows are enough to average, and half of the memory to read
            image = np.asarray(cv2.resize(image[::2], half, interpolation=cv2.INTER_LINEAR), np.uint8)
        else:
            image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode_jpeg(image: Image, quality: int) -> bytes:
    """(H, W, 3) uint8 BGR as a JPEG.

    Raises:
        ValueError: it has no pixels, or more than a JPEG may have.
    """
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(image.shape)
    return jpeg.tobytes()


def encode_image(image: Pillow.Image, kind: str, **options: Any) -> bytes:
    """Pillow's image as a file of a kind, such as "JPEG", with Pillow's options for it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
