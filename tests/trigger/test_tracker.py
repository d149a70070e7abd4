"""Who is who: people keep their number through motion, crossings and blinks of the detector."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartselfie.core.types import Box
from smartselfie.trigger.tracker import COASTING, MEMORY, Tracker, assign


def square(x, y=100.0, side=100.0):
    """A box by its middle."""
    return Box(x - side / 2, y - side / 2, side, side)


def follow(frames):
    """The numbers given on each frame; a frame is its time and its boxes."""
    tracks, told = Tracker(), []
    for at, boxes in frames:
        tracks, ids = tracks.update(at, boxes)
        told.append(ids)
    return told


def test_everybody_gets_a_number_from_left_to_right_and_keeps_it():
    told = follow([(0.0, [square(500), square(100)]), (0.1, [square(105), square(495)])])
    assert told == [(2, 1), (1, 2)]


def test_a_number_is_never_given_twice():
    told = follow([(0.0, [square(100)]), (MEMORY + 0.1, [square(100)]), (2 * MEMORY + 0.3, [square(100)])])
    assert told == [(1,), (2,), (3,)]


def test_whoever_is_lost_for_less_than_the_memory_is_the_same_person():
    assert follow([(0.0, [square(100)]), (1.0, []), (MEMORY - 0.1, [square(110)])])[-1] == (1,)


def test_a_face_far_away_is_somebody_else():
    assert follow([(0.0, [square(100)]), (0.04, [square(400)])]) == [(1,), (2,)]


def test_a_face_of_another_size_is_somebody_else():
    assert follow([(0.0, [square(100, side=40)]), (0.04, [square(100, side=140)])]) == [(1,), (2,)]


@pytest.mark.parametrize("fps", [10, 15, 30, 60])
@pytest.mark.parametrize("hidden", [False, True])
def test_two_people_who_cross_keep_their_numbers(fps, hidden):
    jitter = random.Random(3)
    told = []
    tracks = Tracker()
    for index in range(4 * fps):
        at = index / fps
        ana, ben = 100 + 150 * at, 600 - 120 * at
        boxes = {"ana": square(ana + jitter.gauss(0, 2), side=110), "ben": square(ben + jitter.gauss(0, 2))}
        # a detector shows one of two faces that cover each other
        if hidden and abs(ana - ben) < 70:
            del boxes["ben"]
        tracks, ids = tracks.update(at, list(boxes.values()))
        told.append(dict(zip(boxes, ids, strict=True)))
    assert told[0] == told[-1] == {"ana": 1, "ben": 2}
    apart = [each for index, each in enumerate(told) if abs(500 - 270 * index / fps) > 100]
    assert all(each == {"ana": 1, "ben": 2} for each in apart)


def test_ten_people_in_a_row_who_sway_keep_their_numbers():
    jitter = random.Random(1)
    frames = [
        (index / 15, [square(150 * k + 20 * math.sin(index / 5 + k) + jitter.gauss(0, 3)) for k in range(10)])
        for index in range(60)
    ]
    assert set(follow(frames)) == {tuple(range(1, 11))}


def test_a_clock_that_runs_backwards_makes_everybody_new():
    assert follow([(5.0, [square(100)]), (1.0, [square(100)])]) == [(1,), (2,)]


places = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 1000)), min_size=1, max_size=6, unique=True)


@pytest.mark.slow
@given(st.lists(places, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_boxes_does_not_matter(course, chance):
    tracks = shuffled = Tracker()
    for index, frame in enumerate(course):
        # nobody is as far from one expected place as from another
        boxes = [square(x + chance.random(), y + chance.random()) for x, y in frame]
        mixed = chance.sample(boxes, len(boxes))
        tracks, ids = tracks.update(index / 10, boxes)
        shuffled, others = shuffled.update(index / 10, mixed)
        assert dict(zip(boxes, ids, strict=True)) == dict(zip(mixed, others, strict=True))


costs = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.one_of(st.integers(0, 50).map(float), st.just(math.inf)), min_size=columns, max_size=columns),
        min_size=1,
        max_size=4,
    )
)


@given(costs)
def test_the_assignment_is_the_best_there_is(table):
    """Compared with every possible one: most pairs first, then the least cost."""
    columns = len(table[0])

    def worth(chosen):
        pairs = [(row, column) for row, column in enumerate(chosen) if column is not None]
        return -len(pairs), sum(table[row][column] for row, column in pairs)

    possible = [
        chosen
        for chosen in itertools.product([*range(columns), None], repeat=len(table))
        if len({column for column in chosen if column is not None}) == sum(column is not None for column in chosen)
        and all(column is None or math.isfinite(table[row][column]) for row, column in enumerate(chosen))
    ]
    found = assign(table)
    assert tuple(found) in possible
    assert worth(found) == min(worth(chosen) for chosen in possible)


def test_nobody_needs_no_assignment():
    assert assign([]) == []
    assert assign([[], []]) == [None, None]


@pytest.mark.parametrize("fps", [5, 10, 15, 30])
def test_nobody_takes_the_number_of_a_neighbour_who_left_when_a_third_comes(fps):
    ana, ben, cleo = square(100), square(190), square(255)
    there = [(index / fps, [ana, ben]) for index in range(fps)]
    gone = max(2, round(0.4 * fps))
    alone = [((fps + index) / fps, [ben]) for index in range(gone)]
    told = follow([*there, *alone, ((fps + gone) / fps, [ben, cleo])])
    assert told[0] == (1, 2)
    assert told[-1][0] == 2
    assert told[-1][1] != 2


def test_whoever_is_not_found_is_expected_to_slow_down():
    moving = [(index / 10, [square(100 + 20 * index)]) for index in range(10)]
    last, at = 100 + 20 * 9, 0.9
    coasted = 200 * COASTING * (1 - math.exp(-1.5 / COASTING))
    assert follow([*moving, (at + 1.5, [square(last + coasted)])])[-1] == (1,)
    assert follow([*moving, (at + 1.5, [square(last + 200 * 1.5)])])[-1] == (2,)


def test_whoever_is_gone_for_long_is_no_longer_kept():
    tracks, _ = Tracker().update(0.0, [square(100)])
    tracks, _ = tracks.update(MEMORY + 0.1, [])
    assert tracks.tracks == ()
