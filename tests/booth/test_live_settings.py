"""Settings change while the booth runs."""

import contextlib
import json
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from smartselfie.booth.auth import PinCheck
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import Phase
from smartselfie.booth.current_source import CurrentSource
from smartselfie.booth.live_settings import LiveSettings, NotSavedError
from smartselfie.core.emotion import Emotion
from smartselfie.errors import AlbumError, ConfigError, SourceError
from smartselfie.pipeline import Pipeline
from smartselfie.settings.live import live_names
from smartselfie.settings.schema import NAMES, SETTINGS, Settings
from smartselfie.sources.camera import CameraInfo
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    frames_at,
    rule_of,
    scores,
)
from smartselfie.trigger.rule import Reason

CAMERAS = (CameraInfo(0, "Front"), CameraInfo(2, "Back"))


def change(booth, **values):
    return httpx.patch(booth.url + "/api/settings", json=values)


def endless(name):
    return ScriptedSource(frames_at(30, 2), name=name, live=True, endless=True)


def wait_for(true):
    until = monotonic() + 20
    while not true():
        assert monotonic() < until, "it did not come"
        sleep(0.002)


def booth_of(settings, open_source, cameras=tuple, *, album=None, saved=None):
    """A booth of doubles that nobody serves."""

    def build(source, settings):
        classifier = ScriptedClassifier([scores(Emotion.SAD)])
        return Pipeline(
            source, ScriptedDetector(lambda _: []), classifier, album or MemoryAlbum(), settings.trigger_rule
        )

    listed = cameras if callable(cameras) else lambda: cameras
    return Booth(settings, open_source=open_source, cameras=listed, build=build, saved=saved)


@contextlib.contextmanager
def running(settings, open_source, cameras=CAMERAS, **more):
    booth = booth_of(settings, open_source, cameras, **more)
    booth.runner.start()
    wait_for(lambda: booth.broadcast.newest.moment is not None)
    try:
        yield booth
    finally:
        assert booth.close()


class OneAtATime:
    """Two cameras on one bus."""

    def __init__(self, broken=None):
        self.broken, self.refuse = broken, 0
        self._last = None

    @property
    def open_now(self):
        return None if self._last is None or self._last.closed else self._last.name

    def open(self, name, _settings):
        if self.refuse and self.open_now is None:
            self.refuse -= 1
            raise SourceError("not yet", "wait")
        if name == self.broken or self.open_now is not None:
            raise SourceError(f"{name} cannot be opened", "close the other one")
        self._last = endless(name)
        return self._last


def test_the_page_is_told_what_can_be_chosen(serve):
    with serve(cameras=CAMERAS, settings=Settings(source="party.mp4", kiosk=True, delete_after=12)) as booth:
        told = httpx.get(booth.url + "/api/settings").json()
    assert set(told["values"]) == set(live_names())
    assert [(camera["source"], camera["name"]) for camera in told["cameras"]] == [
        ("0", "Front"),
        ("2", "Back"),
        ("given", "given"),
        ("browser", "browser"),
        ("demo", "demo"),
    ]
    languages = next(field for field in told["form"] if field["name"] == "language")["choices"]
    assert [choice["value"] for choice in languages] == ["auto", "en", "de", "es", "fr", "pt", "hi", "zh", "ja"]
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
        assert booth.settings.source == "rtsp://host:password@camera/live"
        assert tomllib.loads(saved.read_text()) == {}


def test_a_changed_rule_holds_at_once_over_the_same_camera(serve):
    with serve(emotion=Emotion.HAPPY, rule=rule_of(hold_frames=500), settings=Settings(hold=500)) as booth:
        booth.feed(5)
        assert change(booth, hold=3).json()["values"]["hold"] == 3
        booth.feed_until(lambda: booth.live.newest.photos == 1)
        assert not booth.source.closed.is_set()
        assert booth.live.newest.moment.frame.index >= 5


