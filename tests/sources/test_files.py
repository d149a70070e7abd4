"""Video files and folders of pictures: every frame, the same at every run, or a clear reason."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.sources.files import ImageFolder, VideoFile


def clip(path: Path, frames: int = 20, *, fps: float = 25.0, codec: str = "mp4v") -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, (96, 64))
    assert writer.isOpened()
    rng = np.random.default_rng(0)
    for index in range(frames):
        image = rng.integers(0, 60, (64, 96, 3), np.uint8)
        image[:, : 4 * (index % 20) + 8] = 220
        writer.write(image)
    writer.release()
    return path


def read(path: Path) -> list[Frame]:
    source = VideoFile(path)
    try:
        return [item for item in source.frames() if isinstance(item, Frame)]
    finally:
        source.close()


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "mp4v"), (".avi", "MJPG"), (".mkv", "mp4v")])
def test_every_frame_comes_in_order_with_its_number_and_time(tmp_path: Path, suffix: str, codec: str) -> None:
    frames = read(clip(tmp_path / f"party{suffix}", codec=codec))
    assert [frame.index for frame in frames] == list(range(20))
    assert [frame.at for frame in frames] == pytest.approx([index / 25 for index in range(20)], abs=0.002)
    widths = [int((frame.image[32, :, 0] > 150).sum()) for frame in frames]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]
    assert all(frame.taken is None for frame in frames)


def test_two_runs_give_the_same_bytes_and_times(tmp_path: Path) -> None:
    path = clip(tmp_path / "party.mp4")
    for one, two in zip(read(path), read(path), strict=True):
        assert np.array_equal(one.image, two.image)
        assert one.at == two.at


def test_name_and_rate_are_the_files(tmp_path: Path) -> None:
    source = VideoFile(clip(tmp_path / "my party.mp4", fps=12.5))
    source.close()
    assert (source.name, source.live) == ("my party", False)
    assert source.fps == pytest.approx(12.5)


@pytest.mark.parametrize("content", [b"", b"no video", b"\x00" * 5000, bytes(range(256)) * 40])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(SourceError, match=r"clip\.mp4"):
        read(tmp_path / "clip.mp4")


@pytest.mark.parametrize(("suffix", "codec"), [(".avi", "MJPG"), (".mkv", "mp4v"), (".mp4", "mp4v")])
def test_a_truncated_file_is_never_taken_for_a_whole_one(tmp_path: Path, suffix: str, codec: str) -> None:
    whole = clip(tmp_path / f"whole{suffix}", 60, codec=codec).read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"truncated|damaged"):
        read(cut)


def test_the_frames_before_the_cut_are_delivered(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.avi", 60, codec="MJPG").read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    frames = VideoFile(tmp_path / "cut.avi").frames()
    seen = [next(frames) for _ in range(20)]
    assert all(isinstance(frame, Frame) for frame in seen)
    with pytest.raises(SourceError, match="ends after"):
        list(frames)


def test_closing_ends_it_twice_over(tmp_path: Path) -> None:
    source = VideoFile(clip(tmp_path / "party.mp4"))
    frames = source.frames()
    next(frames)
    source.close()
    source.close()
    assert list(frames) == []


def test_pictures_come_by_name_at_an_even_rate(tmp_path: Path) -> None:
    for grey, name in ((30, "c.png"), (10, "a.png"), (20, "b.PNG")):
        Pictures.new("RGB", (8 + grey, 6), (grey,) * 3).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_text("no picture")
    frames = [item for item in ImageFolder(tmp_path, 10.0).frames() if isinstance(item, Frame)]
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [10, 20, 30]
    assert [frame.at for frame in frames] == [0.0, 0.1, 0.2]
    assert [frame.image.shape[1] for frame in frames] == [18, 28, 38]


def test_the_folders_name_is_the_clips(tmp_path: Path) -> None:
    folder = tmp_path / "party"
    folder.mkdir()
    Pictures.new("RGB", (8, 6)).save(folder / "a.png")
    assert ImageFolder(folder, 30.0).name == "party"


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no images"):
        ImageFolder(tmp_path, 30.0)


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    Pictures.new("RGB", (8, 6)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"broken")
    frames = ImageFolder(tmp_path, 30.0).frames()
    assert isinstance(next(frames), Frame)
    with pytest.raises(SourceError, match=r"b\.png"):
        next(frames)
