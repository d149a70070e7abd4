"""What the page is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from smartselfie.booth.broadcast import Phase, Snapshot
from smartselfie.booth.routes.pages import STATIC
from smartselfie.booth.schema import moment_to_json, pack, snapshot_to_json, unpack
from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.core.events import Photo, Shot, SmileBegan
from smartselfie.core.types import Box, Face, Frame
from smartselfie.moment import Moment
from smartselfie.testing import blank, face_of, play, rule_of, scores
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.trigger import Trigger

RULE = rule_of(hold_frames=10, cooldown=3.0, smile=0.6)
FRAME = Frame(blank(64, 48), 1.5, 45)
SMALL = Face(Box(0, 0, 8, 8), scores(Emotion.SAD))
LARGE = Face(Box(20, 5, 30, 30), scores(Emotion.HAPPY))


def moment(trigger=None, *, faces=(SMALL, LARGE), subject=LARGE, events=(), lost=False):
    return Moment(FRAME, faces, subject, subject is LARGE, trigger or Trigger(RULE), events, lost)


def held(frames):
    return play([(1.5 + index / 30, [face_of(1, scores(Emotion.HAPPY))]) for index in range(frames)], RULE)[-1].trigger


def test_a_message_is_length_json_and_picture_in_one():
    shown = Snapshot(7, Phase.RUNNING, 2, moment())
    message = pack(snapshot_to_json(shown, mirror=True), b"\xff\xd8picture")
    length = int.from_bytes(message[:4], "big")
    told = json.loads(message[4 : 4 + length])
    assert message[4 + length :] == b"\xff\xd8picture"
    assert (told, b"\xff\xd8picture") == unpack(message)
    assert told["number"] == 7
    assert told["phase"] == "running"
    assert told["photos"] == 2
    assert told["mirror"] is True
    assert told["problem"] is None


def test_before_the_first_frame_there_is_no_moment_and_no_picture():
    told, jpeg = unpack(pack(snapshot_to_json(Snapshot(0, Phase.OPENING), mirror=False), b""))
    assert told["moment"] is None
    assert jpeg == b""


def test_too_short_a_message_is_refused():
    with pytest.raises(ValueError, match="four bytes"):
        unpack(b"abc")


def test_faces_stand_in_the_shape_that_all_outputs_share():
    told = moment_to_json(moment())
    assert told["size"] == [64, 48]
    assert told["subject"] == 1
    assert told["happy"] is True
    assert told["threshold"] == 0.6
    assert [face["emotion"] for face in told["faces"]] == ["sad", "happy"]
    assert list(told["faces"][0]["emotions"]) == [emotion.value for emotion in EMOTIONS]
    assert told["faces"][1]["box"] == [20, 5, 30, 30]


@pytest.mark.parametrize("frames", [1, 7, 9])
def test_the_hold_is_counted_in_frames(frames):
    told = moment_to_json(moment(held(frames)))
    assert (told["state"], told["held"], told["needed"]) == ("holding", frames, 10)
    assert told["progress"] == pytest.approx(frames / 10)
    assert told["why_not"] == "holding"


def test_the_frame_of_the_photo_shows_the_full_count_and_the_photos_name_only():
    shot = Shot(FRAME, 45, (LARGE,), "smile", {}, "model", "camera")
    photo = Photo(Path("/home/somebody/Pictures/a.jpg"), shot)
    now = moment(held(10), events=(SmileBegan(1.5, 45, 1), photo))
    told = snapshot_to_json(Snapshot(1, Phase.RUNNING, 1, now), mirror=True, events=now.events)
    assert told["moment"]["held"] == told["moment"]["needed"] == 10
    assert told["moment"]["progress"] == 1.0
    assert [event["event"] for event in told["events"]] == ["smile-began", "photo"]
    assert told["events"][1]["path"] == "a.jpg"
    assert "somebody" not in json.dumps(told)


def after(*frames, rule=RULE):
    """The trigger after frames of one person, a fifth of a second apart: scores, or None for nobody."""
    return play([(index / 5, [] if each is None else [face_of(1, each)]) for index, each in enumerate(frames)], rule)[
        -1
    ].trigger


CALM, SMILE = scores(Emotion.NEUTRAL), scores(Emotion.HAPPY)
QUICK = rule_of(hold_frames=1, cooldown=0.5, smile=0.6)


@pytest.mark.parametrize(
    ("trigger", "lost", "why", "rest"),
    [
        (after(None), False, "no_face", 0.0),
        (after(CALM), False, "not_smiling", 0.0),
        (after(SMILE, SMILE), False, "holding", 0.0),
        (after(SMILE, rule=QUICK), False, "ready", 0.5),
        (after(SMILE, SMILE, rule=QUICK), False, "cooldown", 0.3),
        (after(*[SMILE] * 5, rule=QUICK), False, "still_smiling", 0.0),
        (after(CALM), True, "lost", 0.0),
    ],
)
def test_there_is_one_plain_reason_why_no_photo_comes(trigger, lost, why, rest):
    now = replace(moment(trigger, lost=lost), frame=Frame(blank(64, 48), trigger.seen_at, 45))
    told = moment_to_json(now)
    assert told["why_not"] == why
    assert told["rest"] == pytest.approx(rest)
    assert told["held"] == {"holding": 2, "ready": 1}.get(why, 0)


def test_everybody_is_told_how_far_they_are_and_what_is_missing():
    smiling, calm, far = face_of(1, SMILE), face_of(2, CALM), face_of(3, CALM, side=20)
    trigger = play([(index / 5, [smiling, calm, far]) for index in range(5)], RULE)[-1].trigger
    told = moment_to_json(moment(trigger, faces=(smiling, calm, far), subject=smiling))
    assert told["people"] == [
        {"id": 1, "counts": True, "progress": 0.5, "why_not": "holding"},
        {"id": 2, "counts": True, "progress": 0.0, "why_not": "not_smiling"},
        {"id": 3, "counts": False, "progress": 0.0, "why_not": "too_far"},
    ]


def test_dropped_frames_are_counted():
    assert moment_to_json(replace(moment(), dropped=7))["dropped"] == 7


def test_the_page_has_words_for_every_reason():
    words = json.loads((STATIC / "words" / "en.json").read_text(encoding="utf-8"))
    needed = {f"why.{reason}{hint}" for reason in Reason for hint in ("", ".hint")}
    assert needed <= set(words)
