"""Video files: every frame, upright, in time, the same at every run; or a clear reason."""

import os
from collections.abc import Iterable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.core.types import Frame, Image
from smartselfie.errors import SourceError
from smartselfie.sources import open_source
from smartselfie.sources.video import VideoFile

SMALL = (48, 32)  # width, height


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


def half_white() -> Image:
    """White above, black below."""
    image = np.zeros((SMALL[1], SMALL[0], 3), np.uint8)
    image[: SMALL[1] // 2] = 255
    return image


def write(path: Path, times: Iterable[float], *, turned: int = 0, aspect: Fraction | None = None) -> Path:
    """A video whose frames come at those times (seconds), with what its header says of its shape."""
    with av.open(path, "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if turned:
            stream.set_display_rotation(turned)
        for at in times:
            frame = av.VideoFrame.from_ndarray(half_white(), "bgr24")
            frame.pts, frame.time_base = round(1000 * at), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def open_and_read(name: Path | str, every: int = 1) -> list[Frame]:
    with closing(open_source(os.fspath(name), size=None, rotate=0, fps=30.0, every=every)) as source:
        return [item for item in source.frames() if isinstance(item, Frame)]


@pytest.mark.parametrize("turned", [90, 180, -90])
def test_a_video_is_turned_as_its_header_says(tmp_path: Path, turned: int) -> None:
    image = read(write(tmp_path / "phone.mp4", (0.0, 0.04), turned=turned))[0].image
    expected = np.rot90(half_white(), turned // 90)
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 20


@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(2), (96, 32)), (Fraction(1, 2), (48, 64)), (Fraction(90), SMALL)]
)
def test_pixels_become_square_unless_the_header_is_out_of_its_mind(
    tmp_path: Path, aspect: Fraction, size: tuple[int, int]
) -> None:
    height, width = read(write(tmp_path / "tape.mp4", (0.0, 0.04), aspect=aspect))[0].image.shape[:2]
    assert (width, height) == size


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_times_are_the_containers_from_zero_though_the_rate_varies(tmp_path: Path, suffix: str) -> None:
    times = (0.0, 0.04, 0.24, 0.28, 0.96, 1.0)
    frames = read(write(tmp_path / f"phone{suffix}", times))
    assert [frame.at for frame in frames] == pytest.approx(times, abs=0.002)


def test_of_every_so_many_frames_one_is_converted_and_keeps_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "party.mp4", [index / 25 for index in range(11)])
    assert [(frame.index, frame.at) for frame in open_and_read(path, every=5)] == [
        (0, 0.0),
        (5, pytest.approx(0.2)),
        (10, pytest.approx(0.4)),
    ]


@pytest.mark.parametrize(
    "name", [b"caf\xe9.mp4", b"data:1.mp4", b"12:30:05.mp4", "日本 😀.mp4".encode(), b"a%d.mp4", b"a\nb.mp4"]
)
def test_a_video_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes) -> None:
    write(tmp_path / "party.mp4", (0.0, 0.04)).rename(tmp_path / os.fsdecode(name))
    monkeypatch.chdir(tmp_path)
    assert len(open_and_read(os.fsdecode(name))) == 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_image_that_moves_is_played_at_its_pace(tmp_path: Path, kind: str) -> None:
    images = [Pictures.new("RGB", (16, 16), (shade,) * 3) for shade in (0, 120, 250)]
    images[0].save(tmp_path / "moves", kind, save_all=True, append_images=images[1:], duration=[100, 200, 300])
    frames = open_and_read(tmp_path / "moves")
    assert [round(frame.at, 3) for frame in frames] == [0.0, 0.1, 0.3]
    assert [int(frame.image.mean()) for frame in frames] == pytest.approx([0, 120, 250], abs=4)
    (tmp_path / "cut").write_bytes((tmp_path / "moves").read_bytes()[:-120])
    with pytest.raises(SourceError):
        open_and_read(tmp_path / "cut")


def test_an_image_that_stands_still_is_no_video(tmp_path: Path) -> None:
    Pictures.new("RGB", (16, 16)).save(tmp_path / "still.gif")
    with pytest.raises(SourceError, match="single image"):
        open_and_read(tmp_path / "still.gif")


def test_a_song_with_a_cover_is_no_video(tmp_path: Path) -> None:
    with av.open(tmp_path / "song.mp4", "w") as out:
        sound, cover = out.add_stream("aac", rate=44100), out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = *SMALL, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        quiet.sample_rate, quiet.pts = 44100, 0
        out.mux(cover.encode(av.VideoFrame.from_ndarray(half_white(), "bgr24")))
        out.mux(cover.encode(None))
        out.mux(sound.encode(quiet))
        out.mux(sound.encode(None))
    with pytest.raises(SourceError, match="holds no video"):
        read(tmp_path / "song.mp4")


def test_sound_that_goes_on_longer_makes_no_video_truncated(tmp_path: Path) -> None:
    with av.open(tmp_path / "party.mkv", "w") as out:
        sound, video = out.add_stream("aac", rate=8000), out.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = *SMALL, "yuv420p"
        for _ in range(5):
            out.mux(video.encode(av.VideoFrame.from_ndarray(half_white(), "bgr24")))
        out.mux(video.encode(None))
        for block in range(40):
            quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            quiet.sample_rate, quiet.pts = 8000, 1024 * block
            out.mux(sound.encode(quiet))
        out.mux(sound.encode(None))
    assert len(read(tmp_path / "party.mkv")) == 5


def test_a_codec_that_nothing_here_decodes_is_named_in_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "party.avi", (0.0, 0.04))
    # the codec's four letters stand in the header twice; nobody has one of this name
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"ZQ9X"))
    with pytest.raises(SourceError, match="codec") as told:
        read(path)
    assert "\n" not in str(told.value)


def test_a_playlist_in_a_videos_clothes_reaches_nobody(tmp_path: Path) -> None:
    (tmp_path / "party.mp4").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(SourceError, match=r"party\.mp4"):
        read(tmp_path / "party.mp4")
