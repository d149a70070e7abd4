"""Viewers and the pipeline: nobody waits for anybody."""

import asyncio
import contextlib
import threading
from itertools import islice
from time import monotonic, sleep

import cv2
import httpx
import numpy as np
import pytest

from smartselfie.booth import current_source
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import LONGEST, Phase, Preview
from smartselfie.booth.current_source import CurrentSource
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Shot, SourceBack, SourceLost
from smartselfie.errors import AlbumError, SourceError
from smartselfie.photo_writer import PhotoWriter
from smartselfie.pipeline import Pipeline, Shoot
from smartselfie.settings.schema import Settings
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    blank,
    frames_at,
    rule_of,
    scores,
)


def pipeline_of(source, album=None):
    classifier = ScriptedClassifier([scores(Emotion.HAPPY)])
    return Pipeline(source, ScriptedDetector(lambda _: []), classifier, album or MemoryAlbum(), rule_of(), None)


def test_a_slow_viewer_skips_frames_and_delays_nobody(serve):
    with serve() as booth, booth.viewer() as slow, booth.viewer() as quick:
        booth.wait_for(lambda: booth.live.viewers == 2)
        seen = []
        for index in range(20):
            booth.feed()
            shown, _ = quick.get_frame(index)
            seen.append(shown["moment"]["frame"])
        assert seen == list(range(20))
        first = [slow.get(ready=False)[0] for _ in range(2)]
        with pytest.raises(TimeoutError):
            slow.line.recv(timeout=0.2)
        slow.line.send("ready")
        shown, _ = slow.get(ready=False)
        assert shown["moment"]["frame"] == 19
        assert shown["skipped"] == shown["number"] - first[-1]["number"] - 1 > 10


def test_events_of_skipped_frames_reach_the_slow_viewer_once(serve):
    with serve(emotion=Emotion.HAPPY) as booth, booth.viewer() as slow:
        booth.wait_for(lambda: booth.live.viewers == 1)
        slow.get(ready=False)
        booth.feed()
        slow.get(ready=False)
        booth.feed_until(lambda: booth.live.newest.photos == 1)
        slow.line.send("ready")
        shown, _ = slow.get(ready=False)
        assert [event["event"] for event in shown["events"]] == ["photo"]
        assert shown["photos"] == 1
        booth.feed()
        slow.line.send("ready")
        assert slow.get(ready=False)[0]["events"] == []


@pytest.mark.slow
def test_a_viewer_that_says_ready_too_often_gains_nothing(serve):
    with serve() as booth, booth.viewer() as greedy:
        for _ in range(100):
            greedy.line.send("ready")
        # the answer to a ping comes after all of them have been taken in
        assert greedy.line.ping().wait(20)
        sleep(0.2)
        got = 0
        with contextlib.suppress(TimeoutError):
            for _ in range(30):
                booth.feed()
                greedy.line.recv(timeout=0.2)
                got += 1
        assert got <= 4


def test_a_viewer_without_any_face_still_gets_every_frame(serve):
    with serve() as booth, booth.viewer() as page:
        for index in range(5):
            booth.feed()
            shown, jpeg = page.get_frame(index)
            assert shown["moment"]["faces"] == []
            assert shown["moment"]["why_not"] == "no_face"
            assert jpeg.startswith(b"\xff\xd8")


def test_ten_viewers_see_the_same_picture(serve):
    with serve() as booth:
        lines = [booth.viewer() for _ in range(10)]
        pages = [line.__enter__() for line in lines]
        booth.feed()
        pictures = {page.get_frame(0)[1] for page in pages}
        assert len(pictures) == 1
        for line in lines:
            line.__exit__(None, None, None)
        booth.wait_for(lambda: booth.live.viewers == 0)


