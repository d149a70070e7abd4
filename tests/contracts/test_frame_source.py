"""One contract over every source of frames."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.core.types import Frame
from smartselfie.ports import FrameSource
from smartselfie.sources.demo import DemoSource
from smartselfie.sources.files import ImageFolder
from smartselfie.sources.filters import Paced, Rotated
from smartselfie.sources.live import LiveSource, Patience
from smartselfie.sources.video import VideoFile
from smartselfie.testing import ScriptedSource, frames_at


def video(folder: Path) -> FrameSource:
    path = folder / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for index in range(8):
        writer.write(np.full((48, 64, 3), 30 * index, np.uint8))
    writer.release()
    return VideoFile(path)


def images(folder: Path) -> FrameSource:
    for index in range(8):
        Pictures.new("RGB", (64, 48), (30 * index,) * 3).save(folder / f"{index}.png")
    return ImageFolder(folder, 30.0)


class Counting:
    """A camera whose every picture differs from the one before."""

    count = 0

    def read(self) -> tuple[bool, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
        self.count += 1
        return True, np.full((48, 64, 3), self.count % 256, np.uint8)

    def release(self) -> None:
        """Nothing to let go of."""


SOURCES: dict[str, Callable[[Path], FrameSource]] = {
    "video": video,
    "images": images,
    "demo": lambda _: DemoSource(),
    "live": lambda _: LiveSource("cam", Counting, 30.0, patience=Patience()),
    "scripted": lambda _: ScriptedSource(frames_at(30, 8)),
    "paced": lambda _: Paced(ScriptedSource(frames_at(500, 8))),
    "rotated": lambda _: Rotated(ScriptedSource(frames_at(30, 8)), 90),
}
CLIPS = [name for name in SOURCES if name != "live"]


def first(source: FrameSource, count: int) -> list[Frame]:
    seen = []
    for item in source.frames():
        assert isinstance(item, Frame)
        seen.append(item)
        if len(seen) == count:
            break
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_frames_are_upright_pictures_with_rising_numbers_and_times(name: str, tmp_path: Path) -> None:
    source = SOURCES[name](tmp_path)
    frames = first(source, 5)
    source.close()
    assert len(frames) == 5
    for frame in frames:
        assert frame.image.ndim == 3
        assert frame.image.shape[2] == 3
        assert frame.image.dtype == np.uint8
        assert (frame.taken is not None) == source.live
    indices, times = [frame.index for frame in frames], [frame.at for frame in frames]
    assert indices == sorted(set(indices))
    assert times == sorted(times)
    assert (indices[0], times[0]) == (0, 0.0)


@pytest.mark.parametrize("name", SOURCES)
def test_it_has_a_name_and_perhaps_a_rate(name: str, tmp_path: Path) -> None:
    source = SOURCES[name](tmp_path)
    source.close()
    assert source.name
    assert source.fps is None or source.fps > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_closing_ends_the_frames_and_is_safe_twice(name: str, tmp_path: Path) -> None:
    source = SOURCES[name](tmp_path)
    frames = source.frames()
    next(frames)
    source.close()
    source.close()
    assert list(frames) == []


@pytest.mark.parametrize("name", SOURCES)
def test_closing_without_reading_is_safe(name: str, tmp_path: Path) -> None:
    SOURCES[name](tmp_path).close()


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_is_the_same_at_every_run(name: str, tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        source = SOURCES[name](tmp_path)
        runs.append(first(source, 8))
        source.close()
    assert all(np.array_equal(one.image, two.image) for one, two in zip(*runs, strict=True))
    assert [frame.at for frame in runs[0]] == [frame.at for frame in runs[1]]
