"""What `watch` writes is written beside the watching: a blocked terminal or a slow reader delays no decision."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from smartselfie.cli.terminal import Block
from smartselfie.core.events import Event


class Teller:
    """A thread that tells every event in order, and of the meter's drawings the newest; a context manager.

    Its end waits until all has been told.
    """

    def __init__(self, tell: Callable[[Event], None], block: Block | None) -> None:
        """`tell` writes an event; `block` shows the meter, None where nobody watches."""
        self._tell, self._block = tell, block
        self._events: deque[Event] = deque()
        self._meter: Sequence[str] = ()
        self._ended = False
        self._failed: Exception | None = None
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def __enter__(self) -> Self:
        """Nothing is told yet."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell what is left; raises what telling raised, unless something else went wrong before."""
        del kind, trace
        with self._news:
            self._ended = True
            self._news.notify()
        self._thread.join()
        if error is None:
            self._complain()

    def take(self, events: Sequence[Event], meter: Sequence[str]) -> None:
        """Events to be told and the meter of now, if there is one; never waits.

        Raises:
            Exception: what telling an earlier event raised, such as an OSError of a closed pipe.
        """
        self._complain()
        with self._news:
            self._events.extend(events)
            self._meter = meter
            self._news.notify()

    def _complain(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            while self._tell_next():
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where it is handled
            self._failed = error

    def _tell_next(self) -> bool:
        """Tell what there is, waiting for it; False when that was the end."""
        with self._news:
            self._news.wait_for(lambda: self._events or self._meter or self._ended)
            events, meter = tuple(self._events), self._meter
            self._events.clear()
            self._meter = ()
        if self._block is not None and events:
            self._block.clear()
        for event in events:
            self._tell(event)
        if self._block is not None and meter:
            self._block.show(meter)
        return bool(events or meter)
