"""CPU time a frame, beside other programs that find and read faces, in the same run.

    python -m benchmarks.peers [--rounds 25] [--folder runs/peers] [--only fer human mediapipe]

The first run makes the peers' environments in the folder, from PyPI and npm (10 GB where pip takes the CUDA build of
PyTorch; Python 3.11 or 3.12, for `fer` and `mediapipe` have no wheels for later ones, and Node.js with npm for
`human`); later runs find them there. Each peer is a
process of its own, bound to one core like this one, which reads a frame when it is told to. Programs take turns, frame
by frame; what is printed are medians of processor time in milliseconds, of all threads together, and the peer's time
divided by ours.

`live` is the whole line of `watch` at 30 frames a second without drawing or saving, the mean of 15 frames in a row;
`looked at` a single frame that is looked at, which live is not every frame while nobody is there. `fer` is the detector
and network it comes with, `human` its face detector and emotion network on WebAssembly, `mediapipe` its FaceMesh for up
to 16 faces, which reads no emotions.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from smartselfie.core.types import Frame, Image
from smartselfie.factory import make_classifier, make_detector, make_eyes
from smartselfie.pipeline import Pipeline
from smartselfie.settings.schema import Settings
from smartselfie.sources.demo import DemoSource
from smartselfie.testing import MemoryAlbum

HERE = Path(__file__).parent


class Peer(NamedTuple):
    """How to get and start another program.

    Attributes:
        packages: what pip or npm installs.
        script: beside this file; reads paths on stdin, answers each with a line of JSON.
    """

    packages: tuple[str, ...]
    script: str


PEERS = {
    "fer": Peer(("fer==25.10.3", "setuptools<80", "opencv-python-headless<5"), "fer_peer.py"),
    "human": Peer(
        ("@vladmandic/human@3.3.6", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"), "human_peer.cjs"
    ),
    "mediapipe": Peer(("mediapipe==0.10.21",), "mediapipe_peer.py"),
}

SIZE = (1280, 720)
"""Width and height of the frames."""

SECOND = 15
"""Frames in a row of which the mean is a live frame's time: enough for several looks while nobody is there."""


class Repeating:
    """A live source that shows what it holds, 30 times a second of its own time."""

    name, fps, live = "repeating", 30.0, True

    def __init__(self) -> None:
        self.image: Image = np.zeros((1, 1, 3), np.uint8)

    def frames(self) -> Iterator[Frame]:
        """The same picture for ever; as new pixels, as a camera has them."""
        index = 0
        while True:
            yield Frame(self.image, index / 30, index)
            index += 1

    def close(self) -> None:
        """Nothing is open."""


class Ours:
    """The line that `watch` runs."""

    def __init__(self, image: Image) -> None:
        source = Repeating()
        source.image = image
        settings = Settings()
        self.pipeline = Pipeline(
            source, make_detector(settings), make_classifier(), MemoryAlbum(), settings.trigger_rule, eyes=make_eyes()
        )
        self.moments = self.pipeline.moments()
        for _ in range(60):  # the photo of its smile is behind it, and whether anybody is there is known
            next(self.moments)

    def step(self) -> tuple[float, float, int]:
        """CPU milliseconds of a live frame and of one that is looked at, and how many faces are seen."""
        each, faces = [], 0
        for _ in range(SECOND):
            begin = time.process_time()
            moment = next(self.moments)
            each.append(1e3 * (time.process_time() - begin))
            faces = max(faces, len(moment.faces))
        return statistics.mean(each), max(each) if faces == 0 else statistics.median(each), faces


