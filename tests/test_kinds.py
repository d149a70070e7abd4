"""What a file is tells its content; what cannot be read here is named with the true reason."""

import builtins
import io
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures

from smartselfie.errors import PictureError
from smartselfie.images import is_animated, read_animation, read_image
from smartselfie.kinds import Kind, is_media, is_video, kind_of

READ = (
    "JPEG",
    "PNG",
    "WEBP",
    "AVIF",
    "GIF",
    "BMP",
    "TIFF",
    "PPM",
    "JPEG2000",
    "TGA",
    "ICO",
    "PCX",
    "SGI",
    "ICNS",
    "DDS",
)


@pytest.mark.parametrize("kind", READ)
def test_whatever_pillow_opens_is_read_under_any_name(tmp_path: Path, kind: str) -> None:
    Pictures.new("RGB", (32, 32), (200, 100, 50)).save(tmp_path / "a.jpg", kind)
    assert read_image(tmp_path / "a.jpg").shape[2] == 3


FOREIGN = {
    "PDF": b"%PDF-1.7\n",
    "HTML": b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "JPEG XL": b"\xff\x0a" + bytes(20),
    "video": b"\0\0\0\x20ftypisom" + bytes(20),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n",
    "archive": b"PK\x03\x04" + bytes(30),
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
}


@pytest.mark.parametrize(("word", "content"), FOREIGN.items(), ids=FOREIGN)
def test_what_is_no_picture_is_refused_for_what_it_is(tmp_path: Path, word: str, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=word) as refused:
        read_image(tmp_path / "a.jpg")
    assert "damaged" not in refused.value.message


@pytest.mark.parametrize("suffix", [".dng", ".CR2", ".nef"])
def test_of_a_cameras_raw_file_its_thumbnail_is_not_taken_for_it(tmp_path: Path, suffix: str) -> None:
    Pictures.new("RGB", (16, 16)).save(tmp_path / f"a{suffix}", "TIFF")
    with pytest.raises(PictureError, match="raw"):
        read_image(tmp_path / f"a{suffix}")


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def test_a_heic_that_is_damaged_is_told_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(HEIC + bytes(4000))
    with pytest.raises(PictureError, match="HEIC"):
        read_image(tmp_path / "a.heic")


def test_a_heic_is_read_where_the_extra_is_installed(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif", reason="the extra is not installed")
    heif.from_pillow(Pictures.new("RGB", (64, 48), (200, 100, 50))).save(tmp_path / "a.heic")
    assert read_image(tmp_path / "a.heic").shape == (48, 64, 3)


def test_without_the_extra_a_heic_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pillow_heif":
            raise ImportError(name)
        return genuine(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    # another test may have told Pillow of it
    monkeypatch.setattr(Pictures, "ID", [kind for kind in Pictures.ID if kind != "HEIF"])
    (tmp_path / "a.jpg").write_bytes(HEIC + bytes(4000))
    with pytest.raises(PictureError, match=r"pip install 'pillow-heif"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_told_by_its_content_and_read_to_its_end(tmp_path: Path, kind: str) -> None:
    frames = [Pictures.new("RGB", (24, 24), (shade, shade, shade)) for shade in (0, 120, 250)]
    frames[0].save(tmp_path / "moves", kind, save_all=True, append_images=frames[1:], duration=300)
    frames[0].save(tmp_path / "stands", kind)
    assert is_animated(tmp_path / "moves")
    assert is_animated(tmp_path / "stands") is False
    read = list(read_animation(tmp_path / "moves"))
    assert [round(float(image.mean()) / 10) for image, _ in read] == [0, 12, 25]
    assert [seconds for _, seconds in read] == [pytest.approx(0.3)] * 3


def test_pages_of_a_document_do_not_move_and_the_first_is_read(tmp_path: Path) -> None:
    pages = [Pictures.new("L", (24, 24), shade) for shade in (90, 200)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert is_animated(tmp_path / "a.tif") is False
    assert (read_image(tmp_path / "a.tif") == 90).all()


@pytest.mark.parametrize(
    ("name", "content", "media", "video"),
    [
        ("a", b"\xff\xd8\xff\xe0", True, False),
        ("a.tmp", b"\x1aE\xdf\xa3", True, True),
        ("a.jpg", b"\0\0\0\x20ftypmp42", True, True),
        ("a.mp4", b"\x89PNG\r\n\x1a\n", True, False),
        ("a.mp4", b"who knows", True, True),
        ("a.txt", b"who knows", False, False),
        ("a.m4a", b"\0\0\0\x20ftypM4A ", False, False),
        ("a.nef", b"II*\0", True, False),
    ],
)
def test_what_a_folder_holds_is_told_by_ending_or_content(
    tmp_path: Path, name: str, content: bytes, media: bool, video: bool
) -> None:
    (tmp_path / name).write_bytes(content)
    assert (is_media(tmp_path / name), is_video(tmp_path / name)) == (media, video)


def test_nothing_is_told_of_what_is_empty() -> None:
    assert kind_of(b"") is None
    assert kind_of(b"BM") is None
    assert kind_of(b"\x47" + bytes(187) + b"\x47") is Kind.VIDEO


def unreadable(folder: Path) -> dict[str, Path]:
    """Paths of every kind that cannot be looked at."""
    os.mkfifo(folder / "pipe.jpg")
    (folder / "folder.jpg").mkdir()
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "file").write_bytes(b"x")
    door = socket.socket(socket.AF_UNIX)
    door.bind(os.path.relpath(folder / "socket.jpg"))
    door.close()
    return {
        "pipe": folder / "pipe.jpg",
        "socket": folder / "socket.jpg",
        "device": Path("/dev/zero"),
        "folder": folder / "folder.jpg",
        "leads nowhere": folder / "nowhere.jpg",
        "symbolic links": folder / "loop.jpg",
        "no such file": folder / "gone.jpg",
        "Not a directory": folder / "file" / "a.jpg",
        "too long": folder / ("a" * 300 + ".jpg"),
        "null": folder / "a\0b.jpg",
        "empty": Path("/proc/self/status"),
    }


def test_a_path_that_cannot_be_looked_at_is_refused_at_once_with_the_true_reason(tmp_path: Path) -> None:
    for reason, path in unreadable(tmp_path).items():
        with pytest.raises(PictureError, match=reason):
            read_image(path)
        assert is_animated(path) is None
        assert not is_video(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "a.jpg").chmod(0)
    with pytest.raises(PictureError, match="Permission"):
        read_image(tmp_path / "a.jpg")


def test_a_decoder_may_raise_what_it_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(io.BytesIO(b"\x89PNG\r\n\x1a\n").getvalue())
    for raised in (RuntimeError, RecursionError, ZeroDivisionError, AssertionError, UnicodeError, OverflowError):
        monkeypatch.setattr(Pictures, "open", lambda *_, raised=raised, **__: (_ for _ in ()).throw(raised("odd")))
        with pytest.raises(PictureError, match="odd"):
            read_image(tmp_path / "a.png")
