"""The photos, as a browser asks for them."""

import io
import os
import zipfile
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import HTTPException
from PIL import Image as Pictures

from smartselfie.albums.clip import MARK
from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.middleware import HEADERS
from smartselfie.booth.routes.photos import sent_whole
from smartselfie.core.emotion import Emotion
from smartselfie.mp4 import Mp4Writer


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


ODD_NAMES = {
    "a colon": b"12:30:05.jpg",
    "a backslash": b"a\\b.jpg",
    "a newline": b"a\nb.jpg",
    "a percent sign": b"50%25.jpg",
    "a question mark": b"a?b#c.jpg",
    "an emoji": "\U0001f600.jpg".encode(),
    "markup": b"<b>&quot;.jpg",
    "251 letters": b"x" * 247 + b".jpg",
}
TIMES = {"1970": 0, "before 1970": -3_000_000_000, "2200": 7_300_000_000, "2400": 13_600_000_000}
SIDECARS = {
    "deep": "[" * 100_000,
    "no number": '{"faces": [{"emotions": {"happy": NaN}}]}',
    "infinite": '{"faces": [{"emotions": {"happy": Infinity}}]}',
    "beyond any float": '{"faces": [{"emotions": {"happy": 1' + "0" * 400 + "}}]}",
    "too many digits": '{"faces": [{"emotions": {"happy": 1' + "0" * 5000 + "}}]}",
    "a text": '{"faces": "happy"}',
    "a list": "[]",
    "not UTF-8": "\udce9",
}


def album_of_odd_files(folder: Path) -> int:
    """Photos with names, dates and sidecars of every odd kind beside a good one; returns how many."""
    notes = dict(zip((f"notes{number}" for number in range(len(SIDECARS))), SIDECARS.values(), strict=True))
    times = dict(zip((f"time{number}.jpg" for number in range(len(TIMES))), TIMES.values(), strict=True))
    names = [*map(os.fsdecode, ODD_NAMES.values()), *times, *(f"{name}.jpg" for name in notes), "plain.jpg"]
    for name in names:
        Pictures.new("RGB", (32, 24), (90, 90, 90)).save(folder / name, "JPEG")
    for name, text in notes.items():
        (folder / f"{name}.json").write_text(text, errors="surrogateescape")
    for name, time in times.items():
        os.utime(folder / name, (time, time))
    return len(names)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["time", "smile"])
def test_one_odd_file_keeps_no_other_photo_from_being_listed_shown_and_zipped(serve, tmp_path: Path, order: str):
    count = album_of_odd_files(tmp_path)
    with serve() as booth:
        told = httpx.get(booth.url + f"/api/photos?limit=200&order={order}").json()
        assert told["total"] == len(told["photos"]) == count
        for photo in told["photos"]:
            for path in (photo["url"], photo["thumbnail"], photo["url"].replace("/photos/", "/strips/")):
                assert ask_raw(booth, path).status_code == 200, path
        key = httpx.post(booth.url + "/api/zip").json()["url"]
        with zipfile.ZipFile(io.BytesIO(httpx.get(booth.url + key).content)) as packed:
            assert len(packed.namelist()) == count
            assert not any(letter in name for name in packed.namelist() for letter in "\\:")


def test_a_name_that_no_file_can_have_is_not_found(serve):
    with serve() as booth:
        for name in ("a" * 300 + ".jpg", "%00.jpg", "%ff%fe.jpg", "..%5cx.jpg", "a%2f..%2fb.jpg"):
            for kind in ("photos", "thumbnails", "strips", "clips"):
                assert ask_raw(booth, f"/{kind}/{name}").status_code == 404, (kind, name)


@pytest.mark.parametrize("kind", ["a file", "a link that leads nowhere", "a loop"])
def test_what_stands_in_the_trashs_way_is_told_and_the_photo_stays(serve, tmp_path: Path, kind: str):
    Pictures.new("RGB", (32, 24)).save(tmp_path / "a.jpg")
    for name in (".trash", ".thumbnails"):
        if kind == "a file":
            (tmp_path / name).write_bytes(b"")
        else:
            (tmp_path / name).symlink_to("gone" if "nowhere" in kind else name)
    with serve() as booth:
        assert httpx.get(booth.url + "/thumbnails/a.jpg").status_code == 200
        refused = httpx.delete(booth.url + "/api/photos/a.jpg")
    assert refused.status_code in (409, 507)
    assert (tmp_path / "a.jpg").exists()


RANGES = ("bytes=0-1", "bytes=10-", "bytes=-7", "bytes=5-99999999", "bytes=99999999-", "bytes=-", "apples=1-2")


def a_clip(photo: Path) -> bytes:
    """Has one of ours beside a photo; returns its bytes."""
    pixels = np.zeros((32, 48, 3), np.uint8)
    path = photo.with_suffix(".mp4")
    with path.open("w+b") as file, Mp4Writer(file, 15.0, MARK) as out:
        for number in range(8):
            out.add(pixels, number / 15)
    return path.read_bytes()


def test_a_clip_comes_whole_or_in_the_parts_that_players_ask_for(serve, tmp_path: Path):
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    clip = a_clip(tmp_path / "a.jpg")
    with serve() as booth:
        whole = httpx.get(booth.url + "/clips/a.jpg")
        parts = {asked: httpx.get(booth.url + "/clips/a.jpg", headers={"Range": asked}) for asked in RANGES}
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "video/mp4", clip)
    assert whole.headers["accept-ranges"] == "bytes"
    told = {asked: (part.status_code, part.headers.get("content-range"), part.content) for asked, part in parts.items()}
    size = len(clip)
    assert told == {
        "bytes=0-1": (206, f"bytes 0-1/{size}", clip[:2]),
        "bytes=10-": (206, f"bytes 10-{size - 1}/{size}", clip[10:]),
        "bytes=-7": (206, f"bytes {size - 7}-{size - 1}/{size}", clip[-7:]),
        "bytes=5-99999999": (206, f"bytes 5-{size - 1}/{size}", clip[5:]),
        "bytes=99999999-": (416, f"bytes */{size}", b""),
        "bytes=-": (200, None, clip),
        "apples=1-2": (200, None, clip),
    }


def test_a_clip_goes_where_its_photo_goes_and_somebodys_video_of_that_name_stays(serve, tmp_path: Path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"jpeg")
    clip = a_clip(tmp_path / "a.jpg")
    (tmp_path / "b.mp4").write_bytes(b"somebody's")
    with serve() as booth:
        listed = {photo["name"]: photo["clip"] for photo in httpx.get(booth.url + "/api/photos").json()["photos"]}
        tickets = [httpx.delete(booth.url + f"/api/photos/{name}").json()["undo"] for name in ("a.jpg", "b.jpg")]
        left = sorted(path.name for path in tmp_path.glob("*.*") if not path.name.startswith("."))
        for ticket in tickets:
            httpx.post(booth.url + f"/api/trash/{ticket}/restore")
    assert listed == {"a.jpg": "/clips/a.jpg", "b.jpg": None}
    assert "b.mp4" in left
    assert "a.mp4" not in left
    assert (tmp_path / "a.mp4").read_bytes() == clip
    assert (tmp_path / "b.mp4").read_bytes() == b"somebody's"
