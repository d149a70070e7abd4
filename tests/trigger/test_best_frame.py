"""The best of the last second, out of a ring that stays small."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartselfie.core.types import Frame
from smartselfie.testing import WELL_SEEN, blank, face_of, mixed, play, rule_of
from smartselfie.trigger.best_frame import AFTER, BUFFER_BYTES, STILL, FrameBuffer, Standard, merit
from smartselfie.trigger.frame_chooser import NEAR, FrameChooser
from smartselfie.trigger.trigger import Fire, Trigger


def ring_of(*faces, fps=10.0, seconds=1.0, **options):
    """A ring that has seen one person's faces, one a frame."""
    ring = FrameBuffer(rule_of(), seconds, **options)
    for index, face in enumerate(faces):
        ring.add(Frame(blank(8, 6), index / fps, index), (face,))
    return ring


GOOD = face_of(1, mixed(happy=0.9))
WORSE = {
    "smile": face_of(1, mixed(happy=0.6)),
    "eyes": face_of(1, mixed(happy=0.9), eyes=0.1),
    "sharpness": face_of(1, mixed(happy=0.9), quality=replace(WELL_SEEN, sharpness=0.3)),
    "frontality": face_of(1, mixed(happy=0.9), quality=replace(WELL_SEEN, frontality=0.4)),
    "light": face_of(1, mixed(happy=0.9), quality=replace(WELL_SEEN, brightness=30)),
}


@pytest.mark.parametrize("what", list(WORSE))
def test_each_of_smile_eyes_sharpness_pose_and_light_makes_a_frame_better(what):
    assert ring_of(WORSE[what], GOOD, WORSE[what]).best([1]).frame.index == 1


def test_of_equals_the_latest_is_kept():
    assert ring_of(GOOD, GOOD, GOOD).best([1]).frame.index == 2


def test_nobody_is_caught_with_closed_eyes_for_the_others_sake():
    ring = FrameBuffer(rule_of(), 1.0)
    two_good = [face_of(1, mixed(happy=0.9)), face_of(2, mixed(happy=0.9)), face_of(3, mixed(happy=0.95), eyes=0.0)]
    all_fair = [face_of(person, mixed(happy=0.72)) for person in (1, 2, 3)]
    ring.add(Frame(blank(), 0.0, 0), tuple(all_fair))
    ring.add(Frame(blank(), 0.1, 1), tuple(two_good))
    assert ring.best([1, 2, 3]).frame.index == 0
    assert ring.best([1, 2]).frame.index == 1


def test_a_frame_without_one_who_belongs_on_it_is_worth_little():
    ring = FrameBuffer(rule_of(), 1.0)
    ring.add(Frame(blank(), 0.0, 0), (face_of(1, mixed(happy=0.6)), face_of(2, mixed(happy=0.6))))
    ring.add(Frame(blank(), 0.1, 1), (face_of(1, mixed(happy=0.95)),))
    assert ring.best([1, 2]).frame.index == 0


def test_frames_that_are_older_than_the_ring_are_let_go():
    ring = ring_of(GOOD, *[WORSE["smile"]] * 15, fps=10, seconds=1.0)
    assert len(ring) == 11
    assert ring.best([1]).frame.index == 15


def test_without_seconds_only_the_newest_is_kept():
    ring = ring_of(GOOD, WORSE["smile"], seconds=0.0)
    assert len(ring) == 1
    assert ring.best([1]).frame.index == 1


def test_a_ring_that_is_cleared_holds_nothing():
    ring = ring_of(GOOD, GOOD)
    ring.clear()
    assert (len(ring), ring.bytes) == (0, 0)
    with pytest.raises(ValueError, match="empty"):
        ring.best([1])


@given(st.lists(st.integers(50, 100).map(lambda percent: percent / 100), min_size=1, max_size=30), st.integers(1, 8))
def test_memory_is_bounded_and_the_best_survives(levels, room):
    picture = blank(8, 6)
    ring = FrameBuffer(rule_of(), 10.0, most_bytes=room * picture.nbytes)
    for index, level in enumerate(levels):
        ring.add(Frame(picture, index / 30, index), (face_of(1, mixed(happy=level)),))
        assert ring.bytes <= room * picture.nbytes
    # the newest always stays, so that of room for one only it is left
    if room > 1:
        kept = ring.best([1]).frame.index
        assert levels[kept] == max(levels)


def test_a_second_of_full_hd_and_ten_frames_of_4k_fit():
    assert BUFFER_BYTES >= 30 * 1920 * 1080 * 3
    assert BUFFER_BYTES >= 10 * 3840 * 2160 * 3


