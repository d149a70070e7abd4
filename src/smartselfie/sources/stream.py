"""A network camera or stream by its address: RTSP, HTTP (Motion JPEG or video) and what else FFmpeg reads."""

import os

import cv2

from smartselfie.addresses import without_secrets
from smartselfie.errors import SourceError
from smartselfie.quiet import quiet
from smartselfie.sources.live import Capture, LiveSource, Patience

# How long FFmpeg waits for a connection and for a packet, in milliseconds.
OPEN_MS, READ_MS = 8000, 4000

PATIENCE = Patience(first=12.0)


def open_stream(address: str, patience: Patience = PATIENCE) -> LiveSource:
    """Open a stream; RTSP goes over TCP, which loses no packets, unless OPENCV_FFMPEG_CAPTURE_OPTIONS says otherwise.

    Raises:
        SourceError: nobody answers there, or with no video.
    """
    shown = without_secrets(address)

    def opening() -> Capture:
        os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
        waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_MS]
        with quiet():
            capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, waits)
        if not capture.isOpened():
            capture.release()
            raise SourceError(f"{shown} does not send a video", "check the address, and try it in a video player")
        return capture

    return LiveSource(shown, opening, patience=patience)
