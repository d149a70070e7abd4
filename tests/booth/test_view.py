"""The picture of now for other programs, its health, and who may frame the page."""

import io

import httpx
import pytest
from PIL import Image as Pictures
from pydantic import ConfigDict, TypeAdapter

from smartselfie.booth.broadcast import Phase
from smartselfie.booth.shapes import EventJson, FaceJson, MomentJson, PersonJson, ProblemJson, StateJson
from smartselfie.core.emotion import Emotion
from smartselfie.errors import ConfigError, SourceError
from smartselfie.settings.schema import Settings


def test_a_still_is_the_newest_frame(serve):
    with serve() as booth:
        early = httpx.get(booth.url + "/api/frame.jpg")
        booth.feed(width=96)
        still = httpx.get(booth.url + "/api/frame.jpg")
    assert early.status_code == 404
    assert (still.status_code, still.headers["content-type"]) == (200, "image/jpeg")
    assert still.headers["cache-control"] == "no-store"
    assert Pictures.open(io.BytesIO(still.content)).size == (96, 72)


def test_a_stream_has_every_frame_once_and_not_the_same_one_again(serve):
    with serve() as booth:
        booth.feed()
        with httpx.stream("GET", booth.url + "/api/frames.mjpeg", timeout=20) as stream:
            assert stream.headers["content-type"] == "multipart/x-mixed-replace; boundary=frame"
            received = b""
            for part in stream.iter_raw():
                received += part
                if received.count(b"--frame\r\n") == 3:
                    break
                booth.live.touch()
                booth.feed()
        booth.wait_for(lambda: booth.live.viewers == 0 or booth.feed() is not None)
    head, jpeg = received.split(b"--frame\r\n")[1].split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(jpeg) - 2}".encode() in head
    assert Pictures.open(io.BytesIO(jpeg)).size == (64, 48)


def test_health_is_bad_while_the_camera_is_in_trouble(serve):
    with serve() as booth:
        booth.feed()
        well = httpx.get(booth.url + "/health")
        booth.live.enter(Phase.TROUBLE, SourceError("it is gone", "plug it in"))
        ill = httpx.get(booth.url + "/health")
    assert (well.status_code, well.json()) == (200, {"status": "ok", "phase": "running"})
    assert (ill.status_code, ill.json()) == (503, {"status": "trouble", "phase": "trouble"})


@pytest.fixture
def exact(monkeypatch):
    """The shapes, without room for a field that is not described."""
    for shape in (FaceJson, PersonJson, EventJson, ProblemJson, MomentJson, StateJson):
        monkeypatch.setattr(shape, "__pydantic_config__", ConfigDict(extra="forbid"), raising=False)


@pytest.mark.usefixtures("exact")
def test_state_and_events_have_the_shapes_that_are_described(serve):
    state, event = TypeAdapter(StateJson), TypeAdapter(EventJson)
    with serve(emotion=Emotion.HAPPY) as booth, booth.viewer() as page:
        state.validate_python(httpx.get(booth.url + "/api/state").json())
        seen = set()
        booth.feed(2)
        while "photo" not in seen:
            booth.feed()
            shown, _ = page.get()
            state.validate_python(shown)
            seen |= {event.validate_python(each)["event"] for each in shown["events"]}
        booth.live.enter(Phase.TROUBLE, SourceError("it is gone", "plug it in"))
        booth.live.report("webhook", SourceError("it is gone", "plug it in"))
        state.validate_python(httpx.get(booth.url + "/api/state").json())
        described = httpx.get(booth.url + "/openapi.json").json()
    assert "smile-began" in seen
    paths = described["paths"]
    shape = paths["/api/state"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert shape == {"$ref": "#/components/schemas/StateJson"}
    events = paths["/api/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert "smile-began" in events["properties"]["event"]["enum"]
    assert "$ref" not in str(events)
    assert {"403", "413", "429"} <= set(paths["/api/shoot"]["post"]["responses"])


def test_only_the_website_that_was_named_may_frame_the_page(serve):
    with serve() as closed, serve(settings=Settings(frame_from="https://party.example:8443")) as framed:
        before, after = httpx.get(closed.url).headers, httpx.get(framed.url).headers
    assert before["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in before["content-security-policy"]
    assert "x-frame-options" not in after
    assert "frame-ancestors https://party.example:8443;" in after["content-security-policy"]


@pytest.mark.parametrize(
    "origin", ["*", "party.example", "https://a.example/page", "https://a; script-src *", "https://a\n"]
)
def test_what_is_no_origin_is_refused(origin):
    with pytest.raises(ConfigError, match="frame_from"):
        Settings(frame_from=origin)
