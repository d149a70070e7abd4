"""Whose smiles it takes, who is background, and the one reason why no photo comes."""

from dataclasses import replace

import pytest

from smartselfie.testing import WELL_SEEN, face_of, mixed, play, rule_of
from smartselfie.trigger.person import GLANCE
from smartselfie.trigger.rule import GroupRule, Reason
from smartselfie.trigger.trigger import Fire

FPS = 5
SMILE, CALM = mixed(happy=0.9), mixed()


def group(*smiling, frames=12, sides=(100, 99, 98, 97, 96)):
    """Frames of people of whom each smiles from a frame on, or never (None)."""
    return [
        (
            index / FPS,
            [
                face_of(place + 1, SMILE if since is not None and index >= since else CALM, side=sides[place])
                for place, since in enumerate(smiling)
            ],
        )
        for index in range(frames)
    ]


def shots(frames, who):
    played = play(frames, rule_of(group=who))
    return [index for index, frame in enumerate(played) if frame.fired]


def test_the_largest_face_decides_alone():
    assert shots(group(0, None, None), GroupRule.LARGEST) == [9]
    assert shots(group(None, 0, 0), GroupRule.LARGEST) == []


def test_anyone_will_do():
    assert shots(group(None, None, 0), GroupRule.ANYONE) == [9]
    assert shots(group(None, None, None), GroupRule.ANYONE) == []


def test_everyone_waits_for_the_last():
    assert shots(group(0, 1, 2), GroupRule.EVERYONE) == [11]
    assert shots(group(0, 0, None), GroupRule.EVERYONE) == []


@pytest.mark.parametrize(
    ("smiling", "expected"), [((0, 0, None), [9]), ((0, None, None), []), ((0, 0, None, None), [])]
)
def test_a_majority_is_more_than_half(smiling, expected):
    assert shots(group(*smiling), GroupRule.MAJORITY) == expected


@pytest.mark.parametrize(("who", "expected"), [(1, [9]), (2, [9]), (3, [])])
def test_so_many_can_be_asked_for(who, expected):
    assert shots(group(0, 0, None), who) == expected
    assert shots(group(0), 2) == []


def test_everybody_has_a_hold_of_their_own():
    played = play(group(0, 5, None), rule_of(group=GroupRule.EVERYONE))
    assert [person.smile.frames if person.smile else 0 for person in played[7].trigger.people] == [8, 3, 0]


def test_two_who_cross_do_not_swap_their_holds():
    """By their numbers, wherever they stand: `test_tracking` shows that the numbers stay."""
    frames = []
    for index in range(12):
        left = 20.0 * index
        frames.append((index / FPS, [face_of(1, SMILE, left=left), face_of(2, CALM, left=220 - left, side=101)]))
    assert shots(frames, GroupRule.LARGEST) == []
    assert shots(frames, GroupRule.ANYONE) == [9]


def test_ten_people_must_all_smile_and_one_who_leaves_holds_up_nobody():
    everybody = [[face_of(person, SMILE if person != 7 else CALM) for person in range(1, 11)] for _ in range(20)]
    frames = [(index / FPS, faces) for index, faces in enumerate(everybody)]
    assert shots(frames, GroupRule.EVERYONE) == []
    gone = [(at, faces if at < 3.0 else [face for face in faces if face.id != 7]) for at, faces in frames]
    # last seen on frame 14: a blink later nobody waits any more
    assert shots(gone, GroupRule.EVERYONE) == [16]


def test_whoever_comes_late_is_waited_for():
    frames = [
        (index / FPS, [face_of(1, SMILE), *([face_of(2, CALM if index < 12 else SMILE)] if index >= 5 else [])])
        for index in range(30)
    ]
    assert shots(frames, GroupRule.EVERYONE) == [21]


def test_the_subject_stays_the_subject_until_somebody_is_clearly_larger():
    def subject(*sides):
        frames = [(index / FPS, [face_of(1, side=100), face_of(2, side=side)]) for index, side in enumerate(sides)]
        return play(frames)[-1].trigger.subject

    assert subject(90, 110) == 1
    assert subject(90, 120) == 2


BACKGROUND = {
    Reason.TOO_FAR: face_of(2, CALM, side=35),
    Reason.BLURRED: face_of(2, CALM, side=90, quality=replace(WELL_SEEN, sharpness=0.1)),
    Reason.TURNED_AWAY: face_of(2, CALM, quality=replace(WELL_SEEN, frontality=0.1)),
    Reason.TOO_DARK: face_of(2, CALM, quality=replace(WELL_SEEN, brightness=15)),
}


