"""The options that booth and watch share; each is a setting of the same name."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

# Defaults stay None: what the command line leaves unsaid may be said by the environment or the file.
_OPTIONS = (
    click.option("--hold", type=int, help="Consecutive happy frames that make a photo.  [10]"),
    click.option("--hold-seconds", type=float, help="Seconds that the smile must last at least.  [0]"),
    click.option(
        "--smile", help='How much of a smile: slight, normal, big, or the score from which "happy" counts.  [0.5]'
    ),
    click.option("--rule", help="Whose smiles: largest, anyone, everyone, majority, or a number.  [majority]"),
    click.option("--expression", help="What to wait for in place of a smile, as surprise.  [happy]"),
    click.option("--calibration", help="Scores of your neutral face and your smile; see calibrate.  [0,1]"),
    click.option("--eyes-open/--no-eyes-open", default=None, help="Put a photo off while eyes are closed.  [yes]"),
    click.option("--eyes-wait", type=float, help="Seconds to wait for open eyes at most.  [1.5]"),
    click.option("--best-of", type=float, help="Seconds before the shutter whose best frame is kept.  [1]"),
    click.option("--rest", type=float, help="Seconds after a photo without another.  [3]"),
    click.option("--max-photos", type=int, help="End after so many photos.  [no end]"),
    click.option("--detector", help="Who finds the faces: yunet or haar.  [yunet]"),
    click.option("--far-faces/--no-far-faces", default=None, help="Always look for small faces, too (yunet).  [no]"),
    click.option("--haar-scale", type=float, help="The cascade's scale factor.  [1.1]"),
    click.option("--haar-neighbours", type=int, help="Neighbouring hits that the cascade wants.  [5]"),
    click.option("--model", type=click.Path(path_type=Path), help="An emotion network.  [the one that ships]"),
    click.option("--album", type=click.Path(path_type=Path), help="Folder of the photos.  [Pictures/smartselfie]"),
    click.option("--sidecar/--no-sidecar", default=None, help="A .json with when and why beside each photo.  [yes]"),
    click.option("--mirror/--no-mirror", default=None, help="Mirror the view, never the photo.  [yes]"),
    click.option("--rotate", type=int, help="Turn the picture clockwise: 0, 90, 180 or 270.  [0]"),
    click.option("--resolution", help="What to ask a camera for, as in 1280x720.  [the best that works]"),
    click.option("--on-photo", help='Command for every photo, as in "lp {path}"; {path} may be left out at the end.'),
    click.option("--webhook", help="Web address that every photo's event is posted to; the picture is not sent."),
    click.option("--fps", type=float, help="Frames a second of an image folder.  [30]"),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        envvar="SMARTSELFIE_CONFIG",
        help="A TOML file of settings.  [config.toml in the user's configuration folder]",
    ),
)


def shared_options(function: F) -> F:
    """Add the options to a command, in the order of the help."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
