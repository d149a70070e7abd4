"""How long jobs tell how far they are."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from smartselfie.cli.terminal import in_words, progress_reporter

LOGGER = logging.getLogger("smartselfie")


class Terminal(io.StringIO):
    """A screen that remembers."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _usual_level() -> Iterator[None]:
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    yield
    LOGGER.setLevel(level)


def told_on(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, total: int | None = 4) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_reporter(total) as teller:
        teller.move(2, "half")
        teller.say("a line")
    return stream.getvalue()


def test_a_terminal_gets_a_bar_and_the_lines_stay_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_on(Terminal(), monkeypatch)
    assert "half\n" in told
    assert told.endswith("a line\n")
    assert len(told.split("half")[0].strip()) >= 40, "the bar stands before the text"


def test_where_the_total_is_unknown_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_on(Terminal(), monkeypatch, None).startswith("half\n")


def test_elsewhere_only_the_lines_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_on(io.StringIO(), monkeypatch) == "a line\n"


def test_whoever_wants_quiet_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    LOGGER.setLevel(logging.ERROR)
    assert told_on(Terminal(), monkeypatch) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (89, "89 s"), (120, "2 min"), (3600, "1 h 0 min"), (11_100, "3 h 5 min")]
)
def test_lengths_of_time_are_told_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
