"""How long jobs tell on stderr how far they are: a bar on a terminal, plain lines otherwise, nothing with `-q`."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from smartselfie.cli.screen import Block, bar

WIDTH = 40


@dataclass(frozen=True, slots=True)
class Teller:
    """`move` to so many of the total with a text beside the bar; `say` a line that stays."""

    move: Callable[[int, str], None]
    say: Callable[[str], None]


@contextmanager
def telling(total: int | None) -> Iterator[Teller]:
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
