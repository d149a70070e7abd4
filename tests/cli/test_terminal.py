"""What is drawn in the terminal: tables, the bar of a long job, lines that replace one another."""

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from smartselfie.cli.terminal import Block, format_duration, print_table, show_progress

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
    with show_progress(total) as progress:
        progress.update(2, "half")
        progress.print_line("a line")
    return plain(stream.getvalue())


def plain(drawn: str) -> str:
    """What was drawn, without colours and movements."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", drawn)


def test_a_terminal_gets_a_bar_and_the_lines_stay_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_on(Terminal(), monkeypatch)
    assert told.index("half") < told.index("a line\n")
    assert len(told.split("half")[0].strip()) >= 40, "the bar stands before the text"


def test_where_the_total_is_unknown_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_on(Terminal(), monkeypatch, None).strip().startswith("half")


def test_elsewhere_only_the_lines_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_on(io.StringIO(), monkeypatch) == "a line\n"


def test_whoever_wants_quiet_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    LOGGER.setLevel(logging.ERROR)
    assert told_on(Terminal(), monkeypatch) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (89, "89 s"), (120, "2 min"), (3600, "1 h 0 min"), (11_100, "3 h 5 min")]
)
def test_lengths_of_time_are_told_as_people_say_them(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


ROWS = [["file", "photos", "kept"], ["日本語の動画.mp4", "1", "three"], ["a.mp4", "12", "-"], ["e\u0301.mp4", "3", "x"]]


def test_names_of_wide_characters_do_not_push_the_columns_apart(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ROWS)
    ends = {cell_len(line) for line in lines}
    assert len(ends) == 1, "the last column is to the right, and ends where it ends in every line"


def test_a_pipe_gets_every_line_unbroken_and_without_colours(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([["name"], ["x" * 300], [click.style("red", fg="red")]], header=False)
    assert capsys.readouterr().out == f"name\n{'x' * 300}\nred\n"


def test_on_a_narrow_terminal_cells_are_folded_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "20")
    print_table([["a", "b"], ["0123456789" * 3, "z"]], header=False)
    lines = plain(screen.getvalue()).splitlines()
    assert max(map(cell_len, lines)) <= 20
    assert re.sub("[^0-9]", "", "".join(lines)) == "0123456789" * 3


def test_a_name_cannot_move_the_cursor_or_set_the_title(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([["a\x1b[2Jb\x1b]0;title\x07c", "[bold]d[/bold]"]], header=False)
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[bold]d[/bold]" in told, "a name is no markup"


def test_a_line_that_is_cut_keeps_its_colour_and_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Terminal()
    with Block(screen) as block:
        block.show([click.style("happy  ████████████  90%", fg="yellow"), "日本語の動画の名前.mp4"])
    drawn = screen.getvalue()
    assert "\x1b[33mhappy" in drawn
    first, second = plain(drawn).splitlines()[:2]
    assert cell_len(first) <= 12 >= cell_len(second)


def test_a_block_is_cleared_away_before_a_line_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with Block(screen) as block:
        block.show(["one", "two"])
        block.clear()
        screen.write("a photo\n")
    before, after = screen.getvalue().split("a photo\n")
    assert before.rstrip("\x1b[?25l").count("\x1b[2K") >= 2, "both lines are erased"
    assert "two" not in after


@pytest.mark.parametrize(
    "arguments",
    ["--help", "watch --help", pytest.param("watch demo --json --max-photos 1", marks=pytest.mark.slow)],
)
def test_what_draws_nothing_does_not_load_what_draws(arguments: str, tmp_path: Path) -> None:
    code = "import sys; from smartselfie.cli.main import main; main(sys.argv[1:]); sys.exit('rich' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments.split()],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env=os.environ | {"SMARTSELFIE_ALBUM": str(tmp_path)},
    )
    assert done.returncode == 0
