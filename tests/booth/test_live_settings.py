"""Settings change while the booth runs."""

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from smartselfie.booth.consent import Admission
from smartselfie.booth.live_settings import ON_PAGE, Stand
from smartselfie.booth.runner import Live, Phase
from smartselfie.core.emotion import Emotion
from smartselfie.errors import ConfigError, SourceError
from smartselfie.pipeline import Pipeline
from smartselfie.settings.schema import Settings
from smartselfie.sources.camera import CameraInfo
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    frames_at,
    scores,
)
from smartselfie.trigger.rule import TriggerRule

CAMERAS = (CameraInfo(0, "Front"), CameraInfo(2, "Back"))


def change(booth, **values):
    return httpx.patch(booth.url + "/api/settings", json=values)


def build(turn, _settings):
    return Pipeline(
        turn, ScriptedDetector(lambda _: []), ScriptedClassifier([scores(Emotion.SAD)]), MemoryAlbum(), TriggerRule()
    )


def test_the_page_is_told_what_can_be_chosen(serve):
    with serve(cameras=CAMERAS, settings=Settings(source="party.mp4", kiosk=True, delete_after=12)) as booth:
        told = httpx.get(booth.url + "/api/settings").json()
    assert set(told["values"]) == set(ON_PAGE)
    assert [(camera["source"], camera["name"]) for camera in told["cameras"]] == [
        ("0", "Front"),
        ("2", "Back"),
        ("given", "given"),
        ("browser", "browser"),
        ("demo", "demo"),
    ]
    assert told["languages"] == ["en", "de", "es", "fr", "pt", "hi", "zh", "ja"]
    assert (told["locked"], told["kiosk"], told["delete_after"]) == (False, True, 12)


def test_the_page_never_learns_the_path_or_address_that_was_given_and_can_go_back_to_it(serve, tmp_path: Path):
    saved = tmp_path / "x.booth.toml"
    with serve(settings=Settings(source="rtsp://host:password@camera/live"), saved=saved) as booth:
        told = httpx.get(booth.url + "/api/settings")
        assert "password" not in told.text
        assert told.json()["values"]["source"] == "given"
        assert change(booth, source="demo").json()["values"]["source"] == "demo"
        assert tomllib.loads(saved.read_text()) == {"source": "demo"}
        assert change(booth, source="given").json()["values"]["source"] == "given"
        assert booth.stand.settings.source == "rtsp://host:password@camera/live"
        assert tomllib.loads(saved.read_text()) == {}


def test_a_changed_rule_holds_at_once_over_the_same_camera(serve):
    with serve(emotion=Emotion.HAPPY, rule=TriggerRule(hold_frames=500), settings=Settings(hold=500)) as booth:
        booth.feed(5)
        assert change(booth, hold=3).json()["values"]["hold"] == 3
        # the frame that ends the turn before belongs to nobody
        booth.source.feed(5)
        booth.wait_for(lambda: booth.live.newest.photos == 1)
        assert not booth.source.closed.is_set()
        assert booth.live.newest.moment.frame.index >= 5


