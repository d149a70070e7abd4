"""What is printed while people are watched is printed in the background: nobody waits for a blocked terminal."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from smartselfie.cli.terminal import Block
from smartselfie.core.events import Event
from smartselfie.worker import JobQueue, Worker

# Seconds that printing gets where the watching was interrupted.
CUT_SHORT = 1.0


class _Handing(logging.Handler):
    """Hands what is logged to a queue."""

    def __init__(self, queue: JobQueue[logging.LogRecord]) -> None:
        super().__init__()
        self._queue = queue

    def emit(self, record: logging.LogRecord) -> None:
        self._queue.submit(record)


@contextmanager
def log_in_background() -> Iterator[None]:
    """While this lasts a worker prints what is logged, in order; whoever logs does not wait for the terminal."""
    root = logging.getLogger()
    before = root.handlers

    def print_record(record: logging.LogRecord) -> None:
        for handler in before:
            if record.levelno >= handler.level:
                handler.handle(record)

    queue = JobQueue("log", print_record)
    root.handlers = [_Handing(queue)]
    try:
        yield
    finally:
        root.handlers = before
        queue.close()


class EventPrinter:
    """Prints every event in order, and of the meter's drawings the newest; a context manager.

    Its end waits until all is printed, as long as a reader takes; where the watching was interrupted, for a second.
    """

    def __init__(self, print_event: Callable[[Event], None], block: Block | None) -> None:
        """`print_event` prints one; `block` shows the meter, None where nobody watches."""
        self._print_event, self._block = print_event, block
        self._events: deque[Event] = deque()
        self._meter: Sequence[str] = ()
        self._ended = False
        self._failed: Exception | None = None
        self._news = threading.Condition()
        self._worker = Worker("events", self._run)

    def __enter__(self) -> Self:
        """Nothing is printed yet."""
        self._worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what is left; raises what printing raised, unless something else went wrong before."""
        del kind, trace
        with self._news:
            self._ended = True
            self._news.notify()
        if error is not None:
            self._worker.close(CUT_SHORT)
            return
        # whoever reads slowly gets everything; Ctrl-C ends the wait
        while not self._worker.join(1.0):
            pass
        self._raise_failure()

    def submit(self, events: Sequence[Event], meter: Sequence[str]) -> None:
        """Events to be printed and the meter of now, if there is one; never waits.

        Raises:
            Exception: what printing an earlier event raised, such as an OSError of a closed pipe.
        """
        self._raise_failure()
        with self._news:
            self._events.extend(events)
            self._meter = meter
            self._news.notify()

    def _raise_failure(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            while self._print_next():
                pass
        except Exception as error:  # noqa: BLE001 - a thread's edge: it is raised where the events come from
            self._failed = error

    def _print_next(self) -> bool:
        """Print what there is, waiting for it; False when that was the end."""
        with self._news:
            self._news.wait_for(lambda: self._events or self._meter or self._ended)
            events, meter = tuple(self._events), self._meter
            self._events.clear()
            self._meter = ()
        if self._block is not None and events:
            self._block.clear()
        for event in events:
            self._print_event(event)
        if self._block is not None and meter:
            self._block.show(meter)
        return bool(events or meter)
