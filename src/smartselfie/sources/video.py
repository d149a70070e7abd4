"""Video files: every frame of them, upright and at its own time, the same at every run."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from smartselfie.core.types import Frame, Image
from smartselfie.errors import PictureError, SourceError
from smartselfie.images import read_animation

# Durations in headers may be off by a little; a file that ends before this share of its own is called truncated.
WHOLE = 0.9

HINT = "try to play it in another program"

# A file that names others, such as a playlist, must not reach the network.
SAFE = {"protocol_whitelist": "file"}

# Stretched pixels beyond it are taken for a mistake of the header.
MOST_STRETCHED = 4

# Threads of the decoder: with more, memory grows and little is gained.
THREADS = 2


class VideoFile:
    """A video file through FFmpeg; upright and with square pixels, as players show it."""

    live = False

    def __init__(self, path: Path, every: int = 1) -> None:
        """Open the file.

        Args:
            path: the file.
            every: each so-many-th frame is delivered, from the first; the others are decoded only.

        Raises:
            SourceError: it is empty, damaged, or no video, or its codec is not known here.
        """
        if path.stat().st_size == 0:
            raise SourceError(f"{path} is empty", HINT)
        self._path, self.name, self._every = path, path.stem, every
        self._lock, self._closed = threading.Lock(), False
        with _video_errors(path), ExitStack() as opened:
            container = _open(path, opened)
            self._stream = _find_video(path, container)
            self._opened = opened.pop_all()
        self._packets = container.demux(self._stream)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.fps: float | None = float(rate) if rate and 0 < rate < 1000 else None
        self._promised = _promised_seconds(container, self._stream)
        started = self._stream.start_time
        self._start = float(started * self._stream.time_base) if started and self._stream.time_base else 0.0
        self._reformatter = VideoReformatter()

    def frames(self) -> Iterator[Frame]:
        """The frames, at the times that the container says, from 0.

        Raises:
            SourceError: the file ends clearly before its header says so; every frame up to there was delivered.
        """
        decoded, index, last, begin = self._decode(), 0, -1.0, 0.0
        while (frame := self._next(decoded)) is not None:
            begin = frame.time or 0.0 if last < 0 else begin
            at = -1.0 if frame.pts is None else frame.time - begin
            if at <= last:
                # a container without times, or with broken ones: an even rate
                at = last + 1.0 / (self.fps or 30.0) if index else 0.0
            if index % self._every == 0:
                yield Frame(self._to_image(frame), at, index)
            index, last = index + 1, at
        if self._is_closed():
            return
        self.close()
        if index == 0:
            raise SourceError(f"{self._path} has no frame that can be read", HINT)
        # what lies before the first frame that can be decoded, as in a recording of television, is not missing
        end = last + 1.0 / (self.fps or 30.0) + max(0.0, begin - self._start)
        if self._promised is not None and end < WHOLE * self._promised:
            said = f"it ends after {end:.1f} of {self._promised:.1f} s"
            raise SourceError(f"{self._path} is truncated: {said}", HINT)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._opened.close()

    def _is_closed(self) -> bool:
        """Whether somebody has closed it, maybe another thread meanwhile."""
        return self._closed

    def _next(self, decoded: Iterator[av.VideoFrame]) -> av.VideoFrame | None:
        """The next frame, or None at the end."""
        with self._lock:
            return None if self._closed else next(decoded, None)

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Every frame; packets that are damaged are passed over, as players do."""
        while True:
            try:
                packet = next(self._packets, None)
            except (av.error.FFmpegError, ValueError):
                # what comes after is lost; a last look at what the decoder still holds
                packet = None
            try:
                yield from self._stream.decode(packet)
            except (av.error.FFmpegError, ValueError):
                if packet is not None:
                    continue
            if packet is None or (packet.size == 0 and packet.pts is None and packet.dts is None):
                return

    def _to_image(self, frame: av.VideoFrame) -> Image:
        """The frame as (H, W, 3) uint8 BGR, upright.

        Raises:
            SourceError: its pixels are of a kind that is not known here, or too many.
        """
        try:
            return self._convert(frame)
        except (av.error.FFmpegError, ValueError, MemoryError):
            raise SourceError(f"{self._path} has frames that cannot be shown here", HINT) from None

    def _convert(self, frame: av.VideoFrame) -> Image:
        width, height = _square(frame.width, frame.height, self._stream.sample_aspect_ratio)
        bgr = self._reformatter.reformat(frame, width, height, "bgr24", threads=1).to_ndarray()
        turns = round(frame.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(bgr, turns)) if turns else cast("Image", bgr)


class AnimatedImage:
    """An image that moves, such as a GIF: its frames, each at its time."""

    live = False

    def __init__(self, path: Path) -> None:
        """Frames are read when their turn comes."""
        self._path, self.name, self.fps = path, path.stem, None
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Every frame.

        Raises:
            SourceError: one cannot be read; every frame before it was delivered.
        """
        at = 0.0
        try:
            for index, (image, seconds) in enumerate(read_animation(self._path)):
                if self._closed.is_set():
                    return
                yield Frame(image, at, index)
                at += seconds
        except PictureError as error:
            raise SourceError(error.message, error.hint) from None

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()


@contextmanager
def _video_errors(path: Path) -> Iterator[None]:
    """What FFmpeg raises on opening, in one line."""
    try:
        yield
    except PermissionError:
        raise SourceError(f"{path} cannot be read: permission denied", "check its permissions") from None
    except (av.error.FFmpegError, ValueError, OSError, MemoryError):
        raise SourceError(f"{path} is damaged, truncated, or not a video", HINT) from None


def _open(path: Path, opened: ExitStack) -> InputContainer:
    """Through FFmpeg's own reader of files; through Python's where a name is not UTF-8, which that one refuses."""
    # the protocol is said, since a name may look like another's address
    name: Any = f"file:{os.fspath(path)}"
    try:
        name.encode()
    except UnicodeEncodeError:
        name = opened.enter_context(path.open("rb"))
    container: InputContainer = av.open(name, "r", options=dict(SAFE), metadata_errors="replace")
    return opened.enter_context(container)


def _find_video(path: Path, container: InputContainer) -> VideoStream:
    """The stream that players show: the first that is no cover of a song.

    Raises:
        SourceError: there is none, or nothing here decodes it.
    """
    streams = [each for each in container.streams.video if not each.disposition & av.stream.Disposition.attached_pic]
    if not streams:
        raise SourceError(f"{path} holds no video", "a song with a cover is none")
    # a stream without a decoder has no context
    usable = [each for each in streams if getattr(each, "codec_context", None) is not None]
    if not usable:
        raise SourceError(f"{path} has a codec that cannot be decoded here", "convert it to H.264")
    stream = usable[0]
    stream.codec_context.thread_count = THREADS
    stream.codec_context.thread_type = "AUTO"
    return stream


def _promised_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """How long the video says that it is; None where only something longer, such as the sound, may say so."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    hours, _, rest = stream.metadata.get("DURATION", "").partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds)
    except ValueError:
        alone = len(container.streams) == 1
        return container.duration / av.time_base if alone and container.duration else None


def _square(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The size with square pixels: the shorter side of a pixel is stretched."""
    if not aspect or not Fraction(1, MOST_STRETCHED) <= aspect <= MOST_STRETCHED:
        return width, height
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))
