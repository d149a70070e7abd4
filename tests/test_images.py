"""Reading a picture file: upright, in colour, or a clear reason why not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.errors import PictureError
from smartselfie.images import encode_jpeg, from_pillow, read_image, read_thumbnail, shrink, to_pillow

RAMP = np.linspace(0, 255, 12 * 20).astype(np.uint8).reshape(12, 20)


def test_colours_come_as_bgr(tmp_path: Path) -> None:
    Pictures.new("RGB", (5, 4), (10, 20, 30)).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert image.shape == (4, 5, 3)
    assert image.dtype == np.uint8
    assert image[0, 0].tolist() == [30, 20, 10]


def test_exif_turns_the_picture_upright(tmp_path: Path) -> None:
    picture = Pictures.fromarray(np.dstack([RAMP] * 3))
    exif = Pictures.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn by 90 degrees clockwise
    picture.save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "a.png")[..., 0], np.rot90(RAMP, -1))


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "RGBA", "LA", "YCbCr"])
def test_every_common_mode_is_read_as_colour(tmp_path: Path, mode: str) -> None:
    suffix = "tif" if mode in ("CMYK", "YCbCr") else "png"
    Pictures.fromarray(RAMP).convert("RGB").convert(mode).save(tmp_path / f"a.{suffix}")
    assert read_image(tmp_path / f"a.{suffix}").shape == (12, 20, 3)


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    Pictures.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png") == 255).all()


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path) -> None:
    Pictures.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / "a.png")
    assert np.abs(read_image(tmp_path / "a.png")[..., 0].astype(int) - RAMP).max() <= 1


def test_of_an_animation_the_first_frame_is_read(tmp_path: Path) -> None:
    first, second = Pictures.new("L", (6, 6), 40), Pictures.new("L", (6, 6), 200)
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    assert (read_image(tmp_path / "a.gif") == 40).all()


def test_what_cannot_be_read_is_refused_with_its_name_and_a_hint(tmp_path: Path) -> None:
    Pictures.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("not an image")
    (tmp_path / "folder.jpg").mkdir()
    for name, found in (
        ("empty.jpg", "is empty"),
        ("cut.jpg", "truncated"),
        ("text.jpg", "not an image"),
        ("folder.jpg", "not a file"),
        ("missing.jpg", "no such file"),
    ):
        with pytest.raises(PictureError, match=found) as caught:
            read_image(tmp_path / name)
        assert name in caught.value.message
        assert caught.value.hint


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pictures.new("L", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(Pictures, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PictureError, match="too many pixels"):
        read_image(tmp_path / "a.png")


def test_an_image_is_made_smaller_and_never_larger() -> None:
    image = np.zeros((300, 900, 3), np.uint8)
    assert shrink(image, 90).shape == (30, 90, 3)
    assert shrink(image.transpose(1, 0, 2), 90).shape == (90, 30, 3)
    assert shrink(image, 900) is image
    assert shrink(np.zeros((1, 900, 3), np.uint8), 90).shape == (1, 90, 3)


def test_colours_survive_pillow_and_jpeg(tmp_path: Path) -> None:
    image = np.full((16, 16, 3), (200, 30, 90), np.uint8)
    assert np.array_equal(from_pillow(to_pillow(image)), image)
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(image, 95))
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - image).max() <= 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "WEBP", "EPS", "GIF"])
def test_a_thumbnail_is_made_of_nothing_that_is_only_called_a_jpeg(tmp_path: Path, kind: str) -> None:
    Pictures.new("RGB", (60, 40)).save(tmp_path / "a.jpg", kind)
    with pytest.raises(PictureError):
        read_thumbnail(tmp_path / "a.jpg", 400)


def test_of_a_large_photo_no_more_is_decoded_than_a_thumbnail_takes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(np.zeros((1600, 3200, 3), np.uint8), 80))
    assert 400 <= read_thumbnail(tmp_path / "a.jpg", 400).width < 3200