@pytest.mark.parametrize("why", list(BACKGROUND))
def test_background_faces_hold_up_nobody_and_say_why(why):
    frames = [(index / FPS, [face_of(1, SMILE), BACKGROUND[why]]) for index in range(12)]
    played = play(frames, rule_of(group=GroupRule.EVERYONE))
    assert [index for index, frame in enumerate(played) if frame.fired] == [9]
    ineligible = played[5].trigger.people[1]
    assert (ineligible.eligible, ineligible.reason(rule_of())) == (False, why)


@pytest.mark.parametrize(
    ("face", "why"),
    [
        (face_of(1, SMILE, quality=replace(WELL_SEEN, share=0.02)), Reason.TOO_FAR),
        (face_of(1, SMILE, quality=replace(WELL_SEEN, frontality=0.2)), Reason.TURNED_AWAY),
        (face_of(1, SMILE, quality=replace(WELL_SEEN, brightness=20)), Reason.TOO_DARK),
    ],
)
def test_one_who_cannot_be_read_is_never_photographed_and_told_why(face, why):
    played = play([(index / FPS, [face]) for index in range(30)])
    assert not any(frame.fired for frame in played)
    assert {frame.trigger.reason for frame in played} == {why}


def test_nobody_comes_and_goes_at_a_limit():
    shares = [0.031, 0.029, 0.031, 0.029, 0.031]
    frames = [
        (index / FPS, [face_of(1, quality=replace(WELL_SEEN, share=share))]) for index, share in enumerate(shares)
    ]
    assert all(frame.trigger.people[0].eligible for frame in play(frames))
    assert not play(frames[1:2])[0].trigger.people[0].eligible


def reasons(frames, rule):
    return [frame.trigger.reason for frame in play(frames, rule)]


def test_each_reason_is_told_when_it_is_the_one():
    everyone = rule_of(group=GroupRule.EVERYONE, hold_frames=3, cooldown=1.0)
    assert reasons([(0.0, [])], everyone) == [Reason.NO_FACE]
    assert reasons(group(None, frames=1), everyone) == [Reason.NOT_SMILING]
    assert reasons(group(0, None, frames=1), everyone) == [Reason.WAITING]
    assert reasons(group(0, 0, frames=1), everyone) == [Reason.HOLDING]
    told = reasons(group(0, 0, frames=12), everyone)
    assert told[2] is Reason.READY
    assert set(told[3:7]) == {Reason.COOLDOWN}
    assert set(told[8:]) == {Reason.STILL_SMILING}


def test_a_new_smile_makes_a_new_photo_while_another_goes_on():
    frames = group(0, 40, frames=60)
    assert shots(frames, GroupRule.ANYONE) == [9, 49]
    assert play(frames, rule_of(group=GroupRule.ANYONE))[49].signals[-1] == Fire((1, 2))


def test_the_photo_is_chosen_for_those_whose_smiles_it_takes():
    fire = [frame.signals[-1] for frame in play(group(None, 0, 0, frames=12), rule_of(group=2)) if frame.fired]
    assert fire == [Fire((1, 2, 3))]
    fire = [
        frame.signals[-1]
        for frame in play(group(0, 0, None, frames=12), rule_of(group=GroupRule.LARGEST))
        if frame.fired
    ]
    assert fire == [Fire((1,))]


ASIDE = replace(WELL_SEEN, frontality=0.1)


@pytest.mark.parametrize("who", [GroupRule.EVERYONE, GroupRule.MAJORITY, 2])
@pytest.mark.parametrize("quality", [ASIDE, replace(WELL_SEEN, brightness=15), replace(WELL_SEEN, share=0.01)])
def test_a_glance_aside_makes_no_photo_of_the_others(who, quality):
    frames = [
        (index / FPS, [face_of(1, SMILE), face_of(2, CALM, quality=quality if index in (20, 21) else WELL_SEEN)])
        for index in range(30)
    ]
    played = play(frames, rule_of(group=who))
    assert not any(frame.fired for frame in played)
    assert all(frame.trigger.people[1].eligible for frame in played)


def test_whoever_looks_away_for_long_is_background_and_holds_up_nobody():
    frames = [
        (index / FPS, [face_of(1, SMILE), face_of(2, CALM, quality=ASIDE if index >= 12 else WELL_SEEN)])
        for index in range(30)
    ]
    played = play(frames, rule_of(group=GroupRule.EVERYONE))
    shot = next(index for index, frame in enumerate(played) if frame.fired)
    assert (shot - 12) / FPS > GLANCE
    assert played[shot].trigger.people[1].ineligible is Reason.TURNED_AWAY


