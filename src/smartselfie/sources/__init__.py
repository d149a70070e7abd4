"""Where frames come from: what a word on the command line means."""

import re
from pathlib import Path

from smartselfie.addresses import without_secrets
from smartselfie.errors import SourceError
from smartselfie.kinds import is_image, is_video
from smartselfie.ports import FrameSource

ADDRESS = re.compile(r"^(rtsps?|https?|rtmps?|udp|tcp|srt)://", re.IGNORECASE)


def open_source(name: str, *, size: tuple[int, int] | None, rotate: int, fps: float, every: int = 1) -> FrameSource:
    """Open the source that a word means.

    `demo`; an address; a folder of images; a video file; a camera's number; a part of a camera's name.

    Args:
        name: the word.
        size: (width, height) to ask a camera for; None tries sensible ones.
        rotate: degrees clockwise that bring the image upright: 0, 90, 180 or 270.
        fps: frames a second of a folder of images.
        every: of a video file, only each so-many-th frame is needed; the others may be left out.

    Raises:
        SourceError: there is no such thing, or it cannot be opened.
    """
    source = _open(name, size, fps, every)
    if rotate == 0:
        return source
    from smartselfie.sources.filters import Rotated

    return Rotated(source, rotate)


def _open(name: str, size: tuple[int, int] | None, fps: float, every: int) -> FrameSource:
    if name == "demo":
        from smartselfie.sources.demo import DemoSource

        return DemoSource()
    if ADDRESS.match(name):
        from smartselfie.sources.stream import open_stream

        return open_stream(name)
    path = Path(name).expanduser()
    if path.is_dir():
        from smartselfie.sources.files import ImageFolder

        return ImageFolder(path, fps)
    if path.is_file():
        return _open_file(path, every)
    if "/" in name or "\\" in name or re.search(r"\.\w{2,5}$", name):
        raise SourceError(f"no such file: {without_secrets(name)}", "check the path")
    from smartselfie.sources.camera import find_camera, list_cameras, open_camera

    return open_camera(int(name) if name.isdecimal() else find_camera(name, list_cameras()), size)


def _open_file(path: Path, every: int) -> FrameSource:
    """A video, or an image that moves; what stands still is refused."""
    from smartselfie.images import is_animated
    from smartselfie.sources.video import AnimatedImage, VideoFile

    if not is_video(path) and is_image(path):
        if is_animated(path):
            return AnimatedImage(path)
        raise SourceError(f"{path} is a single image", f"use: smartselfie analyze {path}")
    return VideoFile(path, every)
