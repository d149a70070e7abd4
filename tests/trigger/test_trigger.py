"""The state machine: a photo on exactly the promised frame, and never otherwise."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smartselfie.core.emotion import Emotion
from smartselfie.testing import WELL_SEEN, face_of, mixed, play, rule_of, scores
from smartselfie.trigger.rule import GroupRule, Reason
from smartselfie.trigger.trigger import Began, CoolingDown, Fire, Holding, Lost, Ready, Trigger

HAPPY, NEUTRAL, SAD = scores(Emotion.HAPPY), scores(Emotion.NEUTRAL), scores(Emotion.SAD)
LETTERS = {"s": HAPPY, ".": NEUTRAL, "c": SAD}


def course(letters, fps=5.0):
    """One person, letter by letter: `s` smiles, `.` does not, `c` cries, `_` is not found.

    At five frames a second no two frames are so close that they are steadied together.
    """
    return [
        (index / fps, [] if letter == "_" else [face_of(1, LETTERS[letter])]) for index, letter in enumerate(letters)
    ]


def fired(letters, rule, fps=5.0):
    return [index for index, frame in enumerate(play(course(letters, fps), rule)) if frame.fired]


@pytest.mark.parametrize("frames", [1, 2, 10, 25])
def test_the_shutter_fires_on_exactly_the_promised_frame(frames):
    assert fired("..." + "s" * 40, rule_of(hold_frames=frames)) == [2 + frames]
    assert fired("..." + "s" * (frames - 1) + "....", rule_of(hold_frames=frames)) == []


def test_the_default_is_ten_frames():
    assert fired("s" * 30, rule_of()) == [9]


@pytest.mark.parametrize("fps", [5, 10, 15, 30, 60])
def test_a_hold_is_ten_frames_from_the_beginning_of_the_smile_at_any_rate(fps):
    played = play(course("." * fps + "s" * 30, fps))
    began = next(index for index, frame in enumerate(played) if Began(1) in frame.signals)
    shot = next(index for index, frame in enumerate(played) if frame.fired)
    assert shot - began == 9
    # steadying delays the beginning by no more than a tenth of a second
    assert (began - fps) / fps <= 0.1


def test_a_smile_that_is_lost_starts_over_from_nothing():
    assert fired("s" * 9 + "." + "s" * 9 + "." + "s" * 10, rule_of()) == [29]


def test_a_flicker_of_two_frames_neither_breaks_nor_starts_a_hold():
    assert fired("." * 10 + "s" * 6 + ".." + "s" * 8, rule_of(), fps=60) != []
    played = play(course("." * 20 + "ss" + "." * 20, 60))
    assert all(not frame.signals for frame in played)


def test_a_smile_begins_at_the_threshold_and_lasts_below_it():
    def frames(*levels):
        return play([(index / 5, [face_of(1, mixed(happy=level))]) for index, level in enumerate(levels)])

    assert not frames(0.49)[0].trigger.people[0].smile
    assert frames(0.51)[0].trigger.people[0].smile
    assert frames(0.51, 0.4)[1].trigger.people[0].smile
    assert not frames(0.51, 0.34)[1].trigger.people[0].smile


def test_no_photo_is_taken_of_a_smile_that_has_faded_below_its_threshold():
    levels = [0.9] * 5 + [0.4] * 10 + [0.6]
    played = play([(index / 5, [face_of(1, mixed(happy=level))]) for index, level in enumerate(levels)])
    assert [index for index, frame in enumerate(played) if frame.fired] == [15]


def photographed(levels, fps=8):
    played = play([(index / fps, [face_of(1, mixed(happy=level))]) for index, level in enumerate(levels)])
    return [index for index, frame in enumerate(played) if frame.fired]


@pytest.mark.parametrize("fps", [8, 15, 30])
def test_a_smile_out_of_distress_is_held_for_a_second_unless_it_becomes_sure(fps):
    sad = mixed(happy=0.0, sad=0.7)

    def seconds(level):
        frames = [face_of(1, sad)] * fps + [face_of(1, mixed(happy=level))] * 3 * fps
        played = play([(index / fps, [face]) for index, face in enumerate(frames)])
        began = next(frame.at for frame in played if Began(1) in frame.signals)
        return [frame.at - began for frame in played if frame.fired]

    assert seconds(0.9) == [pytest.approx(max(1.0, 9 / fps))]
    assert seconds(0.99) == [pytest.approx(9 / fps)]


def test_a_smile_that_fades_before_its_hold_is_full_is_not_photographed():
    assert photographed([1.0] * 6 + [0.91, 0.93, 0.93, 0.91, 0.79, 0.46, 0.4, 0.2]) == []


def test_a_smile_that_ends_just_as_its_hold_is_full_is_photographed():
    assert photographed([0.95] * 8 + [0.8, 0.7, 0.1, 0.1], fps=20) == [9]


def test_a_smile_that_has_settled_at_less_is_photographed_a_second_later():
    (shot,) = photographed([1.0] * 6 + [0.8] * 20)
    assert shot == 5 + 8 + 1


def test_a_mouth_that_speaks_like_a_smile_that_fades_is_not_photographed():
    assert photographed([0.94, 0.9, 0.88, 0.88, 0.79, 0.65, 0.56, 0.53, 0.73, 0.47, 0.48, 0.3, 0.2], fps=30) == []


def test_a_fading_smile_that_comes_back_is_photographed_then():
    assert photographed([1.0] * 6 + [0.9, 0.8, 0.75, 0.75, 0.7, 0.98]) == [11]


def test_a_smile_that_wavers_a_little_is_photographed_on_the_promised_frame():
    assert photographed([0.95, 0.85] * 10) == [9]


def test_a_smile_that_goes_on_is_photographed_once():
    played = play(course("s" * 200), rule_of())
    assert [index for index, frame in enumerate(played) if frame.fired] == [9]
    assert played[-1].trigger.reason is Reason.STILL_SMILING


def test_the_next_photo_needs_the_smile_gone_and_the_rest_over():
    gone_early = "s" * 10 + "." + "s" * 60
    assert fired(gone_early, rule_of(cooldown=6.1)) == [9, 9 + 31 + 9]
    gone_late = "s" * 60 + "." + "s" * 20
    assert fired(gone_late, rule_of(cooldown=6.0)) == [9, 60 + 10]


def test_a_stalled_camera_never_fires():
    frames = [(0.0, [face_of(1, HAPPY)]), (0.51, [face_of(1, HAPPY)])]
    played = play(frames, rule_of(hold_frames=2))
    assert played[1].signals == (Lost(1), Began(1))
    assert played[1].trigger.state == Holding(1, 0.51)


def test_half_a_second_between_frames_is_still_one_hold():
    assert fired("ss", rule_of(hold_frames=2), fps=2) == [1]


def test_time_that_runs_backwards_breaks_a_hold():
    played = play([(5.0, [face_of(1, HAPPY)]), (4.9, [face_of(1, HAPPY)])], rule_of(hold_frames=2))
    assert not played[1].fired


def test_hold_seconds_delay_the_photo_until_both_are_met():
    assert fired("s" * 60, rule_of(hold_frames=3, hold_seconds=1.0), fps=10) == [10]
    assert fired("s" * 60, rule_of(hold_frames=3, hold_seconds=1.0), fps=2) == [2]


def test_a_face_lost_for_a_blink_does_not_start_over_and_one_lost_for_longer_does():
    assert fired("sssss_sssss", rule_of()) == [10]
    assert fired("sssss__sssss" + "....", rule_of()) == []
    # nobody is photographed while nobody is seen
    assert fired("sssssssss_", rule_of()) == []


def test_signals_tell_who_begins_to_smile_and_who_stops():
    played = play(course(".ss.ssss."), rule_of(hold_frames=3, cooldown=0.0))
    assert [frame.signals for frame in played] == [
        (),
        (Began(1),),
        (),
        (Lost(1),),
        (Began(1),),
        (),
        (Fire((1,)),),
        (),
        (Lost(1),),
    ]


def test_a_photo_by_hand_spends_the_hold_and_begins_the_rest():
    trigger = play(course("ss"), rule_of(hold_frames=3, cooldown=1.0))[-1].trigger.shot_by_hand(0.2)
    assert trigger.state == CoolingDown(1.2)
    trigger, signals = trigger.update(0.4, [face_of(1, HAPPY)])
    assert signals == ()
    for step in range(3, 20):
        trigger, signals = trigger.update(step / 5, [face_of(1, HAPPY)])
        assert signals == ()


def test_a_photo_by_hand_of_a_face_that_does_not_smile_needs_no_smile_to_go():
    trigger = play(course("."), rule_of(hold_frames=1, cooldown=1.0))[-1].trigger.shot_by_hand(0.0)
    trigger, early = trigger.update(0.4, [face_of(1, HAPPY)])
    trigger, late = trigger.update(1.0, [face_of(1, HAPPY)])
    assert Fire((1,)) not in early
    assert Fire((1,)) in late


def test_a_lost_source_breaks_the_hold_but_not_the_rest():
    lost, signals = play(course("s"), rule_of(hold_frames=3))[-1].trigger.lose_sight()
    assert (lost.state, lost.reason, signals) == (Ready(), Reason.LOST, (Lost(1),))
    cooling = play(course("s"), rule_of(hold_frames=1))[-1].trigger
    lost, _ = cooling.lose_sight()
    assert lost.state == CoolingDown(3.0)
    # a smile that was photographed is not new because the camera was away
    for step in range(40):
        lost, signals = lost.update(1.0 + step / 5, [face_of(1, HAPPY)])
        assert not any(isinstance(signal, Fire) for signal in signals)


def test_progress_follows_whichever_of_frames_and_seconds_is_behind():
    frames = [(at, [face_of(1, HAPPY)]) for at in (0.0, 0.25, 0.75)]
    assert [frame.trigger.progress for frame in play(frames, rule_of(hold_frames=4, hold_seconds=1.0))] == [
        0.0,
        0.25,
        0.75,
    ]


def test_faces_need_the_numbers_of_their_people():
    with pytest.raises(ValueError, match="numbers"):
        play([(0.0, [replace(face_of(), id=None)])])


@pytest.mark.parametrize("fps", [10, 15, 30, 60])
@pytest.mark.parametrize("dropped", [0.0, 0.3])
def test_a_smile_is_photographed_once_at_every_rate_and_with_frames_dropped(fps, dropped):
    chance = random.Random(fps)
    frames = [
        (index / fps, [face_of(1, mixed(happy=0.85 if 1.0 <= index / fps < 4.0 else 0.05))])
        for index in range(6 * fps)
        if chance.random() >= dropped
    ]
    shots = [frame.at for frame in play(frames) if frame.fired]
    assert len(shots) == 1
    assert 1.0 + 8 / fps <= shots[0] <= 1.2 + 10 / (fps * (1 - dropped)) + 0.3


def test_a_stall_in_the_middle_of_a_hold_starts_it_over():
    frames = course("s" * 8, 10) + [(at + 1.5, faces) for at, faces in course("s" * 12, 10)]
    assert [frame.at for frame in play(frames) if frame.fired] == [pytest.approx(1.5 + 0.9)]


@pytest.mark.parametrize("fps", [0.5, 1, 1.9])
def test_a_camera_that_is_always_slow_holds_as_any_other_once_its_pace_is_known(fps):
    shots = [
        frame.at * fps
        for frame in play([(at, faces) for at, faces in course("." * 4 + "s" * 30, fps)], rule_of(hold_frames=10))
        if frame.fired
    ]
    assert shots == [pytest.approx(4 + 9)]


def test_a_slow_camera_that_stalls_starts_a_hold_over():
    frames = course("." * 4 + "s" * 8, 2.5)
    assert not any(
        frame.fired
        for frame in play([*frames, (frames[-1][0] + 0.9, frames[-1][1]), (frames[-1][0] + 1.3, frames[-1][1])])
    )


def test_three_slow_steps_are_needed_for_a_slow_pace():
    # every third frame comes at once after the one before it: a camera that falls behind, and no pace
    steps = [0.9, 0.9, 0.05] * 12
    frames = [(sum(steps[: index + 1]), [face_of(1, HAPPY)]) for index in range(len(steps))]
    assert not any(frame.fired for frame in play(frames, rule_of(hold_frames=4)))


def longest_steps(times, rule):
    """For each time but the first, how long after the one before it may come without breaking a hold."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    paces = [min(steps[index - 3 : index]) if index >= 3 else 0.0 for index in range(len(steps))]
    return [max(rule.gap, min(2.0, 2 * pace)) for pace in paces]