def test_a_changed_look_needs_no_new_pipeline_and_reaches_every_page(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed()
        before = booth.booth.runner._pipeline
        version = booth.live.newest.version
        assert change(booth, mirror=False, language="ja", sounds=False, countdown=3).status_code == 200
        while (shown := page.get()[0])["version"] <= version:
            pass
        assert shown["mirror"] is False
        assert booth.booth.runner._pipeline is before


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
        ({"pin": "9999"}, "pin cannot be changed while the booth runs"),
        ({"album": "/"}, "album cannot be changed while the booth runs"),
        ({"source": "/etc/passwd"}, "no such camera"),
        ({"source": "rtsp://elsewhere.example/"}, "no such camera"),
        ({"hold": [1]}, "hold"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_plain_words_and_nothing_changes(serve, values, found):
    with serve() as booth:
        before = booth.settings
        answer = change(booth, **values)
        assert answer.status_code == 422
        assert found in json.dumps(answer.json())
        assert booth.settings == before


def test_another_camera_takes_over_and_the_first_is_let_go():
    sources = {name: endless(name) for name in ("0", "2")}
    with running(Settings(source="0"), lambda name, _: sources[name]) as booth:
        booth.settings.change({"source": "2"})
        wait_for(lambda: sources["0"].closed)
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)
        assert not sources["2"].closed
    assert sources["2"].closed


def test_a_camera_that_cannot_be_opened_changes_nothing():
    def open_source(name, _settings):
        if name == "2":
            raise SourceError("it is in use", "close the other program")
        return ScriptedSource(frames_at(30, 1))

    sent = []
    source = CurrentSource(Settings(source="clip"), open_source, lambda: CAMERAS)
    first = source.open()
    live = LiveSettings(Settings(source="clip"), source, PinCheck(None), sent.append)
    with pytest.raises(SourceError, match="in use"):
        live.change({"source": "2", "hold": 7})
    assert live.now == Settings(source="clip")
    assert source.source is first
    assert not first.closed
    assert sent == []


def test_two_cameras_of_which_one_can_be_open_at_a_time_can_be_changed():
    bus = OneAtATime()
    with running(Settings(source="0"), bus.open, CAMERAS) as booth:
        booth.settings.change({"source": "2"})
        assert bus.open_now == "2"
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)
        assert booth.broadcast.newest.phase is Phase.RUNNING


def test_a_camera_that_was_let_go_of_for_one_that_does_not_work_is_opened_again():
    bus = OneAtATime(broken="2")
    with running(Settings(source="0"), bus.open, CAMERAS) as booth:
        with pytest.raises(SourceError):
            booth.settings.change({"source": "2"})
        assert booth.settings.now.source == "0"
        assert bus.open_now == "0"
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)
        assert booth.broadcast.newest.phase is Phase.RUNNING


def test_a_camera_that_can_not_be_opened_again_either_is_tried_again_later(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)
    bus = OneAtATime(broken="2")
    with running(Settings(source="0"), bus.open, CAMERAS) as booth:
        bus.refuse = 2
        with pytest.raises(SourceError):
            booth.settings.change({"source": "2"})
        wait_for(lambda: bus.open_now == "0")
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)


def test_a_change_that_cannot_be_saved_is_refused_and_neither_page_nor_trigger_changes(serve, tmp_path: Path):
    (tmp_path / "file").touch()
    saved = tmp_path / "file" / "x.booth.toml"
    with serve(settings=Settings(hold=500), rule=rule_of(hold_frames=500), saved=saved) as booth:
        booth.feed()
        answer = change(booth, hold=7, smile=0.9)
        assert answer.status_code == 409
        assert answer.json()["code"] == "not_saved"
        assert str(tmp_path) not in answer.text
        booth.feed()
        told = httpx.get(booth.url + "/api/settings").json()["values"]
        moment = httpx.get(booth.url + "/api/state").json()["moment"]
    assert (told["hold"], told["smile"]) == (500, 0.5)
    assert (moment["hold_frames"], moment["needed"], moment["threshold"]) == (500, 500, 0.5)


def test_a_change_holds_before_the_disk_has_it_for_good_and_the_answer_comes_after(tmp_path: Path, monkeypatch, caplog):
    saved, flushed, release = tmp_path / "config.booth.toml", [], threading.Event()

    def flush(_file):
        flushed.append(saved.read_text())
        assert release.wait(20)
        raise OSError(5, "the disk is broken")

    monkeypatch.setattr("smartselfie.files.os.fsync", flush)
    with running(Settings(source="0"), lambda name, _: endless(name), saved=saved) as booth:
        changing = threading.Thread(target=booth.settings.change, args=({"hold": 7},))
        changing.start()
        wait_for(lambda: booth.broadcast.newest.moment.trigger.rule.hold_frames == 7)
        wait_for(lambda: flushed)
        assert changing.is_alive()
        release.set()
        changing.join(20)
    assert len(flushed) == 1
    assert "hold = 7" in flushed[0]
    assert "may be lost in a power cut: the disk is broken" in caplog.text


def test_another_camera_that_cannot_be_saved_is_closed_and_the_first_goes_on(tmp_path: Path):
    (tmp_path / "file").touch()
    sources = {name: endless(name) for name in ("0", "2")}
    saved = tmp_path / "file" / "x.booth.toml"
    with running(Settings(source="0"), lambda name, _: sources[name], CAMERAS, saved=saved) as booth:
        with pytest.raises(NotSavedError):
            booth.settings.change({"source": "2"})
        assert sources["2"].closed
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)
        assert not sources["0"].closed


