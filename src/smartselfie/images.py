"""The one way to read a picture file: upright, in colour, or with a clear reason why not."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps, UnidentifiedImageError

from smartselfie.core.types import Image
from smartselfie.errors import PictureError

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".ts", ".mts", ".ogv", ".mjpeg"}
)

HINT = "try to open it in another program"


def read_picture(path: Path) -> Image:
    """Read a picture as (H, W, 3) uint8 BGR, turned as its EXIF says; of an animation the first frame.

    Transparent parts become white; 16-bit greys are scaled. Pictures beyond Pillow's limit against decompression bombs
    (179 million pixels) are refused.

    Raises:
        PictureError: the file is missing, empty, truncated, damaged, too large, or no picture.
    """
    if not path.is_file():
        raise PictureError(f"no such file: {path}" if not path.exists() else f"not a file: {path}", "check the path")
    if path.stat().st_size == 0:
        raise PictureError(f"{path} is empty", HINT)
    return _decoded(path, str(path), None)


def decode_picture(content: bytes, name: str, *, most_pixels: int | None = None) -> Image:
    """`read_picture` for a file's bytes; of more than `most_pixels` it is refused before it is decoded.

    Raises:
        PictureError: it is empty, truncated, damaged, too large, or no picture.
    """
    if not content:
        raise PictureError(f"{name} is empty", HINT)
    return _decoded(io.BytesIO(content), name, most_pixels)


def _decoded(file: Path | io.BytesIO, name: str, most_pixels: int | None) -> Image:
    try:
        with warnings.catch_warnings():
            # half the limit only warns: such a picture is large, but can be read
            warnings.simplefilter("ignore")
            with Pictures.open(file) as opened:
                if most_pixels is not None and opened.width * opened.height > most_pixels:
                    raise PictureError(f"{name} has too many pixels", "make it smaller first")
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                rgb = _to_rgb(upright)
    except UnidentifiedImageError:
        raise PictureError(f"{name} is not an image that can be read", HINT) from None
    except Pictures.DecompressionBombError:
        raise PictureError(f"{name} has too many pixels", "make it smaller first") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, KeyError, IndexError) as error:
        # Pillow's decoders raise any of these on damaged files
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PictureError(f"{name} is damaged or truncated: {reason}", HINT) from None
    return np.ascontiguousarray(np.asarray(rgb, np.uint8)[:, :, ::-1])


def _to_rgb(picture: Pictures.Image) -> Pictures.Image:
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        values = np.asarray(picture, np.float64)
        # whole numbers are 16 bits deep, whatever the container calls them; fractions are from 0 to 1
        top = 1.0 if picture.mode == "F" and values.max(initial=0.0) <= 1.0 else 65535.0
        return Pictures.fromarray(np.clip(values * 255.0 / top, 0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        return Pictures.alpha_composite(Pictures.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return picture.convert("RGB")