# steps of more than a tenth of a second: what is seen is what counts, and a hold can be told from outside
steps = st.sampled_from([0.11, 0.2, 0.45, 0.6, 2.0])
shown = st.lists(st.sampled_from([None, 0.05, 0.42, 0.9]), min_size=3, max_size=3)
courses = st.lists(st.tuples(steps, shown), max_size=120)
rules = st.builds(
    rule_of,
    hold_frames=st.integers(1, 6),
    hold_seconds=st.sampled_from([0.0, 0.3]),
    cooldown=st.sampled_from([0.0, 0.5, 2.0]),
    group=st.sampled_from([*GroupRule, 2, 3]),
)


def party(steps_and_levels, order=(0, 1, 2)):
    """Three people; a level of None is somebody who is not there."""
    at, frames = 0.0, []
    for delta, levels in steps_and_levels:
        at += delta
        there = [k for k in order if levels[k] is not None]
        frames.append((at, [face_of(k + 1, mixed(happy=levels[k]), side=100 + k) for k in there]))
    return frames


def hold_of(person, frames, rule):
    """Frames and seconds of the smile that the person holds on the last of the frames, told from outside."""
    times, later = [], None
    longest = [*longest_steps([at for at, _ in frames], rule), 0.0]
    for (at, faces), most in zip(reversed(frames), reversed(longest), strict=True):
        level = next((each.emotions["happy"] for each in faces if each.id == person), None)
        if (later is not None and later - at > most) or (times and times[-1] - at > 0.3 and level is None):
            break
        if level is not None and level < 0.7 * rule.smile:
            break
        if level is not None:
            times.append(at)
        later = at
    return len(times), (times[0] - times[-1] if times else 0.0)


