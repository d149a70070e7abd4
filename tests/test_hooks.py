"""What is done with every photo: tried again, given up, and never waited for."""

import base64
import contextlib
import http.server
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from smartselfie.core.events import Photo, Shot
from smartselfie.core.types import Frame
from smartselfie.errors import ConfigError
from smartselfie.hooks import MOST_WAITING, Hook, HookError, post_event, run_command
from smartselfie.settings.schema import Settings
from smartselfie.testing import blank

Caplog = pytest.LogCaptureFixture


def photo(path: Path) -> Photo:
    return Photo(path, Shot(Frame(blank(), 1.5, 45), 45, (), "smile", {}, "model", "camera"))


def script(tmp_path: Path, code: str) -> str:
    """A command that runs Python code with the photo's path in `sys.argv[1]`."""
    path = tmp_path / "hook.py"
    path.write_text(f"import sys\nfrom pathlib import Path\nhere = Path({str(tmp_path)!r})\n{code}\n")
    return f'"{sys.executable}" "{path}"'


def test_a_command_gets_the_path_as_its_last_word_however_it_looks(tmp_path: Path) -> None:
    hook = Hook("--on-photo", run_command(script(tmp_path, "(here / 'told').write_text(repr(sys.argv[1:]))")))
    hook(photo(Path("/x/a b; rm $HOME.jpg")))
    hook.close()
    assert (tmp_path / "told").read_text() == repr(["/x/a b; rm $HOME.jpg"])


def test_a_command_can_say_where_the_path_goes(tmp_path: Path) -> None:
    command = script(tmp_path, "(here / 'told').write_text(repr(sys.argv[1:]))")
    hook = Hook("--on-photo", run_command(f"{command} --file={{path}} --copies 2"))
    hook(photo(Path("/x/a.jpg")))
    hook.close()
    assert (tmp_path / "told").read_text() == repr(["--file=/x/a.jpg", "--copies", "2"])


def test_a_command_that_fails_is_tried_again(tmp_path: Path, caplog: Caplog) -> None:
    code = "tries = here / 'tries'\ntries.open('a').write('x')\nsys.exit(tries.stat().st_size < 3)"
    hook = Hook("--on-photo", run_command(script(tmp_path, code)), (0.0, 0.0))
    hook(photo(Path("a.jpg")))
    hook.close()
    assert (tmp_path / "tries").read_text() == "xxx"
    assert not caplog.text


def test_a_command_that_goes_on_failing_is_told_with_its_last_words_and_the_next_photo_comes(
    tmp_path: Path, caplog: Caplog
) -> None:
    code = "(here / 'tries').open('a').write('x')\nsys.exit('first line\\nno paper')"
    hook = Hook("--on-photo", run_command(script(tmp_path, code)), (0.0,))
    hook(photo(Path("/album/a.jpg")))
    hook(photo(Path("/album/b.jpg")))
    hook.close()
    assert (tmp_path / "tries").read_text() == "xxxx"
    assert [record.message for record in caplog.records] == [
        "--on-photo failed: a.jpg: exit code 1: no paper",
        "--on-photo failed: b.jpg: exit code 1: no paper",
    ]


def test_a_command_that_hangs_is_killed(tmp_path: Path, caplog: Caplog) -> None:
    hook = Hook("--on-photo", run_command(script(tmp_path, "import time; time.sleep(100)"), seconds=0.5), ())
    hook(photo(Path("a.jpg")))
    hook.close()
    assert "took longer than 0.5 s" in caplog.text


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("", "no such program"),
        ("no-such-program-here x", "no-such-program-here"),
        ('lp "', "is not closed"),
    ],
)
def test_a_command_that_cannot_be_is_refused_before_the_party(command: str, found: str) -> None:
    with pytest.raises(ConfigError, match=found):
        run_command(command)


def test_nobody_waits_for_a_slow_hook(caplog: Caplog) -> None:
    go = threading.Event()
    hook = Hook("slow", lambda _: go.wait(20) and None)
    begun = monotonic()
    for _ in range(MOST_WAITING + 2):
        hook(photo(Path("a.jpg")))
    assert monotonic() - begun < 10
    assert "slow is too slow: skipping a.jpg" in caplog.text
    go.set()
    hook.close()
    hook.close()


