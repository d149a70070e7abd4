"""Samples of any depth and colours of any kind are scaled by what they hold: no picture is silently black."""

import io
import tracemalloc
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageCms

from smartselfie.errors import PictureError
from smartselfie.images import decode_image, read_image
from smartselfie.pixels import scale

GREY = cv2.GaussianBlur(np.random.default_rng(5).integers(0, 256, (60, 80), np.uint8), (0, 0), 3)
GREY = cv2.normalize(GREY, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
COLOURS = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
HOLE = np.where(np.arange(GREY.size).reshape(GREY.shape) == 7, np.nan, GREY / 255)


def alike(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """The same picture, perhaps a little lighter or darker."""
    return bool(np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9 and 0.6 < one.mean() / other.mean() < 1.6)


DEEP_GREYS = {
    "16 bits": GREY.astype(np.uint16) * 257,
    "12 bits in 16": GREY.astype(np.uint16) * 16,
    "8 bits in 16": GREY.astype(np.uint16),
    "signed 16 bits": (GREY.astype(np.int32) * 200 - 20000).astype(np.int16),
    "32 bits": GREY.astype(np.int32) << 16,
    "fractions to 1": GREY / np.float32(255),
    "fractions to 255": GREY.astype(np.float32),
    "fractions to 65535": GREY * np.float32(257),
    "fractions from -1 to 1": GREY / np.float32(127.5) - 1,
    "fractions that overshoot": GREY / np.float32(240),
    "tiny fractions": GREY * np.float32(1e-6),
    "a pixel that is no number": HOLE.astype(np.float32),
    "a pixel that is infinite": np.where(np.isnan(HOLE), np.inf, HOLE).astype(np.float32),
    "a pixel that is dead": np.where(np.isnan(HOLE), -1e30, HOLE).astype(np.float32),
}


@pytest.mark.parametrize("greys", DEEP_GREYS.values(), ids=DEEP_GREYS)
def test_greys_of_any_depth_are_scaled_by_what_they_hold(tmp_path: Path, greys: NDArray[Any]) -> None:
    Pictures.fromarray(greys).save(tmp_path / "a.tif")
    read = read_image(tmp_path / "a.tif")
    assert alike(read[..., 0], GREY)
    assert alike(scale(greys), GREY)


def test_unsigned_greys_of_32_bits_are_not_taken_for_negative(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Pictures.fromarray((GREY.astype(np.uint32) << 24).view(np.int32)).save(buffer, "TIFF")
    # sample format: from signed to unsigned
    changed = buffer.getvalue().replace(
        b"\x53\x01\x03\x00\x01\x00\x00\x00\x02", b"\x53\x01\x03\x00\x01\x00\x00\x00\x01"
    )
    (tmp_path / "a.tif").write_bytes(changed)
    assert alike(read_image(tmp_path / "a.tif")[..., 0], GREY)


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_deep_greys_of_which_zero_is_white_are_inverted(tmp_path: Path, kind: type) -> None:
    buffer = io.BytesIO()
    greys = (255 - GREY).astype(kind) * kind(257 if kind is np.uint16 else 1 / 255)
    Pictures.fromarray(greys).save(buffer, "TIFF")
    # photometric interpretation: from "black is zero" to "white is zero"
    changed = buffer.getvalue().replace(
        b"\x06\x01\x03\x00\x01\x00\x00\x00\x01", b"\x06\x01\x03\x00\x01\x00\x00\x00\x00"
    )
    (tmp_path / "a.tif").write_bytes(changed)
    assert alike(read_image(tmp_path / "a.tif")[..., 0], GREY)


DEEP_COLOURS = {
    "16 bits": (".png", COLOURS.astype(np.uint16) * 257),
    "12 bits in 16": (".png", COLOURS.astype(np.uint16) * 16),
    "12 bits in 16, TIFF": (".tiff", COLOURS.astype(np.uint16) * 16),
    "12 bits, clear": (".png", np.dstack([COLOURS.astype(np.uint16) * 16, np.full(GREY.shape, 65535, np.uint16)])),
    "fractions to 1": (".tiff", COLOURS / np.float32(255)),
    "fractions to 255": (".tiff", COLOURS.astype(np.float32)),
    "doubles": (".tiff", COLOURS / 255.0),
}


@pytest.mark.parametrize(("suffix", "colours"), DEEP_COLOURS.values(), ids=DEEP_COLOURS)
def test_colours_of_any_depth_are_scaled_by_what_they_hold(suffix: str, colours: NDArray[Any]) -> None:
    assert alike(decode_image(cv2.imencode(suffix, colours)[1].tobytes(), "a"), COLOURS)


def test_a_picture_without_a_number_is_refused(tmp_path: Path) -> None:
    Pictures.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(PictureError, match="number"):
        read_image(tmp_path / "a.tif")


def test_colours_that_are_told_in_other_ways_are_read(tmp_path: Path) -> None:
    picture = Pictures.fromarray(np.ascontiguousarray(COLOURS[..., ::-1]))
    lab = ImageCms.profileToProfile(
        picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    for told in (lab, picture.convert("CMYK"), picture.convert("YCbCr"), picture.quantize(128)):
        told.save(tmp_path / "a.tif")
        assert alike(read_image(tmp_path / "a.tif"), COLOURS)


@pytest.mark.slow
def test_a_large_picture_takes_little_more_memory_than_its_pixels(tmp_path: Path) -> None:
    Pictures.new("1", (9000, 5000), 1).save(tmp_path / "a.png")
    tracemalloc.start()
    read = read_image(tmp_path / "a.png")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.shape == (5000, 9000, 3)
    assert most < 1.5 * read.nbytes


def test_what_needs_more_memory_than_there_is_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pictures.new("L", (20, 20)).save(tmp_path / "a.png")

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("smartselfie.images.to_bgr", exhausted)
    with pytest.raises(PictureError, match="memory"):
        read_image(tmp_path / "a.png")
