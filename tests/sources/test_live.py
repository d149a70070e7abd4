"""The thread that holds the newest frame, with a capture that does what a test tells it."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.errors import SourceError
from smartselfie.sources.live import LiveSource, Patience

SOON = Patience(first=5.0, silence=0.15, retry=0.01, retry_most=0.02)
CALM = Patience(first=5.0, silence=30.0)
"""Where nothing shall get lost, however slow the machine."""


def picture(number: int) -> NDArray[np.uint8]:
    return np.full((4, 6, 3), number % 256, np.uint8)


class FakeCapture:
    """Delivers pictures as they are given to it; `None` makes reading fail."""

    def __init__(self, *, repeats: bool = False) -> None:
        self.given: list[NDArray[np.uint8] | None] = []
        self.news = threading.Condition()
        self.released = threading.Event()
        self.repeats = repeats
        self.reads = 0

    def give(self, *pictures: NDArray[np.uint8] | None) -> "FakeCapture":
        with self.news:
            self.given.extend(pictures)
            self.news.notify_all()
        return self

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        with self.news:
            self.news.wait_for(lambda: self.given or self.released.is_set(), timeout=5)
            if not self.given:
                return False, None
            self.reads += 1
            item = self.given[0] if self.repeats and len(self.given) == 1 else self.given.pop(0)
            return item is not None, item

    def release(self) -> None:
        self.released.set()
        with self.news:
            self.news.notify_all()


def opener(*captures: FakeCapture) -> Callable[[], FakeCapture]:
    """Opens one capture after the other, then none."""
    left = list(captures)

    def opening() -> FakeCapture:
        if not left:
            raise SourceError("the camera is away", "plug it in")
        return left.pop(0)

    return opening


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


@pytest.mark.slow
def test_the_newest_frame_is_delivered_and_older_ones_are_dropped() -> None:
    capture = FakeCapture().give(picture(0))
    source = LiveSource("cam", opener(capture), patience=CALM)
    frames = source.frames()
    first = next(frames)
    capture.give(picture(1), picture(2), picture(3))
    until(lambda: source.dropped == 2)
    second = next(frames)
    source.close()
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert (first.image[0, 0, 0], second.image[0, 0, 0]) == (0, 3)
    assert (first.index, second.index) == (0, 1)
    assert (first.dropped, second.dropped) == (0, 2)


@pytest.mark.slow
def test_times_are_the_clocks_from_zero_and_the_day_is_kept() -> None:
    ticks = iter([100.0, 100.5, 102.0])
    day = datetime(2026, 11, 23, 5, 20, 11)  # noqa: DTZ001
    capture = FakeCapture().give(picture(0))
    source = LiveSource("cam", opener(capture), patience=CALM, clock=lambda: next(ticks), now=lambda: day)
    frames, seen = source.frames(), []
    for number in (1, 2, None):
        item = next(frames)
        assert isinstance(item, Frame)
        seen.append(item)
        if number is not None:
            capture.give(picture(number))
    source.close()
    assert [frame.at for frame in seen] == [0.0, 0.5, 2.0]
    assert {frame.taken for frame in seen} == {day}


def test_a_driver_that_repeats_its_buffer_is_a_lost_camera() -> None:
    stalled = FakeCapture(repeats=True).give(picture(1))
    source = LiveSource("cam", opener(stalled), patience=SOON)
    frames = source.frames()
    assert isinstance(next(frames), Frame)
    lost = next(frames)
    source.close()
    assert lost == SourceLost("cam sends no new frames")
    assert stalled.reads > 2


@pytest.mark.slow
def test_a_camera_that_is_pulled_is_told_once_and_found_again() -> None:
    first, second = FakeCapture().give(picture(1), None), FakeCapture().give(picture(2))
    attempts = iter([first, None, None, second])

    def opening() -> FakeCapture:
        capture = next(attempts)
        if capture is None:
            raise SourceError("the camera is away", "plug it in")
        return capture

    source = LiveSource("cam", opening, patience=SOON)
    frames = source.frames()
    items = [next(frames) for _ in range(4)]
    source.close()
    assert [type(item) for item in items] == [Frame, SourceLost, SourceBack, Frame]
    assert items[1] == SourceLost("cam stopped sending frames")
    assert first.released.is_set()
    before, after = items[0], items[3]
    assert isinstance(before, Frame)
    assert isinstance(after, Frame)
    assert after.index == before.index + 1
    assert after.at >= before.at


def test_a_read_that_hangs_blocks_nobody() -> None:
    hanging = FakeCapture().give(picture(1))
    source = LiveSource("cam", opener(hanging), patience=SOON)
    frames = source.frames()
    next(frames)
    begin = time.monotonic()
    assert isinstance(next(frames), SourceLost)
    assert time.monotonic() - begin < 2
    hanging.release()
    source.close()


@pytest.mark.slow
def test_a_camera_that_hangs_after_it_was_found_again_is_found_once_more() -> None:
    patience = Patience(first=0.3, silence=0.15, retry=0.01, retry_most=0.02)
    first, hanging, healthy = FakeCapture().give(picture(0), None), FakeCapture(), FakeCapture().give(picture(7))
    source = LiveSource("cam", opener(first, hanging, healthy), patience=patience)
    items = [next(frames) for frames in [source.frames()] for _ in range(4)]
    source.close()
    assert [type(item) for item in items] == [Frame, SourceLost, SourceBack, Frame]
    assert isinstance(items[-1], Frame)
    assert items[-1].image[0, 0, 0] == 7


def test_what_a_driver_raises_is_a_lost_camera_and_no_silence() -> None:
    class Raising(FakeCapture):
        def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
            if not self.given:
                raise RuntimeError("ioctl failed")
            return super().read()

    source = LiveSource("cam", opener(Raising().give(picture(1))), patience=SOON)
    frames = source.frames()
    next(frames)
    assert next(frames) == SourceLost("cam failed: ioctl failed")
    source.close()


def test_closing_ends_the_wait_of_another_thread_at_once() -> None:
    capture = FakeCapture().give(picture(1))
    source = LiveSource("cam", opener(capture), patience=Patience(silence=60))
    frames = source.frames()
    next(frames)
    ended = threading.Event()

    def wait() -> None:
        assert list(frames) == []
        ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    capture.release()
    source.close()
    source.close()
    waiting.join(timeout=3)
    assert ended.is_set()


def test_closing_between_the_making_of_a_reader_and_its_start_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = LiveSource("cam", opener(FakeCapture().give(picture(1), None)), patience=SOON)
    frames = source.frames()
    next(frames)
    made, closed = threading.Event(), []

    class Late(threading.Thread):
        def start(self) -> None:
            made.set()
            closing.join(0.3)
            super().start()

    def close() -> None:
        assert made.wait(20)
        source.close()
        closed.append(True)

    closing = threading.Thread(target=close)
    closing.start()
    monkeypatch.setattr("smartselfie.sources.live.threading.Thread", Late)
    assert isinstance(next(frames), SourceLost)
    closing.join(20)
    assert closed
    assert list(frames) == []


def test_closing_while_the_camera_is_lost_ends_it_too() -> None:
    source = LiveSource("cam", opener(FakeCapture().give(picture(1), None)), patience=SOON)
    frames = source.frames()
    next(frames)
    assert isinstance(next(frames), SourceLost)
    threading.Timer(0.05, source.close).start()
    assert list(frames) == []


def test_a_camera_that_cannot_be_opened_raises_at_once() -> None:
    with pytest.raises(SourceError, match="the camera is away"):
        LiveSource("cam", opener(), patience=SOON)


def test_a_camera_that_opens_but_gives_nothing_raises() -> None:
    silent = FakeCapture()
    threading.Timer(0.2, silent.release).start()
    with pytest.raises(SourceError, match="cam opens but sends no frames"):
        LiveSource("cam", opener(silent), patience=Patience(first=0.05))
