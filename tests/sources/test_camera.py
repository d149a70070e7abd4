"""The webcam, with an injected capture and a made-up list of devices: there is no camera where tests run."""

import json

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from smartselfie.cli import cameras as cameras_command
from smartselfie.cli.main import main
from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.sources.camera import SIZES, CameraInfo, find_camera, list_cameras, open_camera
from smartselfie.sources.live import Patience

LISTED = [CameraInfo(0, "Integrated Camera"), CameraInfo(2, "USB Camera HD"), CameraInfo(4, "USB Camera HD Pro")]


class FakeDevice:
    """A webcam that knows some sizes and delivers nothing at the others."""

    def __init__(self, sizes: tuple[tuple[int, int], ...], *, fps: float = 30.0, opened: bool = True) -> None:
        self.sizes, self.fps, self.opened = sizes, fps, opened
        self.width, self.height = 640, 480
        self.asked: list[tuple[int, int]] = []
        self.count = 0
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.opened

    def set(self, name: int, value: float) -> bool:
        if name == cv2.CAP_PROP_FRAME_WIDTH:
            self.width = int(value)
        if name == cv2.CAP_PROP_FRAME_HEIGHT:
            self.height = int(value)
            self.asked.append((self.width, self.height))
        return True

    def get(self, name: int) -> float:
        return self.fps if name == cv2.CAP_PROP_FPS else 0.0

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        if (self.width, self.height) not in self.sizes or self.released:
            return False, None
        self.count += 1
        return True, np.full((self.height, self.width, 3), self.count % 256, np.uint8)

    def release(self) -> None:
        self.released = True


def first_frame(device: FakeDevice, size: tuple[int, int] | None = None) -> Frame:
    source = open_camera(2, size, cameras=LISTED, make_capture=lambda _: device, patience=Patience(first=2))
    try:
        frame = next(source.frames())
        assert isinstance(frame, Frame)
        assert source.name == "USB Camera HD"
        return frame
    finally:
        source.close()


def test_the_largest_size_that_works_is_taken() -> None:
    assert first_frame(FakeDevice(SIZES)).image.shape == (1080, 1920, 3)
    small = FakeDevice(((640, 480), (1280, 720)))
    assert first_frame(small).image.shape == (720, 1280, 3)
    assert small.asked[:2] == [(1920, 1080), (1280, 720)]


def test_the_size_that_was_asked_for_comes_first() -> None:
    assert first_frame(FakeDevice(((800, 600), (1920, 1080))), (800, 600)).image.shape == (600, 800, 3)


def test_a_size_that_was_asked_for_in_vain_gives_way_to_one_that_works() -> None:
    assert first_frame(FakeDevice(((640, 480),)), (3840, 2160)).image.shape == (480, 640, 3)


def test_a_frame_carries_the_time_of_day() -> None:
    assert first_frame(FakeDevice(SIZES)).taken is not None


def test_a_busy_camera_is_refused_with_its_name() -> None:
    device = FakeDevice(SIZES, opened=False)
    with pytest.raises(SourceError, match="USB Camera HD") as caught:
        first_frame(device)
    assert "another program" in caught.value.hint
    assert device.released


def test_a_missing_camera_is_refused_with_the_list() -> None:
    with pytest.raises(SourceError, match="no such camera: 9") as caught:
        open_camera(9, cameras=LISTED, make_capture=lambda _: FakeDevice((), opened=False))
    assert "0 Integrated Camera" in caught.value.hint


def test_a_camera_is_found_by_a_part_of_its_name_whatever_the_case() -> None:
    assert find_camera("integrated", LISTED) == 0
    assert find_camera("hd pro", LISTED) == 4


def test_a_name_that_is_exactly_one_cameras_goes_before_longer_ones() -> None:
    assert find_camera("usb camera hd", LISTED) == 2


@pytest.mark.parametrize(("name", "found"), [("usb", "2 cameras match usb"), ("nikon", "no camera is called nikon")])
def test_an_ambiguous_or_unknown_name_is_refused_with_the_list(name: str, found: str) -> None:
    with pytest.raises(SourceError, match=found) as caught:
        find_camera(name, LISTED)
    assert "USB Camera HD Pro" in caught.value.hint


def test_listing_asks_the_system_and_never_fails() -> None:
    assert all(isinstance(camera.index, int) and camera.name for camera in list_cameras())


def test_the_command_lists_numbers_and_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cameras_command, "list_cameras", lambda: LISTED)
    assert main(["cameras"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  2  USB Camera HD"
    assert main(["cameras", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[2]) == {
        "index": 4,
        "name": "USB Camera HD Pro",
        "chosen": False,
    }


def test_the_command_says_so_where_there_is_no_camera(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cameras_command, "list_cameras", list)
    assert main(["cameras"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("no camera was found")
