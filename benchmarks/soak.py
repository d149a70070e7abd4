"""Hours in minutes: `watch` and `booth` on a camera in the network, with viewers that come and go; what they hold.

    python -m benchmarks.soak [--minutes 60] [--width 1280]

A camera that never ends sends the demo as Motion JPEG to both programs at once. Viewers open the page's connection,
look at the booth for some seconds, some of them slowly, ask for photos and leave. Memory, open files and threads of
both are read every few seconds from /proc (Linux). It is steady where the last third of the time holds no more than the
middle third, but for a few megabytes, files and threads. Both programs must still take photos at the
end. The last line is JSON; the exit code is 1 where something rises.
"""

import argparse
import contextlib
import http.server
import itertools
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from websockets import Origin
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from smartselfie.images import encode_jpeg, resize
from smartselfie.sources.demo import DemoSource

# Megabytes, files and threads by which the last third may exceed the middle one. The server's threads come as they are
# needed, up to 40, and stay.
MORE_MEMORY, MORE_FILES, MORE_THREADS = 12, 4, 12
# Frames a second of the camera, viewers at once, and seconds between two looks at the programs.
FPS, VIEWERS, LOOK = 15, 4, 3.0
SEED = 2013


class Camera(http.server.BaseHTTPRequestHandler):
    """Motion JPEG without an end."""

    pictures: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        """Send pictures until whoever looks is gone."""
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        with contextlib.suppress(OSError):
            for picture in itertools.cycle(self.pictures):
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n")
                sleep(1 / FPS)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Held:
    """What a program holds over time: megabytes, files and threads at each look."""

    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def look(self, pid: int) -> None:
        """Read it from /proc."""
        status = Path(f"/proc/{pid}/status").read_text()
        self.memory.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)  # type: ignore[index]
        self.threads.append(int(re.search(r"Threads:\s+(\d+)", status)[1]))  # type: ignore[index]
        self.files.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))

    def thirds(self) -> dict[str, list[float]]:
        """The most in each third."""
        told: dict[str, Sequence[float]] = {"memory": self.memory, "files": self.files, "threads": self.threads}
        size = max(1, len(self.memory) // 3)
        return {
            name: [round(max(values[begin : begin + size]), 1) for begin in (0, size, len(values) - size)]
            for name, values in told.items()
        }

    def rises(self) -> list[str]:
        """What the last third holds more of than the middle one."""
        limits = {"memory": MORE_MEMORY, "files": MORE_FILES, "threads": MORE_THREADS}
        return [name for name, (_, middle, last) in self.thirds().items() if last > middle + limits[name]]


@contextlib.contextmanager
def camera(width: int) -> Iterator[str]:
    """The camera's address."""
    frames = [resize(frame.image, width) for frame in DemoSource().frames() if frame.index % 2 == 0]
    Camera.pictures = tuple(encode_jpeg(image, 85) for image in frames)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/camera"
        server.shutdown()


def view(url: str, until: float, seed: int) -> None:
    """Come, look for some seconds, ask for photos, leave, and come again."""
    chance = random.Random(seed)
    while monotonic() < until:
        leave = min(until, monotonic() + chance.uniform(0.5, 6.0))
        slow = chance.random() < 0.3
        with contextlib.suppress(OSError, WebSocketException, TimeoutError):
            with connect(url.replace("http", "ws") + "live", origin=Origin(url.rstrip("/")), compression=None) as line:
                while monotonic() < leave:
                    line.recv(timeout=5)
                    sleep(0.5 if slow else 0.0)
                    line.send("ready")
            for path in ("api/photos?limit=20", "api/state", "", "static/app.js"):
                with urllib.request.urlopen(url + path, timeout=10) as answer:  # noqa: S310 - our own booth
                    answer.read()


@contextlib.contextmanager
def program(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """A program of ours while it runs."""
    command = [sys.executable, "-m", "smartselfie", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def drain(process: "subprocess.Popen[str]") -> None:
    """Read what it says on, so that it never waits for us."""
    threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()


def soak(minutes: float, width: int, folder: Path) -> tuple[dict[str, Held], dict[str, int]]:
    """Run both; returns what they held, and how many photos each took in the last third."""
    held, until = {"booth": Held(), "watch": Held()}, monotonic() + 60 * minutes
    albums = {name: folder / name for name in held}
    with camera(width) as address, contextlib.ExitStack() as stack:
        booth = stack.enter_context(
            program(
                "booth", address, "--no-open", "--port", "0", "--clip", "--rest", "5", "--album", str(albums["booth"])
            )
        )
        said = next(filter(None, (re.search(r"open at (http\S+)", line) for line in booth.stderr or ())))
        drain(booth)
        watch = stack.enter_context(program("watch", address, "--json", "--rest", "5", "--album", str(albums["watch"])))
        drain(watch)
        for seed in range(VIEWERS):
            threading.Thread(target=view, args=(said[1], until, SEED + seed), daemon=True).start()
        last_third, before = until - 20 * minutes, dict.fromkeys(held, 0)
        while monotonic() < until:
            sleep(LOOK)
            for name, process in (("booth", booth), ("watch", watch)):
                held[name].look(process.pid)
                if monotonic() < last_third:
                    before[name] = len(list(albums[name].glob("*.jpg")))
    return held, {name: len(list(albums[name].glob("*.jpg"))) - before[name] for name in held}


def main() -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--width", type=int, default=1280)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        held, photos = soak(arguments.minutes, arguments.width, Path(folder))
    wrong = {name: [*each.rises(), *(["no photo"] if not photos[name] else [])] for name, each in held.items()}
    for name, each in held.items():
        for what, (first, middle, last) in each.thirds().items():
            print(f"{name:6} {what:8} at most {first:7g} {middle:7g} {last:7g} in the first, middle and last third")
        print(f"{name:6} photos in the last third {photos[name]}; rises: {', '.join(wrong[name]) or 'nothing'}")
    told = {name: each.thirds() | {"photos": photos[name], "wrong": wrong[name]} for name, each in held.items()}
    print(json.dumps({"minutes": arguments.minutes, **told}))
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
