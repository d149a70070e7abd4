"""`smartselfie cameras`: which cameras are there."""

import json
import sys
from dataclasses import asdict

import click

from smartselfie.sources.camera import list_cameras


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per camera.")
def command(as_json: bool) -> None:
    """List the cameras. Open one by its number, or by any part of its name.

    Example: smartselfie cameras
    """
    found = list_cameras()
    for camera in found:
        if as_json:
            sys.stdout.write(json.dumps(asdict(camera), ensure_ascii=False) + "\n")
        else:
            click.echo(f"{camera.index:3}  {camera.name}")
    if not found:
        click.echo("no camera was found (is it plugged in? without one, try: smartselfie watch demo)", err=True)
