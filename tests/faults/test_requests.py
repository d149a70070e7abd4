"""Requests that no page sends, and albums that nobody would make: refused in words, and the terminal stays quiet."""

import contextlib
import io
import os
import shutil
import socket
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures

pytestmark = pytest.mark.slow

LONG = "a" * 300 + ".jpg"
REQUESTS: list[tuple[str, str, bytes | None, dict[str, str]]] = [
    *(
        ("GET", "/api/state", None, {"Origin": origin})
        for origin in ("http://[", "http://[::1", "null", "", "x" * 3000)
    ),
    *(("GET", "/api/state", None, {"Origin": "http://a\tb"}) for _ in range(1)),
    *(("GET", f"/{room}/{LONG}", None, {}) for room in ("photos", "thumbnails", "strips", "clips")),
    *(("GET", f"/{room}/%00.jpg", None, {}) for room in ("photos", "thumbnails", "strips", "clips")),
    *(("GET", f"/{room}/caf%E9.jpg", None, {}) for room in ("photos", "thumbnails", "strips", "clips")),
    ("DELETE", f"/api/photos/{LONG}", None, {}),
    ("DELETE", "/api/photos/%00.jpg", None, {}),
    ("POST", f"/api/photos/{LONG}/share", None, {}),
    *(("POST", f"/api/trash/{ticket}/restore", None, {}) for ticket in ("1" * 20, "1" * 300, "..", "%00", "٣")),
    *(("GET", f"/zip/{key}", None, {}) for key in ("x" * 3000, "%ff", "%00")),
    *(
        ("PATCH", "/api/settings", body, {"Content-Type": "application/json"})
        for body in (
            b'{"\\ud800":1}',
            b'{"language":"\\ud800"}',
            b'{"source":"\\ud800"}',
            b'{"rule":"\\ud800"}',
            b"[" * 15000,
            b'{"a":' * 3000,
            b'{"hold":' + b"9" * 5000 + b"}",
            b'{"hold":1e400}',
            b'{"rest":NaN}',
            b'{"hold":null}',
            b"\xff\xfe",
            b"null",
            b'"x"',
            b"",
        )
    ),
    ("GET", "/api/photos?offset=1" + "0" * 30, None, {}),
    ("GET", "/api/photos?offset=-1&limit=x&order=%ff", None, {}),
    ("POST", "/api/still/x", b"no picture", {}),
    ("POST", "/api/unlock", None, {"X-PIN": "\xff"}),
    ("GET", "/static/..%2f..%2fapp.py", None, {}),
]


def test_no_request_is_answered_with_an_error_of_the_server(booth: Callable[..., Any]) -> None:
    asked = booth()
    asked.wait_phase("running")
    for method, path, body, headers in REQUESTS:
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = asked.http.request(method, path, content=body, headers=sent)
        while answer.status_code == 429:
            time.sleep(0.2)
            answer = asked.http.request(method, path, content=body, headers=sent)
        assert answer.status_code < 500, (method, path, body, headers)
    assert asked.http.get("/api/state").status_code == 200
    assert not any("Traceback" in line for line in asked.err)


HEAD = b" HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = b"GET /live" + HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
NO_HTTP = [
    b"\x16\x03\x01\x00\xff" * 20 + b"\r\n\r\n",
    b"\r\n" * 5000,
    b"GET /" + HEAD + b"Content-Length: x\r\n\r\n",
    b"GET /" + HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /" + HEAD + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    *(b"POST /api/shoot" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk for chunk in (b"zz\r\n", b"-1\r\n")),
    b"PATCH /api/settings" + HEAD + b"Content-Length: 1000\r\n\r\n{",
    b"PATCH /api/settings" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n",
    UPGRADE + b"\r\n",
    UPGRADE + KEY + KEY + b"\r\n",
    UPGRADE + KEY + b"Sec-WebSocket-Protocol: \xff,,\r\n\r\n",
    UPGRADE + KEY + b"Sec-WebSocket-Extensions: ;;;=\r\n\r\n",
    UPGRADE + KEY + b"\r\n" + b"\xff" * 200,
]


