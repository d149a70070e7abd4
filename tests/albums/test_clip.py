"""The short clip around a photo."""

import errno
import threading

import av
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.albums.clip import AFTER, BEFORE, LONGEST, STEP, ClipRecorder, clip_beside
from smartselfie.core.events import Photo, Shot
from smartselfie.core.types import Frame
from smartselfie.moment import Moment
from smartselfie.testing import rule_of
from smartselfie.trigger.trigger import Trigger


def update(clips, start, end, *, photo=None, fps=30, width=64, paused=False):
    """Show the clips a grey that brightens with time; the photo is taken on the first frame."""
    for index in range(round(start * fps), round(end * fps)):
        image = np.full((width * 3 // 4, width, 3), index % 250, np.uint8)
        frame = Frame(image, index / fps, index)
        shot = Shot(frame, index, (), "smile", {}, "m", "c")
        events = () if photo is None else (Photo(photo, shot),)
        clips.update(Moment(frame, (), None, False, Trigger(rule_of()), events, paused=paused))
        photo = None


def lengths(path):
    """Its images, and their size."""
    if path.suffix == ".gif":
        with Pictures.open(path) as clip:
            return clip.n_frames, clip.size
    with av.open(path) as container:
        frames = list(container.decode(video=0))
        return len(frames), (frames[0].width, frames[0].height)


@pytest.fixture(params=["mp4", "gif"])
def kind(request):
    return request.param


def test_a_clip_holds_what_was_before_and_after(tmp_path, kind):
    photo = tmp_path / "a.jpg"
    photo.touch()
    told = []
    clips = ClipRecorder(lambda: told.append(1), format=kind)
    update(clips, 0, 3)
    update(clips, 3, 6, photo=photo, width=1280)
    clips.close()
    frames, size = lengths(tmp_path / f"a.{kind}")
    assert clip_beside(photo) == tmp_path / f"a.{kind}"
    assert abs(frames - (BEFORE + AFTER) / STEP) <= 2
    assert max(size) <= LONGEST
    assert told == [1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"a.{kind}", "a.jpg"])


def test_where_none_is_wanted_none_is_made(tmp_path):
    (tmp_path / "a.jpg").touch()
    clips = ClipRecorder(wanted=False)
    update(clips, 0, 3, photo=tmp_path / "a.jpg")
    clips.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_the_end_and_a_lost_camera_finish_what_was_begun(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jpg").touch()
    clips = ClipRecorder()
    update(clips, 0, 1)
    update(clips, 1, 1.3, photo=tmp_path / "a.jpg")
    update(clips, 60, 60.5, photo=tmp_path / "b.jpg")
    clips.close()
    assert lengths(tmp_path / "a.mp4")[0] > 10
    assert 2 < lengths(tmp_path / "b.mp4")[0] < 12


def test_a_clip_never_takes_anothers_place_nor_outlives_its_photo(tmp_path, kind):
    (tmp_path / "a.jpg").touch()
    (tmp_path / f"a.{kind}").write_bytes(b"mine")
    clips = ClipRecorder(format=kind)
    update(clips, 0, 0.5, photo=tmp_path / "a.jpg")
    update(clips, 1, 1.5, photo=tmp_path / "gone.jpg")
    clips.close()
    assert (tmp_path / f"a.{kind}").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"a.{kind}", "a.jpg"])


def test_a_disk_that_is_full_costs_the_clip_only(tmp_path, caplog, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    (tmp_path / "a.jpg").touch()
    monkeypatch.setattr("smartselfie.albums.clip.link_if_free", full)
    clips = ClipRecorder()
    update(clips, 0, 0.5, photo=tmp_path / "a.jpg")
    assert clips.close()
    assert "the clip of a.jpg could not be kept" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


@pytest.mark.slow
def test_clips_are_written_by_one_worker_whose_errors_are_reported_and_do_not_stop_it(tmp_path, monkeypatch):
    threads, reports = set(), []

    def write(photo, _images, _kind):
        threads.add(threading.current_thread().name)
        if photo.stem == "1":
            raise ZeroDivisionError
        return True

    monkeypatch.setattr("smartselfie.albums.clip._write", write)
    told = []
    clips = ClipRecorder(lambda: told.append(1), lambda name, problem: reports.append((name, type(problem).__name__)))
    for index in range(4):
        update(clips, 2 * index, 2 * index + 1, photo=tmp_path / f"{index}.jpg")
    assert clips.close()
    assert threads == {"clips"}
    assert len(told) == 3
    assert reports == [("clips", "ZeroDivisionError"), ("clips", "NoneType")]


def test_a_frame_that_nobody_may_look_at_is_on_no_clip(tmp_path):
    (tmp_path / "a.jpg").touch()
    clips = ClipRecorder()
    update(clips, 0, 0.3, photo=tmp_path / "a.jpg")
    update(clips, 0.3, 2, paused=True)
    assert clips.close()
    assert lengths(tmp_path / "a.mp4")[0] == 5
