"""Closed eyes put a photo off, laughing eyes do not."""

import pytest

from smartselfie.testing import face_of, mixed, play, rule_of
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.signals import EyeHistory

SMILE, CALM = mixed(happy=0.9), mixed()
FPS = 30


def closed(*openness, fps=FPS):
    lids, told = EyeHistory(), []
    for index, value in enumerate(openness):
        lids = lids.update(index / fps, value)
        told.append(lids.closed)
    return told


def test_a_blink_is_closed_until_it_is_over():
    assert closed(*[0.97] * 30, *[0.03] * 8, *[0.95] * 3) == [False] * 30 + [True] * 8 + [False] * 3


def test_eyes_that_are_narrow_by_nature_are_not_closed_but_their_blinks_are():
    told = closed(*[0.35] * 90, 0.05, 0.05, 0.35)
    assert told[60:] == [False] * 30 + [True, True, False]


def test_a_laughing_squint_soon_is_usual():
    told = closed(*[0.97] * 60, *[0.35] * 30)
    assert told[60] is True
    assert not any(told[60 + FPS // 2 :])


def test_eyes_that_stay_shut_stay_closed():
    assert all(closed(*[0.97] * 30, *[0.02] * 300)[30:])


def test_eyes_that_nobody_looked_at_are_not_closed():
    assert closed(None, None) == [False, False]
    assert closed(0.9, 0.02, None) == [False, True, False]


def shots(eyes, rule):
    """The frames at which the shutter fires at somebody who smiles from the start; `eyes` by frame."""
    frames = [(index / FPS, [face_of(1, SMILE, eyes=value)]) for index, value in enumerate(eyes)]
    played = play(frames, rule)
    return [index for index, frame in enumerate(played) if frame.fired], played


def test_a_photo_is_put_off_until_the_eyes_open():
    fired, played = shots([1.0] * 5 + [0.02] * 15 + [1.0] * 10, rule_of())
    assert fired == [20]
    assert {frame.trigger.reason for frame in played[9:20]} == {Reason.EYES_CLOSED}


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
