"""The page and the shutter, as a browser asks for them."""

import json
import re

import httpx
import pytest
from PIL import Image as Pictures

from smartselfie.booth.routes.pages import KINDS, STATIC, static_files
from smartselfie.core.emotion import Emotion
from smartselfie.settings.schema import Settings


def ask_raw(booth, path):
    """Ask for a path as it stands; httpx would tidy up `..`."""
    with httpx.Client(base_url=booth.url) as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        return client.send(request)


def test_the_page_and_everything_it_names_is_served_from_here(serve):
    with serve() as booth, httpx.Client(base_url=booth.url, timeout=20) as client:
        page = client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        named = set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page.text)) - {"/tv", "/gallery", "/status"}
        assert named
        assert all(address.startswith("/static/") for address in named)
        for name, path in static_files().items():
            answer = client.get(f"/static/{name}")
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == KINDS[path.suffix]


def test_only_files_of_the_page_are_served(serve):
    with serve() as booth:
        for name in ("nothing.js", "..%2fapp.py", "%2e%2e/app.py", "words/..%2f..%2fapp.py", "words", "index.html"):
            assert ask_raw(booth, f"/static/{name}").status_code == 404


def test_nothing_on_the_page_comes_from_elsewhere_or_stands_inline():
    pages = [path.name for path in STATIC.glob("*.html")]
    for name in (*pages, *(name for name in static_files() if not name.endswith(".png"))):
        text = (STATIC / name).read_text()
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text))
        assert addresses <= {"http://www.w3.org"}, name
        assert "innerHTML" not in text
        assert "eval(" not in text
    for name in pages:
        assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", (STATIC / name).read_text()), name


def test_no_documentation_page_loads_from_elsewhere(serve):
    with serve() as booth:
        assert httpx.get(booth.url + "/docs").status_code == 404
        assert httpx.get(booth.url + "/redoc").status_code == 404
        paths = httpx.get(booth.url + "/openapi.json").json()["paths"]
    assert {
        "/api/countdown",
        *("/api/state", "/api/events", "/api/shoot", "/api/pause", "/api/resume", "/api/agree", "/api/quit"),
        *("/api/settings", "/api/unlock", "/api/photos", "/api/photos/{name}", "/api/trash/{ticket}/restore"),
        *("/photos/{name}", "/thumbnails/{name}", "/clips/{name}", "/strips/{name}"),
        *("/api/zip", "/zip/{key}", "/api/still/{key}"),
        *("/api/pin", "/api/status"),
        *("/health", "/api/frame.jpg", "/api/frames.mjpeg"),
    } == set(paths)
    told = [way for path in paths.values() for way in path.values()]
    assert all(way["summary"] and way["description"] for way in told)


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


@pytest.mark.slow
def test_a_paused_booth_shows_the_picture_only_until_it_goes_on(serve):
    with serve(emotion=Emotion.HAPPY) as booth, booth.viewer() as page:
        booth.feed(2)
        assert httpx.post(booth.url + "/api/pause").status_code == 202
        booth.source.feed(30)
        while (shown := page.get())[0]["phase"] != "paused":
            pass
        assert shown[0]["moment"] is None
        assert shown[1].startswith(b"\xff\xd8")
        assert httpx.post(booth.url + "/api/shoot").status_code == 409
        booth.wait_for(lambda: booth.live.newest.number > 30)
        assert booth.live.newest.photos == 0
        assert httpx.post(booth.url + "/api/resume").status_code == 202
        booth.feed_until(lambda: booth.live.newest.photos == 1)


def test_nothing_is_read_or_taken_before_guests_have_agreed(serve):
    with serve(emotion=Emotion.HAPPY, settings=Settings(consent=True)) as booth:
        booth.source.feed(20)
        booth.wait_for(lambda: booth.live.newest.number > 20)
        state = httpx.get(booth.url + "/api/state").json()
        assert (state["phase"], state["moment"], state["photos"]) == ("consent", None, 0)
        assert httpx.post(booth.url + "/api/agree").status_code == 202
        booth.feed_until(lambda: booth.live.newest.photos == 1)


def test_events_reach_programs_as_they_come(serve):
    with serve(emotion=Emotion.HAPPY) as booth, httpx.stream("GET", booth.url + "/api/events", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        # the photo comes with the first frame after it is on the disk
        booth.feed_until(lambda: booth.live.newest.photos == 1)
        told = [json.loads(line.removeprefix("data: ")) for line in (next(x for x in lines if x) for _ in range(2))]
    assert [event["event"] for event in told] == ["smile-began", "photo"]
    assert "/" not in told[1]["path"]


def test_a_tablet_can_keep_the_page_as_an_app():
    manifest = json.loads((STATIC / "booth.webmanifest").read_text(encoding="utf-8"))
    assert (manifest["start_url"], manifest["display"]) == ("/", "fullscreen")
    for icon in manifest["icons"]:
        path = STATIC / icon["src"].removeprefix("/static/")
        if path.suffix == ".png":
            with Pictures.open(path) as picture:
                assert "x".join(map(str, picture.size)) == icon["sizes"]
        else:
            assert path.is_file()
    for name in ("index.html", "tv.html", "status.html"):
        page = (STATIC / name).read_text(encoding="utf-8")
        assert 'rel="manifest"' in page
        assert 'name="theme-color"' in page
