"""Videos that are written: H.264 in MP4, which phones and browsers play."""

from contextlib import suppress
from fractions import Fraction
from typing import BinaryIO, Self, cast

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from smartselfie.core.types import Image

CODEC = "libx264"

# Quick to make, and good enough that nobody sees the difference on a phone; frames in the order of their times, without
# which uneven ones shorten the video.
OPTIONS = {"preset": "veryfast", "crf": "21", "bf": "0"}

# Ticks a second, of which every frame's time is a whole number.
CLOCK = Fraction(1, 1000)


class Mp4Writer:
    """Writes frames into a file that can seek; a context manager, at whose end the video is whole."""

    def __init__(self, file: BinaryIO, rate: float, comment: str = "") -> None:
        """Nothing is written before the first frame.

        Args:
            file: opened for writing.
            rate: frames a second, for how long the last one is shown.
            comment: stands in the file's metadata.
        """
        self._file, self._step, self._comment = file, 1.0 / rate, comment
        self._out: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.finish()
        elif self._out is not None:
            # what is half written is thrown away by whoever opened the file, which may be full
            with suppress(OSError):
                self._out.close()

    def add(self, image: Image, at: float) -> None:
        """Add a frame.

        Args:
            image: (H, W, 3) uint8 BGR; one of another size than the first is scaled, an odd side loses a pixel.
            at: seconds since the first frame; a time that is not later than the last one's is moved behind it.

        Raises:
            OSError: the file cannot be written, or there is no encoder.
        """
        if self._stream is None:
            self._stream = self._begin(image)
        frame = av.VideoFrame.from_ndarray(image, "bgr24").reformat(self._stream.width, self._stream.height)
        frame.pts = max(self._next, round(at / CLOCK))
        frame.time_base = CLOCK
        self._next = frame.pts + 1
        self._mux(frame)

    def finish(self) -> None:
        """Write what the encoder still holds, and the index.

        Raises:
            OSError: the file cannot be written.
        """
        if self._stream is not None:
            self._mux(None)
            self._stream = None
        if self._out is not None:
            self._out.close()

    def _begin(self, image: Image) -> VideoStream:
        out: OutputContainer = av.open(self._file, "w", format="mp4")
        self._out = out
        out.metadata["comment"] = self._comment
        rate = Fraction(1 / self._step).limit_denominator(1001)
        stream = cast("VideoStream", out.add_stream(CODEC, rate=rate, options=dict(OPTIONS)))
        stream.width, stream.height = (max(2, side - side % 2) for side in image.shape[1::-1])
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = CLOCK
        return stream

    def _mux(self, frame: av.VideoFrame | None) -> None:
        if self._stream is not None and self._out is not None:
            for packet in self._stream.encode(frame):
                packet.duration = round(self._step / packet.time_base) if packet.time_base else 0
                self._out.mux(packet)
