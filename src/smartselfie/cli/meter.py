"""The live meter of `watch`: all seven scores and the count towards the photo, in the terminal."""

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from smartselfie.core.emotion import Emotion
from smartselfie.core.moment import Moment
from smartselfie.core.trigger import Holding, Ready, Resting

WIDTH = 30


class Meter:
    """A block of lines that is drawn anew at each Moment, ten times a second at most; a context manager."""

    def __init__(self, stream: TextIO) -> None:
        """`stream` must be a terminal."""
        self._live = Live(console=Console(file=stream), refresh_per_second=10, transient=True)

    def __enter__(self) -> Self:
        """Take over the terminal's last lines."""
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        self._live.__exit__(kind, error, trace)

    def show(self, moment: Moment) -> None:
        """Show a Moment, with or without a face on it."""
        self._live.update(draw_meter(moment))


def draw_meter(moment: Moment) -> Group:
    """The meter as lines: the seven scores of whoever counts, the state, and how to leave."""
    table = Table.grid(padding=(0, 1))
    for emotion in Emotion:
        score = 0.0 if moment.subject is None else moment.subject.emotions[emotion]
        style = "bold yellow" if moment.subject is not None and moment.subject.emotion is emotion else "dim"
        filled = round(score * WIDTH)
        table.add_row(Text(emotion, style), Text("█" * filled + "·" * (WIDTH - filled), style), f"{score:4.0%}")
    return Group(table, Text(f"{moment.frame.at:7.1f} s   {_state(moment)}   Ctrl-C to leave"))


def _state(moment: Moment) -> str:
    if moment.lost:
        return "the camera is lost"
    match moment.trigger.state:
        case Holding(frames):
            return f"smile {frames}/{moment.trigger.rule.frames}"
        case Resting(until):
            return f"resting {max(0.0, until - moment.frame.at):.1f} s"
        case Ready():
            return "no face" if moment.subject is None else "waiting for a smile"
