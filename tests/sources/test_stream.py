"""Network cameras, against real servers on this machine."""

import http.server
import io
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.sources.live import Patience
from smartselfie.sources.stream import open_stream

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")
QUICK = Patience(first=15.0, silence=3.0, retry=0.1, retry_most=0.3)


def has_gstreamer() -> bool:
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_gstreamer = pytest.mark.skipif(
    "CI" not in os.environ and not has_gstreamer(),
    reason="GStreamer's RTSP server is not installed: apt install gir1.2-gst-rtsp-server-1.0 python3-gi",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def start_rtsp(port: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen([SYSTEM_PYTHON, str(SERVER), str(port)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "GStreamer's RTSP server must start"
    return process


def stop(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


@pytest.mark.slow
@needs_gstreamer
def test_rtsp_delivers_the_newest_frame_and_comes_back_after_the_server_was_away() -> None:
    port = free_port()
    server = start_rtsp(port)
    source = None
    try:
        source = open_stream(f"rtsp://127.0.0.1:{port}/live", QUICK)
        frames = source.frames()
        seen = [next(frames) for _ in range(10)]
        assert all(isinstance(item, Frame) and item.image.shape == (240, 320, 3) for item in seen)
        times = [item.at for item in seen if isinstance(item, Frame)]
        assert times == sorted(times)
        before = source.dropped
        time.sleep(1.0)
        next(frames)
        assert source.dropped - before >= 10, "a slow reader gets the newest frame, not a queue"
        stop(server)
        lost = next(item for item in frames if not isinstance(item, Frame))
        assert isinstance(lost, SourceLost)
        server = start_rtsp(port)
        assert isinstance(next(frames), SourceBack)
        assert isinstance(next(frames), Frame)
    finally:
        if source is not None:
            source.close()
        stop(server)


class MotionJpeg(http.server.BaseHTTPRequestHandler):
    """What cheap network cameras speak."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for number in range(2000):
                buffer = io.BytesIO()
                Pictures.fromarray(np.full((48, 64, 3), number % 256, np.uint8)).save(buffer, "JPEG")
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {buffer.tell()}\r\n\r\n"
                self.wfile.write(head.encode() + buffer.getvalue() + b"\r\n")
                time.sleep(0.01)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def motion_jpeg() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), MotionJpeg) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/video.mjpg"
        server.shutdown()
        thread.join()


def test_motion_jpeg_over_http_is_a_live_source(motion_jpeg: str) -> None:
    source = open_stream(motion_jpeg)
    try:
        frames = source.frames()
        seen = [next(frames) for _ in range(5)]
        assert all(isinstance(item, Frame) and item.image.shape == (48, 64, 3) for item in seen)
        assert all(isinstance(item, Frame) and item.taken is not None for item in seen)
    finally:
        source.close()


def test_an_address_where_nobody_answers_is_refused() -> None:
    with pytest.raises(SourceError, match="does not send a video"):
        open_stream(f"rtsp://127.0.0.1:{free_port()}/live")
