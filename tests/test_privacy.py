"""No connection that the user did not ask for: every system call of the program and its libraries is looked at."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(
    STRACE is None and "CI" not in os.environ, reason="strace is not installed: apt install strace"
)
ADDRESS = r"sa_family=AF_INET6?,.*?(?:inet_addr|inet_pton)\(([^)]*)\)"
REMOTE = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(\d+, .*" + ADDRESS)
BOUND = re.compile(r"\bbind\(\d+, \{" + ADDRESS)


def traced(command: list[str], home: Path, *, seconds: float | None = None) -> tuple[str, str]:
    """Run a command under strace with an empty home; returns the trace and the command's output.

    With `seconds` the command gets Ctrl-C after them.
    """
    assert STRACE is not None, "in CI strace must be installed"
    log = home.with_name("trace")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "SMARTSELFIE_", "ORT_"))
    }
    process = subprocess.Popen(
        [STRACE, "-f", "-qq", "-e", "trace=network", "-o", str(log), *command],
        env={**environment, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home,
        start_new_session=True,
    )
    if seconds is not None:
        time.sleep(seconds)
        # to the group: strace itself does not pass it on
        os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    return log.read_text(), output


def reached(trace: str) -> list[str]:
    """The addresses that something was sent to or connected to."""
    return [match[2] for match in map(REMOTE.search, trace.splitlines()) if match]


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@needs_strace
def test_the_check_itself_sees_connections_and_lookups(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import socket\n"
        "with socket.socket() as s:\n"
        "    s.connect_ex(('127.0.0.2', 9))\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
        "    s.sendto(b'x', ('127.0.0.3', 9))\n"
    )
    trace, _ = traced([sys.executable, "-c", code], home)
    assert reached(trace) == ['"127.0.0.2"', '"127.0.0.3"']


@pytest.mark.slow
@needs_strace
def test_watching_reading_and_measuring_open_no_connection_and_leave_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    smartselfie = [sys.executable, "-m", "smartselfie"]
    trace, output = traced([*smartselfie, "watch", "demo", "--max-photos", "1", "--album", "album"], home)
    (photo,) = (home / "album").glob("*.jpg")
    assert photo.name in output
    assert reached(trace) == []
    trace, output = traced([*smartselfie, "analyze", str(photo)], home)
    assert "happy" in output
    assert reached(trace) == []
    # no device's id, no cache, no settings: only what was asked for
    assert files_in(home) == {f"album/{photo.name}", f"album/{photo.stem}.json"}


@pytest.mark.slow
@needs_strace
def test_the_booth_listens_on_this_machine_only_and_calls_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "smartselfie", "booth", "demo", "--no-open", "--port", "0", "--album", "album"]
    trace, output = traced(command, home, seconds=12)
    assert "http://127.0.0.1:" in output
    assert [match[1] for match in map(BOUND.search, trace.splitlines()) if match] == ['"127.0.0.1"']
    assert reached(trace) == []
    assert all(name.startswith("album/") for name in files_in(home))


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, smartselfie\n"
        "heavy = {'torch', 'cv2', 'onnxruntime', 'fastapi', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
