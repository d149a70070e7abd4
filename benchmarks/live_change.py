"""From a change on the page to the first frame under the new rule: milliseconds, on the real booth over HTTP.

Run it with `python -m benchmarks.live_change [TRIES]`. It starts `smartselfie booth demo` as a program of its own,
looks at it as a page does, which asks for the settings first, and moves the slider for the hold at moments that no
frame knows of. A try is over when the
page has the first frame whose rule is the new one. Two frames at 30 a second are 67 ms.
"""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from time import perf_counter, sleep

from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from smartselfie.booth.schema import unpack

# Milliseconds.
TWO_FRAMES = 67.0
PERCENTILES = (0, 25, 50, 75, 90, 95, 99, 100)
# Seconds until the models have run a few times.
SETTLE = 3.0
SEED = 2013


class Page:
    """Draws every frame at once, and knows when the first one of a rule came."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._came = line, threading.Condition()
        self._hold, self._at = 0, 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def wait_for(self, hold: int) -> float:
        """When the first frame under that rule came, by `perf_counter`."""
        with self._came:
            if not self._came.wait_for(lambda: self._hold == hold, 10):
                raise TimeoutError(hold)
            return self._at

    def _look(self) -> None:
        try:
            for message in self._line:
                self._line.send("ready")
                if not isinstance(message, bytes):
                    continue
                moment = unpack(message)[0]["moment"]
                now = perf_counter()
                with self._came:
                    if moment is not None and moment["hold_frames"] != self._hold:
                        self._hold, self._at = moment["hold_frames"], now
                        self._came.notify_all()
        except ConnectionClosed:
            pass


def request(url: str, method: str = "GET", body: bytes | None = None) -> float:
    """Send it; returns when the answer was there."""
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - our own booth
        answer.read()
    return perf_counter()


def measure(url: str, tries: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the first frame under the new rule, and to the answer, of each try."""
    chance = random.Random(SEED)
    frames, answers = [], []
    request(f"{url}api/settings")
    with connect(url.replace("http", "ws") + "live", origin=Origin(url.rstrip("/")), compression=None) as line:
        page = Page(line)
        sleep(SETTLE)
        for hold in itertools.islice(itertools.cycle((21, 22)), tries):
            sleep(0.3 + chance.random() / 5)
            begun = perf_counter()
            answered = request(f"{url}api/settings", "PATCH", json.dumps({"hold": hold}).encode())
            frames.append(1000 * (page.wait_for(hold) - begun))
            answers.append(1000 * (answered - begun))
    return frames, answers


def percentile(values: list[float], share: int) -> float:
    """The smallest value that so many percent do not exceed."""
    ranked = sorted(values)
    return round(ranked[max(0, -(-share * len(ranked) // 100) - 1)], 1)


def main() -> None:
    """Start a booth, change it, print milliseconds."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "config.toml").touch()
        places = ["--album", f"{name}/album", "--config", f"{name}/config.toml"]
        booth = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "smartselfie", "booth", "demo", "--no-open", "--port", "0", *places],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said = next(filter(None, (re.search(r"open at (http\S+)", line) for line in booth.stderr or ())))
            frames, answers = measure(said[1], tries)
        finally:
            booth.send_signal(signal.SIGINT)
            booth.communicate(timeout=30)
    for share in PERCENTILES:
        print(f"{share:3} %  frame {percentile(frames, share):6.1f} ms   answer {percentile(answers, share):6.1f} ms")
    under = sum(each < TWO_FRAMES for each in frames)
    print(f"under {TWO_FRAMES:g} ms: {under} of {tries}; load of this machine {os.getloadavg()[0]:.1f}")
    found = {f"p{share}": percentile(frames, share) for share in PERCENTILES}
    print(json.dumps({"tries": tries, "under_67_ms": under, "milliseconds": found}))


if __name__ == "__main__":
    main()