def test_a_preview_is_at_most_1280_wide_and_made_once(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed(width=2560)
        shown, jpeg = page.get_frame(0)
        assert shown["moment"]["size"] == [2560, 1920]
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (960, LONGEST, 3)
    preview = Preview(np.zeros((4, 4, 3), np.uint8))
    assert preview.jpeg() is preview.jpeg()


def test_pressing_many_times_before_the_next_frame_takes_one_photo(serve):
    with serve() as booth:
        booth.feed()
        for _ in range(7):
            assert httpx.post(booth.url + "/api/shoot").status_code == 202
        booth.feed_until(lambda: booth.live.newest.photos > 0)
        booth.feed(5)
        assert booth.live.newest.photos == 1


def test_while_somebody_counts_down_no_smile_takes_a_photo_and_then_one_does(serve):
    with serve(emotion=Emotion.HAPPY, rule=rule_of(hold_frames=3, cooldown=0.0)) as booth:
        booth.feed()
        for wrong in (0, -1, 16, "nan"):
            assert httpx.post(f"{booth.url}/api/countdown?seconds={wrong}").status_code == 422
        assert httpx.post(booth.url + "/api/countdown?seconds=1").status_code == 202
        booth.feed(25)
        assert booth.live.newest.photos == 0
        assert httpx.post(booth.url + "/api/shoot").status_code == 202
        booth.feed_until(lambda: booth.live.newest.photos > 0)
        assert [photo.shot.why for photo in booth.kept.photos] == ["hand"]
    with serve(emotion=Emotion.HAPPY, rule=rule_of(hold_frames=3, cooldown=0.0)) as booth:
        booth.feed()
        httpx.post(booth.url + "/api/countdown?seconds=1")
        # whoever counted has left: the smile has its photo
        booth.feed_until(lambda: booth.live.newest.photos > 0)
        assert [photo.shot.why for photo in booth.kept.photos] == ["smile"]


def test_a_lost_camera_is_told_and_cannot_be_shot_with(serve):
    with serve() as booth, booth.viewer() as page:
        assert httpx.post(booth.url + "/api/shoot").status_code == 409
        booth.feed()
        booth.source.put(SourceLost("it was pulled"))
        while (shown := page.get()[0])["moment"] is None or shown["moment"]["why_not"] != "lost":
            pass
        assert [event["event"] for event in shown["events"]] == ["source-lost"]
        assert httpx.post(booth.url + "/api/shoot").status_code == 409
        booth.source.put(SourceBack())
        booth.feed()
        assert page.get_frame(1)[0]["moment"]["why_not"] == "no_face"
        assert booth.live.newest.photos == 0
        assert httpx.post(booth.url + "/api/shoot").status_code == 202


def test_a_camera_that_fails_is_told_in_plain_words(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed()
        booth.source.put(SourceError("the camera caught fire", "use another"))
        while (shown := page.get()[0])["phase"] != "trouble":
            pass
        assert shown["problem"] == {"code": "source", "message": "the camera caught fire", "hint": "use another"}
        assert httpx.get(booth.url + "/api/state").json()["problem"] == shown["problem"]
        assert httpx.post(booth.url + "/api/shoot").status_code == 409


def test_a_full_album_is_told_in_plain_words(serve):
    with serve(emotion=Emotion.HAPPY, album=MemoryAlbum(broken=True)) as booth:
        booth.source.feed(3)
        while booth.live.newest.phase is not Phase.FAILED:
            booth.source.feed()
            sleep(0.01)
        problem = booth.live.newest.problem
        assert isinstance(problem, AlbumError)
    assert booth.source.closed.is_set()


def test_a_bug_reaches_whoever_runs_the_booth_and_the_page_says_where_to_look(serve):
    with serve() as booth:
        booth.source.put(ZeroDivisionError("a bug"))
        booth.wait_for(lambda: booth.live.newest.phase is Phase.FAILED)
        assert isinstance(booth.live.newest.problem, ZeroDivisionError)
        problem = httpx.get(booth.url + "/api/state").json()["problem"]
        assert "bug" not in problem["message"]
        assert "terminal" in problem["hint"]


def test_the_end_of_a_clip_leaves_its_last_frame_to_see(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed(2)
        booth.source.put(None)
        while (shown := page.get()[0])["phase"] != "ended":
            pass
        assert shown["moment"]["frame"] == 1
    assert booth.source.closed.is_set()


def test_enough_photos_finish_the_booth(serve):
    with serve(emotion=Emotion.HAPPY, max_photos=1) as booth:
        booth.source.feed(30)
        booth.wait_for(lambda: booth.live.newest.phase is Phase.FINISHED)
        assert booth.live.newest.photos == 1
        assert booth.live.newest.moment.frame.index == 2


def test_it_can_be_left_while_no_face_is_visible(serve):
    with serve() as booth, booth.viewer() as page:
        booth.feed()
        assert httpx.post(booth.url + "/api/quit", headers={"Origin": booth.url}).status_code == 202
        while page.get()[0]["phase"] != "left":
            pass
        booth.wait_for(lambda: booth.left)
        booth.source.feed()
        booth.booth.runner.close()
        assert booth.live.newest.phase is Phase.LEFT


def booth_of(source, album=None, **settings):
    """A booth of doubles around a source, which nobody serves."""
    return Booth(
        Settings(source="0", **settings),
        open_source=lambda _name, _settings: source,
        cameras=tuple,
        build=lambda opened, _settings: pipeline_of(opened, album),
    )


def test_a_source_that_is_stuck_cannot_hold_up_closing():
    stuck, freed = threading.Event(), threading.Event()

    class Stuck(ScriptedSource):
        def frames(self):
            stuck.set()
            freed.wait()
            yield from ()

        def close(self):
            freed.wait()

    runner = booth_of(Stuck([])).runner
    runner.start()
    assert stuck.wait(10)
    closed = []
    closing = threading.Thread(target=lambda: closed.append(runner.close(0.1)))
    closing.start()
    closing.join(10)
    assert closed == [False]
    freed.set()
    runner._thread.join(10)
    assert not runner.alive


def test_closing_while_the_camera_is_still_being_opened_lets_go_of_it():
    opened, go = threading.Event(), threading.Event()
    source, album = ScriptedSource(frames_at(30, 1), endless=True), MemoryAlbum()

    def open_slowly(opening, _settings):
        opened.set()
        go.wait()
        return pipeline_of(opening, album)

    booth = Booth(Settings(source="0"), open_source=lambda *_: source, cameras=tuple, build=open_slowly)
    booth.runner.start()
    assert opened.wait(10)
    booth.runner.close(0.01)
    go.set()
    booth.runner._thread.join(10)
    assert source.closed
    assert album.closed


def test_a_viewer_whose_loop_is_gone_does_not_stop_the_pipeline():
    booth = booth_of(ScriptedSource(frames_at(30, 3)))

    async def look_and_vanish():
        with booth.broadcast.look() as viewer:
            return viewer

    viewer = asyncio.run(look_and_vanish())
    booth.broadcast._viewers.add(viewer)
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.ENDED, 10)
    assert booth.broadcast.newest.moment.frame.index == 2
    booth.runner.close()


@pytest.mark.slow
def test_a_photo_under_way_is_saved_though_the_source_hangs_at_the_end():
    begun, freed = threading.Event(), threading.Event()

    class Slow(MemoryAlbum):
        def save(self, shot):
            begun.set()
            sleep(0.5)
            return super().save(shot)

    class HangsAtTheEnd(ScriptedSource):
        def frames(self):
            yield from super().frames()
            freed.wait()

        def close(self):
            freed.wait()

    album = Slow()
    booth = booth_of(HangsAtTheEnd(frames_at(30, 1), live=True), album)
    booth.runner.send(Shoot())
    booth.runner.start()
    assert begun.wait(10)
    assert not booth.runner.close(0.1)
    assert len(album.photos) == 1
    freed.set()
    booth.runner._thread.join(10)


@pytest.mark.slow
def test_a_bug_does_not_end_a_kiosk(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)
    calls = []

    def find(_image):
        calls.append(1)
        if len(calls) == 3:
            raise ZeroDivisionError
        return []

    def build(source, _settings):
        return Pipeline(
            source, ScriptedDetector(find), ScriptedClassifier([scores(Emotion.SAD)]), MemoryAlbum(), rule_of()
        )

    def open_source(*_):
        return ScriptedSource(frames_at(30, 2), live=True, endless=True)

    booth = Booth(Settings(source="0", kiosk=True), open_source=open_source, cameras=tuple, build=build)
    booth.runner.start()
    trouble = booth.broadcast.wait_for(lambda newest: newest.phase is Phase.TROUBLE, 10)
    assert isinstance(trouble.problem, ZeroDivisionError)
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.RUNNING and len(calls) > 6, 10)
    assert booth.broadcast.newest.problem is None
    booth.close()


def test_a_camera_that_opens_and_then_fails_is_opened_again(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)

    class Failing(ScriptedSource):
        def frames(self):
            yield from super().frames()
            raise SourceError("it caught fire", "use another")

    sources = [Failing(frames_at(30, 2), live=True), ScriptedSource(frames_at(30, 2), live=True, endless=True)]
    opened = []

    def open_source(*_):
        opened.append(sources.pop(0))
        return opened[-1]

    booth = Booth(
        Settings(source="0"), open_source=open_source, cameras=tuple, build=lambda source, _: pipeline_of(source)
    )
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: len(opened) == 2 and newest.phase is Phase.RUNNING, 20)
    assert opened[0].closed
    assert not opened[1].closed
    booth.close()


