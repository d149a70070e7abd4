"""`smartselfie watch` on the demo and on clips, with the networks that ship."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.cli.main import main
from smartselfie.cli.terminal import WORDS, draw_meter
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Frame
from smartselfie.pipeline import Pipeline
from smartselfie.sources.demo import DemoSource
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    face_at,
    frames_at,
    rule_of,
    scores,
)
from smartselfie.trigger.rule import GroupRule, Reason

Capsys = pytest.CaptureFixture[str]


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def grey_clip(path: Path, frames: int = 12) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 240))
    for index in range(frames):
        writer.write(np.full((240, 320, 3), 10 * (index % 25), np.uint8))
    writer.release()
    return path


@pytest.mark.slow
def test_the_demo_gives_one_photo_of_the_smile(tmp_path: Path, capsys: Capsys) -> None:
    assert run("watch", "demo", "--album", tmp_path) == 0
    printed = capsys.readouterr()
    (path,) = printed.out.splitlines()
    assert re.fullmatch(r"demo_\d{6}\.jpg", Path(path).name)
    with Pictures.open(path) as photo:
        assert photo.size == (1280, 720)
    notes = json.loads(Path(path).with_suffix(".json").read_text())
    assert notes["why"] == "smile"
    assert [face["emotion"] for face in notes["faces"]] == ["happy"]
    frames = sum(isinstance(item, Frame) for item in DemoSource().frames())
    assert f"{frames} frames, 1 photo" in printed.err


@pytest.mark.slow
def test_json_tells_every_event_and_nothing_else(tmp_path: Path, capsys: Capsys) -> None:
    assert run("watch", "demo", "--json", "--album", tmp_path) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    started, *between, ended = lines
    assert ended["event"] == "ended"
    (photo,) = (line for line in between if line["event"] == "photo")
    # while the camera swings over, somebody may begin to smile and be lost from sight
    told = [line for line in between if line["event"] != "photo" and line["id"] == photo["faces"][0]["id"]]
    assert [line["event"] for line in told] == ["smile-began", "smile-lost"]
    assert {line["event"] for line in between} == {"smile-began", "photo", "smile-lost"}
    began, lost = told
    assert started == {"event": "started", "source": "demo", "fps": 30}
    assert photo["decided"] == began["frame"] + 9
    assert began["frame"] <= photo["frame"] <= photo["decided"]
    assert photo["faces"][0]["eyes_open"] > 0.5
    assert Path(photo["path"]).is_file()
    assert photo["faces"][0]["emotion"] == "happy"
    assert sum(photo["faces"][0]["emotions"].values()) == pytest.approx(1, abs=1e-5)
    assert lost["frame"] > photo["frame"]
    assert (ended["photos"], ended["dropped"]) == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("hold", [4, *(pytest.param(hold, marks=pytest.mark.slow) for hold in (1, 25))])
def test_the_hold_is_as_many_frames_as_promised(tmp_path: Path, capsys: Capsys, hold: int) -> None:
    assert run("watch", "demo", "--json", "--hold", hold, "--max-photos", 1, "--album", tmp_path) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (photo,) = (line for line in lines if line["event"] == "photo")
    subject = photo["faces"][0]["id"]
    began = next(line for line in lines if line["event"] == "smile-began" and line["id"] == subject)
    assert photo["decided"] - began["frame"] == hold - 1


@pytest.mark.slow
def test_the_same_clip_gives_the_same_photos_again_beside_the_first(tmp_path: Path, capsys: Capsys) -> None:
    for _ in range(2):
        assert run("watch", "demo", "--max-photos", 1, "--no-sidecar", "--album", tmp_path) == 0
    first, second = (Path(line) for line in capsys.readouterr().out.splitlines())
    assert second.stem == first.stem + "_2"
    with Pictures.open(first) as one, Pictures.open(second) as two:
        assert np.array_equal(np.asarray(one), np.asarray(two))


def test_a_clip_without_faces_ends_without_a_photo(tmp_path: Path, capsys: Capsys) -> None:
    clip = grey_clip(tmp_path / "empty.avi")
    assert run("watch", clip, "--album", tmp_path / "album") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "12 frames, 0 photos" in printed.err


def test_a_clip_that_is_too_slow_for_any_hold_is_said_to_be(tmp_path: Path, capsys: Capsys) -> None:
    for index in range(3):
        Pictures.new("RGB", (64, 48)).save(tmp_path / f"{index}.png")
    assert run("-q", "watch", tmp_path, "--fps", 0.4, "--album", tmp_path / "album") == 0
    assert "too few to hold a smile" in capsys.readouterr().err
    assert run("-q", "watch", tmp_path, "--fps", 0.5, "--album", tmp_path / "album") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_quiet_says_nothing_but_the_photos_path(tmp_path: Path, capsys: Capsys) -> None:
    for words in (("-q", "watch", "demo"), ("watch", "demo", "--quiet")):
        assert run(*words, "--max-photos", 1, "--album", tmp_path) == 0
        printed = capsys.readouterr()
        assert len(printed.out.splitlines()) == 1
        assert printed.err == ""


@pytest.mark.slow
def test_haar_watches_the_demo_too(tmp_path: Path, capsys: Capsys) -> None:
    assert run("watch", "demo", "--detector", "haar", "--max-photos", 1, "--album", tmp_path) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def bad_inputs(folder: Path) -> dict[str, tuple[list[str | Path], str]]:
    """What people get wrong: arguments of `watch`, and a part of the one line that answers."""
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_bytes(b"no video at all" * 100)
    whole = grey_clip(folder / "whole.avi", 60).read_bytes()
    (folder / "cut.mp4").write_bytes(whole[:300])
    (folder / "foreign.onnx").write_bytes(b"\x08\x07garbage" * 40)
    (folder / "file").write_text("in the album's place")
    (folder / "no-pictures").mkdir()
    return {
        "missing clip": ([folder / "missing.mp4"], "missing.mp4"),
        "empty clip": ([folder / "empty.mp4"], "empty.mp4"),
        "no clip": ([folder / "text.mp4"], "text.mp4"),
        "cut clip": ([folder / "cut.mp4"], "cut.mp4"),
        "folder without pictures": ([folder / "no-pictures"], "no-pictures"),
        "missing camera": (["7"], "camera"),
        "camera of another name": (["Nobody's Camera"], "Nobody's Camera"),
        "unreachable stream": (["rtsp://127.0.0.1:9/none"], "127.0.0.1"),
        "missing model": (["demo", "--model", folder / "none.onnx"], "none.onnx"),
        "foreign model": (["demo", "--model", folder / "foreign.onnx"], "foreign.onnx"),
        "unwritable album": (["demo", "--album", folder / "file" / "album"], "album"),
    }


MISTAKES = (
    *("missing clip", "empty clip", "no clip", "cut clip", "folder without pictures", "missing camera"),
    *("camera of another name", "unreachable stream", "missing model", "foreign model", "unwritable album"),
)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_users_mistake_gets_one_line_with_a_hint_and_exit_code_1(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], mistake: str
) -> None:
    arguments, found = bad_inputs(tmp_path)[mistake]
    album = [] if "--album" in arguments else ["--album", tmp_path / "photos"]
    assert run("watch", *arguments, *album) == 1
    printed = capfd.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("smartselfie: ")
    assert found in line
    assert re.search(r"\(.{8,}\)$", line), "a hint stands at the end"


def test_wrong_usage_exits_with_2(capsys: Capsys) -> None:
    assert run("watch") == 2
    assert run("watch", "demo", "--nonsense") == 2
    assert run("wach", "demo") == 2
    for wrong in (["--hold", "many"], ["--hold", "0"], ["--detector", "hog"]):
        assert run("watch", "demo", *wrong) == 2
        assert capsys.readouterr().err.splitlines()[-1].startswith(f"Error: {wrong[0]}: {wrong[1]} is ")
    assert "Traceback" not in capsys.readouterr().err


def test_the_meter_shows_all_seven_scores_with_and_without_a_face() -> None:
    shown = iter([True, True, False])
    detector = ScriptedDetector(lambda _: [face_at(5, 5, 20)] if next(shown) else [])
    source = ScriptedSource(frames_at(2, 3))
    pipeline = Pipeline(source, detector, ScriptedClassifier([scores(Emotion.HAPPY)]), MemoryAlbum(), rule_of())
    texts = [click.unstyle("\n".join(draw_meter(moment))) for moment in pipeline.moments()]
    assert all(emotion in text for text in texts for emotion in Emotion)
    assert "smile 2/10" in texts[1]
    assert "90%" in texts[1]
    assert "no face" in texts[2]
    assert "dropped" not in texts[2]
    assert all("Ctrl-C" in text for text in texts)


def test_the_meter_tells_of_everybody_where_there_are_several_and_of_dropped_frames() -> None:
    detector = ScriptedDetector(lambda _: [face_at(5, 5, 20), face_at(40, 5, 19), face_at(30, 30, 6)])
    frames = [replace(frame, dropped=3) for frame in frames_at(5, 2)]
    rule = rule_of(group=GroupRule.EVERYONE)
    pipeline = Pipeline(
        ScriptedSource(frames), detector, ScriptedClassifier([scores(Emotion.HAPPY)]), MemoryAlbum(), rule
    )
    text = click.unstyle("\n".join(draw_meter(list(pipeline.moments())[-1])))
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("person")] == [
        "holding",
        "away",
        "holding",
    ]
    assert "3 dropped" in text


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(Reason)


@pytest.mark.slow
def test_a_command_runs_for_every_photo(tmp_path: Path, capsys: Capsys) -> None:
    note = tmp_path / "note.py"
    note.write_text(f"import sys; open({str(tmp_path / 'told')!r}, 'a').write(sys.argv[1])")
    hook = f'"{sys.executable}" "{note}"'
    assert run("watch", "demo", "--album", tmp_path / "album", "--on-photo", hook) == 0
    assert (tmp_path / "told").read_text() == capsys.readouterr().out.strip()


def test_a_command_that_does_not_exist_is_told_before_the_first_frame(tmp_path: Path, capsys: Capsys) -> None:
    assert run("watch", "demo", "--album", tmp_path, "--on-photo", "no-such-program") == 1
    assert "no-such-program" in capsys.readouterr().err


def test_what_does_nothing_without_a_page_is_not_offered_and_still_taken(tmp_path: Path, capsys: Capsys) -> None:
    assert main(["watch", "--help"]) == 0
    assert "--mirror" not in capsys.readouterr().out
    assert main(["watch", str(tmp_path / "none.mp4"), "--mirror"]) == 1
    assert "no such file" in capsys.readouterr().err


def test_an_album_that_is_a_file_is_named_as_one(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "file").touch()
    assert main(["watch", "demo", "--album", str(tmp_path / "file")]) == 1
    assert "is a file, not a folder (choose another --album)" in capsys.readouterr().err
