"""The state machine: a photo on exactly the promised frame, and never otherwise."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.core.trigger import Holding, Ready, Resting, Rule, Signal, Trigger
from smartselfie.testing import scores

STEP = 1 / 30


def fired_at(course: str, rule: Rule, step: float = STEP) -> list[int]:
    """The frames at which the shutter fires; `s` is a happy frame, anything else is not."""
    trigger, fired = Trigger(rule), []
    for index, letter in enumerate(course):
        trigger, signals = trigger.see(index * step, happy=letter == "s")
        if Signal.FIRE in signals:
            fired.append(index)
    return fired


@pytest.mark.parametrize("frames", [1, 2, 10, 25])
def test_the_shutter_fires_on_exactly_the_promised_frame(frames: int) -> None:
    assert fired_at("..." + "s" * 40, Rule(frames=frames)) == [2 + frames]
    assert fired_at("..." + "s" * (frames - 1) + "....", Rule(frames=frames)) == []


def test_the_default_is_ten_frames() -> None:
    assert fired_at("s" * 30, Rule()) == [9]


def test_a_smile_that_is_lost_starts_over_from_nothing() -> None:
    assert fired_at("s" * 9 + "." + "s" * 9 + "." + "s" * 10, Rule()) == [29]


def test_a_smile_that_goes_on_is_photographed_once() -> None:
    assert fired_at("s" * 600, Rule(rest=3.0)) == [9]


def test_the_next_photo_needs_the_smile_gone_and_the_rest_over() -> None:
    rest_in_frames = 30
    gone_early = "s" * 10 + "." + "s" * 60
    assert fired_at(gone_early, Rule(rest=rest_in_frames * STEP + STEP / 2)) == [9, 9 + 31 + 9]
    gone_late = "s" * 60 + "." + "s" * 20
    assert fired_at(gone_late, Rule(rest=rest_in_frames * STEP)) == [9, 60 + 10]


def test_a_stalled_camera_never_fires() -> None:
    trigger = Trigger(Rule(frames=2))
    trigger, _ = trigger.see(0.0, happy=True)
    trigger, signals = trigger.see(0.51, happy=True)
    assert signals == (Signal.SMILE_LOST, Signal.SMILE_BEGAN)
    assert trigger.state == Holding(1, 0.51)


def test_half_a_second_between_frames_is_still_one_hold() -> None:
    assert fired_at("ss", Rule(frames=2), step=0.5) == [1]


def test_time_that_runs_backwards_breaks_a_hold() -> None:
    trigger = Trigger(Rule(frames=2))
    trigger, _ = trigger.see(5.0, happy=True)
    trigger, signals = trigger.see(4.9, happy=True)
    assert Signal.FIRE not in signals


def test_hold_seconds_delay_the_photo_until_both_are_met() -> None:
    rule = Rule(frames=3, seconds=1.0)
    assert fired_at("s" * 60, rule, step=0.1) == [10]
    assert fired_at("s" * 60, rule, step=0.5) == [2]


def test_signals_tell_when_a_smile_begins_and_is_lost() -> None:
    trigger, told = Trigger(Rule(frames=3, rest=0.0)), []
    for index, happy in enumerate([False, True, True, False, True, True, True, True, False]):
        trigger, signals = trigger.see(index * STEP, happy=happy)
        told.append(signals)
    assert told == [
        (),
        (Signal.SMILE_BEGAN,),
        (),
        (Signal.SMILE_LOST,),
        (Signal.SMILE_BEGAN,),
        (),
        (Signal.FIRE,),
        (),
        (Signal.SMILE_LOST,),
    ]


def test_a_photo_by_hand_spends_the_hold_and_begins_the_rest() -> None:
    trigger = Trigger(Rule(frames=3, rest=1.0))
    trigger, _ = trigger.see(0.0, happy=True)
    trigger, _ = trigger.see(0.1, happy=True)
    trigger = trigger.shot_by_hand(0.1)
    assert trigger.state == Resting(1.1, smiling=True, smile_gone=False)
    trigger, signals = trigger.see(0.2, happy=True)
    assert signals == ()


def test_a_photo_by_hand_of_a_face_that_does_not_smile_needs_no_smile_to_go() -> None:
    trigger, _ = Trigger(Rule(frames=1, rest=1.0)).see(0.0, happy=False)
    trigger = trigger.shot_by_hand(0.0)
    trigger, early = trigger.see(0.5, happy=True)
    trigger, late = trigger.see(1.0, happy=True)
    assert Signal.FIRE not in early
    assert Signal.FIRE in late


def test_a_lost_source_breaks_the_hold_but_not_the_rest() -> None:
    holding, _ = Trigger(Rule(frames=3)).see(0.0, happy=True)
    lost, signals = holding.lose_sight()
    assert (lost.state, signals) == (Ready(), (Signal.SMILE_LOST,))
    resting, _ = Trigger(Rule(frames=1)).see(0.0, happy=True)
    lost, signals = resting.lose_sight()
    assert lost.state == Resting(3.0, smiling=True, smile_gone=False)
    assert signals == ()


def test_progress_follows_whichever_of_frames_and_seconds_is_behind() -> None:
    trigger = Trigger(Rule(frames=4, seconds=1.0))
    assert trigger.progress == 0.0
    trigger, _ = trigger.see(0.0, happy=True)
    trigger, _ = trigger.see(0.25, happy=True)
    assert trigger.progress == 0.25
    trigger, _ = trigger.see(0.75, happy=True)
    assert trigger.progress == 0.75


def test_happy_must_be_the_highest_score_and_reach_the_threshold() -> None:
    rule = Rule(smile=0.5)
    assert rule.is_happy(scores(Emotion.HAPPY, 0.5))
    assert not rule.is_happy(scores(Emotion.HAPPY, 0.49))
    assert not Rule(smile=0.3).is_happy(Emotions([0.0, 0.0, 0.0, 0.4, 0.0, 0.6, 0.0]))
    assert not rule.is_happy(scores(Emotion.SURPRISE, 0.9))


courses = st.lists(st.tuples(st.sampled_from([0.01, 0.04, 0.2, 0.6, 2.0]), st.booleans()), max_size=200)
rules = st.builds(
    Rule, frames=st.integers(1, 6), seconds=st.sampled_from([0.0, 0.3]), rest=st.sampled_from([0.0, 0.5, 2.0])
)


@given(courses, rules)
def test_every_photo_stands_at_the_end_of_a_full_hold_without_a_gap(
    course: list[tuple[float, bool]], rule: Rule
) -> None:
    trigger, at, history = Trigger(rule), 0.0, []
    for delta, happy in course:
        at += delta
        trigger, signals = trigger.see(at, happy=happy)
        history.append((at, happy))
        if Signal.FIRE in signals:
            hold = history[-rule.frames :]
            assert len(hold) == rule.frames
            assert all(smiling for _, smiling in hold)
            # the hold may be longer than its least number of frames, where it must also last
            while len(hold) < len(history) and hold[-1][0] - hold[0][0] < rule.seconds:
                hold = history[-len(hold) - 1 :]
                assert hold[0][1]
            assert all(later - earlier <= rule.gap for (earlier, _), (later, _) in pairwise(hold))


@given(courses, rules)
def test_photos_are_never_closer_than_the_rest_and_never_of_the_same_smile(
    course: list[tuple[float, bool]], rule: Rule
) -> None:
    trigger, at, last, gone = Trigger(rule), 0.0, None, True
    for delta, happy in course:
        at += delta
        gone = gone or not happy
        trigger, signals = trigger.see(at, happy=happy)
        if Signal.FIRE in signals:
            assert last is None or at - last >= rule.rest
            assert gone
            last, gone = at, False