def test_a_video_that_is_broken_is_not_played_again_by_itself_and_another_can_follow(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)

    class Truncated(ScriptedSource):
        def frames(self):
            yield from super().frames()
            raise SourceError("it is truncated", "use another")

    opened = []

    def open_source(name, _settings):
        opened.append(name)
        return (
            ScriptedSource(frames_at(30, 2), live=True, endless=True)
            if name == "demo"
            else Truncated(frames_at(30, 2), name="x")
        )

    booth = Booth(
        Settings(source="x"), open_source=open_source, cameras=tuple, build=lambda source, _: pipeline_of(source)
    )
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.TROUBLE, 10)
    sleep(0.2)
    assert opened == ["x"]
    booth.settings.change({"source": "demo"})
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.RUNNING and newest.moment is not None, 10)
    assert opened == ["x", "demo"]
    booth.close()


def test_a_kiosk_goes_on_once_its_album_is_back_and_says_once_what_was_wrong(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.02)
    monkeypatch.setattr("smartselfie.albums.folder.rescue_folders", tuple)
    folder = tmp_path / "album"
    source = ScriptedSource(frames_at(30, 2, blank(320, 240)), live=True, endless=True)
    settings = Settings(source="0", kiosk=True, album=folder)
    booth = Booth(settings, open_source=lambda *_: source, cameras=tuple)
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: newest.moment is not None, 60)
    folder.rmdir()
    folder.write_text("a file in its place")
    assert booth.runner.shoot()
    trouble = booth.broadcast.wait_for(lambda newest: newest.phase is Phase.TROUBLE, 20)
    assert isinstance(trouble.problem, AlbumError)
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.RUNNING, 0.3) is None
    folder.unlink()
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.RUNNING, 20)
    wait_until(booth.runner.shoot)
    assert booth.broadcast.wait_for(lambda newest: newest.photos == 1, 20)
    assert len(list(folder.glob("*.jpg"))) == 1
    said = [record.getMessage() for record in caplog.records if "trying again" in record.getMessage()]
    # the photo that could not be saved, and the album that cannot be written
    assert len(said) == len(set(said)) == 2
    assert str(trouble.problem) in said[0]
    assert not source.closed
    booth.close()


