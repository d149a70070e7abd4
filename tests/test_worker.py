"""Background work: it starts again or reports, and ends in time."""

import logging
import threading
from itertools import pairwise
from time import monotonic, sleep

import pytest

from smartselfie.errors import ConfigError
from smartselfie.worker import JobQueue, Worker, growing_pause, hanging, run_once

Caplog = pytest.LogCaptureFixture
Reports = list[tuple[str, Exception | None]]


@pytest.fixture
def reports() -> Reports:
    return []


def wait_for(done: threading.Event) -> None:
    assert done.wait(20)


def test_what_fails_is_logged_reported_and_started_again_until_it_works(reports: Reports, caplog: Caplog) -> None:
    tries: list[float] = []
    done = threading.Event()

    def run() -> None:
        tries.append(monotonic())
        if len(tries) < 4:
            raise ZeroDivisionError("a bug")
        worker.recover()
        done.set()

    worker = Worker("tidying", run, report=lambda *report: reports.append(report), first_pause=0.02).start()
    wait_for(done)
    assert worker.join(10)
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[0] < pauses[1] < pauses[2]
    assert [(name, type(problem)) for name, problem in reports] == [("tidying", ZeroDivisionError)] * 3 + [
        ("tidying", type(None))
    ]
    assert worker.problem is None
    assert "tidying failed: a bug" in caplog.text
    assert "Traceback" in caplog.text


def test_what_fails_a_thousand_times_is_tried_again_all_the_same() -> None:
    tries = 0

    def run() -> None:
        nonlocal tries
        tries += 1
        if tries < 1200:
            raise ConfigError("away", "wait")

    assert Worker("tidying", run, first_pause=0.0).start().join(20)
    assert tries == 1200
    assert [growing_pause(failures, 3.0, 30.0) for failures in (1, 2, 3, 5, 5000)] == [3.0, 6.0, 12.0, 30.0, 30.0]


def test_a_problem_that_the_user_can_mend_is_logged_in_one_line(caplog: Caplog) -> None:
    def run() -> None:
        raise ConfigError("no such folder", "make it")

    assert run_once("tidying", run).join(10)
    assert [record.getMessage() for record in caplog.records] == ["tidying failed: no such folder (make it)"]
    assert caplog.records[0].exc_info is None
    assert caplog.records[0].levelno == logging.ERROR


def test_closing_ends_a_pause_between_two_tries_at_once() -> None:
    def run() -> None:
        raise ZeroDivisionError

    worker = Worker("tidying", run, first_pause=1000).start()
    while worker.problem is None:
        sleep(0.001)
    assert worker.close(10)
    assert worker.close(10)


def test_closing_wakes_what_waits() -> None:
    news = threading.Event()
    worker = Worker("waiting", lambda: wait_for(news), wake=news.set).start()
    assert worker.close(10)


def test_what_hangs_is_abandoned_in_time_and_named() -> None:
    freed = threading.Event()
    worker = Worker("stuck in a driver", lambda: wait_for(freed)).start()
    begun = monotonic()
    assert not worker.close(0.05)
    assert monotonic() - begun < 10
    assert "stuck in a driver" in hanging()
    freed.set()
    assert worker.join(10)
    assert "stuck in a driver" not in hanging()


def test_a_worker_that_never_ran_can_be_closed() -> None:
    assert Worker("never", lambda: None).close()


def test_jobs_are_done_in_order_and_closing_finishes_them() -> None:
    done: list[int] = []
    jobs: JobQueue[int] = JobQueue("jobs", done.append)
    for number in range(20):
        assert jobs.submit(number)
    assert jobs.close(10)
    assert jobs.close(10)
    assert done == list(range(20))


def test_a_job_that_fails_does_not_stop_the_next_and_the_problem_is_over_with_it(reports: Reports) -> None:
    done: list[int] = []

    def do(number: int) -> None:
        if number == 1:
            raise ZeroDivisionError
        done.append(number)

    jobs: JobQueue[int] = JobQueue("jobs", do, report=lambda *report: reports.append(report), first_pause=0.01)
    for number in range(4):
        jobs.submit(number)
    assert jobs.close(10)
    assert done == [0, 2, 3]
    assert [type(problem) for _, problem in reports] == [ZeroDivisionError, type(None)]


def test_a_full_queue_takes_no_more_and_a_stuck_one_is_left_in_time() -> None:
    freed = threading.Event()
    jobs: JobQueue[int] = JobQueue("jobs", lambda _: wait_for(freed), most=2)
    taken = [jobs.submit(number) for number in range(5)]
    assert taken.count(False) >= 2
    begun = monotonic()
    assert not jobs.close(0.05)
    assert monotonic() - begun < 10
    freed.set()