def test_choices_made_at_the_same_moment_are_all_saved(tmp_path: Path):
    saved = tmp_path / "x.booth.toml"
    source = CurrentSource(Settings(), lambda *_: endless("0"), tuple)
    live = LiveSettings(Settings(), source, PinCheck(None), lambda _: None, saved=saved)
    choices = {"hold": 4, "rest": 7.0, "mirror": False, "sounds": False, "countdown": 2, "language": "de"}
    with ThreadPoolExecutor(len(choices)) as hands:
        for change in [hands.submit(live.change, {name: value}) for name, value in choices.items()]:
            change.result()
    assert tomllib.loads(saved.read_text()) == choices


def test_a_clip_that_has_ended_can_be_followed_by_another_source():
    sources = {"a": ScriptedSource(frames_at(30, 2)), "demo": ScriptedSource(frames_at(30, 7))}
    with running(Settings(source="a"), lambda name, _: sources[name]) as booth:
        wait_for(lambda: booth.broadcast.newest.phase is Phase.ENDED)
        assert booth.broadcast.newest.moment.frame.index == 1
        booth.settings.change({"source": "demo"})
        wait_for(lambda: booth.broadcast.newest.moment.frame.index == 6)
        wait_for(lambda: booth.broadcast.newest.phase is Phase.ENDED)


def test_a_kiosk_tries_again_what_fails_and_others_give_up(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)
    tries = []

    def open_source(_name, _settings):
        tries.append(1)
        if len(tries) < 3:
            raise SourceError("it is in use", "close the other program")
        return endless("0")

    with running(Settings(source="0", kiosk=True), open_source):
        assert len(tries) == 3
    tries.clear()
    patient = booth_of(Settings(source="0"), open_source)
    patient.runner.start()
    assert patient.broadcast.wait_for(lambda newest: newest.phase is Phase.FAILED, 10)
    assert len(tries) == 1
    patient.runner.close()


@pytest.mark.slow
def test_a_change_of_the_camera_does_not_end_anything():
    sources = {name: endless(name) for name in ("0", "2")}
    phases = []
    with running(Settings(source="0"), lambda name, _: sources[name], CAMERAS) as booth:
        enter = booth.broadcast.enter
        booth.broadcast.enter = lambda phase, problem=None: (phases.append(phase), enter(phase, problem))
        for name in ("2", "0") * 3:
            sources[name] = endless(name)
            booth.settings.change({"source": name})
            number = booth.broadcast.newest.number
            wait_for(lambda number=number: booth.broadcast.newest.number > number + 3)
    assert phases == []


def test_a_press_right_after_a_change_takes_its_photo(serve):
    with serve(emotion=Emotion.NEUTRAL) as booth:
        booth.feed()
        for count in range(1, 9):
            assert change(booth, hold=count + 10).status_code == 200
            assert httpx.post(booth.url + "/api/shoot").status_code == 202
            booth.feed()
            booth.wait_for(lambda count=count: len(booth.kept.photos) == count)
    assert {photo.shot.why for photo in booth.kept.photos} == {"hand"}


def test_a_press_right_after_another_camera_was_chosen_takes_a_photo_of_it():
    sources = {name: endless(name) for name in ("0", "2")}
    album = MemoryAlbum()
    with running(Settings(source="0"), lambda name, _: sources[name], CAMERAS, album=album) as booth:
        booth.settings.change({"source": "2"})
        assert booth.runner.shoot()
        wait_for(lambda: album.photos)
    assert [photo.shot.source for photo in album.photos] == ["2"]


def test_a_changed_rule_forgets_neither_the_cooldown_nor_whose_smile_was_taken_nor_peoples_numbers(serve):
    rule = rule_of(hold_frames=3, cooldown=60.0)
    with serve(emotion=Emotion.HAPPY, rule=rule, settings=Settings(hold=3, rest=60.0)) as booth:
        booth.feed(30)
        assert [face.id for face in booth.live.newest.moment.faces] == [1]
        assert change(booth, eyes_open=False).status_code == 200
        booth.feed(90)
        moment = booth.live.newest.moment
        assert len(booth.kept.photos) == 1
        assert [face.id for face in moment.faces] == [1]
        assert moment.trigger.reason is Reason.COOLDOWN
        assert moment.trigger.rule.eyes_open is False


