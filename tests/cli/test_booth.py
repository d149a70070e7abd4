"""`smartselfie booth`: from the command to the end of the program."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from smartselfie.booth.current_source import open_device
from smartselfie.booth.server import listen, own_address
from smartselfie.cli.booth import run_booth
from smartselfie.cli.main import main
from smartselfie.cli.signals import SIGNALS
from smartselfie.core.emotion import Emotion
from smartselfie.errors import AlbumError, SourceError
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.schema import Settings
from smartselfie.sources.camera import list_cameras
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    face_at,
    frames_at,
    rule_of,
    scores,
)

Caplog = pytest.LogCaptureFixture
ADDRESS = re.compile(r"open at (http://\S+/)")


class Booth:
    """The command as a program of its own."""

    def __init__(self, *arguments: str | Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smartselfie", "booth", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.said = ""

    def wait_until_open(self) -> str:
        """Its address."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            if match := ADDRESS.search(line):
                return match[1]
        raise AssertionError(self.said)

    def end(self, seconds: float = 30) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, self.said + err


def grey_clip(path: Path, frames: int = 5) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 240))
    for index in range(frames):
        writer.write(np.full((240, 320, 3), 10 * index % 250, np.uint8))
    writer.release()
    return path


def pipeline_of(
    source: ScriptedSource, *, smiling: bool = False, album: MemoryAlbum | None = None, max_photos: int | None = None
) -> dict[str, Callable[..., Any]]:
    """What `run_booth` is to open and to build."""
    faces = [face_at(10, 8, 24)] if smiling else []

    def build(turn: FrameSource, _settings: Settings) -> Pipeline:
        classifier = ScriptedClassifier([scores(Emotion.HAPPY)])
        kept = album or MemoryAlbum()
        return Pipeline(turn, ScriptedDetector(lambda _: faces), classifier, kept, rule_of(hold_frames=3), max_photos)

    return {"open_source": lambda _name, _settings: source, "build": build}


@pytest.mark.slow
@pytest.mark.parametrize("how", SIGNALS)
def test_ctrl_c_ends_it_at_once_with_130_though_nobody_is_visible_and_viewers_look(tmp_path: Path, how: int) -> None:
    # a minute of it, so that it runs however slow the machine is
    clip = grey_clip(tmp_path / "nobody.avi", frames=1800)
    booth = Booth(clip, "--no-open", "--port", "0", "--album", tmp_path)
    address = booth.wait_until_open()
    # one who looks and one who is stuck
    with connect(address.replace("http", "ws") + "live") as page, connect(address.replace("http", "ws") + "live"):
        message = page.recv()
        assert b'"subject":null' in message or b'"moment":null' in message
        booth.process.send_signal(how)
        code, _, said = booth.end(seconds=10)
        with pytest.raises(ConnectionClosed):
            list(page)
    assert code == 130, said
    assert "Traceback" not in said


@pytest.mark.slow
def test_without_a_camera_it_says_so_plays_the_demo_and_prints_the_photo(tmp_path: Path) -> None:
    if list_cameras():
        pytest.skip("there is a camera here")
    code, out, said = Booth("--no-open", "--port", "0", "--album", tmp_path, "--max-photos", "1").end(150)
    assert code == 0, said
    assert said.splitlines()[0] == "no camera was found: playing the built-in demo"
    (path,) = out.splitlines()
    assert Path(path).parent == tmp_path / "demo"
    assert Path(path).is_file()


@pytest.mark.slow
def test_the_page_stays_after_a_clip_until_it_is_left(tmp_path: Path) -> None:
    booth = Booth(grey_clip(tmp_path / "grey.avi"), "--no-open", "--port", "0", "--album", tmp_path / "album")
    address = booth.wait_until_open()
    with connect(address.replace("http", "ws") + "live") as page:
        while b'"phase":"ended"' not in page.recv(timeout=20):
            page.send("ready")
    assert httpx.get(address).status_code == 200
    httpx.post(address + "api/quit")
    code, out, said = booth.end()
    assert (code, out) == (0, "")
    assert "the video has ended" in said


@pytest.mark.slow
def test_the_browser_is_opened_unless_told_otherwise(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\necho "$1" > {tmp_path}/opened.part && mv {tmp_path}/opened.part {tmp_path}/opened\n'
    )
    browser.chmod(0o755)
    booth = Booth("demo", "--port", "0", "--album", tmp_path, BROWSER=f"{browser} %s", DISPLAY=":0")
    address = booth.wait_until_open()
    for _ in range(200):
        if (tmp_path / "opened").exists():
            break
        threading.Event().wait(0.05)
    booth.process.send_signal(signal.SIGINT)
    booth.end()
    assert (tmp_path / "opened").read_text().strip() == address


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["nothing.mp4"], "nothing.mp4"),
        (["demo", "--host", "no..address"], "no..address"),
        (["demo", "--host", "192.0.2.1"], "192.0.2.1"),
    ],
)
def test_what_cannot_be_is_one_line_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], found: str
) -> None:
    assert main(["booth", *arguments, "--no-open", "--album", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("smartselfie: ")
    assert found in line


@pytest.mark.parametrize(
    ("arguments", "found"),
    [(["--port", "70000"], "--port: 70000 is out of range"), (["--hold", "0"], "--hold: 0 is out of range")],
)
def test_an_impossible_value_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], found: str
) -> None:
    assert main(["booth", "demo", *arguments]) == 2
    assert found in capsys.readouterr().err


