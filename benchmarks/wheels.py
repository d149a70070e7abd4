"""Which Pythons and systems can install the run time without a compiler: resolves wheels for each, installs nothing.

    python -m benchmarks.wheels

Environment markers (such as `platform_system`) are read as on the machine that asks; that is pip's limit.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux x86_64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "Linux aarch64": (
        *("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    ),
    "macOS 14 arm64": ("macosx_14_0_arm64",),
    "macOS 13 x86_64": ("macosx_13_0_x86_64",),
    "Windows x86_64": ("win_amd64",),
}


def resolves(python: str, platforms: tuple[str, ...], requirements: list[str]) -> str:
    """The versions that wheels exist for, or pip's last word."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        tags = [f"--platform={platform}" for platform in platforms]
        done = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"),
                *("--only-binary=:all:", f"--target={folder}", f"--report={report}", f"--python-version={python}"),
                *tags,
                *requirements,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return "no: " + done.stderr.strip().splitlines()[-1]
        found = json.loads(report.read_text())["install"]
    versions = {item["metadata"]["name"].lower(): item["metadata"]["version"] for item in found}
    return f"yes: onnxruntime {versions['onnxruntime']}, numpy {versions['numpy']}"


def main() -> None:
    """Ask for each Python and system, and print."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    result: dict[str, dict[str, str]] = {}
    for system, platforms in SYSTEMS.items():
        result[system] = {python: resolves(python, platforms, project["dependencies"]) for python in PYTHONS}
        for python, answer in result[system].items():
            print(f"{system}, Python {python}: {answer}", flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