def wait_until(true):
    while not true():
        sleep(0.005)


def test_a_booth_in_which_everything_hangs_ends_in_time_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr("smartselfie.booth.booth.LEAST_TIME", 0.05)
    monkeypatch.setattr("smartselfie.booth.runner.ALBUM_TIME", 0.05)
    freed = threading.Event()

    def hang(*_):
        freed.wait()

    class Hanging(MemoryAlbum):
        save = hang

    class HangsAtTheEnd(ScriptedSource):
        close = hang

    monkeypatch.setattr("smartselfie.albums.gallery.Gallery.tidy", hang)
    source = HangsAtTheEnd(frames_at(30, 2), live=True, endless=True)
    booth = Booth(
        Settings(source="0", album=tmp_path, delete_after=1),
        open_source=lambda *_: source,
        cameras=tuple,
        build=lambda opened, _settings: pipeline_of(opened, Hanging()),
    )
    booth.runner.send(Shoot())
    booth.start()
    assert booth.broadcast.wait_for(lambda newest: newest.moment is not None, 20)
    begun = monotonic()
    assert not booth.close(0.2)
    assert monotonic() - begun < 15
    freed.set()
    ScriptedSource.close(source)


@pytest.mark.slow
def test_a_slow_disk_has_its_time_at_the_end():
    class Slow(MemoryAlbum):
        def save(self, shot):
            sleep(0.1)
            return super().save(shot)

    album = Slow()
    writer = PhotoWriter(album, at_once=False)
    frame = frames_at(30, 1)[0]
    for index in range(6):
        writer.save(Shot(frame, index, (), "hand", {}, "m", "s"))
    assert writer.close(0.3)
    assert len(album.photos) == 6
    assert album.closed


