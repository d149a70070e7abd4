"""The signals that end a command: Ctrl-C's, and those of a system or a terminal that closes."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Windows has no SIGHUP.
SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@contextmanager
def handle_signals(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """While it lasts, SIGTERM and SIGHUP do what SIGINT does: `handler`.

    SIGINT is taken where it is ignored, too, as in what a shell has put into the background. What ignores SIGHUP was
    started by `nohup`, and goes on. Signals belong to the main thread; in another one nothing changes.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        ignored = {each for each in SIGNALS[2:] if signal.getsignal(each) is signal.SIG_IGN}
        before = {each: signal.signal(each, _interrupt) for each in SIGNALS if each not in ignored}
        signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Whoever handles SIGINT now, as a server does while it runs, handles the others with it."""
    signal.raise_signal(signal.SIGINT)