def test_closing_does_not_wait_for_what_never_works() -> None:
    def fail(_: Photo) -> None:
        raise HookError("never", "give up")

    hook = Hook("stuck", fail, pauses=(100.0,))
    hook(photo(Path("a.jpg")))
    begun = monotonic()
    hook.close(0.2)
    assert monotonic() - begun < 10


def test_a_hook_that_goes_on_failing_is_a_problem_until_it_works_again(tmp_path: Path) -> None:
    reported: list[tuple[str, str | None]] = []

    def report(name: str, problem: Exception | None) -> None:
        reported.append((name, problem.message if isinstance(problem, HookError) else None))

    code = "sys.exit('no paper' if not sys.argv[1].endswith('c.jpg') else 0)"
    hook = Hook("--on-photo", run_command(script(tmp_path, code)), (0.0,), report)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        hook(photo(Path(name)))
    hook.close()
    assert reported == [
        ("--on-photo", "a.jpg: exit code 1"),
        ("--on-photo", "b.jpg: exit code 1"),
        ("--on-photo", None),
    ]


class Listener(http.server.BaseHTTPRequestHandler):
    """Answers with what the test wants, and remembers what it was told."""

    answers: list[int]
    told: list[dict[str, object]]
    heads: list[tuple[str, str | None]]
    location = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append(json.loads(body))
        self.heads.append((self.path, self.headers["Authorization"]))
        self.send_response(self.answers.pop(0))
        self.send_header("Location", self.location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[tuple[type[Listener], str]]:
    handler = type("One", (Listener,), {"answers": [], "told": [], "heads": []})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_port}/secret-path"
        server.shutdown()
        thread.join()


def test_a_web_address_is_told_of_the_photo_without_its_picture(listener: tuple[type[Listener], str]) -> None:
    handler, address = listener
    handler.answers += [500, 200]
    hook = Hook("--webhook", post_event(address), (0.0,))
    hook(photo(Path("/album/a.jpg")))
    hook.close()
    assert len(handler.told) == 2
    assert handler.told[1] == {
        "event": "photo",
        "at": 1.5,
        "frame": 45,
        "decided": 45,
        "path": "/album/a.jpg",
        "why": "smile",
        "faces": [],
    }


def test_an_address_that_fails_is_told_without_its_secrets(
    listener: tuple[type[Listener], str], caplog: Caplog
) -> None:
    handler, address = listener
    handler.answers += [404]
    refused, silent = (
        Hook("--webhook", post_event(address), ()),
        Hook("--webhook", post_event("http://127.0.0.1:9/secret-path"), ()),
    )
    for hook in (refused, silent):
        hook(photo(Path("a.jpg")))
        hook.close()
    caplog.set_level(logging.DEBUG)
    assert "127.0.0.1 answered 404" in caplog.text
    assert "cannot reach 127.0.0.1" in caplog.text
    assert "secret" not in caplog.text