# moments as a camera gives them, finer than scores are steadied: eyes, glances aside, stalls, a button, a lost source
close = st.sampled_from([0.016, 0.033, 0.1, 0.3, 0.49, 0.51, 1.5])
looks = st.none() | st.tuples(
    st.sampled_from([0.05, 0.36, 0.55, 0.9]), st.sampled_from([0.02, 0.9]), st.sampled_from([0.1, 1.0])
)
happenings = st.sampled_from(["", "", "", "", "", "", "by hand", "lost"])
wild = st.lists(st.tuples(close, st.lists(looks, min_size=3, max_size=3), happenings), max_size=80)


def play_wildly(course, rule, order=(0, 1, 2)):
    """What each frame brings: its time, the trigger, a photo or None, the faces, and whether a hand made one."""
    trigger, at, told = Trigger(rule), 0.0, []
    for delta, people, happening in course:
        at += delta
        if happening == "lost":
            trigger, _ = trigger.lose_sight()
        faces = []
        for k in order:
            if people[k] is not None:
                level, eyes, frontality = people[k]
                quality = replace(WELL_SEEN, frontality=frontality)
                faces.append(face_of(k + 1, mixed(happy=level), side=100 + k, eyes=eyes, quality=quality))
        trigger, signals = trigger.update(at, faces)
        fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
        by_hand = happening == "by hand" and fire is None
        if by_hand:
            trigger = trigger.shot_by_hand(at)
        told.append((at, trigger, fire, faces, by_hand))
    return told


