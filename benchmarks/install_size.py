"""How much disk the run-time environment takes when it is installed as `make selfie` does, pip itself counted.

Run it with `python -m benchmarks.install_size`.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def main() -> None:
    """Install, weigh, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder, with_pip=True)
        python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", str(ROOT)], check=True)  # noqa: S603
        packages = {
            path.name: round(size_of(path) / 1e6, 1)
            for site in folder.rglob("site-packages")
            for path in site.iterdir()
            if path.is_dir()
        }
        largest = dict(sorted(packages.items(), key=lambda item: -item[1])[:8])
        print(json.dumps({"megabytes": round(size_of(folder) / 1e6, 1), "largest": largest}))


if __name__ == "__main__":
    main()
