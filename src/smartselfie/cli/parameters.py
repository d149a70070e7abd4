"""Types of arguments, and a short way to declare an option, for commands whose options are no settings."""

import codecs
import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

# whether it can be read is found out where it is read, which says why not
PATH = click.Path(path_type=Path, readable=False)
FILE, FOLDER = (
    click.Path(path_type=Path, dir_okay=False, readable=False),
    click.Path(path_type=Path, file_okay=False, readable=False),
)
RANGES = {"integer range": "whole number", "float range": "number"}
COUNT, SEED = click.IntRange(min=1), click.IntRange(min=0)


class FiniteRange(click.FloatRange):
    """A number in a range; NaN, which is neither below nor above any bound, and the infinities are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as a number.

        Raises:
            BadParameter: it is not one, or out of range.
        """
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


def option(
    names: str, kind: Any, metavar: str | None, text: str, default: Any = None, shown: str | bool = True, **more: Any
) -> Callable[[F], F]:
    """An option with its default in the help.

    Args:
        names: the flag and, where that is another, the parameter, as in `--csv csv_file`.
        kind: click's type, or a list of words to choose from.
        metavar: what stands for the value in the help.
        text: the help.
        default: of the parameter.
        shown: what the help calls the default, where that is not its value.
        **more: what else click's option takes.
    """
    kind = click.Choice(kind) if isinstance(kind, list | tuple) else kind
    if isinstance(kind, click.ParamType):
        # "'x' is not a valid integer range" are click's words, not people's
        kind.name = RANGES.get(kind.name, kind.name)
    return click.option(
        *names.split(), type=kind, metavar=metavar, help=text, default=default, show_default=shown, **more
    )


def print_json(line: Mapping[str, object]) -> None:
    """One line of JSON on stdout: UTF-8, or ASCII where that cannot hold a name or the stream is encoded otherwise."""
    text = json.dumps(line, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(line)
    if codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8":
        text = json.dumps(line)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def json_flag(what: str) -> Callable[[F], F]:
    """`--json`, which prints one line of JSON for each of these."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what}.")