def longest_since_lost(told, course, rule):
    """As `longest_steps`; a lost source is found again with no pace."""
    times, longest, begun = [each[0] for each in told], [], 0
    for index, (_, _, happening) in enumerate(course):
        if happening == "lost":
            begun = index
        if index:
            longest.append(longest_steps(times[begun : index + 1], rule)[-1] if index > begun else 0.0)
    return longest


@given(wild, rules)
def test_whatever_happens_photos_rest_need_people_who_are_well_seen_and_never_follow_a_stall(course, rule):
    told = play_wildly(course, rule)
    shots = [at for at, _, fire, _, by_hand in told if fire or by_hand]
    smiles = [at for at, _, fire, _, _ in told if fire]
    assert all(at - max(shot for shot in shots if shot < at) >= rule.cooldown for at in smiles if at > shots[0])
    for index, (_, _, fire, faces, _) in enumerate(told):
        if fire is None:
            continue
        seen = {face.id for face in faces if face.quality.frontality == 1.0}
        needed = {GroupRule.MAJORITY: 1, GroupRule.EVERYONE: 1}
        assert len(seen) >= (rule.group if isinstance(rule.group, int) else needed.get(rule.group, 1))
        if rule.group in (GroupRule.ANYONE, GroupRule.LARGEST):
            assert set(fire.ids) <= seen
        window = told[max(0, index - rule.hold_frames + 1) : index + 1]
        assert len(window) == rule.hold_frames
        longest = longest_since_lost(told, course, rule)[max(0, index - rule.hold_frames + 1) : index]
        assert all(
            later[0] - earlier[0] <= most for (earlier, later), most in zip(pairwise(window), longest, strict=True)
        )
        assert not any(course[place][2] == "lost" for place in range(index - rule.hold_frames + 2, index + 1))
        assert not any(by_hand for *_, by_hand in told[max(0, index - rule.hold_frames + 1) : index])


