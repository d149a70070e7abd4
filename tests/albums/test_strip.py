"""Strips, looked at pixel by pixel."""

import io
import os
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image as Pictures
from PIL import ImageOps

from smartselfie.albums.strip import make_strip

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 30), (30, 30, 200), (220, 200, 30)
WHITE = (255, 255, 255)
Colour = tuple[int, int, int]


def put(path: Path, colour: Colour, size: tuple[int, int] = (800, 600)) -> Path:
    Pictures.new("RGB", size, colour).save(path, quality=95)
    return path


def opened(strip: bytes | None) -> Pictures.Image:
    assert strip is not None
    with Pictures.open(io.BytesIO(strip)) as picture:
        assert picture.format == "JPEG"
        return picture.convert("RGB")


def is_like(picture: Pictures.Image, at: tuple[int, int], colour: Colour) -> bool:
    pixel = picture.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


def test_four_photos_lie_one_under_the_other_in_their_order_on_white(tmp_path: Path) -> None:
    colours = (RED, GREEN, BLUE, YELLOW)
    strip = opened(make_strip([put(tmp_path / f"{place}.jpg", colour) for place, colour in enumerate(colours)]))
    assert strip.size == (660, 30 + 4 * 480 + 50)
    for place, colour in enumerate(colours):
        top = 30 + 480 * place
        assert all(is_like(strip, at, colour) for at in ((34, top + 4), (625, top + 445), (330, top + 225)))
        assert all(is_like(strip, at, WHITE) for at in ((15, top + 225), (645, top + 225), (330, top - 15)))


def test_fewer_photos_make_a_shorter_strip_and_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "damaged.jpg").write_bytes(b"no picture")
    cut = put(tmp_path / "cut.jpg", BLUE)
    cut.write_bytes(cut.read_bytes()[:-900])
    photos = [put(tmp_path / "a.jpg", RED), tmp_path / "damaged.jpg", tmp_path / "gone.jpg", cut]
    strip = opened(make_strip([*photos, put(tmp_path / "b.jpg", GREEN)]))
    assert strip.size == (660, 30 + 2 * 480 + 50)
    assert is_like(strip, (330, 255), RED)
    assert is_like(strip, (330, 735), GREEN)
    assert make_strip(photos[1:]) is None
    assert make_strip([]) is None


@pytest.mark.parametrize("size", [(2400, 600), (600, 2400), (400, 100)])
def test_only_the_middle_of_a_photo_is_shown_and_that_upright(tmp_path: Path, size: tuple[int, int]) -> None:
    photo = Pictures.new("RGB", size, YELLOW)
    width, height = size
    # what a crop to 4:3 leaves of it: red above, blue below
    across, down = min(width, height * 4 // 3), min(height, width * 3 // 4)
    left, top = (width - across) // 2, (height - down) // 2
    photo.paste(RED, (left, top, left + across, top + down // 2))
    photo.paste(BLUE, (left, top + down // 2, left + across, top + down))
    exif = Pictures.Exif()
    exif[0x0112] = 6  # taken on its side
    path = tmp_path / "a.jpg"
    photo.transpose(Pictures.Transpose.ROTATE_90).save(path, exif=exif, quality=95, subsampling=0)
    with Pictures.open(path) as taken:
        assert ImageOps.exif_transpose(taken).size == size
    strip = opened(make_strip([path]))
    assert strip.size == (660, 560)
    assert all(is_like(strip, at, RED) for at in ((60, 60), (600, 60), (330, 160)))
    assert all(is_like(strip, at, BLUE) for at in ((60, 450), (600, 450), (330, 350)))


def test_the_day_of_the_last_photo_stands_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "smartselfie.albums.strip.ImageDraw.ImageDraw.text", lambda _self, _at, text, *_, **__: said.append(text)
    )
    photos = [put(tmp_path / "a.jpg", RED), put(tmp_path / "b.jpg", GREEN)]
    for photo, day in zip(photos, (30, 31), strict=True):
        written = datetime(2026, 12, day, 23, 59).astimezone().timestamp()
        os.utime(photo, (written, written))
    make_strip(photos)
    assert said == ["2026-12-31"]


def test_the_date_is_drawn_in_the_middle_of_the_foot(tmp_path: Path) -> None:
    strip = opened(make_strip([put(tmp_path / "a.jpg", RED)]))
    foot = ImageOps.invert(strip.crop((0, 490, 660, 560)).convert("L")).point(lambda value: 255 if value > 60 else 0)
    drawn = foot.getbbox()
    assert drawn is not None
    left, top, right, bottom = drawn
    assert abs(left + right - 660) < 8
    assert top > 10
    assert bottom < 60
