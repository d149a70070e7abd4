"""Drawing in the terminal: lines that are drawn anew, the live meter of `watch`, and how far a long job is."""

import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

import click

from smartselfie.core.emotion import Emotion
from smartselfie.moment import Moment
from smartselfie.serialize import people_to_json
from smartselfie.trigger.rule import Reason
from smartselfie.trigger.trigger import CoolingDown, Holding

UP_AND_CLEAR = "\x1b[{}A\x1b[J"
"""Up by so many lines, and clear from there to the end."""


class Block:
    """Lines that replace one another in place, ten times a second at most; a context manager that clears them away.

    Whoever writes a line that shall stay clears the block first; the line then ends up above it.
    """

    def __init__(self, stream: TextIO) -> None:
        """`stream` must be a terminal."""
        self._stream = stream
        self._height = 0
        self._drawn_at = float("-inf")

    def __enter__(self) -> Self:
        """Nothing is drawn yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the block away."""
        del kind, error, trace
        self.clear()

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines in place of the last ones, unless those are younger than a tenth of a second."""
        if time.monotonic() - self._drawn_at < 0.1:
            return
        self.clear()
        width = shutil.get_terminal_size().columns - 1
        # a line that wraps would take two, and throw off the way back up
        click.echo("".join(_cut(line, width) + "\n" for line in lines), file=self._stream, nl=False)
        self._height = len(lines)
        self._drawn_at = time.monotonic()

    def clear(self) -> None:
        """Take the block away until the next `show`, so that something else can be written."""
        if self._height:
            click.echo(UP_AND_CLEAR.format(self._height), file=self._stream, nl=False)
            self._height = 0


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines: the first column to the left, the others to the right, each as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def bar(share: float, width: int) -> str:
    """A bar that is full at 1."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return "█" * filled + "·" * (width - filled)


def _cut(line: str, width: int) -> str:
    """The line, cut to the terminal's width; codes for colours do not count."""
    plain = click.unstyle(line)
    return line if len(plain) <= width else plain[:width]


METER_WIDTH = 30
MOST_PEOPLE = 8
"""Lines for single people; more would push the scores off the screen."""

WORDS = {
    Reason.TOO_FAR: "too far away",
    Reason.TURNED_AWAY: "turned away",
    Reason.BLURRED: "out of focus",
    Reason.TOO_DARK: "too dark",
    Reason.NO_FACE: "no face",
    Reason.NOT_SMILING: "waiting for a smile",
    Reason.HOLDING: "holding",
    Reason.SMILE_MORE: "smile a little more",
    Reason.WAITING: "waiting for one more",
    Reason.EYES_CLOSED: "eyes closed",
    Reason.RESTING: "resting",
    Reason.STILL_SMILING: "photographed; waiting for a new smile",
    Reason.LOST: "the camera is lost",
    Reason.READY: "ready",
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
    people = people_to_json(moment)
    if len(people) > 1:
        for person in people[:MOST_PEOPLE]:
            words = WORDS[Reason(person["why_not"])]
            lines.append(f"person {person['id']:<3}{bar(person['progress'], METER_WIDTH)}  {words}")
    dropped = f"   {moment.dropped} dropped" if moment.dropped else ""
    return [*lines, f"{moment.frame.at:7.1f} s   {_state(moment)}{dropped}   Ctrl-C to leave"]


def _state(moment: Moment) -> str:
    trigger = moment.trigger
    if moment.lost:
        return WORDS[Reason.LOST]
    match trigger.state:
        case Holding() if trigger.reason is Reason.HOLDING:
            return f"smile {int(trigger.progress * trigger.rule.hold_frames + 1e-6)}/{trigger.rule.hold_frames}"
        case CoolingDown(until) if trigger.reason is Reason.RESTING:
            return f"cooldown {max(0.0, until - moment.frame.at):.1f} s"
        case _ if trigger.reason is Reason.READY:
            return "photo!"
        case _:
            return WORDS[trigger.reason]


WIDTH = 40


@dataclass(frozen=True, slots=True)
class Teller:
    """`move` to so many of the total with a text beside the bar; `say` a line that stays."""

    move: Callable[[int, str], None]
    say: Callable[[str], None]


@contextmanager
def progress_reporter(total: int | None) -> Iterator[Teller]:
    """Show a job of `total` parts, or of nobody knows how many."""
    if not logging.getLogger("smartselfie").isEnabledFor(logging.INFO):
        yield Teller(lambda _done, _text: None, lambda _line: None)
    elif not sys.stderr.isatty():
        yield Teller(lambda _done, _text: None, lambda line: click.echo(line, err=True))
    else:
        with Block(sys.stderr) as block:

            def move(done: int, text: str) -> None:
                block.show([text if total is None else f"{bar(done / total, WIDTH)}  {text}"])

            def say(line: str) -> None:
                block.clear()
                click.echo(line, err=True)

            yield Teller(move, say)


def in_words(seconds: float) -> str:
    """A length of time as people say it: `40 s`, `12 min`, `3 h 5 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
