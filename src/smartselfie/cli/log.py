"""What is printed on stderr, how much of it, and the file that it is written to as well."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import click

from smartselfie.cli.parameters import PATH

# Bytes of a log file before the next one is begun, and how many older ones are kept.
MOST_BYTES, OLDER_FILES = 1_000_000, 3

# Gets what is printed without the logger: the error that ends a command.
FILE_ONLY = logging.getLogger("smartselfie-file")


@contextlib.contextmanager
def logging_set_up() -> Iterator[None]:
    """Log plain lines on stderr while it lasts; a log file that was opened meanwhile is closed at its end."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("smartselfie").setLevel(logging.INFO)
    # what a decoder says of a broken file stands in our error
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    FILE_ONLY.propagate = False
    FILE_ONLY.addHandler(quiet := logging.NullHandler())
    try:
        yield
    finally:
        for handler in FILE_ONLY.handlers[:]:
            if handler is not quiet:
                logging.getLogger().removeHandler(handler)
            FILE_ONLY.removeHandler(handler)
            handler.close()


def _set_level(level: int) -> Callable[[click.Context, click.Parameter, bool], None]:
    def set_it(context: click.Context, parameter: click.Parameter, said: bool) -> None:
        del context, parameter
        if said:
            logging.getLogger("smartselfie").setLevel(level)

    return set_it


def _open_log(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    del parameter
    if path is None or context.resilient_parsing:
        return
    try:
        handler = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--log: {path} cannot be written: {error.strerror}", context) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for logger in (logging.getLogger(), FILE_ONLY):
        logger.addHandler(handler)


def _flag(names: list[str], level: int, text: str) -> click.Option:
    return click.Option(names, is_flag=True, expose_value=False, callback=_set_level(level), help=text)


# May stand before a command and behind it.
LOGGING = (
    _flag(["-v", "--verbose"], logging.DEBUG, "Print more on stderr."),
    _flag(["-q", "--quiet"], logging.ERROR, "Print errors only."),
    click.Option(
        ["--log"],
        type=PATH,
        metavar="FILE",
        expose_value=False,
        callback=_open_log,
        help=f"Also log to a file; after {MOST_BYTES // 1_000_000} MB a new one is begun.",
    ),
)
