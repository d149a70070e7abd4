"""Whatever stands beside the pixels, and however odd it is, the picture is read as viewers show it."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.errors import PictureError
from smartselfie.images import read_image, read_thumbnail

PICTURE = Pictures.fromarray(np.random.default_rng(3).integers(0, 256, (24, 32, 3), np.uint8)).resize((320, 240))


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    PICTURE.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF's own TIFF with entries of tag, type, count and four bytes."""
    rows = b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(40)


SIDEWAYS = (0x0112, 3, 1, b"\x06\0\0\0")
ENTRIES = {
    "a resolution that is a text": (0x011A, 2, 3, b"72\0\0"),
    "a resolution that is no number": (0x011A, 12, 1, struct.pack("<I", 40)),
    "a resolution that divides by nothing": (0x011A, 5, 1, struct.pack("<I", 60)),
    "a negative unit": (0x0128, 8, 1, b"\xff\xff\0\0"),
    "a long where a short should be": (0x0213, 4, 1, b"\xff\xff\xff\x7f"),
    "an unknown type": (0x0131, 99, 1, b"\0\0\0\0"),
    "a text that lies outside": (0x010F, 2, 500_000, struct.pack("<I", 10_000_000)),
    "a count of four thousand millions": (0x010F, 5, 0xFFFFFFFF, b"\0\0\0\0"),
    "GPS that points into itself": (0x8825, 4, 1, struct.pack("<I", 8)),
    "GPS that points outside": (0x8825, 4, 1, b"\xff\xff\xff\xff"),
    "GPS that is a text": (0x8825, 2, 2, b"x\0\0\0"),
    "details that are a text": (0x8769, 2, 2, b"x\0\0\0"),
    "details that point into themselves": (0x8769, 4, 1, struct.pack("<I", 8)),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_an_odd_entry_of_exif_is_passed_over_and_the_orientation_obeyed(
    tmp_path: Path, kind: str, entry: tuple[int, int, int, bytes]
) -> None:
    path = tmp_path / "a.image"
    path.write_bytes(encoded(kind, exif=b"Exif\0\0" + tiff(*sorted([SIDEWAYS, entry]))))
    assert read_image(path).shape == (320, 240, 3)
    if kind == "JPEG":
        assert read_thumbnail(path, 64).height > read_thumbnail(path, 64).width


GARBAGE = [b"", b"garbage", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", bytes(40), b"\xff" * 300]


@pytest.mark.parametrize("exif", GARBAGE)
def test_exif_that_is_none_is_passed_over(tmp_path: Path, exif: bytes) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        (tmp_path / kind).write_bytes(encoded(kind, exif=b"Exif\0\0" + exif))
        assert read_image(tmp_path / kind).shape == (240, 320, 3)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path: Path, value: int) -> None:
    exif = tiff((0x0112, 3, 1, struct.pack("<HH", value, 0)))
    (tmp_path / "a.jpg").write_bytes(encoded("JPEG", exif=b"Exif\0\0" + exif))
    assert read_image(tmp_path / "a.jpg").shape == (240, 320, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_all_eight_orientations_end_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    upright = np.zeros((60, 40, 3), np.uint8)
    upright[:20, :10] = 255
    turned = {
        1: lambda i: i,
        2: np.fliplr,
        3: lambda i: np.rot90(i, 2),
        4: np.flipud,
        5: lambda i: i.transpose(1, 0, 2),
    }
    turned |= {6: np.rot90, 7: lambda i: np.rot90(i, 2).transpose(1, 0, 2), 8: lambda i: np.rot90(i, -1)}
    exif = Pictures.Exif()
    exif[0x0112] = orientation
    Pictures.fromarray(np.ascontiguousarray(turned[orientation](upright))).save(tmp_path / "a", kind, exif=exif)
    read = read_image(tmp_path / "a")
    assert read.shape == upright.shape
    assert np.abs(read.astype(int) - upright).mean() < 8


def chunk(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum or zlib.crc32(kind + body))


CHUNKS = {
    "a long text": chunk(b"zTXt", b"workflow\0\0" + zlib.compress(bytes(3 << 20))),
    "a text with a wrong checksum": chunk(b"tEXt", b"Comment\0hello", 7),
    "exif in a text that is no hexadecimal": chunk(b"tEXt", b"Raw profile type exif\0\nexif\n  4\nzzzz"),
    "exif with a wrong checksum": chunk(b"eXIf", tiff(), 7),
    "a profile that is garbage": chunk(b"iCCP", b"x\0\0garbage"),
    "an empty profile": chunk(b"iCCP", b""),
    "an empty international text": chunk(b"iTXt", b""),
    "short pixel sizes": chunk(b"pHYs", b"x"),
    "short gamma and colours": chunk(b"gAMA", b"") + chunk(b"cHRM", b"1") + chunk(b"sRGB", b""),
    "a short time": chunk(b"tIME", b"1"),
    "an unknown kind with a wrong checksum": chunk(b"abCd", b"x", 7),
}


@pytest.mark.parametrize("odd", CHUNKS.values(), ids=CHUNKS)
def test_odd_chunks_of_a_png_are_passed_over(tmp_path: Path, odd: bytes) -> None:
    whole = encoded("PNG")
    before_the_end = len(whole) - 12
    for number, place in enumerate((33, before_the_end)):
        path = tmp_path / f"{number}.png"
        path.write_bytes(whole[:place] + odd + whole[place:])
        assert np.array_equal(read_image(path)[..., ::-1], np.asarray(PICTURE))


SEGMENTS = {
    "a short JFIF": (0xE0, b"JFIF\0"),
    "a piece of a profile": (0xE2, b"ICC_PROFILE\0\x05\x01x"),
    "a list of views that is garbage": (0xE2, b"MPF\0garbage"),
    "Photoshop's, cut": (0xED, b"Photoshop 3.0\x008BIM\x04"),
    "XMP with a strange orientation": (0xE1, b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="abc"/>'),
    "a comment of markers": (0xFE, b"\xff\xfe\xff\xd9"),
}


@pytest.mark.parametrize("segment", SEGMENTS.values(), ids=SEGMENTS)
def test_odd_segments_of_a_jpeg_are_passed_over(tmp_path: Path, segment: tuple[int, bytes]) -> None:
    whole, (marker, body) = encoded("JPEG"), segment
    odd = struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    (tmp_path / "a.jpg").write_bytes(whole[:2] + odd + whole[2:])
    assert read_image(tmp_path / "a.jpg").shape == (240, 320, 3)


@pytest.mark.parametrize("tag", [282, 315, 700, 33432, 34665, 34853, 40965, 65000])
@pytest.mark.parametrize("value", [b"x\0\0\0", b"\xff\xff\xff\xff", b"\x08\0\0\0"])
@pytest.mark.parametrize("type_", [2, 4, 5, 99])
def test_odd_tags_of_a_tiff_are_passed_over(tmp_path: Path, tag: int, value: bytes, type_: int) -> None:
    whole = encoded("TIFF", tiffinfo={tag: 1} if tag == 65000 else {}, software="x", description="y")
    (start,) = struct.unpack_from("<I", whole, 4)
    (entries,) = struct.unpack_from("<H", whole, start)
    # the software's entry becomes the odd one
    changed = whole.replace(struct.pack("<HH", 305, 2), struct.pack("<HH", tag, type_), 1)
    at = changed.index(struct.pack("<HH", tag, type_)) + 8
    assert start < at < start + 12 * entries
    (tmp_path / "a.tif").write_bytes(changed[:at] + value + changed[at + 4 :])
    assert np.array_equal(read_image(tmp_path / "a.tif")[..., ::-1], np.asarray(PICTURE))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=str)
def test_a_jpeg_without_its_end_mark_is_read_and_one_that_lacks_pixels_refused(
    tmp_path: Path, options: dict[str, object]
) -> None:
    whole = encoded("JPEG", **options)
    (tmp_path / "a.jpg").write_bytes(whole[:-2])
    assert read_image(tmp_path / "a.jpg").shape == (240, 320, 3)
    for missing in (6, 40, len(whole) // 2, len(whole) - 300):
        (tmp_path / "a.jpg").write_bytes(whole[:-missing])
        with pytest.raises(PictureError, match="truncated"):
            read_image(tmp_path / "a.jpg")


def test_a_png_without_its_end_is_read_and_one_that_lacks_pixels_refused(tmp_path: Path) -> None:
    whole = encoded("PNG")
    (tmp_path / "a.png").write_bytes(whole[:-12])
    assert np.array_equal(read_image(tmp_path / "a.png")[..., ::-1], np.asarray(PICTURE))
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PictureError, match="truncated"):
        read_image(tmp_path / "a.png")