def test_a_change_opens_nothing_and_looks_at_no_album(tmp_path: Path, monkeypatch):
    listed, opened = [], []
    source = endless("0")

    def open_source(name, _settings):
        opened.append(name)
        return source

    def no_album(*_, **__):
        raise AlbumError("the stick is gone", "put it back")

    booth = booth_of(Settings(source="0", album=tmp_path), open_source, lambda: listed.append(1) or CAMERAS)
    booth.runner.start()
    wait_for(lambda: booth.broadcast.newest.moment is not None)
    booth.settings.as_json()
    before = len(listed)
    for module in ("albums.folder.FolderAlbum", "factory.make_album", "factory.make_classifier"):
        monkeypatch.setattr(f"smartselfie.{module}", no_album)
    for hold in range(20, 30):
        booth.settings.change({"hold": hold})
        booth.settings.as_json()
    wait_for(lambda: booth.broadcast.newest.moment.trigger.rule.hold_frames == 29)
    assert booth.broadcast.newest.phase is Phase.RUNNING
    assert opened == ["0"]
    assert len(listed) == before
    booth.close()


@pytest.mark.parametrize("started", [None, "Front"])
def test_the_same_camera_under_another_name_is_no_change(started):
    opened = []

    def open_source(name, _settings):
        opened.append(name)
        if len(opened) > 1:
            raise SourceError("it is in use", "close the other program")
        return endless("Front")

    with running(Settings(source=started), open_source, CAMERAS) as booth:
        first = booth.source
        booth.settings.change({"source": "0"})
        booth.settings.change({"source": None})
        assert booth.source is first
        assert not first.closed
        assert booth.settings.now.source is None


def test_what_can_change_on_the_page_is_what_is_declared_so():
    assert set(live_names()) == {name for name, setting in SETTINGS.items() if setting.about.live}
    source = CurrentSource(Settings(), lambda *_: endless("0"), tuple)
    live = LiveSettings(Settings(), source, PinCheck(None), lambda _: None)
    assert set(live.as_json().values) == set(live_names())
    for name in live_names():
        live.change({name: getattr(Settings(), name)})
    for name in set(NAMES) - set(live_names()):
        with pytest.raises(ConfigError, match=name):
            live.change({name: getattr(Settings(), name)})


def test_the_api_describes_the_settings_with_their_names_and_bounds(serve):
    with serve() as booth:
        described = httpx.get(booth.url + "/openapi.json").json()["components"]["schemas"]
    for kind in ("LiveChanges", "LiveValues"):
        properties = described[kind]["properties"]
        assert tuple(properties) == live_names()
        assert (properties["rest"]["minimum"], properties["rest"]["maximum"]) == (0, 3600)
    assert described["LiveChanges"]["additionalProperties"] is False
    assert "required" not in described["LiveChanges"]


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ('{"hold": 0}', "hold: 0 is out of range (1 to 1000)"),
        ('{"hold": true}', "hold: true is not possible (1 to 1000)"),
        ('{"hodl": 7}', "hodl: there is no such setting (did you mean hold?)"),
        ('{"\\u001b[2J": 7}', "'\\x1b[2J': there is no such setting"),
        ('{"rule": "\\ud800"}', "rule: '\\ud800' is not possible"),
        ('{"pin": "2468"}', "pin cannot be changed while the booth runs"),
        ("[]", "the body is not what is needed: a JSON object"),
        ("{", "the body is not what is needed: a JSON object"),
    ],
)
def test_a_refusal_is_one_sentence(serve, sent, found):
    with serve() as booth:
        answer = httpx.patch(booth.url + "/api/settings", content=sent, headers={"Content-Type": "application/json"})
        asked = httpx.get(booth.url + "/api/settings?rescan=perhaps")
    assert answer.status_code == asked.status_code == 422
    assert answer.json()["detail"].startswith(found)
    assert answer.json()["code"] == "config"
    assert "2468" not in answer.text
    assert asked.json()["detail"].startswith("rescan: perhaps is not possible")


def test_a_camera_that_hangs_while_it_is_closed_holds_up_no_change(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.current_source.CLOSE_TIME", 0.05)
    freed = threading.Event()

    class Hanging(ScriptedSource):
        def close(self):
            freed.wait()

    sources = {"0": Hanging(frames_at(30, 2), name="0", live=True, endless=True), "2": endless("2")}
    with running(Settings(source="0"), lambda name, _: sources[name]) as booth:
        begun = monotonic()
        booth.settings.change({"source": "2"})
        assert monotonic() - begun < 10
        number = booth.broadcast.newest.number
        wait_for(lambda: booth.broadcast.newest.number > number + 5)
        freed.set()
    ScriptedSource.close(sources["0"])