def test_a_smile_that_is_not_well_seen_makes_no_hold():
    def course(seen):
        return [(index / FPS, [face_of(1, SMILE, quality=WELL_SEEN if seen(index) else ASIDE)]) for index in range(40)]

    def shots(seen):
        return [index for index, frame in enumerate(play(course(seen))) if frame.fired]

    assert shots(lambda index: index >= 20) == [29], "a hold begins when the background is left"
    assert shots(lambda index: index not in (5, 6)) == [11], "during a glance it stays and does not grow"
    glance = play(course(lambda index: index != 9))[9]
    assert glance.trigger.reason is Reason.HOLDING
    assert glance.trigger.people[0].reason(rule_of()) is Reason.TURNED_AWAY


def test_a_face_of_one_frame_holds_up_nobody():
    frames = [
        (index / FPS, [face_of(1, SMILE), *([face_of(2, CALM, side=90)] if index == 7 else [])]) for index in range(12)
    ]
    assert [index for index, frame in enumerate(play(frames, rule_of(group=GroupRule.EVERYONE))) if frame.fired] == [9]


def test_of_two_faces_of_one_size_the_sharper_is_the_measure():
    soft = face_of(2, CALM, quality=replace(WELL_SEEN, sharpness=0.1))
    for order in ((0, 1), (1, 0)):
        faces = [face_of(1, SMILE), soft]
        frames = [(index / FPS, [faces[place] for place in order]) for index in range(12)]
        assert [frame.trigger.people[1].ineligible for frame in play(frames)] == [Reason.BLURRED] * 12


def test_a_smile_in_the_background_decides_where_half_of_the_others_smile():
    def shots(*people):
        frames = [(index / FPS, list(people)) for index in range(12)]
        return [index for index, frame in enumerate(play(frames)) if frame.fired]

    behind = face_of(3, SMILE, side=30)
    assert shots(face_of(1, SMILE), face_of(2, CALM)) == []
    assert shots(face_of(1, SMILE), face_of(2, CALM), behind) == [9]
    assert shots(face_of(1, SMILE), face_of(2, CALM), face_of(3, CALM, side=30)) == []
    assert shots(face_of(1, CALM), face_of(2, CALM), behind) == []
    assert shots(face_of(1, CALM), behind, face_of(4, SMILE, side=30)) == []


def test_somebody_who_passes_by_does_not_begin_the_wait_for_open_eyes_anew():
    frames = [
        (
            index / FPS,
            [face_of(1, SMILE, eyes=0.9 if index < 5 else 0.02), *([face_of(2, CALM)] if index % 6 == 5 else [])],
        )
        for index in range(120)
    ]
    for who in (GroupRule.EVERYONE, GroupRule.MAJORITY):
        shots = [frame.at for frame in play(frames, rule_of(group=who, eyes_wait=1.5)) if frame.fired]
        assert shots
        assert shots[0] < 5.0


def test_a_hold_that_is_long_enough_and_fades_asks_for_more():
    levels = [0.9] * 5 + [0.42] * 20
    frames = [(index / FPS, [face_of(1, mixed(happy=level))]) for index, level in enumerate(levels)]
    last = play(frames)[-1].trigger
    assert (last.reason, last.progress) == (Reason.SMILE_MORE, 1.0)
    assert last.people[0].reason(rule_of()) is Reason.SMILE_MORE


def test_closed_eyes_of_one_of_several_put_the_photo_off():
    frames = [
        (index / FPS, [face_of(1, SMILE), face_of(2, SMILE, eyes=0.9 if index < 8 else 0.02)]) for index in range(13)
    ]
    assert play(frames, rule_of(group=GroupRule.EVERYONE))[9].trigger.reason is Reason.EYES_CLOSED


def test_nobody_who_is_missing_makes_the_photo():
    frames = [(index / 30, [face_of(1, SMILE)] if index != 10 else []) for index in range(14)]
    hold = play(frames, rule_of(hold_frames=10))
    fired = [index for index, frame in enumerate(hold) if frame.fired]
    assert fired == [9]
    later = play(frames, rule_of(hold_frames=10, hold_seconds=10 / 30))
    assert [index for index, frame in enumerate(later) if frame.fired] == [11], "time went by, but nobody was there"


def test_whoever_glances_aside_at_the_shutter_is_waited_for():
    frames = [
        (
            index / FPS,
            [
                face_of(1, SMILE, quality=ASIDE if index == 14 else WELL_SEEN),
                face_of(2, SMILE if index >= 5 else CALM),
            ],
        )
        for index in range(18)
    ]
    assert [index for index, frame in enumerate(play(frames, rule_of(group=GroupRule.EVERYONE))) if frame.fired] == [15]


def test_a_hold_begins_anew_after_the_background():
    frames = [
        (index / FPS, [face_of(1, SMILE, quality=ASIDE if 8 <= index < 14 else WELL_SEEN)]) for index in range(30)
    ]
    assert [index for index, frame in enumerate(play(frames)) if frame.fired] == [23]