def test_an_answer_that_is_no_http_costs_that_try_only(caplog: Caplog) -> None:
    answers = [b"I am no web server\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            for text in answers:
                line, _ = door.accept()
                with line:
                    heard.append(line.recv(65536))
                    line.sendall(text)

        server = threading.Thread(target=answer)
        server.start()
        hook = Hook("--webhook", post_event(f"http://127.0.0.1:{door.getsockname()[1]}/secret-path"), ())
        hook(photo(Path("/album/a.jpg")))
        hook(photo(Path("/album/b.jpg")))
        assert hook.close()
        server.join(20)
    assert len(heard) == 2
    (record,) = caplog.records
    assert record.message.startswith("--webhook failed: a.jpg: 127.0.0.1 did not answer properly (BadStatusLine)")


@pytest.mark.slow
def test_a_command_that_leaves_something_in_the_background_is_done_when_it_has_ended(
    tmp_path: Path, caplog: Caplog
) -> None:
    code = "import subprocess; (here / 'tries').open('a').write('x')\nsubprocess.Popen(['sleep', '20'])\nsys.exit({})"
    begun = monotonic()
    for exit_code in (0, "'no paper'"):
        hook = Hook("--on-photo", run_command(script(tmp_path, code.format(exit_code))), ())
        hook(photo(Path("a.jpg")))
        assert hook.close()
    assert monotonic() - begun < 15
    assert (tmp_path / "tries").read_text() == "xx"
    assert [record.message for record in caplog.records] == ["--on-photo failed: a.jpg: exit code 1: no paper"]


@pytest.mark.slow
def test_a_command_that_hangs_is_killed_with_what_it_has_started(tmp_path: Path) -> None:
    late = tmp_path / "late"
    with pytest.raises(HookError, match="longer"):
        run_command(f"sh -c 'sleep 2; echo > {late}'", seconds=0.5)(photo(Path("a.jpg")))
    sleep(2.5)
    assert not late.exists()


def test_of_a_command_that_never_stops_talking_the_last_words_are_kept() -> None:
    code = "sys.stderr.write('x' * 50_000_000); sys.exit(3)"
    with pytest.raises(HookError, match=r"exit code 3: x{2000}$"):
        run_command(f'"{sys.executable}" -c "import sys; {code}" {{path}}')(photo(Path("a.jpg")))


def test_ctrl_c_does_not_reach_a_command_that_is_printing(tmp_path: Path) -> None:
    run_command(script(tmp_path, "import os; (here / 'session').write_text(str(os.getsid(0)))"))(photo(Path("a.jpg")))
    assert int((tmp_path / "session").read_text()) != os.getsid(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "drip", [b"", b"H", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=repr
)
def test_an_answer_that_drips_takes_no_longer_than_a_try_may(drip: bytes) -> None:
    over, gone = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            line, _ = door.accept()
            with line, contextlib.suppress(OSError):
                line.sendall(drip)
                while not over.wait(0.2):
                    line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" if b"100" in drip else b"x")
            gone.set()

        server = threading.Thread(target=answer)
        server.start()
        begun = monotonic()
        with pytest.raises(HookError, match="longer than 1 s"):
            post_event(f"http://127.0.0.1:{door.getsockname()[1]}/", seconds=1.0)(photo(Path("a.jpg")))
        assert monotonic() - begun < 5
        assert gone.wait(10), "the connection is closed, and nothing of the try is left"
        over.set()
        server.join()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_an_answer_sends_the_event_to_no_other_address(listener: tuple[type[Listener], str], code: int) -> None:
    handler, address = listener
    handler.answers += [code]
    handler.location = address
    with pytest.raises(HookError, match=f"127.0.0.1 answered {code}"):
        post_event(address)(photo(Path("a.jpg")))
    assert len(handler.told) == 1


def test_an_address_may_hold_a_name_a_password_and_any_sign(listener: tuple[type[Listener], str]) -> None:
    handler, address = listener
    handler.answers += [200]
    host = address.removeprefix("http://").split("/")[0]
    post_event(f"http://me:p%40ss@{host}/a b/ü?x=%20 y&z=1")(photo(Path("a.jpg")))
    assert handler.heads == [("/a%20b/%C3%BC?x=%20%20y&z=1", "Basic " + base64.b64encode(b"me:p@ss").decode())]


def test_a_bug_in_a_hook_is_reported_and_the_next_photo_is_done_all_the_same(caplog: Caplog) -> None:
    done, reports = [], []

    def act(taken: Photo) -> None:
        if taken.path.name == "a.jpg":
            raise ZeroDivisionError
        done.append(taken.path.name)

    hook = Hook("--webhook", act, (), lambda *report: reports.append(report))
    for name in ("a.jpg", "b.jpg"):
        hook(photo(Path(name)))
    assert hook.close()
    assert done == ["b.jpg"]
    assert [(name, type(problem)) for name, problem in reports] == [
        ("--webhook", ZeroDivisionError),
        ("--webhook", type(None)),
    ]
    assert "--webhook failed: ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "http://",
        "nonsense",
        "http://x:port/",
        "http://x:99999/",
        "http://a b/",
        "http://[::1/",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="webhook: this value is not possible"):
        Settings(webhook=address)


def test_a_command_is_done_when_it_ends_though_a_program_of_its_stays(tmp_path: Path) -> None:
    left = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)'])"
    began = monotonic()
    run_command(script(tmp_path, left))(photo(Path("/x/a.jpg")))
    assert monotonic() - began < 15
