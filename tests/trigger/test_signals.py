"""Closed eyes put a photo off, laughing eyes do not."""

from dataclasses import replace

import pytest

from smartselfie.testing import face_of, mixed, play, rule_of
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.signals import EyeHistory

SMILE, CALM = mixed(happy=0.9), mixed()
FPS = 30


def closed(*openness, fps=FPS):
    lids, told = EyeHistory(), []
    for index, value in enumerate(openness):
        pair = value if value is None or isinstance(value, tuple) else (value, value)
        lids = lids.update(index / fps, pair)
        told.append(lids.closed)
    return told


def test_a_blink_is_closed_until_eyes_have_been_open_again_for_a_moment():
    told = closed(*[0.97] * 30, *[0.03] * 8, *[0.95] * 12)
    assert told == [False] * 30 + [True] * (8 + 7) + [False] * 5


def test_one_eye_alone_is_closed_as_well_unless_it_always_is():
    told = closed(*[0.97] * 30, *[(0.97, 0.03)] * 8)
    assert told == [False] * 30 + [True] * 8
    told = closed(*[(0.97, 0.3)] * 60)
    assert told[0] is True
    assert not any(told[40:])


def test_eyes_that_are_narrow_by_nature_are_not_closed_but_their_blinks_are():
    told = closed(*[0.35] * 90, 0.05, 0.05, 0.35)
    assert told[60:] == [False] * 30 + [True, True, True]


def test_a_laughing_squint_soon_is_usual():
    told = closed(*[0.97] * 60, *[0.35] * 30)
    assert told[60] is True
    assert not any(told[60 + FPS * 3 // 4 :])


def test_eyes_that_stay_shut_stay_closed():
    assert all(closed(*[0.97] * 30, *[0.02] * 300)[30:])


def test_eyes_that_nobody_looked_at_are_not_closed():
    assert closed(None, None) == [False, False]
    assert closed(0.9, 0.02, *[None] * 9) == [False] + [True] * 8 + [False] * 2


def shots(eyes, rule):
    """The frames at which the shutter fires at somebody who smiles from the start; `eyes` by frame."""
    frames = [(index / FPS, [face_of(1, SMILE, eyes=value)]) for index, value in enumerate(eyes)]
    played = play(frames, rule)
    return [index for index, frame in enumerate(played) if frame.fired], played


def test_a_photo_is_put_off_until_the_eyes_open():
    fired, played = shots([1.0] * 5 + [0.02] * 15 + [1.0] * 20, rule_of())
    assert fired == [19 + 8]
    assert {frame.trigger.reason for frame in played[9:27]} == {Reason.EYES_CLOSED}


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("pair", [(0.03, 0.03), (0.97, 0.03)])
def test_a_wink_or_a_wince_that_looks_like_a_smile_is_not_photographed(fps, pair):
    frames = []
    for index in range(4 * fps):
        at = index / fps
        grin, shut = 1.0 <= at < 2.1, 1.0 <= at < 2.0
        emotions = mixed(happy=0.9) if grin else CALM
        frames.append((at, [replace(face_of(1, emotions), each_eye=pair if shut else (0.97, 0.97))]))
    assert not any(frame.fired for frame in play(frames))


@pytest.mark.parametrize("wait", [0.0, 0.5, 1.5])
def test_a_photo_is_put_off_for_at_most_the_time_that_is_set(wait):
    fired, _ = shots([0.02] * 90, rule_of(eyes_wait=wait))
    assert fired == [9 + round(wait * FPS)]


def test_the_guard_can_be_left_out():
    assert shots([0.02] * 30, rule_of(eyes_open=False))[0] == [9]


def test_the_wait_is_bounded_although_the_smile_wavers_meanwhile():
    frames = [
        (index / FPS, [face_of(1, mixed(happy=0.4 if 20 <= index < 26 else 0.9), eyes=0.02)]) for index in range(90)
    ]
    assert [index for index, frame in enumerate(play(frames, rule_of(eyes_wait=1.0))) if frame.fired] == [39]