def test_merit_lies_between_0_and_1():
    assert merit(face_of(1, mixed(happy=1.0)), rule_of(), Standard(1.0, 0.0)) == pytest.approx(1.0)
    dark = replace(WELL_SEEN, sharpness=0.0, brightness=0.0, frontality=0.0)
    assert merit(face_of(1, mixed(), eyes=0.0, quality=dark), rule_of(), Standard(1.0, 0.0)) == 0.0


def test_the_frame_is_kept_as_it_is():
    picture = np.random.default_rng(0).integers(0, 256, (72, 128, 3), np.uint8)
    ring = FrameBuffer(rule_of(), 1.0)
    ring.add(Frame(picture, 0.0, 0), (GOOD,))
    assert ring.best([1]).frame.image is picture


def chosen(levels, fps=30.0, seconds=1.0):
    """What a chooser makes of one person's levels, and the frames after which it says so."""
    trigger, chooser, told = Trigger(rule_of()), FrameChooser(rule_of(), seconds), []
    for index, level in enumerate(levels):
        frame, faces = Frame(blank(4, 4), index / fps, index), (face_of(1, mixed(happy=level)),)
        trigger, signals = trigger.update(frame.at, faces)
        fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
        told += [(index, shot) for shot in chooser.update(frame, faces, trigger, fire)]
    return told + [(len(levels), shot) for shot in chooser.finish()]


def test_a_smile_at_its_height_is_kept_at_once():
    ((told, shot),) = chosen([0.9] * 30)
    assert (told, shot.decided.index) == (9, 9)


def test_a_smile_that_grows_is_kept_at_its_height():
    levels = [0.6] * 8 + [0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.99, 0.98] + [0.95] * 30
    ((told, shot),) = chosen(levels)
    assert shot.decided.index == 9
    assert shot.best.frame.index == 14
    assert told - 14 == pytest.approx(STILL * 30, abs=1)


def test_growth_is_seen_where_the_score_is_near_1_already():
    ((_, shot),) = chosen([0.9] * 7 + [0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999] + [0.999] * 30)
    assert shot.best.frame.index == 13


def test_what_may_have_been_a_sob_is_not_kept():
    crying, sob, smile = mixed(sad=0.8), mixed(happy=0.93), mixed(happy=0.9)
    script = [crying] * 30 + [sob] * 20 + [smile] * 30
    trigger, chooser, told = Trigger(rule_of()), FrameChooser(rule_of(), 1.0), []
    for index, emotions in enumerate(script):
        frame, faces = Frame(blank(4, 4), index / 30, index), (face_of(1, emotions),)
        trigger, signals = trigger.update(frame.at, faces)
        fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
        told += chooser.update(frame, faces, trigger, fire)
    (shot,) = told
    assert shot.decided.at - shot.best.frame.at <= NEAR + 1e-6


def test_no_frame_later_than_that_is_waited_for():
    ((told, shot),) = chosen([0.5 + 0.005 * index for index in range(90)])
    assert shot.best.frame.at <= shot.decided.at + AFTER + 1e-6
    assert told == shot.decided.index + round(AFTER * 30)


def test_a_stalled_camera_ends_the_choice():
    ((told, shot),) = chosen([0.5 + 0.045 * index for index in range(11)] + [0.999] * 3, fps=2.0)
    assert shot.best.frame.index <= shot.decided.index + 1
    assert told == shot.decided.index + 2 or shot.best.frame.index == shot.decided.index


def test_with_0_seconds_the_frame_of_the_shutter_is_kept():
    ((told, shot),) = chosen([0.6 + 0.01 * index for index in range(30)], seconds=0.0)
    assert told == shot.decided.index == shot.best.frame.index


@given(st.lists(st.sampled_from([0.05, 0.4, 0.6, 0.8, 0.95, 0.999]), max_size=150), st.sampled_from([5.0, 15.0, 30.0]))
def test_every_shutter_gives_one_photo_from_a_second_before_it_to_a_little_after(levels, fps):
    fired = [
        index
        for index, frame in enumerate(
            play([(index / fps, [face_of(1, mixed(happy=level))]) for index, level in enumerate(levels)])
        )
        if frame.fired
    ]
    told = chosen(levels, fps)
    assert [shot.decided.index for _, shot in told] == fired
    for after, shot in told:
        kept, decided = shot.best.frame, shot.decided
        assert decided.at - 1.0 - 1e-6 <= kept.at <= decided.at + AFTER + 1e-6
        assert kept.index <= after
