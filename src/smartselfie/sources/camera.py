"""A webcam, by its number or its name.

No camera was at hand when this was written: it is tested with an injected capture and list of devices, through the
same thread that reads real streams.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2

from smartselfie.addresses import without_secrets
from smartselfie.errors import SourceError
from smartselfie.quiet import quiet
from smartselfie.sources.live import Capture, LiveSource, Patience

# What a camera is asked for, best first; what it then delivers is taken, whatever it is.
SIZES = ((1920, 1080), (1280, 720), (800, 600), (640, 480))

BACKEND = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_MSMF, "darwin": cv2.CAP_AVFOUNDATION}.get(sys.platform, cv2.CAP_ANY)
# A size at which the camera promises fewer frames a second is passed over for a smaller one.
FEWEST_FPS = 10.0


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that the system lists: the number that opens it, and its name."""

    index: int
    name: str


def list_cameras() -> list[CameraInfo]:
    """The cameras that the system knows, by number."""
    from cv2_enumerate_cameras import enumerate_cameras

    found = {camera.index: CameraInfo(camera.index, camera.name) for camera in enumerate_cameras(BACKEND)}
    return [found[index] for index in sorted(found)]


def _make_capture(index: int) -> cv2.VideoCapture:
    with quiet():
        return cv2.VideoCapture(index, BACKEND)


def open_camera(
    index: int,
    size: tuple[int, int] | None = None,
    *,
    cameras: Sequence[CameraInfo] | None = None,
    make_capture: Callable[[int], cv2.VideoCapture] = _make_capture,
    patience: Patience | None = None,
) -> LiveSource:
    """Open the camera of that number.

    Args:
        index: as `list_cameras` gives it.
        size: (width, height) to ask for first; None tries sensible ones.
        cameras: None asks the system.
        make_capture: opens a device by number; for tests without one.
        patience: how long to wait for what.

    Raises:
        SourceError: there is no such camera, it is busy, or it gives no image.
    """
    listed = list_cameras() if cameras is None else cameras
    names = {camera.index: camera.name for camera in listed}
    name = names.get(index, f"camera {index}")
    chosen: list[float] = []

    def opening() -> Capture:
        capture = make_capture(index)
        if not capture.isOpened():
            capture.release()
            if index not in names:
                raise SourceError(f"no such camera: {index}", _hint(listed))
            raise SourceError(
                f"camera {index} ({name}) cannot be opened",
                "another program may be using it, or smartselfie may not be allowed to",
            )
        chosen.append(_set_up(capture, size))
        return capture

    source = LiveSource(name, opening, patience=patience)
    source.fps = chosen[0] if chosen and chosen[0] > 0 else None
    return source


def find_camera(name: str, cameras: Sequence[CameraInfo]) -> int:
    """The number of the one camera whose name contains `name`, in any case; one called just that goes before others.

    Raises:
        SourceError: none or several do.
    """
    fitting = [camera for camera in cameras if name.casefold() in camera.name.casefold()]
    exact = [camera for camera in fitting if camera.name.casefold() == name.casefold()]
    fitting = exact if len(exact) == 1 else fitting
    if len(fitting) != 1:
        found = f"{len(fitting)} cameras match {name}" if fitting else f"no camera is called {without_secrets(name)}"
        raise SourceError(found, _hint(cameras))
    return fitting[0].index


def _hint(cameras: Sequence[CameraInfo]) -> str:
    if not cameras:
        return "no camera was found: plug one in, close what uses it, then see: smartselfie cameras"
    return "cameras: " + ", ".join(f"{camera.index} {camera.name}" for camera in cameras)


def _set_up(capture: cv2.VideoCapture, size: tuple[int, int] | None) -> float:
    """Ask for sizes until one is delivered at a usable rate; returns the frames a second, 0 where unknown.

    Motion JPEG is asked for since uncompressed images of 720 lines and more do not fit through USB 2 at full rate.
    """
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    for width, height in SIZES if size is None else (size, *SIZES):
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_FPS, 30)
        there, _ = capture.read()
        rate = capture.get(cv2.CAP_PROP_FPS)
        # some drivers say yes to any size and then deliver nothing, or three frames a second
        if there and not 0 < rate < FEWEST_FPS:
            return rate
    return capture.get(cv2.CAP_PROP_FPS)
