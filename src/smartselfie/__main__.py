"""`smartselfie` and `python -m smartselfie`: the program from its first import to its last thread."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

# What ends the program, alike. No terminal is told when a window is closed on Windows.
ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
ENDED = 130
# Seconds within which further signals mean the first: a terminal that is closed and its shell both send one.
TOGETHER = 1.0
# How the threads begin that may hang in a driver, a library or a network drive, besides workers.
DRIVERS = ("camera ", "pipeline")


def run() -> None:
    """Run the command, and exit with its code; with 130 where a signal ends it, at whatever moment."""
    interrupted = _take_signals()
    code = ENDED
    try:
        from smartselfie.cli.main import main

        code = main()
    except BaseException:
        # libraries that are being loaded, and output to a terminal that is gone, make other errors of KeyboardInterrupt
        if not interrupted():
            raise
    for each in ENDING:
        # There is nothing more to save. Python gives up its handlers before it has ended; what is ignored stays so.
        signal.signal(each, signal.SIG_IGN)
    # A KeyboardInterrupt that has passed through a library that runs Python from C would have Python end by SIGINT,
    # whatever the code. And Python would take libraries down under a thread that hangs, and crash.
    if interrupted() or _hangs():
        _leave(ENDED if interrupted() else code)
    sys.exit(code)


def _take_signals() -> Callable[[], bool]:
    """Have every signal that ends programs raise KeyboardInterrupt, or reach who takes Ctrl-C, as the server does.

    Ctrl-C is taken where a shell that put the program into the background had it ignored, too; what `nohup` has
    ignored stays so.

    Returns:
        What says whether a signal has come.
    """
    interrupted = -TOGETHER

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        if time.monotonic() - interrupted >= TOGETHER:
            interrupted = time.monotonic()
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    for each in ENDING[1:]:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, lambda *_: signal.raise_signal(signal.SIGINT))
    return lambda: interrupted >= 0


def _hangs() -> bool:
    """Whether a thread still hangs, for which there is no gentler way out than to end at once."""
    from smartselfie.worker import hanging

    return bool(hanging()) or any(thread.name.startswith(DRIVERS) for thread in threading.enumerate())


def _leave(code: int) -> None:
    """End at once, with what was printed."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