def test_what_is_no_http_is_told_in_no_terminal(booth: Callable[..., Any]) -> None:
    asked = booth()
    asked.wait_phase("running")
    before = len(asked.err)
    for sent in NO_HTTP:
        with socket.create_connection(("127.0.0.1", asked.http.base_url.port), 20) as line:
            line.settimeout(0.3)
            with contextlib.suppress(OSError):
                line.sendall(sent)
                line.recv(100)
    assert asked.http.get("/api/state").status_code == 200
    assert asked.end() == 130
    printed = asked.err[before:]
    assert not any(word in line for line in printed for word in ("Traceback", "HTTP request", "upgrade", "error"))


def test_an_album_of_odd_files_and_names_is_listed_shown_zipped_and_deleted_from(
    booth: Callable[..., Any], tmp_path: Path
) -> None:
    album = tmp_path / "album"
    (album / ".thumbnails").mkdir(parents=True)
    good = io.BytesIO()
    Pictures.new("RGB", (60, 40)).save(good, "JPEG")
    names = ["good.jpg", "old.jpg", "late.jpg", "12:30.jpg", "deep.jpg"]
    for name in (*names, "caf\udce9.jpg"):  # what Python makes of a name that is not UTF-8
        (album / name).write_bytes(good.getvalue())
    os.utime(album / "old.jpg", (0, 0))
    os.utime(album / "late.jpg", (9e9, 9e9))
    (album / "deep.json").write_text("[" * 100_000)
    (album / "folder.jpg").mkdir()
    (album / "link.jpg").symlink_to("/etc/passwd")
    os.mkfifo(album / "pipe.jpg")
    asked = booth()
    for order in ("time", "smile"):
        listed = asked.http.get(f"/api/photos?order={order}").json()["photos"]
        assert {photo["name"] for photo in listed} == {*names, "caf\\xe9.jpg"}
        assert all(asked.http.get(photo["url"]).status_code == 200 for photo in listed)
        assert all(asked.http.get(photo["thumbnail"]).status_code == 200 for photo in listed)
    url = asked.http.post("/api/zip").json()["url"]
    with zipfile.ZipFile(io.BytesIO(asked.http.get(url).content)) as archive:
        # without what some systems refuse to unpack
        assert set(archive.namelist()) == {*(name.replace(":", "_") for name in names), "caf_xe9.jpg"}
        assert archive.testzip() is None
    odd = "/api/photos/caf%5Cxe9.jpg"
    undo = asked.http.delete(odd).json()["undo"]
    assert not (album / "caf\udce9.jpg").exists()
    assert asked.http.delete(odd).status_code == 404
    assert asked.http.post(f"/api/trash/{undo}/restore").json()["name"] == "caf\\xe9.jpg"
    assert (album / "caf\udce9.jpg").exists()
    assert not any("Traceback" in line for line in asked.err)


def test_a_photo_that_cannot_be_moved_into_the_trash_is_told_and_stays(booth: Callable[..., Any]) -> None:
    asked = booth()
    asked.wait_phase("running")
    photo = asked.shoot()
    shutil.rmtree(asked.album / ".trash", ignore_errors=True)
    (asked.album / ".trash").touch()
    answer = asked.http.delete(f"/api/photos/{photo.name}")
    assert answer.status_code == 409
    assert "cannot be changed" in answer.json()["detail"]
    assert photo.is_file()
    assert not any("Traceback" in line for line in asked.err)


def test_a_change_that_cannot_be_saved_is_refused_and_does_not_hold(booth: Callable[..., Any], tmp_path: Path) -> None:
    home = tmp_path / "settings"
    home.mkdir()
    asked = booth("--album", tmp_path / "pictures", folder=home)
    asked.wait_phase("running")
    shutil.rmtree(home)
    home.touch()
    asked.wait_for(lambda: asked.state()["moment"])
    before = asked.http.get("/api/settings").json()["values"]
    answer = asked.http.patch("/api/settings", json={"hold": 77, "smile": 0.9})
    assert answer.status_code == 409
    assert asked.http.get("/api/settings").json()["values"] == before
    moment = asked.state()["moment"]
    assert (moment["hold_frames"], moment["threshold"]) == (before["hold"], before["smile"])
    home.unlink()
