"""`smartselfie cameras`: which cameras are there."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from smartselfie.cli.options import config_option
from smartselfie.cli.parameters import json_flag
from smartselfie.settings.load import load_settings
from smartselfie.sources.camera import CameraInfo, list_cameras


@click.command()
@json_flag("one line of JSON per camera")
@config_option
def command(as_json: bool, config: Path | None) -> None:
    """List the cameras. Open one by its number, or by any part of its name.

    Example: smartselfie cameras
    """
    source = load_settings({}, config).source
    found = list_cameras()
    for camera in found:
        if as_json:
            sys.stdout.write(
                json.dumps({**asdict(camera), "chosen": _is_chosen(camera, source)}, ensure_ascii=False) + "\n"
            )
        else:
            chosen = "  (the source in your settings)" if _is_chosen(camera, source) else ""
            click.echo(f"{camera.index:3}  {camera.name}{chosen}")
    if not found:
        click.echo("no camera was found (is it plugged in? without one, try: smartselfie watch demo)", err=True)


def _is_chosen(camera: CameraInfo, source: str | None) -> bool:
    return source is not None and (source == str(camera.index) or source.lower() in camera.name.lower())
