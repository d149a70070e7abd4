"""Clips at their own speed."""

import threading
import time
from itertools import pairwise

from smartselfie.core.types import Frame
from smartselfie.sources.filters import Paced
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