def test_a_changed_look_needs_no_new_pipeline_and_reaches_every_page(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed()
        before = booth.live._pipeline
        version = booth.live.newest.version
        assert change(booth, mirror=False, language="ja", sounds=False, countdown=3).status_code == 200
        while (shown := page.get()[0])["version"] == version:
            pass
        assert shown["mirror"] is False
        assert booth.live._pipeline is before


def test_changes_are_saved_and_only_those(serve, tmp_path: Path):
    saved = tmp_path / "config.booth.toml"
    with serve(saved=saved, settings=Settings(rest=5.0)) as booth:
        change(booth, hold=12, rest=5.0)
        change(booth, language="fr")
    assert tomllib.loads(saved.read_text()) == {"hold": 12, "language": "fr"}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"hold": 0}, "hold: 0 is out of range (1 to 1000)"),
        ({"language": "tlh"}, "language"),
        ({"pin": "9999"}, "pin cannot be changed on the page"),
        ({"album": "/"}, "album cannot be changed on the page"),
        ({"source": "/etc/passwd"}, "no such camera"),
        ({"source": "rtsp://elsewhere.example/"}, "no such camera"),
        ({"hold": [1]}, "hold"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_plain_words_and_nothing_changes(serve, values, found):
    with serve() as booth:
        before = booth.stand.settings
        answer = change(booth, **values)
        assert answer.status_code == 422
        assert found in json.dumps(answer.json())
        assert booth.stand.settings == before


def test_another_camera_takes_over_and_the_first_is_let_go():
    sources = {name: ScriptedSource(frames_at(30, 2), name=name, live=True, endless=True) for name in ("0", "2")}
    stand = Stand(Settings(source="0"), lambda name, _: sources[name], Admission(), build=build)
    live = Live(stand.open)
    live.start()
    while live.newest.moment is None:
        live.wait(0.01)
    assert stand.change({"source": "2"})
    live.renew()
    while not sources["0"].closed:
        live.wait(0.01)
    number = live.newest.number
    while live.newest.number < number + 5:
        live.wait(0.01)
    assert not sources["2"].closed
    live.close(closing=stand.close)
    assert sources["2"].closed


def test_a_camera_that_cannot_be_opened_changes_nothing():
    def open_source(name, _settings):
        if name == "2":
            raise SourceError("it is in use", "close the other program")
        return first

    first = ScriptedSource(frames_at(30, 2), live=True, endless=True)
    stand = Stand(Settings(source="0"), open_source, Admission(), build=build)
    stand.open()
    with pytest.raises(SourceError, match="in use"):
        stand.change({"source": "2"})
    assert stand.settings.source == "0"
    assert not first.closed
    stand.close()
    stand.close()
    assert first.closed


def test_a_choice_that_cannot_be_saved_holds_all_the_same(tmp_path: Path):
    (tmp_path / "file").touch()
    stand = Stand(Settings(), lambda *_: None, Admission(), tmp_path / "file" / "x.booth.toml", build=build)
    with pytest.raises(ConfigError):
        stand.change({"hold": 4})
    assert stand.settings.hold == 4


def test_choices_made_at_the_same_moment_are_all_saved(tmp_path: Path):
    saved = tmp_path / "x.booth.toml"
    stand = Stand(Settings(), lambda *_: None, Admission(), saved, build=build)
    choices = {"hold": 4, "rest": 7.0, "mirror": False, "sounds": False, "countdown": 2, "language": "de"}
    with ThreadPoolExecutor(len(choices)) as hands:
        for change in [hands.submit(stand.change, {name: value}) for name, value in choices.items()]:
            change.result()
    assert tomllib.loads(saved.read_text()) == choices


def test_a_clip_that_has_ended_can_be_followed_by_another_source():
    sources = {"a": ScriptedSource(frames_at(30, 2)), "b": ScriptedSource(frames_at(30, 7))}
    over = []
    stand = Stand(Settings(source="a"), lambda name, _: sources[name], Admission(), build=build)
    live = Live(stand.open, on_over=over.append)
    live.start()
    live.wait(10)
    assert live.newest.moment.frame.index == 1
    stand.change({"source": "b"})
    live.renew()
    while live.newest.moment.frame.index < 6 or live.newest.phase is not Phase.ENDED:
        live.wait(0.01)
    live.close(closing=stand.close)
    assert over[0] is Phase.ENDED


def test_a_kiosk_tries_again_what_fails_and_others_give_up(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.TRY_AGAIN", 0.01)
    tries = []

    def open_source(_name, _settings):
        tries.append(1)
        if len(tries) < 3:
            raise SourceError("it is in use", "close the other program")
        return ScriptedSource(frames_at(30, 2), live=True, endless=True)

    stand = Stand(Settings(), open_source, Admission(), build=build)
    live = Live(stand.open, stubborn=True)
    live.start()
    while live.newest.moment is None:
        live.wait(0.01)
    assert live.newest.phase is Phase.RUNNING
    live.close(closing=stand.close)
    tries.clear()
    patient = Live(Stand(Settings(), open_source, Admission(), build=build).open)
    patient.start()
    patient.wait(10)
    assert patient.newest.phase is Phase.FAILED
    assert len(tries) == 1


def test_a_source_that_failed_for_good_is_opened_anew_by_a_kiosk(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.TRY_AGAIN", 0.01)

    class Failing(ScriptedSource):
        def frames(self):
            yield from super().frames()
            raise SourceError("it caught fire", "use another")

    sources = [Failing(frames_at(30, 2)), ScriptedSource(frames_at(30, 9))]
    stand = Stand(Settings(), lambda *_: sources.pop(0), Admission(), build=build)
    live = Live(stand.open, stubborn=True)
    live.start()
    live.wait(10)
    assert live.newest.phase is Phase.ENDED
    assert live.newest.moment.frame.index == 8
    live.close(closing=stand.close)
