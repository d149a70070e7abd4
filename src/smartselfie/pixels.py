"""The pixels of whatever Pillow or OpenCV decoded, as 8-bit BGR: a strip at a time, so that large pictures fit."""

import io
from collections.abc import Iterator
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from smartselfie.core.types import Image
from smartselfie.quiet import quiet

# Pixels that are converted at once, and by how many the range of deep samples is judged.
STRIP, SAMPLE = 4 << 20, 1 << 20
TIFF = (b"II*\0", b"MM\0*")
# TIFF's tags, and photometry's value for greys of which 0 is white.
WIDTH, HEIGHT, BITS, PHOTOMETRY, SAMPLE_FORMAT = 256, 257, 258, 262, 339
WHITE_IS_ZERO = UNSIGNED = 1


def to_bgr(image: Pillow.Image) -> Image:
    """Pillow's image in any mode as (H, W, 3) uint8 BGR; transparent parts are white, deep greys scaled by `scale`."""
    bgr = np.empty((image.height, image.width, 3), np.uint8)
    deep = image.mode in ("I", "F") or image.mode.startswith("I;16")
    limits = (
        _limits(np.concatenate([_values(strip).ravel() for _, strip in _strips(image, thin=True)])) if deep else None
    )
    inverted = deep and _tag(image, PHOTOMETRY) == 0
    for top, strip in _strips(image):
        if limits is not None:
            grey = _scaled(_values(strip), *limits)
            rgb: Any = np.repeat((255 - grey if inverted else grey)[..., None], 3, axis=2)
        else:
            rgb = np.asarray(_to_rgb(strip, clear=image.has_transparency_data))
        bgr[top : top + strip.height] = rgb[..., ::-1]
    return bgr


def scale(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Samples of any depth as uint8, by what they hold: a file says 16 bits of what a camera gave 12.

    Whole numbers are taken to have as many bits as the largest needs; fractions to go from 0 to 1, or as far as whole
    numbers would. Where there are clearly negative ones, the range is stretched. What is no number is black, and one
    sample in a hundred may lie beyond.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * 255
    return _scaled(values, *_limits(values.ravel()[:: max(1, values.size // SAMPLE)]))


def deep_colours(content: bytes, most_pixels: float) -> Image | None:
    """A TIFF or PNG of colours with more than 8 bits, which Pillow cuts off or cannot read; None for any other."""
    size = _deep_size(content)
    if size is None or size[0] * size[1] > most_pixels:
        return None
    with quiet():
        read = cast("NDArray[Any] | None", cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED))
    if read is None or read.ndim != 3 or read.shape[2] not in (3, 4):
        return None
    return array_to_bgr(read, rgb=False)


def fits(shape: tuple[int, ...]) -> bool:
    """Whether an array of that shape may be an image: grey, colours, or colours and opacity."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))


def array_to_bgr(values: NDArray[Any], *, rgb: bool) -> Image:
    """Numbers of any kind in a shape that `fits` as (H, W, 3) uint8 BGR; what is not opaque is on white.

    Raises:
        ValueError: not one is a number.
    """
    whole = values[..., None] if values.ndim == 2 else values
    colours = np.repeat(whole, 3, axis=2) if whole.shape[2] == 1 else whole[..., :3]
    shown = colours if colours.dtype == np.uint8 else scale(colours)
    if whole.shape[2] == 4:
        opaque = whole[..., 3:] / _full(whole[..., 3:])
        shown = (shown * opaque + 255 * (1 - opaque)).astype(np.uint8)
    return np.ascontiguousarray(shown[..., ::-1] if rgb else shown)


def _full(opacity: NDArray[Any]) -> float:
    """What is fully opaque."""
    return float(np.iinfo(opacity.dtype).max) if opacity.dtype.kind in "ui" else max(1.0, float(opacity.max()))


def _deep_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        deep = content[24:26] in (b"\x10\x02", b"\x10\x06")
        return (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) if deep else None
    if content[:4] not in TIFF:
        return None
    tags, file = ImageFileDirectory_v2(content[:8]), io.BytesIO(content)
    file.seek(tags.next)
    tags.load(file)
    bits = tags.get(BITS, ())
    return (int(tags[WIDTH]), int(tags[HEIGHT])) if len(bits) >= 3 and max(bits) > 8 else None


def _strips(image: Pillow.Image, *, thin: bool = False) -> Iterator[tuple[int, Pillow.Image]]:
    """Strips with their first rows; `thin` ones hold only as many pixels as it takes to judge."""
    if image.width * image.height <= STRIP:
        yield 0, image
        return
    rows = max(1, STRIP // image.width)
    height = max(1, rows * SAMPLE // (image.width * image.height)) if thin else rows
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _to_rgb(image: Pillow.Image, *, clear: bool) -> Pillow.Image:
    if image.mode == "LAB":
        return ImageCms.profileToProfile(  # type: ignore[return-value]
            image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    if clear:
        shown = image.convert("RGBA")
        return Pillow.alpha_composite(Pillow.new("RGBA", shown.size, "white"), shown).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _values(image: Pillow.Image) -> NDArray[Any]:
    """Deep greys; Pillow takes 32 bits for signed ones, whatever they are."""
    values: NDArray[Any] = np.asarray(image)
    unsigned = image.mode == "I" and _tag(image, SAMPLE_FORMAT) in {UNSIGNED, (UNSIGNED,), None}
    return values.view(np.uint32) if unsigned else values


def _tag(image: Pillow.Image, tag: int) -> object:
    tags = getattr(image, "tag_v2", None)
    return None if tags is None else tags.get(tag)


def _limits(sample: NDArray[Any]) -> tuple[float, float]:
    """What becomes black, and what white.

    Raises:
        ValueError: there is no number.
    """
    known = sample[np.isfinite(sample)]
    if not known.size:
        raise ValueError("not one of its pixels is a number")
    low, high = (float(value) for value in np.percentile(known, (1, 99), method="nearest"))
    if low < -0.05 * abs(high):
        return low, max(high, low + 1e-6)
    if np.issubdtype(sample.dtype, np.floating):
        if high <= 1.5:
            # a picture that is dark all over is made lighter
            return 0.0, 1.0 if high > 0.1 else max(high, 1e-6)
        # sharpening and compression overshoot a little
        high /= 1.1
    return 0.0, float((1 << max(8, int(high).bit_length())) - 1)


def _scaled(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    known = np.nan_to_num(values.astype(np.float32), nan=low, posinf=high, neginf=low)
    return np.asarray(np.clip((known - low) * (255.0 / (high - low)), 0, 255), np.uint8)
