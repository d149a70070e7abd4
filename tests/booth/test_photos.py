"""The photos, as a browser asks for them."""

import io
import os
import zipfile
from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException
from PIL import Image as Pictures

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.middleware import HEADERS
from smartselfie.booth.routes.photos import sent_whole
from smartselfie.core.emotion import Emotion


def ask_raw(booth, path):
    """Ask for a path as it stands; httpx would tidy up `..`."""
    with httpx.Client(base_url=booth.url) as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        return client.send(request)


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
        for answer in (ask_raw(booth, f"/photos/{name}"), ask_raw(booth, f"/strips/{name}")):
            assert answer.status_code == 404
            assert b"secret" not in answer.content


def test_a_thumbnail_is_small_and_a_missing_one_is_told(serve, tmp_path: Path):
    Pictures.new("RGB", (2000, 1000), "orange").save(tmp_path / "a.jpg")
    with serve() as booth:
        answer = httpx.get(booth.url + "/thumbnails/a.jpg")
        assert httpx.get(booth.url + "/thumbnails/b.jpg").status_code == 404
    with Pictures.open(io.BytesIO(answer.content)) as small:
        assert small.size == (480, 240)


def test_a_strip_is_saved_under_its_photos_name_and_a_missing_one_is_told(serve, tmp_path: Path):
    Pictures.new("RGB", (64, 48), "orange").save(tmp_path / "a b.jpg")
    (tmp_path / "damaged.jpg").write_bytes(b"no picture")
    os.utime(tmp_path / "damaged.jpg", (1000, 1000))
    with serve() as booth:
        answer = httpx.get(booth.url + "/strips/a%20b.jpg")
        assert httpx.get(booth.url + "/strips/none.jpg").status_code == 404
        assert httpx.get(booth.url + "/strips/damaged.jpg").status_code == 404
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''a%20b-strip.jpg"
    with Pictures.open(io.BytesIO(answer.content)) as strip:
        assert strip.width == 660


def test_a_deleted_photo_can_be_brought_back_and_all_pages_hear_of_it(serve, tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    with serve() as booth:
        version = booth.live.newest.version
        ticket = httpx.delete(booth.url + "/api/photos/a.jpg").json()["undo"]
        assert httpx.get(booth.url + "/photos/a.jpg").status_code == 404
        assert booth.live.newest.version == version + 1
        assert httpx.post(f"{booth.url}/api/trash/{ticket}/restore").json() == {"name": "a.jpg"}
        assert httpx.get(booth.url + "/photos/a.jpg").content == b"a photo"
        assert booth.live.newest.version == version + 2
        assert httpx.post(f"{booth.url}/api/trash/{ticket}/restore").status_code == 404
        assert httpx.delete(booth.url + "/api/photos/none.jpg").status_code == 404


def test_a_photo_can_be_saved_under_its_name(serve, tmp_path: Path):
    (tmp_path / "a b.jpg").write_bytes(b"a photo")
    with serve() as booth:
        answer = httpx.get(booth.url + "/photos/a%20b.jpg?download=1")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "a%20b.jpg" in answer.headers["content-disposition"]


def test_everything_comes_as_one_zip_by_an_address_that_works_once(serve, tmp_path: Path):
    for name, content in (("a.jpg", b"a"), ("b.jpg", b"b" * 3_000_000), ("b.gif", b"clip"), ("b.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    with serve() as booth:
        url = httpx.post(booth.url + "/api/zip").json()["url"]
        answer = httpx.get(booth.url + url)
        assert httpx.get(booth.url + url).status_code == 404
        assert httpx.get(booth.url + "/zip/guessed").status_code == 404
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["a.jpg", "b.gif", "b.jpg"]
        assert archive.read("b.jpg") == b"b" * 3_000_000


def test_a_photo_that_is_deleted_just_before_it_is_sent_is_gone(tmp_path: Path) -> None:
    with pytest.raises(HTTPException) as refused:
        sent_whole(tmp_path / "just-deleted.jpg", "image/jpeg")
    assert refused.value.status_code == 404
