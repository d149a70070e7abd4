"""The booth's server, and what hostile clients send to it: raw bytes over a connection of their own."""

import logging
import queue
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.app import create_app
from smartselfie.booth.booth import Booth
from smartselfie.booth.server import listen, make_server
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Frame
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.schema import Settings
from smartselfie.testing import ScriptedClassifier, ScriptedDetector, ScriptedSource, blank, face_at, scores

HOST = b"127.0.0.1"
# Seconds for an answer, for one to a good request, and the bytes of it that are read: some answers never end.
PATIENCE, LONGER, MOST = 0.1, 20.0, 65_536

GETS = (
    *("/", "/api/state", "/api/settings", "/api/photos?order=smile&limit=3", "/photos/a.jpg", "/thumbnails/a.jpg"),
    *("/clips/a.mp4", "/strips/a.jpg", "/zip/abc", "/guest/abc", "/join", "/health", "/api/frame.jpg", "/openapi.json"),
    *("/static/app.js", "/api/events", "/photos/%2e%2e%2fa.jpg", "/photos/%00"),
)
POSTS = (
    ("PATCH", "/api/settings", b'{"hold": 12, "rule": "everyone"}'),
    ("POST", "/api/shoot", b""),
    ("POST", "/api/zip", b'{"names": ["a.jpg"]}'),
    ("POST", "/api/unlock", b'{"pin": "1234"}'),
    ("POST", "/api/photos/a.jpg/share", b""),
    ("POST", "/api/trash/abc/restore", b""),
    ("DELETE", "/api/photos/a.jpg", b""),
    ("POST", "/api/join", b'{"code": "abc"}'),
    ("POST", "/api/still/abc", b"\xff\xd8\xff\xd9"),
    ("POST", "/api/agree", b""),
)


def requests() -> list[bytes]:
    """One request for each route."""
    heads = [(b"GET", path.encode(), b"") for path in GETS]
    heads += [(method.encode(), path.encode(), body) for method, path, body in POSTS]
    return [
        method + b" " + path + b" HTTP/1.1\r\nHost: " + HOST + b"\r\nContent-Type: application/json\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\nConnection: close\r\n\r\n" + body
        for method, path, body in heads
    ]


def conversations() -> list[bytes]:
    """WebSocket's handshake, and the frames that a page sends after it."""
    key = b"dGhlIHNhbXBsZSBub25jZQ=="
    head = (
        b"GET /live HTTP/1.1\r\nHost: " + HOST + b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Origin: http://" + HOST + b"\r\nSec-WebSocket-Key: " + key + b"\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    said = [b"ready", b"\x00" * 20, b"\xff\xd8\xff\xd9" * 40, "é".encode()]
    frames = [_frame(code, each) for code in (1, 2, 8, 9, 10, 0, 3) for each in said]
    camera = head.replace(b"/live", b"/camera")
    return [head, camera, *(head + frame for frame in frames), *(camera + frame * 3 for frame in frames[:8])]


def _frame(code: int, content: bytes) -> bytes:
    """A masked frame (RFC 6455, section 5.2); the mask is zero."""
    length = len(content)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
    return bytes([0x80 | code]) + size + bytes(4) + content


class FaultError(Exception):
    """The server answered with an error of its own, told one, or does not answer any more."""


class _Errors(logging.Handler):
    """What is logged as an error while an input is answered."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: queue.SimpleQueue[str] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.put(self.format(record))


@contextmanager
def serve(folder: Path) -> Iterator[Callable[[bytes], object]]:
    """A booth with somebody who smiles all the time, and what sends bytes to it."""
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    album = FolderAlbum(folder / "album")
    picture = Frame(blank(), 0.0, 0)

    def build(source: FrameSource, settings: Settings) -> Pipeline:
        classifier = ScriptedClassifier([scores(Emotion.HAPPY)])
        return Pipeline(
            source, ScriptedDetector(lambda _: [face_at(10, 8, 24)]), classifier, album, settings.trigger_rule, 50
        )

    booth = Booth(
        replace(Settings(), album=album.folder, max_photos=50),
        saved=folder / "page.toml",
        open_source=lambda *_: ScriptedSource([picture], live=True, endless=True),
        cameras=lambda: (),
        build=build,
    )
    with listen("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        server = make_server(create_app(booth, host="127.0.0.1"))
        thread = threading.Thread(target=server.run, args=([door],), daemon=True)
        thread.start()
        booth.start()
        try:
            yield lambda content: _send(port, content, errors)
        finally:
            booth.close()
            server.should_exit = True
            thread.join(10)
            logging.getLogger().removeHandler(errors)


def _send(port: int, content: bytes, errors: _Errors) -> None:
    host = b"127.0.0.1:%d" % port
    answer = _exchange(port, content.replace(HOST, host), PATIENCE)
    if b"HTTP/1.1 500" in answer:
        raise FaultError(answer.split(b"\r\n")[0].decode())
    with suppress(queue.Empty):
        raise FaultError(errors.said.get_nowait())
    if not answer and not _exchange(port, requests()[1].replace(HOST, host), LONGER):
        raise FaultError("it does not answer any more")


def _exchange(port: int, content: bytes, patience: float) -> bytes:
    """What is answered, as far as it comes in time."""
    answer, until = b"", monotonic() + patience
    with socket.create_connection(("127.0.0.1", port), timeout=LONGER) as line, suppress(OSError):
        line.sendall(content)
        while len(answer) < MOST and (left := until - monotonic()) > 0:
            line.settimeout(left)
            more = line.recv(MOST)
            if not more:
                break
            answer += more
    return answer
