"""Ctrl-C, SIGTERM and a terminal that is closed end every command alike, whenever they come: with 130, nothing lost."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDING)
def test_a_booth_that_is_taking_a_photo_keeps_it_its_clip_and_ends_the_command(
    booth: Callable[..., Any], tmp_path: Path, number: int
) -> None:
    log = tmp_path / "log"
    party = booth("--clip", "--on-photo", f"sh -c 'sleep 1; echo done >> {log}'")
    party.wait_phase("running")
    photo = party.shoot()
    # a terminal that is closed sends one, and its shell another
    party.send(number)
    assert party.end(signal.SIGTERM) == 130
    assert photo.is_file()
    assert photo.with_suffix(".gif").is_file() or photo.with_suffix(".mp4").is_file()
    assert log.read_text() == "done\n" * len(party.out)
    assert not list(party.album.glob(".*partial"))
    assert "Traceback" not in "\n".join(party.err)


@pytest.mark.parametrize("after", [0.4, 0.9, 1.6, 3.0])
@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("command", ["booth demo --no-open --port 0", "watch demo --json", "analyze ."])
def test_a_program_ends_with_130_at_whatever_moment_of_its_start(
    program: Callable[..., Any], tmp_path: Path, number: int, command: str, after: float
) -> None:
    (tmp_path / "pictures").mkdir()
    name, source, *options = command.split()
    album = () if name == "analyze" else ("--album", tmp_path / "album")
    started = program(name, tmp_path / "pictures" if source == "." else source, *options, *album)
    time.sleep(after)
    if started.process.poll() is None:
        code = started.end(number)
        # before its first line the program is Python alone, which dies of the signal: 130 to a shell all the same
        unbegun = code == -number and not any(started.err)
        assert code == 130 or unbegun or (name != "booth" and code in (0, 1)), started.err
    assert "Traceback" not in "\n".join(started.err)
    assert not list(tmp_path.rglob(".*partial"))


def test_what_nohup_starts_goes_on_when_the_terminal_is_closed(booth: Callable[..., Any]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        party = booth()
    finally:
        signal.signal(signal.SIGHUP, before)
    party.wait_phase("running")
    party.send(signal.SIGHUP)
    assert party.shoot().is_file()
    assert party.end(signal.SIGINT) == 130


@pytest.mark.parametrize("command", ["booth", "watch"])
def test_a_terminal_that_is_gone_costs_no_photo(command: str, tmp_path: Path) -> None:
    album = tmp_path / "album"
    options = ["--no-open", "--port", "0"] if command == "booth" else ["--hold", "3"]
    screen, terminal = pty.openpty()
    words = [sys.executable, "-m", "smartselfie", command, "demo", "--album", str(album), *options]
    process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
    os.close(terminal)
    try:
        text = b""
        while b"open at" not in text and b"happy" not in text:
            text += os.read(screen, 4096)
        os.close(screen)
        process.send_signal(signal.SIGHUP)
        assert process.wait(40) == 130
    finally:
        process.kill()
    assert not list(album.glob(".*partial"))
