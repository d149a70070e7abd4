"""What is written beside the watching."""

import io
import threading

import pytest

from smartselfie.cli.event_printer import Teller
from smartselfie.cli.terminal import Block
from smartselfie.core.events import SmileBegan

EVENTS = [SmileBegan(float(index), index, 1) for index in range(6)]


def test_a_blocked_reader_delays_nobody_and_misses_nothing():
    told, open_again = [], threading.Event()

    def tell(event):
        assert open_again.wait(20)
        told.append(event)

    with Teller(tell, None) as teller:
        for event in EVENTS:
            teller.take([event], ())
        assert told == []
        open_again.set()
    assert told == EVENTS


def test_of_the_meter_the_newest_is_shown_once_it_can_be():
    drawn, entered, open_again = io.StringIO(), threading.Event(), threading.Event()

    def tell(_):
        entered.set()
        assert open_again.wait(20)

    with Teller(tell, Block(drawn)) as teller:
        teller.take(EVENTS[:1], ["first"])
        assert entered.wait(20)
        for word in ("second", "third", "last"):
            teller.take((), [word])
        open_again.set()
    shown = drawn.getvalue()
    assert "second" not in shown
    assert "third" not in shown


def tell_and_end(end):
    def tell(_):
        raise BrokenPipeError

    with Teller(tell, None) as teller:
        teller.take(EVENTS[:1], ())
        end(teller)


def go_on(teller):
    teller._thread.join(20)
    teller.take((), ())
    pytest.fail("it went on")


def leave(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("end", "error"), [(go_on, BrokenPipeError), (lambda _: None, BrokenPipeError), (leave, KeyboardInterrupt)]
)
def test_what_telling_raises_is_raised_where_the_events_come_from(end, error):
    with pytest.raises(error):
        tell_and_end(end)
