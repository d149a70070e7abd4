"""A few lines at the end of a terminal that are drawn anew, and columns that line up."""

import shutil
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TextIO

import click

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
