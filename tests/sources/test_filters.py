"""Clips at their own speed, and cameras that hang on their side."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from smartselfie.core.events import SourceLost
from smartselfie.core.types import Frame
from smartselfie.sources.filters import Paced, Rotated
from smartselfie.testing import ScriptedSource, frames_at


def test_no_frame_comes_before_its_time() -> None:
    paced, arrivals = Paced(ScriptedSource(frames_at(50, 6))), []
    for item in paced.frames():
        assert isinstance(item, Frame)
        arrivals.append((time.monotonic(), item.at))
    begin = arrivals[0][0]
    assert all(arrived - begin >= at - 0.001 for arrived, at in arrivals)
    assert len(arrivals) == 6


def test_a_slow_reader_gets_every_frame_and_no_rush_afterwards() -> None:
    paced, arrivals = Paced(ScriptedSource(frames_at(50, 6))), []
    for item in paced.frames():
        assert isinstance(item, Frame)
        arrivals.append(time.monotonic())
        if item.index == 1:
            time.sleep(0.2)
    assert len(arrivals) == 6
    assert all(later - earlier >= 0.015 for earlier, later in pairwise(arrivals[2:]))


def test_closing_ends_a_long_wait_at_once() -> None:
    source = ScriptedSource(frames_at(0.01, 2))
    paced = Paced(source)
    threading.Timer(0.05, paced.close).start()
    assert len(list(paced.frames())) == 1
    assert source.closed


@pytest.mark.parametrize(("degrees", "turns"), [(90, -1), (180, 2), (270, 1)])
def test_frames_are_turned_clockwise(degrees: int, turns: int) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    source = ScriptedSource([Frame(image, 0.5, 7), SourceLost("pulled")])
    frame, lost = Rotated(source, degrees).frames()
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.image, np.rot90(image, turns))
    assert (frame.at, frame.index) == (0.5, 7)
    assert lost == SourceLost("pulled")
