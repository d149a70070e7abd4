"""`smartselfie watch`: the whole line on a source, without a page."""

import logging
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from smartselfie.cli.event_printer import EventPrinter, log_in_background
from smartselfie.cli.options import SettingsCommand, setting_options
from smartselfie.cli.parameters import print_json
from smartselfie.cli.terminal import Block, counted, draw_meter, print_note
from smartselfie.core.events import Event, Photo, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.factory import make_pipeline, make_source
from smartselfie.files import plain
from smartselfie.hooks import make_hooks
from smartselfie.pipeline import Pipeline
from smartselfie.serialize import event_to_json
from smartselfie.settings.load import load_settings
from smartselfie.settings.schema import SETTINGS
from smartselfie.trigger.tracker import MEMORY


@click.command(cls=SettingsCommand)
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON Lines, and nothing else on stdout.")
@setting_options((name for name, setting in SETTINGS.items() if not setting.about.booth_only), taken={"mirror"})
def command(source: str, as_json: bool, config: Path | None, **flags: object) -> None:
    """Watch SOURCE and take a photo when people smile, without a page.

    SOURCE is a camera's number or name, a video, an image folder, a stream (rtsp://… or http://…), or demo. The path of
    each photo is printed on stdout; in a terminal, a meter shows all seven scores.

    Example: smartselfie watch party.mp4 --hold 10 --album photos
    """
    settings = load_settings(flags, config)
    hooks = make_hooks(settings)
    opened = make_source(source, settings)
    name, fps = opened.name, opened.fps
    pipeline = make_pipeline(opened, settings)
    if fps is not None and fps * MEMORY < 1 and settings.hold > 1:
        click.echo(
            f"{plain(name)} has {fps:g} frames per second, too few to hold a smile: no photo will be taken", err=True
        )
    print_event = _print_json if as_json else _print_line
    if as_json:
        print_json({"event": "started", "source": name, "fps": fps})
    with ExitStack() as stack:
        stack.enter_context(log_in_background())
        stack.callback(_print_end, as_json, pipeline)
        for hook in hooks:
            stack.callback(hook.close)
        meant_for_people = sys.stderr.isatty() and logging.getLogger("smartselfie").isEnabledFor(logging.INFO)
        block = stack.enter_context(Block(sys.stderr)) if meant_for_people else None
        printer = stack.enter_context(EventPrinter(print_event, block))
        for moment in pipeline.moments():
            printer.submit(moment.events, () if block is None else draw_meter(moment))
            for photo in moment.photos:
                for hook in hooks:
                    hook(photo)


def _print_json(event: Event) -> None:
    print_json(event_to_json(event))


def _print_line(event: Event) -> None:
    match event:
        case Photo(path):
            click.echo(plain(str(path)))
            sys.stdout.flush()
        case SmileBegan(at, frame, person):
            print_note(f"{at:8.2f} s  frame {frame}: a smile began (person {person})")
        case SmileLost(at, frame, person):
            print_note(f"{at:8.2f} s  frame {frame}: the smile ended (person {person})")
        case SourceLost(reason):
            print_note(f"lost the camera: {reason}; trying to reconnect")
        case SourceBack():
            print_note("the camera is back")


def _print_end(as_json: bool, pipeline: Pipeline) -> None:
    frames, photos, dropped = pipeline.frames, pipeline.photos, pipeline.dropped
    if as_json:
        print_json({"event": "ended", "frames": frames, "photos": photos, "dropped": dropped})
    else:
        missed = f", {dropped} dropped" if dropped else ""
        print_note(f"{counted(frames, 'frame')}{missed}, {counted(photos, 'photo')}")
