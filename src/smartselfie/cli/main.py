"""`smartselfie`: the list of commands, and what happens to errors."""

import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from smartselfie.cli.log import FILE_ONLY, LOGGING, logging_set_up
from smartselfie.errors import SmartselfieError
from smartselfie.files import plain
from smartselfie.kinds import IMAGE_SUFFIXES

COMMANDS = {
    "booth": "Open the photo booth: the camera, and its page in the browser.",
    "watch": "Watch a camera, video, folder or stream without the page.",
    "calibrate": "Learn your neutral face and your smile.",
    "analyze": "Find and score the faces in photos, videos and folders.",
    "prepare": "Turn FER-2013, or faces of your own, into training data.",
    "train": "Train an emotion model.",
    "train-eyes": "Train the model that tells open eyes from closed ones.",
    "export": "Write a trained model as an ONNX file.",
    "evaluate": "Measure an emotion model.",
    "measure": "Measure smiles on labelled faces, by group.",
    "replay": "Measure the trigger on labelled videos.",
    "cameras": "List the cameras.",
    "doctor": "Check what works, and how to fix the rest.",
    "licences": "List the licences of everything in it.",
}


# Options that only stand alone, and how alike a mistyped one is; every other option is the booth's.
OWN, CLOSE = ("--help", "--version"), 0.8


class Commands(click.Group):
    """Imports a command's module only when it is called, so that `--help` is quick and `watch` never loads torch."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """An option that is none of ours is meant for the booth, as in `smartselfie --port 9000`."""
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            if get_close_matches(error.option_name, OWN, 1, CLOSE):
                raise
            return super().parse_args(ctx, ["booth", *args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, or meant where a source or a photo stands in its place."""
        if args[0] == "help":
            if not args[1:]:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [args[1], "--help"]
        elif args[0] not in COMMANDS and not ctx.resilient_parsing:
            args = [_command_for(args[0], ctx), *args]
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; its module has the same name and holds it as `command`."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"smartselfie.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        command.params += [option for option in LOGGING if option not in command.params]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _command_for(word: str, context: click.Context) -> str:
    """The command for a source or photo that stands where a command should.

    Raises:
        UsageError: it is neither.
    """
    path = Path(word)
    if path.is_dir() or path.suffix.lower() in IMAGE_SUFFIXES - {".gif"}:
        return "analyze"
    if word in ("demo", "browser") or word.isdecimal() or path.exists() or any(mark in word for mark in "./\\"):
        return "booth"
    meant = get_close_matches(word, COMMANDS, 1)
    hint = f"did you mean {meant[0]}?" if meant else f"to open a camera of that name: smartselfie booth {word}"
    raise click.UsageError(f"no such command: {word} ({hint})", context)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND | SOURCE | PHOTO...] [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="smartselfie", message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """A photo booth that takes the photo by itself when people smile.

    Without a command, it opens the booth; photos and folders are analyzed. Example: smartselfie watch demo
    """
    if context.invoked_subcommand is None:
        booth = root.get_command(context, "booth")
        if booth is not None:
            context.invoke(booth)


root.params += LOGGING


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 for a user's problem, 2 for wrong usage, 130 on Ctrl-C.

    Which signals mean that, `__main__` says.
    """
    _open_streams()
    with logging_set_up():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = root.main(None if arguments is None else list(arguments), "smartselfie", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (SmartselfieError, MemoryError) as error:
        return _refuse(error)
    except OSError as error:
        return _refuse_os(error)
    except Exception:
        FILE_ONLY.exception("a bug")
        raise
    return result if isinstance(result, int) else 0


def _open_streams() -> None:
    """Streams that bear any name, whatever they are encoded in; one that was closed leads nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # opened first of all, so that no file of ours gets its number, and our lines
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse(error: SmartselfieError | MemoryError) -> int:
    """In one line, whatever a library put into the message."""
    if isinstance(error, MemoryError):
        error = SmartselfieError("there is not enough memory", "close other programs, or use smaller files")
    line = f"smartselfie: {plain(' '.join(error.message.split()))} ({plain(error.hint)})"
    click.echo(line, err=True)
    FILE_ONLY.error(line)
    return 1


def _refuse_os(error: OSError) -> int:
    """Raises it again where it is nothing that a user could have caused."""
    if error.errno in (errno.EPIPE, errno.ENOSPC):
        # whoever read our output has left, as `head` does, or what it is written to is full;
        # what is still unwritten has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        full = SmartselfieError("cannot write the output: no space left", "free some space")
        return _refuse(full) if error.errno == errno.ENOSPC else 1
    if error.filename is None:
        raise error
    return _refuse(
        SmartselfieError(f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}", "check the path")
    )
