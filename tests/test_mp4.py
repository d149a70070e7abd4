"""Videos that are written: what phones and browsers play, as long as they should last, whole or not at all."""

import errno
import io
from pathlib import Path

import av
import numpy as np
import pytest

from smartselfie.core.types import Image
from smartselfie.mp4 import Mp4Writer


def grey(shade: int, width: int = 64, height: int = 48) -> Image:
    return np.full((height, width, 3), shade, np.uint8)


def read(path: Path) -> tuple[av.VideoCodecContext, float, list[float], list[float]]:
    """The codec, seconds in all, and each frame's time and grey."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        frames = list(container.decode(stream))
        shades = [float(frame.to_ndarray(format="bgr24").mean()) for frame in frames]
        seconds = float(stream.duration * stream.time_base)
        return stream.codec_context, seconds, [frame.time for frame in frames], shades


def test_it_is_h264_in_the_colours_that_every_player_knows_and_each_frame_has_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    times = [0.0, 0.2, 0.4, 1.0, 1.2]
    with path.open("w+b") as file, Mp4Writer(file, 5.0, "made here") as out:
        for place, at in enumerate(times):
            out.add(grey(40 * place), at)
    codec, seconds, found, shades = read(path)
    assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
    assert found == pytest.approx(times, abs=0.002)
    assert shades == pytest.approx([0, 40, 80, 120, 160], abs=6)
    # the last one is shown as long as the rate says
    assert seconds == pytest.approx(1.4, abs=0.01)
    assert b"made here" in path.read_bytes()[-1000:]


def test_odd_and_changing_sizes_and_times_that_run_back_are_borne(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with path.open("w+b") as file, Mp4Writer(file, 30.0) as out:
        for size, at in (((65, 49), 0.0), ((30, 90), 0.1), ((1, 1), 0.05), ((65, 49), 0.1)):
            out.add(grey(100, *size), at)
    codec, _, found, _ = read(path)
    assert (codec.width, codec.height) == (64, 48)
    assert len(found) == 4
    assert found == sorted(set(found))


def test_a_single_pixel_becomes_the_smallest_video_there_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with path.open("w+b") as file, Mp4Writer(file, 30.0) as out:
        out.add(grey(100, 1, 1), 0.0)
    assert (read(path)[0].width, read(path)[0].height) == (2, 2)


def test_without_a_frame_nothing_is_written(tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("w+b") as file, Mp4Writer(file, 30.0):
        pass
    assert (tmp_path / "a.mp4").read_bytes() == b""


class Full(io.BytesIO):
    """A disk with no space."""

    def write(self, _content: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_as_such() -> None:
    def write() -> None:
        with Mp4Writer(Full(), 30.0) as out:
            for shade in range(200):
                out.add(np.random.default_rng(shade).integers(0, 255, (96, 128, 3), np.uint8), shade / 30)

    with pytest.raises(OSError, match="space") as told:
        write()
    assert told.value.errno == errno.ENOSPC