@given(wild, rules, st.permutations([0, 1, 2]))
def test_whatever_happens_the_order_of_the_people_does_not_matter(course, rule, order):
    one, other = play_wildly(course, rule), play_wildly(course, rule, tuple(order))
    assert [each[:3] for each in one] == [each[:3] for each in other]


@given(wild, rules)
def test_eyes_that_never_open_put_every_photo_off(course, rule):
    blind = [
        (delta, [None if each is None else (each[0], 0.02, 1.0) for each in people], "") for delta, people, _ in course
    ]
    assert not any(fire for _, _, fire, _, _ in play_wildly(blind, replace(rule, eyes_wait=1e6)))


@given(courses, rules)
def test_photos_are_never_closer_than_the_rest(steps_and_levels, rule):
    shots = [frame.at for frame in play(party(steps_and_levels), rule) if frame.fired]
    assert all(later - earlier >= rule.cooldown for earlier, later in pairwise(shots))


def test_a_face_that_was_away_for_longer_than_a_blink_holds_nothing_though_no_frame_came_meanwhile():
    smiling = [face_of(1, mixed(happy=0.9))]
    frames = [(0.0, smiling), (0.4, smiling), (0.5, []), (0.9, smiling)]
    assert not play(frames, rule_of(hold_frames=1, hold_seconds=0.5))[-1].fired
    assert play([*frames, (1.4, smiling)], rule_of(hold_frames=1, hold_seconds=0.5))[-1].fired


@given(courses, rules)
@example(
    [(0.11, [None, None, level]) for level in (None, 0.05, 0.9, None)] + [(0.45, [None, None, 0.9])],
    rule_of(hold_frames=1, hold_seconds=0.3, cooldown=0.0, group=GroupRule.LARGEST),
)
def test_no_photo_without_a_full_hold_of_as_many_as_it_takes(steps_and_levels, rule):
    frames = party(steps_and_levels)
    for index, frame in enumerate(play(frames, rule)):
        if not frame.fired:
            continue
        there = [each.id for each in frames[index][1]]
        holds = [hold_of(person, frames[: index + 1], rule) for person in there]
        full = sum(count >= rule.hold_frames and seconds >= rule.hold_seconds for count, seconds in holds)
        needed = {GroupRule.EVERYONE: len(there), GroupRule.MAJORITY: len(there) // 2 + 1}
        assert full >= (rule.group if isinstance(rule.group, int) else needed.get(rule.group, 1))


@given(courses, rules)
def test_a_frame_after_a_stall_never_fires(steps_and_levels, rule):
    frames = play(party(steps_and_levels), rule)
    for (before, after), most in zip(
        pairwise(frames), longest_steps([frame.at for frame in frames], rule), strict=True
    ):
        assert rule.hold_frames == 1 or after.at - before.at <= most or not after.fired


@given(courses, rules, st.permutations([0, 1, 2]))
def test_the_order_of_the_people_does_not_matter(steps_and_levels, rule, order):
    assert play(party(steps_and_levels), rule) == play(party(steps_and_levels, tuple(order)), rule)


@given(courses, rules)
def test_there_is_always_one_reason_and_it_fits_the_state(steps_and_levels, rule):
    for frame in play(party(steps_and_levels), rule):
        trigger = frame.trigger
        assert (trigger.reason is Reason.READY) == frame.fired
        held = (Reason.HOLDING, Reason.SMILE_MORE, Reason.EYES_CLOSED)
        assert isinstance(trigger.state, Holding) == (trigger.reason in held)
        assert 0.0 <= trigger.progress <= 1.0
        assert all(isinstance(person.reason(rule), Reason) for person in trigger.people)
