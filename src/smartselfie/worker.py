"""Background work that cannot die silently: a named thread that restarts, or reports what is wrong.

A worker runs one function. Where that raises, the error is logged and kept, whoever asked for reports is told, and the
function is started again after a pause that grows. A queue is a worker that does one job after the other.
"""

import logging
import queue
import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, Self, TypeVar

from smartselfie.errors import SmartselfieError

T = TypeVar("T")
# Called with the worker's name and what went wrong, or None once it works again; from the worker's thread.
Report = Callable[[str, Exception | None], None]

# Seconds before a function that failed is started again; doubles with each failure.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# Seconds that `close` waits unless told otherwise.
CLOSE_TIME = 3.0

log = logging.getLogger(__name__)


class _WorkerThread(threading.Thread):
    """What `hanging` looks for."""


class Worker:
    """A named daemon thread that runs a function until it returns or the worker is closed."""

    def __init__(
        self,
        name: str,
        run: Callable[[], None],
        *,
        wake: Callable[[], None] = lambda: None,
        report: Report = lambda _name, _problem: None,
        restart: bool = True,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            name: what messages call it.
            run: does the work; looks at `closing` where it runs for long.
            wake: makes `run` notice that the worker is being closed.
            report: told of problems.
            restart: whether `run` is started again after an error.
            first_pause: seconds before the first restart.
        """
        self.name, self.closing = name, threading.Event()
        self.problem: Exception | None = None
        self._run, self._wake, self._report = run, wake, report
        self._restart, self._first_pause, self._failures = restart, first_pause, 0
        self._thread = _WorkerThread(target=self._keep_running, name=name, daemon=True)

    def start(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def join(self, seconds: float) -> bool:
        """Wait until it has ended by itself, that long at most; whether it has."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def close(self, seconds: float = CLOSE_TIME) -> bool:
        """End it, within so many seconds; False where it hangs and is abandoned. Safe to call more than once."""
        self.closing.set()
        self._wake()
        return self.join(seconds)

    def recover(self) -> None:
        """`run` calls this when its work succeeds: a problem that was reported is over."""
        self._failures = 0
        if self.problem is not None:
            self.problem = None
            self._report(self.name, None)

    def _keep_running(self) -> None:
        while not self.closing.is_set():
            try:
                self._run()
            except Exception as error:  # noqa: BLE001 - a thread's edge: the error is logged, kept and reported
                self._fail(error)
            else:
                return
            pause = growing_pause(self._failures, self._first_pause, LONGEST_PAUSE)
            if not self._restart or self.closing.wait(pause):
                return

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        self.problem = error
        bug = None if isinstance(error, SmartselfieError) else error
        log.error("%s failed: %s", self.name, str(error) or type(error).__name__, exc_info=bug)
        self._report(self.name, error)


class JobQueue(Worker, Generic[T]):
    """Does one thing with each job, in order, in a thread of its own; a job that fails does not stop the next."""

    def __init__(
        self,
        name: str,
        do: Callable[[T], None],
        *,
        most: int = 1000,
        report: Report = lambda _name, _problem: None,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Start the thread.

        Args:
            name: what messages call it.
            do: does one job; what it raises is reported.
            most: jobs that may wait.
            report: told of problems.
            first_pause: seconds before the next job after one that failed.
        """
        self._do = do
        self._jobs: queue.Queue[T | None] = queue.Queue(most)
        super().__init__(name, self._do_jobs, report=report, first_pause=first_pause)
        self.start()

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""
        return self._jobs.qsize()

    def submit(self, job: T) -> bool:
        """Take a job on, without waiting; False where too many wait, and it is not taken."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def close(self, seconds: float = CLOSE_TIME) -> bool:
        """Finish what waits, within so many seconds; False where that was not enough. Safe to call more than once."""
        until = monotonic() + seconds
        try:
            self._jobs.put(None, timeout=seconds)
        except queue.Full:
            pass
        else:
            self.join(until - monotonic())
        return super().close(0.0)

    def _do_jobs(self) -> None:
        while (job := self._jobs.get()) is not None and not self.closing.is_set():
            self._do(job)
            self.recover()


def growing_pause(failures: int, first: float, longest: float) -> float:
    """Seconds until what has failed so many times in a row is tried again: each pause is twice the one before."""
    # a camera that is away for a night fails a thousand times, and no float holds 2 to the power of that
    return min(longest, first * 2.0 ** min(failures - 1, 30))


def run_once(name: str, run: Callable[[], None]) -> Worker:
    """Have something done in the background, once; what it raises is logged."""
    return Worker(name, run, restart=False).start()


def hanging() -> list[str]:
    """The names of the workers that still run, as after a `close` that waited in vain."""
    return [thread.name for thread in threading.enumerate() if isinstance(thread, _WorkerThread)]
