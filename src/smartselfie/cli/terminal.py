"""Drawing in the terminal, by rich: tables, how far a long job is, and the live meter of `watch`.

Rich is imported where something is drawn: `--help` and the JSON of `watch` do without. Names of files and of models go
through `Text`: as wide as they are on the screen, and without codes that would move the cursor.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import click

from smartselfie.core.emotion import Emotion
from smartselfie.files import plain
from smartselfie.moment import Moment
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.trigger import CoolingDown, Holding

if TYPE_CHECKING:
    from rich.live import Live

# Columns where no terminal sets them: a file or pipe gets its lines unbroken.
PLAIN_WIDTH = 10_000
# Seconds between two drawings; a pause that eyes do not see, and slow terminals follow.
REDRAW = 0.1


def print_table(rows: Sequence[Sequence[str]], *, left: int = 1, header: bool = True) -> None:
    """Print rows on stdout: the first `left` columns to the left, the others to the right.

    Cells may be coloured with `click.style`. On a narrow terminal they are folded, so that nothing is lost.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=header)
    head, *body = rows if header else [("",) * len(rows[0]), *rows]
    for place, name in enumerate(head):
        table.add_column(Text(name), justify="left" if place < left else "right", overflow="fold")
    for row in body:
        table.add_row(*map(Text.from_ansi, row))
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


class Block(AbstractContextManager["Block"]):
    """Lines that replace one another in place, ten times a second at most; a context manager that clears them away.

    Whoever writes a line that shall stay clears the block first; the line then ends up above it.
    """

    def __init__(self, stream: TextIO) -> None:
        """`stream` must be a terminal."""
        self._stream = stream
        self._live: Live | None = None
        self._drawn_at = float("-inf")

    def __exit__(self, *_: object) -> None:
        """Clear the block away."""
        self.clear()
        if self._live is not None:
            self._live.stop()

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines in place of the last ones, unless those are younger than a tenth of a second."""
        if time.monotonic() - self._drawn_at < REDRAW:
            return
        from rich.console import Console, Group
        from rich.live import Live
        from rich.text import Text

        if self._live is None:
            console = Console(file=self._stream, force_terminal=True, highlight=False)
            # whatever else is printed is none of its business: stdout may be a file
            self._live = Live(
                console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self._live.start()
        drawn = (Text.from_ansi(line, no_wrap=True, overflow="ellipsis") for line in lines)
        self._live.update(Group(*drawn), refresh=True)
        self._drawn_at = time.monotonic()

    def clear(self) -> None:
        """Take the block away until the next `show`, so that something else can be written."""
        if self._live is not None:
            self._live.update("", refresh=True)


@dataclass(frozen=True, slots=True)
class ProgressReporter:
    """`update` to so many of the total with a text beside the bar; `print_line` prints a line that stays."""

    update: Callable[[int, str], None]
    print_line: Callable[[str], None]


@contextmanager
def show_progress(total: int | None) -> Iterator[ProgressReporter]:
    """Show a job of `total` parts, or of nobody knows how many: a bar on a terminal, elsewhere only the lines."""
    if not logging.getLogger("smartselfie").isEnabledFor(logging.INFO):
        yield ProgressReporter(lambda _done, _text: None, lambda _line: None)
    elif not sys.stderr.isatty():
        yield ProgressReporter(lambda _done, _text: None, lambda line: click.echo(line, err=True))
    else:
        with Block(sys.stderr) as block:

            def update(done: int, text: str) -> None:
                block.show([text if total is None else f"{bar(done / total, BAR_WIDTH)}  {text}"])

            def print_line(line: str) -> None:
                block.clear()
                click.echo(line, err=True)

            yield ProgressReporter(update, print_line)


def format_duration(seconds: float) -> str:
    """A length of time as people say it: `40 s`, `12 min`, `3 h 5 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def print_note(line: str) -> None:
    """Tell people on stderr, unless they asked for quiet."""
    if logging.getLogger("smartselfie").isEnabledFor(logging.INFO):
        click.echo(plain(line), err=True)


def counted(number: int, word: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def bar(share: float, width: int) -> str:
    """A bar that is full at 1."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return "█" * filled + "·" * (width - filled)


METER_WIDTH, BAR_WIDTH = 30, 40
# Lines for single people; more would push the scores off the screen.
MOST_PEOPLE = 8

WORDS = {reason: reason.value.replace("_", " ") for reason in Reason} | {
    Reason.TOO_FAR: "too far away",
    Reason.BLURRED: "out of focus",
    Reason.NOT_SMILING: "waiting for a smile",
    Reason.SMILE_MORE: "smile a little more",
    Reason.WAITING: "waiting for one more",
    Reason.STILL_SMILING: "photographed; waiting for a new smile",
    Reason.LOST: "the camera is lost",
}


def draw_meter(moment: Moment) -> list[str]:
    """The meter as lines: the seven scores of the largest who counts, everybody's hold where there are several, the
    reason why no photo comes, and how to leave; face or no face.
    """
    lines = []
    for emotion in Emotion:
        score = 0.0 if moment.subject is None else moment.subject.emotions[emotion]
        line = f"{emotion:8}  {bar(score, METER_WIDTH)}  {score:4.0%}"
        winning = moment.subject is not None and moment.subject.emotion is emotion
        lines.append(click.style(line, fg="yellow", bold=True) if winning else line)
    if len(moment.people) > 1:
        for person in moment.people[:MOST_PEOPLE]:
            words = WORDS[person.reason(moment.trigger.rule)]
            lines.append(f"person {person.id:<3}{bar(person.progress(moment.trigger.rule), METER_WIDTH)}  {words}")
    dropped = f"   {moment.dropped} dropped" if moment.dropped else ""
    return [*lines, f"{moment.frame.at:7.1f} s   {_state(moment)}{dropped}   Ctrl-C to leave"]


def _state(moment: Moment) -> str:
    trigger = moment.trigger
    if moment.lost:
        return WORDS[Reason.LOST]
    match trigger.state:
        case Holding() if trigger.reason is Reason.HOLDING:
            return f"smile {int(trigger.progress * trigger.rule.hold_frames + 1e-6)}/{trigger.rule.hold_frames}"
        case CoolingDown(until) if trigger.reason is Reason.COOLDOWN:
            return f"cooldown {max(0.0, until - moment.frame.at):.1f} s"
        case _ if trigger.reason is Reason.READY:
            return "photo!"
        case _:
            return WORDS[trigger.reason]