def test_a_busy_port_moves_to_the_next_free_one_and_says_so(caplog: Caplog) -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port) as second:
            assert port < second.getsockname()[1] < port + 50
            assert f"port {port} is busy: using {second.getsockname()[1]} instead" in caplog.text


def test_a_port_that_was_let_go_of_can_be_had_again_at_once(caplog: Caplog) -> None:
    with listen("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as caller, door.accept()[0] as answer:
            answer.close()
            caller.recv(1)
    with listen("127.0.0.1", port) as door:
        assert door.getsockname()[1] == port
    assert not caplog.text


def test_it_ends_by_itself_after_enough_photos(capsys: pytest.CaptureFixture[str]) -> None:
    source = ScriptedSource(frames_at(30, 9), live=True, endless=True)
    with listen("127.0.0.1", 0) as door:
        run_booth(Settings(open=False, max_photos=1), door, **pipeline_of(source, smiling=True, max_photos=1))
    assert capsys.readouterr().out == "scripted_000002.jpg\n"
    assert source.closed


def test_leaving_on_the_page_ends_it_though_nobody_is_visible() -> None:
    source, album = ScriptedSource(frames_at(30, 1), live=True, endless=True), MemoryAlbum()
    with listen("127.0.0.1", 0) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/api/quit"
        leaving = threading.Thread(target=lambda: httpx.post(url, timeout=20))
        leaving.start()
        run_booth(Settings(open=False), door, **pipeline_of(source, album=album))
        leaving.join()
    assert source.closed
    assert album.closed


def test_an_album_that_fails_ends_it_with_its_error() -> None:
    source = ScriptedSource(frames_at(30, 1), live=True, endless=True)
    with listen("127.0.0.1", 0) as door, pytest.raises(AlbumError, match="full"):
        run_booth(Settings(open=False), door, **pipeline_of(source, smiling=True, album=MemoryAlbum(broken=True)))
    assert source.closed


def test_a_camera_that_cannot_be_opened_ends_it_before_a_page_is_offered(caplog: Caplog) -> None:
    def fail(_name: str | None, _settings: Settings) -> FrameSource:
        raise SourceError("it is in use", "close the other program")

    with listen("127.0.0.1", 0) as door, pytest.raises(SourceError, match="in use"):
        run_booth(Settings(open=False), door, open_source=fail)
    assert "open at" not in caplog.text


def test_nothing_is_printed_on_the_pipelines_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: dict[str, str] = {}

    class Terminal(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            printed[record.getMessage()] = threading.current_thread().name

    terminal = Terminal()
    monkeypatch.setattr(logging.getLogger(), "handlers", [terminal])
    source = ScriptedSource(frames_at(30, 9), live=True, endless=True)

    def log_and_open(name: str, _settings: Settings) -> FrameSource:
        if name != "demo":
            raise SourceError("no camera was found", "this machine has some all the same")
        logging.getLogger("smartselfie.sources").warning("opening %s", name)
        return source

    doubles = pipeline_of(source, smiling=True, max_photos=1) | {"open_source": log_and_open}
    with listen("127.0.0.1", 0) as door:
        run_booth(Settings(open=False, max_photos=1), door, **doubles)
    assert {"no camera was found: playing the built-in demo", "opening demo"} <= set(printed)
    assert set(printed.values()) == {"log"}
    assert logging.getLogger().handlers == [terminal]


def test_who_opens_it_to_the_network_is_warned(caplog: Caplog) -> None:
    caplog.set_level(logging.INFO)
    source = ScriptedSource(frames_at(30, 9), live=True, endless=True)
    with listen("0.0.0.0", 0) as door:  # noqa: S104
        port = door.getsockname()[1]
        settings = Settings(open=False, max_photos=1, host="0.0.0.0")  # noqa: S104
        run_booth(settings, door, **pipeline_of(source, smiling=True, max_photos=1))
    assert f"http://127.0.0.1:{port}/" in caplog.text
    assert f"other devices open http://{own_address() or settings.host}:{port}/; whoever does can take" in caplog.text
    assert "the host, who may do everything: this machine\n" in caplog.text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"pin": "2468"}, "everything: whoever has the PIN\n"),
        ({"pin": "auto"}, r"everything: this machine and whoever has the PIN \d{6}\n"),
        ({"pin": "auto", "kiosk": True}, r"everything: whoever has the PIN \d{6}\n"),
    ],
)
def test_who_may_do_what_is_said_at_the_start(caplog: Caplog, more: dict[str, Any], said: str) -> None:
    caplog.set_level(logging.INFO)
    source = ScriptedSource(frames_at(30, 9), live=True, endless=True)
    with listen("127.0.0.1", 0) as door:
        settings = Settings(open=False, max_photos=1, **more)
        run_booth(settings, door, **pipeline_of(source, smiling=True, max_photos=1))
    assert re.search(said, caplog.text)
    assert "2468" not in caplog.text


def test_clips_run_at_their_own_speed_and_the_demo_again_and_again(tmp_path: Path) -> None:
    clip = open_device(str(grey_clip(tmp_path / "grey.avi")), Settings())
    demo = open_device("demo", Settings(source="demo"))
    assert (clip.name, demo.name) == ("grey", "demo")
    assert type(clip).__name__ == type(demo).__name__ == "Paced"
    clip.close()
    demo.close()
