"""Memory of the ring of frames out of which the best is kept: a hold at 1920×1080 and at 3840×2160, 30 frames a second.

    python -m benchmarks.ring

For each size a process of its own pushes five seconds of frames, each a fresh picture, into a ring of the last second,
and tells how many it holds, their bytes, and how much the process grew at its peak. The last line is JSON.
"""

import json
import resource
import subprocess
import sys

import numpy as np

from smartselfie.core.types import Frame
from smartselfie.settings.schema import Settings
from smartselfie.testing import face_of, mixed
from smartselfie.trigger.best_frame import FrameBuffer

SIZES = {"1920x1080": (1080, 1920), "3840x2160": (2160, 3840)}
FPS, SECONDS = 30, 5


def peak() -> int:
    """Bytes that this process has held at the most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fill(height: int, width: int) -> dict[str, int]:
    """Push frames, and measure."""
    ring, before, most, bytes_ = FrameBuffer(Settings().trigger_rule, 1.0), peak(), 0, 0
    for index in range(FPS * SECONDS):
        # written to, so that the memory is really taken
        picture = np.full((height, width, 3), index % 256, np.uint8)
        ring.add(Frame(picture, index / FPS, index), (face_of(1, mixed(happy=0.6 + 0.3 * (index % 7) / 7)),))
        most, bytes_ = max(most, len(ring)), max(bytes_, ring.bytes)
    return {"frames": most, "ring_mb": round(bytes_ / 1e6), "process_mb": round((peak() - before) / 1e6)}


def main() -> None:
    """Measure each size in a process of its own, and print."""
    if len(sys.argv) == 3:
        print(json.dumps(fill(int(sys.argv[1]), int(sys.argv[2]))))
        return
    told = {}
    for name, (height, width) in SIZES.items():
        command = [sys.executable, "-m", "benchmarks.ring", str(height), str(width)]
        told[name] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
        print(name, told[name])
    print(json.dumps(told))


if __name__ == "__main__":
    main()
