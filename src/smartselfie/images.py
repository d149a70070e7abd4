"""Images in one place: reading files upright and in colour, making them smaller, and encoding them as JPEG."""

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageFile, UnidentifiedImageError
from PIL.ExifTags import Base

from smartselfie.core.types import Image
from smartselfie.errors import PictureError, how_to_install
from smartselfie.files import check_readable
from smartselfie.kinds import HEAD, RAW_SUFFIXES, Kind, kind_of, kind_of_file
from smartselfie.metadata import read_orientation, without_metadata
from smartselfie.pixels import array_to_bgr, deep_colours, fits, to_bgr

HINT = "try to open it in another program"
SMALLER = "make it smaller first"
# Larger files are not read a second time without their metadata.
MOST_REPAIRED = 256 << 20
# What may follow a JPEG's pixels; put behind one that breaks off before its end, it changes what is decoded.
AFTER_PIXELS = b"".join(bytes([*range(0x11, 0xEE, 7), 0xFF, marker]) for marker in range(0xD0, 0xD8))
END = b"\xff\xd9"
# What must be done to bring a picture upright, by EXIF's orientation.
TURNS: dict[int, Callable[[Image], Image]] = {
    2: np.fliplr,
    3: lambda image: np.rot90(image, 2),
    4: np.flipud,
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: np.rot90(image.transpose(1, 0, 2), 2),
    8: np.rot90,
}
# Kinds of images that may move.
ANIMATED = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
# Up to this no pixel is where a picture is so dark that its samples may have more bits than were used.
DARK = 127
MOST_PIXELS = 178_956_970
# What a photo of an album is, whatever a file there is called; MPO, several in one as phones write them, is JPEG, too.
PHOTO_FORMATS = ("JPEG",)
# What needs another program, or cannot be decoded at all.
UNREADABLE = ("EPS", "WMF", "MPEG")
CONVERT = "convert it to JPEG or PNG first"


def read_image(path: Path) -> Image:
    """Read an image file as (H, W, 3) uint8 BGR, turned as its EXIF says; of several pages or frames the first.

    What a file is tells its content, not its name. Transparent parts become white; samples of more than 8 bits and
    fractions are scaled by what they hold. Odd metadata is passed over. Images beyond Pillow's limit against
    decompression bombs (179 million pixels) are refused.

    Raises:
        PictureError: the file is missing, empty, truncated, damaged, too large, or no image that can be read here.
    """
    _check(path)
    return _decode(path, str(path))


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
        PictureError: it is empty, truncated, damaged, too large, or no image that can be read here.
    """
    if not content:
        raise PictureError(f"{name} is empty", HINT)
    return _decode(content, name, most_pixels, formats=formats)


def read_thumbnail(path: Path, longest: int) -> Pillow.Image:
    """A JPEG file upright and in RGB, its longer side about `longest` or more; no more is decoded.

    Raises:
        PictureError: as `read_image`, or it is something else, of which all would have to be decoded.
    """
    _check(path)
    return to_pillow(_decode(path, str(path), draft=longest, formats=PHOTO_FORMATS))


def to_image(given: object, order: str = "bgr") -> Image:
    """A picture as programs have it, as (H, W, 3) uint8 BGR.

    Args:
        given: the path of a file; its bytes; Pillow's image, which is turned upright; or an array (H, W), (H, W, 1),
            (H, W, 3) or (H, W, 4) of any numbers, where four channels are colours and opacity. uint8 is taken as it is,
            all else is scaled by what it holds.
        order: of an array's colours, "bgr" or "rgb"; everything else tells its own.

    Raises:
        PictureError: it is no such picture, or cannot be read.
    """
    if order not in ("bgr", "rgb"):
        raise PictureError(f"order {order!r} is not possible", "bgr or rgb")
    match given:
        case str() | os.PathLike():
            return read_image(Path(os.fsdecode(given)))
        case bytes() | bytearray() | memoryview():
            return decode_image(bytes(given), "the image")
        case Pillow.Image():
            with _picture_errors("the image"):
                return _upright(given)
        case np.ndarray() if given.size and given.dtype.kind in "buif" and fits(given.shape):
            with _picture_errors("the array"):
                return array_to_bgr(given, rgb=order == "rgb")
        case np.ndarray():
            raise PictureError(
                f"an array of shape {given.shape} and type {given.dtype} is not an image",
                "give (height, width, 3) uint8 in BGR order",
            )
    raise PictureError(
        f"{type(given).__name__} is not an image", "give a path, a file's bytes, a Pillow image or a NumPy array"
    )


def read_software(path: Path) -> object:
    """The program that wrote a JPEG file, as its EXIF says; None where it does not.

    Raises:
        PictureError: it cannot be read.
    """
    with _picture_errors(str(path)), _open(path, str(path), PHOTO_FORMATS) as opened:
        return opened.getexif().get(Base.Software)


def read_size(path: Path) -> tuple[int, int]:
    """Width and height of an image file as it is seen, upright; its pixels are not read.

    Raises:
        PictureError: it is no image that can be read.
    """
    with _picture_errors(str(path)), _open(path, str(path)) as opened:
        width, height = opened.size
        return (height, width) if read_orientation(opened) > 4 else (width, height)


def is_animated(path: Path) -> bool | None:
    """Whether an image file moves; None where it is no image. Pages of a TIFF and views of an MPO do not move."""
    try:
        with _picture_errors(str(path)), _open(path, str(path)) as opened:
            return opened.format in ANIMATED and bool(getattr(opened, "is_animated", False))
    except PictureError:
        return None


def read_animation(path: Path) -> Iterator[tuple[Image, float]]:
    """The frames of an animated image as (H, W, 3) uint8 BGR, each with the seconds that it is shown.

    Raises:
        PictureError: one is truncated, damaged or too large.
    """
    with _picture_errors(str(path)), _open(path, str(path)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            image = _upright(opened)
            # browsers show what says 10 milliseconds or less for 100
            shown = float(opened.info.get("duration", 0))
            yield image, (shown if shown > 10 else 100) / 1000


def _check(path: Path) -> None:
    check_readable(path, PictureError)
    if path.stat().st_size == 0:
        raise PictureError(f"{path} is empty", HINT)


@contextmanager
def _picture_errors(name: str) -> Iterator[None]:
    """Whatever a decoder raises, as a PictureError."""
    with warnings.catch_warnings():
        # half the limit only warns, as odd metadata does: such an image can be read
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except UnidentifiedImageError:
            raise PictureError(f"{name} is not an image that can be read", HINT) from None
        except Pillow.DecompressionBombError:
            raise PictureError(f"{name} has too many pixels", SMALLER) from None
        except MemoryError:
            raise PictureError(f"{name} takes more memory than there is", SMALLER) from None
        except Exception as error:  # noqa: BLE001 - a decoder's edge: each raises what it likes on damaged files
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise PictureError(f"{name} is damaged or truncated: {reason or type(error).__name__}", HINT) from None


def _decode(
    file: Path | bytes,
    name: str,
    most_pixels: int | None = None,
    *,
    draft: int | None = None,
    formats: tuple[str, ...] | None = None,
) -> Image:
    def read(what: Path | bytes) -> Image:
        with _open(what, name, formats) as opened:
            if most_pixels is not None and opened.width * opened.height > most_pixels:
                raise PictureError(f"{name} has too many pixels", SMALLER)
            if draft is not None:
                opened.draft("RGB", (draft, draft))
            return _upright(opened)

    with _picture_errors(name):
        try:
            image = read(file)
            # deep colours that hold fewer bits than they have come out dark
            return image if draft or formats or image.max(initial=0) > DARK else _deep(file, most_pixels, image)
        except (MemoryError, PictureError, Pillow.DecompressionBombError):
            raise
        except Exception:
            repaired = _read_repaired(_content(file), read, 0 if formats else most_pixels or MOST_PIXELS)
            if repaired is None:
                raise
            return repaired


def _read_repaired(content: bytes, read: Callable[[bytes], Image], most_deep: int) -> Image | None:
    """The image without its metadata or a JPEG's end mark, or as OpenCV reads it; None where nothing helps."""

    def tried(changed: bytes) -> Image | None:
        try:
            return read(changed)
        except Exception:  # noqa: BLE001 - what was wrong with the file itself is what counts
            return None

    plain = without_metadata(content)
    if plain != content and (image := tried(plain)) is not None:
        return image
    if plain.startswith(b"\xff\xd8"):
        whole, longer = tried(plain + END), tried(plain + AFTER_PIXELS + END)
        # if pixels were missing, they would be made of what stands there
        return whole if whole is not None and longer is not None and np.array_equal(whole, longer) else None
    return deep_colours(content, most_deep)


