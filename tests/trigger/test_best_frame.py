"""The best of the last second, out of a ring that stays small."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartselfie.core.types import Frame
from smartselfie.testing import WELL_SEEN, blank, face_of, mixed, rule_of
from smartselfie.trigger.best_frame import BUFFER_BYTES, FrameBuffer, merit


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
    assert merit(face_of(1, mixed(happy=1.0)), rule_of(), 1.0) == pytest.approx(1.0)
    dark = replace(WELL_SEEN, sharpness=0.0, brightness=0.0, frontality=0.0)
    assert merit(face_of(1, mixed(), eyes=0.0, quality=dark), rule_of(), 1.0) == 0.0


def test_the_frame_is_kept_as_it_is():
    picture = np.random.default_rng(0).integers(0, 256, (72, 128, 3), np.uint8)
    ring = FrameBuffer(rule_of(), 1.0)
    ring.add(Frame(picture, 0.0, 0), (GOOD,))
    assert ring.best([1]).frame.image is picture