def test_when_the_guests_have_gone_nobody_is_looked_at_until_others_agree():
    looked = []

    def build(source, _settings):
        detector = ScriptedDetector(lambda _: looked.append(1) or [])
        return Pipeline(source, detector, ScriptedClassifier([scores(Emotion.SAD)]), MemoryAlbum(), rule_of())

    class Slowly(ScriptedSource):
        def frames(self):
            for frame in super().frames():
                sleep(0.002)
                yield frame

    source = Slowly(frames_at(1, 10_000), live=True)
    booth = Booth(Settings(source="0", consent=True), open_source=lambda *_: source, cameras=tuple, build=build)
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.CONSENT, 20)
    assert looked == []
    booth.runner.agree()
    assert booth.broadcast.wait_for(lambda newest: newest.moment is not None, 20)
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.CONSENT, 20)
    # a frame a second, and a minute without anybody
    assert 60 <= len(looked) <= 63
    number = booth.broadcast.newest.number
    assert booth.broadcast.wait_for(lambda newest: newest.number > number + 20, 20).phase is Phase.CONSENT
    assert 60 <= len(looked) <= 63
    booth.close()


def test_a_bug_of_a_source_opens_a_kiosks_source_again(monkeypatch):
    monkeypatch.setattr("smartselfie.booth.runner.FIRST_PAUSE", 0.01)

    class Buggy(ScriptedSource):
        def frames(self):
            yield from super().frames()
            raise ZeroDivisionError

    sources = [Buggy(frames_at(30, 2), live=True), ScriptedSource(frames_at(30, 2), live=True, endless=True)]
    booth = Booth(
        Settings(source="0", kiosk=True),
        open_source=lambda *_: sources.pop(0),
        cameras=tuple,
        build=lambda source, _: pipeline_of(source),
    )
    booth.runner.start()
    assert booth.broadcast.wait_for(lambda newest: newest.phase is Phase.RUNNING and not sources, 20)
    number = booth.broadcast.newest.number
    assert booth.broadcast.wait_for(lambda newest: newest.number > number + 5, 20).phase is Phase.RUNNING
    booth.close()


@pytest.mark.slow
def test_a_demo_in_place_of_a_camera_ends_after_some_rounds_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(current_source, "ROUNDS", 2)
    monkeypatch.setattr(current_source, "FRAMES", 5)
    monkeypatch.setattr(current_source, "Paced", lambda inner: inner)
    monkeypatch.setattr(current_source, "StandIn", lambda inner: inner)
    source = CurrentSource(Settings(), cameras=tuple)
    opened = source.open()
    assert len(list(opened.frames())) == 10
    assert "no camera was found: playing the built-in demo" in caplog.messages[0]
    assert "the demo was played 2 times and has ended; to go on: smartselfie demo" in caplog.messages[1]
    source.change(Settings(source="demo"), lambda _: None)
    asked_for = source.open()
    assert asked_for is not opened
    assert len(list(islice(asked_for.frames(), 11))) == 11
    source.change(Settings(source="demo"), lambda _: None)
    assert source.open() is asked_for
    source.close()
