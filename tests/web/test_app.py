"""The page, the photos and the shutter, as a browser asks for them."""

import os
import re
from pathlib import Path

import httpx
import pytest

from smartselfie.albums.folder import FolderAlbum
from smartselfie.core.emotion import Emotion
from smartselfie.web.app import STATIC, STATIC_FILES
from smartselfie.web.guard import HEADERS


def ask_raw(booth, path):
    """Ask for a path as it stands; httpx would tidy up `..`."""
    with httpx.Client(base_url=booth.url) as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        return client.send(request)


def test_the_page_and_everything_it_names_is_served_from_here(serve):
    with serve() as booth:
        page = httpx.get(booth.url)
        assert page.headers["content-type"].startswith("text/html")
        named = set(re.findall(r'(?:src|href)="([^"]+)"', page.text))
        assert named
        assert all(address.startswith("/static/") for address in named)
        for name, kind in STATIC_FILES.items():
            answer = httpx.get(f"{booth.url}/static/{name}")
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == kind


def test_every_file_of_the_page_is_served_and_none_other(serve):
    assert {path.name for path in STATIC.iterdir()} == {*STATIC_FILES, "index.html"}
    with serve() as booth:
        for name in ("nothing.js", "..%2fapp.py", "%2e%2e/app.py", "index.html"):
            assert ask_raw(booth, f"/static/{name}").status_code == 404


def test_nothing_on_the_page_comes_from_elsewhere_or_stands_inline():
    for name in (*STATIC_FILES, "index.html"):
        text = (STATIC / name).read_text()
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text))
        assert addresses <= {"http://www.w3.org"}, name
        assert "innerHTML" not in text
        assert "eval(" not in text
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", page)


def test_no_documentation_page_loads_from_elsewhere(serve):
    with serve() as booth:
        assert httpx.get(booth.url + "/docs").status_code == 404
        assert httpx.get(booth.url + "/redoc").status_code == 404
        paths = httpx.get(booth.url + "/openapi.json").json()["paths"]
    assert {"/api/shoot", "/api/photos", "/api/state", "/api/quit", "/photos/{name}"} == set(paths)


def test_photos_are_listed_newest_first_in_pages(serve, tmp_path: Path):
    for number in range(5):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(b"jpeg")
        os.utime(path, (1000 + number, 1000 + number))
    for other in (".hidden.jpg", "a.json", "b.txt", ".x-1.partial"):
        (tmp_path / other).write_text("no photo")
    with serve() as booth:
        first = httpx.get(booth.url + "/api/photos?limit=2").json()
        rest = httpx.get(booth.url + "/api/photos?offset=2").json()
        too_much = httpx.get(booth.url + "/api/photos?limit=100000")
    assert first["total"] == 5
    assert [photo["name"] for photo in first["photos"] + rest["photos"]] == [
        "4.jpg",
        "3.jpg",
        "2.jpg",
        "1.jpg",
        "0.jpg",
    ]
    assert first["photos"][0]["written"] == "1970-01-01T00:16:44+00:00"
    assert too_much.status_code == 422


def test_an_album_that_is_gone_is_an_empty_one(serve, tmp_path: Path):
    album = FolderAlbum(tmp_path / "album")
    with serve(album=album) as booth:
        (tmp_path / "album").rmdir()
        assert httpx.get(booth.url + "/api/photos").json() == {"total": 0, "photos": []}


def test_a_photo_that_was_taken_can_be_fetched(serve, tmp_path: Path):
    with serve(emotion=Emotion.HAPPY, album=FolderAlbum(tmp_path / "album")) as booth:
        booth.feed(3)
        (photo,) = httpx.get(booth.url + "/api/photos").json()["photos"]
        answer = httpx.get(booth.url + photo["url"])
    assert answer.content == (tmp_path / "album" / photo["name"]).read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == HEADERS["X-Content-Type-Options"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "..%2fsecret.jpg",
        "%2e%2e%2fsecret.jpg",
        "..%5csecret.jpg",
        "sub/inner.jpg",
        "sub%2finner.jpg",
        "%2fetc%2fpasswd",
        ".hidden.jpg",
        "notes.json",
        "link.jpg",
        "folder.jpg",
        "a.jpg%00",
        "a.jpg%00.jpg",
        "C:a.jpg",
        "none.jpg",
    ],
)
def test_only_photos_of_the_very_album_can_be_fetched(serve, tmp_path: Path, name):
    album = tmp_path / "album"
    (album / "sub").mkdir(parents=True)
    (album / "folder.jpg").mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    for inside in ("sub/inner.jpg", ".hidden.jpg", "notes.json"):
        (album / inside).write_bytes(b"secret")
    (album / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (album / "a.jpg").write_bytes(b"a photo")
    with serve(album=FolderAlbum(album)) as booth:
        assert ask_raw(booth, "/photos/a.jpg").content == b"a photo"
        answer = ask_raw(booth, f"/photos/{name}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_the_state_is_told_to_programs(serve):
    with serve(emotion=Emotion.NEUTRAL) as booth:
        booth.feed()
        state = httpx.get(booth.url + "/api/state").json()
    assert state["phase"] == "running"
    assert state["moment"]["why_not"] == "not_smiling"
    assert state["moment"]["faces"][0]["emotion"] == "neutral"


def test_only_a_post_shoots(serve):
    with serve() as booth:
        booth.feed()
        assert httpx.get(booth.url + "/api/shoot").status_code == 405
        booth.feed()
        assert booth.live.newest.photos == 0