class Child:
    """A peer's process."""

    def __init__(self, name: str, folder: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            command_of(name, folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=folder / name, env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def step(self, picture: Path) -> tuple[float, int]:
        """CPU milliseconds for a picture, and how many faces it finds."""
        print(picture, file=self.process.stdin, flush=True)
        for line in self.process.stdout or ():
            if line.startswith("{"):
                said = json.loads(line)
                return said["cpu_ms"], said["faces"]
        raise SystemExit(f"{self.process.args!r} ended")

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def command_of(name: str, folder: Path) -> list[str]:
    """The command that starts a peer; makes its environment first."""
    home, peer = folder / name, PEERS[name]
    node = peer.script.endswith(".cjs")
    program = Path(shutil.which("node") or "node") if node else home / "bin" / "python"
    done = home / "installed"
    if not done.exists():
        print(f"installing {', '.join(peer.packages)}", file=sys.stderr)
        home.mkdir(parents=True, exist_ok=True)
        if node:
            run("npm", "install", "--silent", "--prefix", str(home), *peer.packages)
        else:
            run(sys.executable, "-m", "venv", str(home))
            run(str(program), "-m", "pip", "install", "--quiet", *peer.packages)
        done.touch()
    return [str(program), str(HERE / peer.script)]


def write(image: Image, picture: Path) -> None:
    """For the peers: a PNG, and beside it width and height (32 bits each, little-endian) and the pixels, RGB."""
    cv2.imwrite(str(picture), image)
    header = np.array(image.shape[1::-1], "<u4").tobytes()
    picture.with_name(f"{picture.name}.rgb").write_bytes(header + image[:, :, ::-1].tobytes())


def run(*command: str) -> None:
    """Run it, or end with what failed."""
    try:
        subprocess.run(command, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"a peer cannot be installed: {error}") from None


def candidates() -> Iterator[Image]:
    """Frames of the demo on which our detector finds one face, the closest first."""
    detector = make_detector(Settings())
    images = [item.image for item in DemoSource().frames() if item.index % 10 == 0]
    found = [(faces[0].box.area, image) for image in images if len(faces := detector.detect(image)) == 1]
    for _, image in sorted(found, key=lambda pair: -pair[0]):
        yield np.asarray(cv2.resize(image, SIZE), np.uint8)


def nobody() -> Image:
    """A room without anybody: soft light over a wall, and grain."""
    random = np.random.default_rng(0)
    small = random.uniform(60, 190, (9, 16, 3)).astype(np.float32)
    wall = cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(wall + random.normal(0, 4, wall.shape), 0, 255), np.uint8)


def sixteen(image: Image) -> Image:
    """The frame's face, four by four."""
    (face,) = make_detector(Settings()).detect(image)
    (x, y), half = face.box.centre, round(face.square.width)
    padded = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_REPLICATE)
    tile = cv2.resize(padded[round(y) : round(y) + 2 * half, round(x) : round(x) + 2 * half], (180, 180))
    whole = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    whole[:, 280:1000] = np.tile(tile, (4, 4, 1))
    return whole


def measure(image: Image, picture: Path, peers: Mapping[str, Child], rounds: int) -> dict[str, object]:
    """Medians of all programs on one frame, which take turns."""
    write(image, picture)
    ours, times = Ours(image), dict[str, list[float]]()
    faces = {}
    for turn in range(rounds + 3):
        live, looked_at, faces["ours"] = ours.step()
        taken = {"live": live, "looked at": looked_at}
        for name, peer in peers.items():
            taken[name], faces[name] = peer.step(picture)
        for name, milliseconds in taken.items():
            if turn >= 3:  # the first rounds fill caches
                times.setdefault(name, []).append(milliseconds)
    ours.pipeline.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "ms": {name: round(value, 2) for name, value in medians.items()},
        "faces": faces,
        "peer_to_live": {name: round(medians[name] / medians["live"], 2) for name in peers},
    }


def one_face(peers: Mapping[str, Child], picture: Path) -> Image:
    """A frame on which every peer that finds anybody finds one face."""
    for image in candidates():
        write(image, picture)
        if all(peer.step(picture)[1] == 1 for peer in peers.values()):
            return image
    raise SystemExit("there is no frame on which all of them find one face")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--folder", type=Path, default=Path("runs/peers"), help="of the environments [runs/peers]")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    cv2.setNumThreads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # peers inherit it
    peers = {name: Child(name, folder) for name in arguments.only}
    try:
        picture = folder / "frame.png"
        image = one_face(peers, picture)
        for name, frame in {"one face": image, "nobody": nobody(), "sixteen": sixteen(image)}.items():
            print(json.dumps({"frame": name} | measure(frame, picture, peers, arguments.rounds)))
    finally:
        for peer in peers.values():
            peer.close()


if __name__ == "__main__":
    main()
