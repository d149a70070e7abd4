"""Programs as people run them, and network cameras that misbehave, for tests that break the real thing."""

import contextlib
import http.server
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image as Pictures


class Program:
    """`smartselfie` with arguments, in a process of its own; what it prints is kept line by line."""

    def __init__(self, *arguments: object, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smartselfie", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            start_new_session=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        pipes = (self.process.stdout, self.out), (self.process.stderr, self.err)
        self._readers = [threading.Thread(target=self._keep, args=both) for both in pipes]
        for reader in self._readers:
            reader.start()

    def wait_for(self, there: Callable[[], object], seconds: float = 60) -> None:
        """Until it is so; fails where the program ends before, or it takes too long."""
        until = time.monotonic() + seconds
        while not there():
            assert self.process.poll() is None, self.err
            assert time.monotonic() < until, self.err
            time.sleep(0.02)

    def send(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM, seconds: float = 40) -> int:
        """Have it end by that signal; its exit code."""
        self.send(number)
        try:
            code = self.process.wait(seconds)
        finally:
            self.process.kill()
            for reader in self._readers:
                reader.join()
        return code

    @staticmethod
    def _keep(pipe: "io.TextIOWrapper", lines: list[str]) -> None:
        with pipe:
            lines.extend(line.rstrip("\n") for line in pipe)


class Booth(Program):
    """`smartselfie booth`, open and reached over HTTP."""

    def __init__(self, folder: Path, *arguments: object, source: str = "demo", **environment: str) -> None:
        self.album = folder / "album"
        config = folder / "config.toml"
        config.touch()
        options = ("--no-open", "--port", "0", "--album", self.album, "--config", config)
        super().__init__("booth", source, *options, *arguments, **environment)
        self.wait_for(lambda: any("open at" in line for line in self.err))
        address = next(line for line in self.err if "open at" in line).split("open at ")[1].split()[0]
        self.http = httpx.Client(base_url=address, timeout=20)

    def end(self, number: int = signal.SIGTERM, seconds: float = 40) -> int:
        """Have it end by that signal; its exit code."""
        self.http.close()
        return super().end(number, seconds)

    def state(self) -> dict[str, object]:
        """What `/api/state` says."""
        state = self.http.get("/api/state").json()
        assert isinstance(state, dict)
        return state

    def wait_phase(self, phase: str, seconds: float = 60) -> None:
        """Until the booth is in that phase."""
        self.wait_for(lambda: self.state()["phase"] == phase, seconds)

    def shoot(self, seconds: float = 60) -> Path:
        """Press the button until there is one photo more; its path."""
        before = len(self.out)

        def taken() -> bool:
            if len(self.out) == before:
                self.http.post("/api/shoot")
                time.sleep(0.1)
            return len(self.out) > before

        self.wait_for(taken, seconds)
        return Path(self.out[before])


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Callable[..., Booth]]:
    """Starts booths, which are ended after the test."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: object, source: str = "demo", folder: Path = tmp_path, **environment: str) -> Booth:
            started = Booth(folder, *arguments, source=source, HOME=str(tmp_path), **environment)
            stack.callback(started.end)
            return started

        yield start


class Camera:
    """A Motion JPEG camera; `mode` says how it misbehaves, from the next picture on."""

    def __init__(self) -> None:
        self.mode, self.size, self.connections = "good", (320, 240), 0
        self._number = 0
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.connections += 1
                with contextlib.suppress(OSError):
                    camera.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Send pictures until the mode says otherwise."""
        if self.mode == "refuse":
            request.send_error(503)
            return
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        while self.mode != "drop":
            time.sleep(0.03)
            if self.mode == "hang":
                continue
            content = os.urandom(9000) if self.mode == "garbage" else self._picture()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}\r\n\r\n"
            request.wfile.write(head.encode() + content + b"\r\n")

    def close(self) -> None:
        """End it."""
        self.mode = "drop"
        self._server.shutdown()
        self._server.server_close()

    def _picture(self) -> bytes:
        self._number += 1
        buffer = io.BytesIO()
        pixels = np.full((self.size[1], self.size[0], 3), self._number % 200, np.uint8)
        Pictures.fromarray(pixels).save(buffer, "JPEG")
        return buffer.getvalue()


@pytest.fixture
def camera() -> Iterator[Camera]:
    """A network camera that works, until it is told otherwise."""
    served = Camera()
    yield served
    served.close()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts any command; what still runs after the test is ended."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: object, **environment: str) -> Program:
            started = Program(*arguments, HOME=str(tmp_path), **environment)
            stack.callback(started.end)
            return started

        yield start
