"""What a replay counts, on scripted clips."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.emotion import Emotions
from smartselfie.core.types import Frame
from smartselfie.errors import DataError
from smartselfie.evaluation.render import check_writable
from smartselfie.evaluation.replay import Replay, total, watch_video
from smartselfie.evaluation.replay_report import write_replay_report
from smartselfie.evaluation.timeline import Expected, Shows, Video, parse_timeline
from smartselfie.pipeline import Pipeline
from smartselfie.sources.filters import Thinned
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    face_at,
    frames_at,
    mixed,
    rule_of,
)
from smartselfie.trigger.rule import TriggerRule

LETTERS = {".": mixed(), "s": mixed(happy=0.9), "+": mixed(happy=0.7)}


def played(
    letters: str, timeline: str, expected: str = "yes", *, fps: float = 5, rule: TriggerRule | None = None
) -> Replay:
    """Replay a clip of one person; `s` and `+` smile, `.` does not."""
    script: list[Emotions] = [LETTERS[letter] for letter in letters]
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 30)])
    source = ScriptedSource(frames_at(fps, len(script)))
    pipeline = Pipeline(
        source, detector, ScriptedClassifier(script), MemoryAlbum(), rule or rule_of(hold_frames=3, cooldown=1.0)
    )
    return watch_video(Video("clip.mp4", Path("clip.mp4"), Expected(expected), parse_timeline(timeline)), pipeline)


def test_a_smile_that_is_photographed_is_taken_with_its_latency() -> None:
    seen = played("....+ss+....", "neutral 0-3; smile 4-7; neutral 8-11")
    assert (seen.expected, seen.caught, seen.missed, seen.false) == (1, 1, (), ())
    (photo,) = seen.taken
    assert (photo.frame, photo.decided, photo.shows) == (6, 6, Shows.SMILE)
    assert photo.latency == pytest.approx(2 / 5)
    # the three of the hold, and two after it in which the smile might have grown
    assert (photo.standing.frames, photo.standing.smile) == (5, 1.0)


def test_a_smile_that_is_not_photographed_is_missed() -> None:
    seen = played("............", "neutral 0-3; smile 4-7; neutral 8-11")
    assert (seen.expected, seen.caught, len(seen.missed)) == (1, 0, 1)


def test_a_photo_of_nobody_smiling_is_false() -> None:
    assert len(played("....sss.........", "neutral 0-20").false) == 1
    assert len(played("....sss.........", "smile 0-20", "no").false) == 1
    assert len(played("....sss.........", "", "no").false) == 1
    assert played("....sss.........", "", "ambiguous").false == ()
    assert len(played("....sss.........", "neutral 0-20", "ambiguous").false) == 1


def test_a_smile_within_the_rest_or_shorter_than_a_hold_is_not_expected() -> None:
    rest = played("..sss.....sss...", "smile 2-4; neutral 5-9; smile 10-12", rule=rule_of(hold_frames=3, cooldown=2.0))
    assert (rest.expected, rest.caught, len(rest.excused)) == (1, 1, 1)
    short = played("..ss......", "neutral 0-1; smile 2-3; neutral 4-9")
    assert (short.expected, len(short.missed)) == (0, 0)


def test_the_rest_after_a_false_photo_excuses_nothing() -> None:
    seen = played(
        ".sss......sss...", "neutral 0-9; smile 10-12; neutral 13-15", rule=rule_of(hold_frames=3, cooldown=2.0)
    )
    assert (len(seen.false), seen.expected, len(seen.missed)) == (1, 1, 1)


def test_one_photo_is_of_one_smile() -> None:
    seen = played("..sss..s........", "smile 2-5; neutral 6; smile 7-9", rule=rule_of(hold_frames=3, cooldown=0.0))
    assert (len(seen.taken), seen.expected, seen.caught, len(seen.missed)) == (1, 2, 1, 1)


def test_a_span_that_the_clip_does_not_have_is_refused() -> None:
    with pytest.raises(DataError, match=r"clip\.mp4 names frame 5000, but it ends with frame 11"):
        played("....ssss....", "smile 4-7; neutral 5000-6000")


def test_latency_is_known_where_the_first_frame_of_a_smile_was_lost() -> None:
    letters = "......ssssss........"
    source = ScriptedSource([frame for frame in frames_at(10, len(letters)) if frame.index != 6])
    script = [LETTERS[letter] for place, letter in enumerate(letters) if place != 6]
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 30)])
    pipeline = Pipeline(source, detector, ScriptedClassifier(script), MemoryAlbum(), rule_of(hold_frames=3))
    clip = Video("clip.mp4", Path("clip.mp4"), Expected.YES, parse_timeline("smile 6-11"))
    (photo,) = watch_video(clip, pipeline).taken
    assert photo.latency == pytest.approx((photo.decided - 6) / 10)


def test_a_photo_is_remembered_small() -> None:
    source = ScriptedSource(frames_at(5, 10, np.full((1080, 1920, 3), 128, np.uint8)))
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 300)])
    pipeline = Pipeline(source, detector, ScriptedClassifier([LETTERS["s"]]), MemoryAlbum(), rule_of(hold_frames=3))
    seen = watch_video(Video("clip.mp4", Path("clip.mp4"), Expected.YES, ()), pipeline)
    assert seen.taken[0].image.shape == (360, 640, 3)


def test_a_start_that_is_only_roughly_known_says_nothing_of_latency() -> None:
    (photo,) = played("....sss.....", "smile about 4-7").taken
    assert photo.latency is None


def test_everything_together() -> None:
    good = played("....ssss....", "neutral 0-3; smile 4-7; neutral 8-11")
    bad = played("....sss.........", "", "no")
    sums = total([good, bad])
    assert (sums.videos, sums.expected, sums.taken, sums.missed, sums.false) == (2, 1, 1, 0, 1)
    assert sums.median_latency == pytest.approx(0.4)
    assert sums.false_per_hour == pytest.approx(3600 / (11 / 5 + 15 / 5))
    assert total([]).false_per_hour is None


def test_the_same_clip_gives_the_same_photos_at_every_run() -> None:
    runs = [played("....+s+s++..", "smile 4-9") for _ in range(2)]
    assert [(photo.frame, photo.decided) for photo in runs[0].taken] == [
        (photo.frame, photo.decided) for photo in runs[1].taken
    ]
    assert runs[0].points == runs[1].points


def test_a_slower_or_busier_camera_loses_frames_and_repeats_with_its_seed() -> None:
    def left(fps: float | None, drop: float, seed: int) -> list[int]:
        source = Thinned(ScriptedSource(frames_at(30, 300)), fps, drop, seed)
        return [item.index for item in source.frames() if isinstance(item, Frame)]

    assert left(10, 0, 0) == list(range(0, 300, 3))
    slow = [*frames_at(2, 10), *(replace(frame, at=frame.at + 5.0) for frame in frames_at(30, 60))]
    thinned = [item.at for item in Thinned(ScriptedSource(slow), 10, 0, 0).frames() if isinstance(item, Frame)]
    assert len([at for at in thinned if at >= 5.0]) <= 21, "what was slow before is not made up for"
    assert 180 <= len(left(None, 0.3, 1)) <= 240
    assert left(None, 0.3, 1) == left(None, 0.3, 1) != left(None, 0.3, 2)
    assert Thinned(ScriptedSource([], fps=30), 10, 0, 0).fps == 10


def test_the_page_holds_scores_events_and_photos_and_loads_nothing(tmp_path: Path) -> None:
    replays = [played("....ssss....", "neutral 0-3; smile 4-7; neutral 8-11"), played("....sss......", "", "no")]
    write_replay_report(tmp_path / "page.html", replays, total(replays))
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 2
    assert page.count("data:image/jpeg;base64,") == 2
    assert "1 taken, 0 missed, 1 false" in page
    assert "nobody smiles" in page
    assert "http" not in page
    assert "src='data:" in page


def test_a_page_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    check_writable(tmp_path / "page.html")
    with pytest.raises(DataError, match="cannot be written"):
        check_writable(tmp_path / "missing" / "page.html")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_replay_report(tmp_path / "file" / "page.html", [], total([]))


def test_a_videos_name_is_text_on_the_page(tmp_path: Path) -> None:
    hostile = "</h2><script>alert(1)</script>"
    replayed = played("....ssss....", "smile 4-7")
    replays = [replace(replayed, video=replace(replayed.video, name=hostile))]
    write_replay_report(tmp_path / "page.html", replays, total(replays))
    assert "<script" not in (tmp_path / "page.html").read_text()
