"""What the user wants done with every photo: a command, a web address; each in a worker, so that nothing waits."""

import contextlib
import json
import logging
import os
import shlex
import shutil
import signal
import socket
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from smartselfie.core.events import Photo
from smartselfie.errors import ConfigError, SmartselfieError
from smartselfie.serialize import event_to_json
from smartselfie.settings.schema import Settings
from smartselfie.worker import JobQueue, Report, run_once

# Seconds that one try may take.
COMMAND_TIME, WEB_TIME = 60.0, 10.0
# What to do where it fails.
COMMAND_HINT, WEB_HINT = "the terminal shows more", "check the address, and whether it answers"
# Seconds between the tries.
PAUSES = (1.0, 5.0)
# Bytes of a command's messages that are kept, and seconds to read them once it has ended.
LAST_WORDS, READ_TIME = 2000, 0.5
# Signs of an address that stand for themselves.
KEPT = "%/:=&?~#+!$,;'@()*[]"
# Photos that may wait for a slow hook; more are passed over, and named.
MOST_WAITING = 1000

log = logging.getLogger(__name__)


class HookError(SmartselfieError):
    """One try failed, and why; `said` is for the terminal alone, for a command may say paths and secrets."""

    def __init__(self, message: str, hint: str, said: str = "") -> None:
        super().__init__(message, hint)
        self.said = said

    def __str__(self) -> str:
        return f"{self.message}: {self.said}" if self.said else super().__str__()


class Hook(JobQueue[Photo]):
    """Does one thing with each photo, in order, in a worker; tries again what fails."""

    def __init__(
        self,
        name: str,
        act: Callable[[Photo], None],
        pauses: Sequence[float] = PAUSES,
        report: Report = lambda _name, _problem: None,
    ) -> None:
        """Start the worker.

        Args:
            name: what messages call it.
            act: does it; raises HookError where it fails.
            pauses: seconds between the tries.
            report: told of a photo for which all tries failed, until one works again.
        """
        self._act, self._pauses = act, pauses
        # the tries have their pauses: the next photo does not wait for another one
        super().__init__(name, self._try, most=MOST_WAITING, report=report, first_pause=0.0)

    def __call__(self, photo: Photo) -> None:
        """Take a photo on; never waits."""
        if not self.submit(photo):
            log.warning("%s is too slow: skipping %s", self.name, photo.path.name)

    def close(self, seconds: float = 10.0) -> bool:
        """Finish what waits, for that long at most; False where that is not enough. Safe to call more than once."""
        ended = super().close(seconds)
        if not ended:
            log.warning("%s did not finish %d photos", self.name, self.waiting)
        return ended

    def _try(self, photo: Photo) -> None:
        for pause in (*self._pauses, None):
            try:
                self._act(photo)
            except HookError as error:
                if pause is None or self.closing.wait(pause):
                    raise HookError(f"{photo.path.name}: {error.message}", error.hint, error.said) from None
            else:
                return


def make_hooks(settings: Settings, report: Report = lambda _name, _problem: None) -> list[Hook]:
    """What the settings want done with every photo; `report` is told of what fails.

    Raises:
        ConfigError: the command or the address cannot be used.
    """
    acts: dict[str, Callable[[Photo], None]] = {}
    if settings.on_photo is not None:
        acts["--on-photo"] = run_command(settings.on_photo)
    if settings.webhook is not None:
        acts["--webhook"] = post_event(settings.webhook.get_secret_value())
    return [Hook(name, act, report=report) for name, act in acts.items()]


def run_command(command: str, seconds: float = COMMAND_TIME) -> Callable[[Photo], None]:
    """What runs a command for a photo; no shell reads it.

    Args:
        command: words as in a shell; `{path}` stands for the photo's path, which is the last word where it is missing.
        seconds: that one try may take; then the command is killed.

    Raises:
        ConfigError: it cannot be read, or there is no such program.
    """
    hint = 'e.g. --on-photo "lp -d printer {path}"'
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError:
        raise ConfigError("--on-photo: a quotation mark of the command is not closed", hint) from None
    if not words or shutil.which(words[0]) is None:
        raise ConfigError(f"--on-photo: no such program: {words[0] if words else repr(command)}", hint)
    if not any("{path}" in word for word in words):
        words.append("{path}")

    def act(photo: Photo) -> None:
        _run([word.replace("{path}", str(photo.path.absolute())) for word in words], seconds)

    return act


def _run(words: list[str], seconds: float) -> None:
    """Run a command and wait for its own end: what it leaves in the background may go on.

    It has a session of its own, so that Ctrl-C does not reach it: photos that are being printed come out.

    Raises:
        HookError: it cannot be run, fails, or takes too long.
    """
    try:
        # the user's own command, and no shell
        command = Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, bufsize=0, start_new_session=True)  # noqa: S603
    except OSError as error:
        raise HookError(error.strerror or str(error), COMMAND_HINT) from None
    said = bytearray()

    def listen() -> None:
        with command.stderr or contextlib.nullcontext() as pipe:
            while pipe and (piece := pipe.read(LAST_WORDS)):
                said[:] = (said + piece)[-LAST_WORDS:]

    listener = run_once("stderr of --on-photo", listen)
    try:
        code = command.wait(seconds)
    except TimeoutExpired:
        (command.kill if os.name == "nt" else partial(os.killpg, command.pid, signal.SIGKILL))()
        command.wait()
        raise HookError(f"it took longer than {seconds:g} s", COMMAND_HINT) from None
    if code:
        listener.join(READ_TIME)
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise HookError(f"exit code {code}", COMMAND_HINT, last)


def post_event(address: str, seconds: float = WEB_TIME) -> Callable[[Photo], None]:
    """What posts a photo's event, as `watch --json` prints it, to a web address; the picture itself is not sent.

    Args:
        address: begins with http:// or https://, as the settings make sure.
        seconds: that one try may take.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    where = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), KEPT)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    headers = {"Content-Type": "application/json", "User-Agent": "smartselfie", "Connection": "close"}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"

    def post(photo: Photo) -> None:
        line = kind(host, parts.port, timeout=seconds)
        answer: Future[int] = Future()

        def talk() -> None:
            try:
                line.request("POST", where, json.dumps(event_to_json(photo)), headers)
                answer.set_result(line.getresponse().status)
            except Exception as error:  # noqa: BLE001 - a thread's edge: whoever waits for the answer gets it
                answer.set_exception(error)

        run_once("talk to --webhook", talk)
        try:
            status = answer.result(seconds)
        except TimeoutError:
            raise HookError(f"{host} took longer than {seconds:g} s", WEB_HINT) from None
        except OSError as error:
            raise HookError(f"cannot reach {host}: {error.strerror or type(error).__name__}", WEB_HINT) from None
        except (ValueError, HTTPException) as error:
            # the text may hold the address, which may be a secret
            raise HookError(f"{host} did not answer properly ({type(error).__name__})", WEB_HINT) from None
        finally:
            _hang_up(line)
        # no redirect is followed: the user named this address and no other
        if not 200 <= status < 300:
            raise HookError(f"{host} answered {status}", WEB_HINT)

    return post


def _hang_up(line: HTTPConnection) -> None:
    """Close a connection under whoever still reads from it: a server that sends a byte now and then never ends."""
    with contextlib.suppress(OSError, AttributeError):
        line.sock.shutdown(socket.SHUT_RDWR)
    line.close()
