"""What is written beside the watching."""

import io
import threading
from time import monotonic

import pytest

from smartselfie.cli.event_printer import EventPrinter
from smartselfie.cli.terminal import Block
from smartselfie.core.events import SmileBegan

EVENTS = [SmileBegan(float(index), index, 1) for index in range(6)]


def test_a_blocked_reader_delays_nobody_and_misses_nothing():
    told, open_again = [], threading.Event()

    def print_event(event):
        assert open_again.wait(20)
        told.append(event)

    with EventPrinter(print_event, None) as printer:
        for event in EVENTS:
            printer.submit([event], ())
        assert told == []
        open_again.set()
    assert told == EVENTS


def test_of_the_meter_the_newest_is_shown_once_it_can_be():
    drawn, entered, open_again = io.StringIO(), threading.Event(), threading.Event()

    def print_event(_):
        entered.set()
        assert open_again.wait(20)

    with EventPrinter(print_event, Block(drawn)) as printer:
        printer.submit(EVENTS[:1], ["first"])
        assert entered.wait(20)
        for word in ("second", "third", "last"):
            printer.submit((), [word])
        open_again.set()
    shown = drawn.getvalue()
    assert "second" not in shown
    assert "third" not in shown


def print_and_end(end):
    def print_event(_):
        raise BrokenPipeError

    with EventPrinter(print_event, None) as printer:
        printer.submit(EVENTS[:1], ())
        end(printer)


def go_on(printer):
    printer._worker.join(20)
    printer.submit((), ())
    pytest.fail("it went on")


def leave(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("end", "error"), [(go_on, BrokenPipeError), (lambda _: None, BrokenPipeError), (leave, KeyboardInterrupt)]
)
def test_what_telling_raises_is_raised_where_the_events_come_from(end, error):
    with pytest.raises(error):
        print_and_end(end)


def test_a_terminal_that_hangs_does_not_hold_up_ctrl_c(monkeypatch):
    monkeypatch.setattr("smartselfie.cli.event_printer.CUT_SHORT", 0.05)
    open_again = threading.Event()
    begun = monotonic()

    def watch():
        with EventPrinter(lambda _: open_again.wait(20), None) as printer:
            printer.submit(EVENTS, ())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch()
    assert monotonic() - begun < 10
    open_again.set()