def _deep(file: Path | bytes, most_pixels: int | None, image: Image) -> Image:
    deep = deep_colours(_content(file), most_pixels or MOST_PIXELS)
    return image if deep is None or deep.shape != image.shape else deep


def _content(file: Path | bytes) -> bytes:
    """The file's bytes; none of one so large that it should not be held."""
    if isinstance(file, bytes):
        return file
    return file.read_bytes() if file.stat().st_size <= MOST_REPAIRED else b""


def _open(file: Path | bytes, name: str, formats: tuple[str, ...] | None = None) -> Pillow.Image:
    """Raises PictureError for what is known to be something else; else whatever Pillow raises."""
    if isinstance(file, Path):
        check_readable(file, PictureError)
    if isinstance(file, Path) and file.suffix.lower() in RAW_SUFFIXES:
        raise PictureError(f"{name} is a camera's raw file, which cannot be read here", CONVERT)
    try:
        opened = Pillow.open(file if isinstance(file, Path) else io.BytesIO(file), formats=formats)
    except UnidentifiedImageError:
        if formats is not None:
            raise
        kind = kind_of(file[:HEAD]) if isinstance(file, bytes) else kind_of_file(file)
        if kind is Kind.HEIF:
            return _open_heif(file, name)
        if kind in (None, Kind.IMAGE):
            raise
        raise PictureError(f"{name} is {kind.value}, which cannot be read as an image", CONVERT) from None
    if isinstance(opened, ImageFile.StubImageFile) or opened.format in UNREADABLE:
        opened.close()
        raise PictureError(f"{name} is a file of the kind {opened.format}, which cannot be read here", CONVERT)
    return opened


def _open_heif(file: Path | bytes, name: str) -> Pillow.Image:
    try:
        import pillow_heif
    except ImportError:
        raise PictureError(
            f"{name} is a HEIC or HEIF image, which cannot be read without pillow-heif",
            f"{how_to_install('pillow-heif')}, or convert it to JPEG",
        ) from None
    pillow_heif.register_heif_opener()
    try:
        return Pillow.open(file if isinstance(file, Path) else io.BytesIO(file))
    except UnidentifiedImageError:
        raise PictureError(
            f"{name} is a HEIC or HEIF image that is damaged, or of a kind that cannot be read", HINT
        ) from None


def _upright(opened: Pillow.Image) -> Image:
    # Pillow turns a TIFF itself
    orientation = 1 if opened.format == "TIFF" else read_orientation(opened)
    opened.load()
    return np.ascontiguousarray(TURNS.get(orientation, np.asarray)(to_bgr(opened)))


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
