"""A picture's file without what stands beside the pixels: for files in which a decoder stumbles over that."""

import struct
import zlib
from collections.abc import Callable, Iterator

from PIL import Image as Pillow
from PIL.ExifTags import Base

PNG = b"\x89PNG\r\n\x1a\n"
# What a PNG's pixels need, the frames of an animation among them.
CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND")
# What a TIFF's pixels need: from the size to the layout of the samples; JPEG's tables.
TAGS = {*range(254, 260), 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332}
TAGS |= {338, 339, 347, 529, 530, 532}


def read_orientation(opened: Pillow.Image) -> int:
    """How a picture must be turned, from 1 (not at all) to 8; what else its EXIF holds is no matter."""
    return _orientation_in(opened.getexif)


def _orientation_in(read: Callable[[], Pillow.Exif]) -> int:
    try:
        said = read().get(Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - whatever is raised by what stands beside the pixels, they can be shown
        return 1
    return said if isinstance(said, int) and said in range(1, 9) else 1


def without_metadata(content: bytes) -> bytes:
    """A JPEG, PNG or TIFF with nothing beside its pixels but their orientation; anything else as it is."""
    try:
        if content.startswith(b"\xff\xd8"):
            return b"".join(_jpeg(content))
        if content.startswith(PNG):
            return PNG + b"".join(_png(content))
        if content[:4] in (b"II*\0", b"MM\0*"):
            return _tiff(content)
    except (struct.error, IndexError):
        pass
    return content


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while content[at] == 0xFF and content[at + 1] != 0xDA:
        marker, length = struct.unpack_from(">BH", content, at + 1)
        segment = content[at : at + 2 + length]
        if segment[4:10] == b"Exif\0\0":
            exif = _orientation_alone(segment[4:])
            yield struct.pack(">BBH", 0xFF, marker, len(exif) + 2) + exif
        # of the applications' segments the pixels need Adobe's only, and never a comment
        elif not (marker in range(0xE0, 0xF0) or marker == 0xFE) or marker == 0xEE:
            yield segment
        at += 2 + length
    yield content[at:]


def _png(content: bytes) -> Iterator[bytes]:
    at = len(PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        if kind == b"eXIf":
            exif = kind + _orientation_alone(body).removeprefix(b"Exif\0\0")
            yield struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif))
        elif kind in CHUNKS:
            yield content[at : at + 12 + length]
        at += 12 + length


def _tiff(content: bytes) -> bytes:
    """The first page's tags made fewer, in their place: no offset changes."""
    order = "<" if content.startswith(b"II") else ">"
    (start,) = struct.unpack_from(order + "I", content, 4)
    (entries,) = struct.unpack_from(order + "H", content, start)
    kept = [
        content[at : at + 12]
        for at in range(start + 2, start + 2 + 12 * entries, 12)
        if struct.unpack_from(order + "H", content, at)[0] in TAGS
    ]
    directory = struct.pack(order + "H", len(kept)) + b"".join(kept) + bytes(4)
    return content[:start] + directory + content[start + len(directory) :]


def _orientation_alone(exif: bytes) -> bytes:
    def read() -> Pillow.Exif:
        whole = Pillow.Exif()
        whole.load(exif)
        return whole

    alone = Pillow.Exif()
    alone[Base.Orientation] = _orientation_in(read)
    return alone.tobytes()
