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
    if interrupted():
        code = ENDED
    for each in ENDING:
        # there is nothing more to save
        signal.signal(each, lambda *_: os._exit(ENDED))
    _leave_the_stuck(code)
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


def _leave_the_stuck(code: int) -> None:
    """End at once where a thread still hangs.

    Python would go on to take libraries down under that thread, and crash; there is no gentler way out.
    """
    from smartselfie.worker import hanging

    if hanging() or any(thread.name.startswith(DRIVERS) for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    run()
