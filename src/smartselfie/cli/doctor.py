"""`smartselfie doctor`: what works here, and what to do about the rest."""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import click

from smartselfie.cli.options import config_option
from smartselfie.errors import SmartselfieError
from smartselfie.settings.load import load_settings
from smartselfie.settings.schema import Settings

PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "fastapi", "uvicorn", "click")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it works, what was found, and what to do if it does not."""

    name: str
    works: bool
    found: str
    hint: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per check.")
@config_option
def command(as_json: bool, config: Path | None) -> int:
    """Check Python, libraries, models, album, cameras and a run of the demo. The exit code is 1 if a check fails.

    A missing camera is not a failure: videos, folders and streams work without one.

    Example: smartselfie doctor
    """
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("python", lambda: f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("libraries", lambda: ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
        ("settings", lambda: f"album {load_settings({}, config).album_folder}"),
        ("networks", lambda: _networks(config)),
        ("album", lambda: _album(config)),
        ("cameras", _cameras),
        ("demo", _demo),
    )
    findings = [_look(name, check) for name, check in checks]
    for finding in findings:
        if as_json:
            sys.stdout.write(json.dumps(asdict(finding)) + "\n")
        else:
            hint = f"\n      {finding.hint}" if finding.hint else ""
            click.echo(f"{'ok  ' if finding.works else 'FAIL'}  {finding.name:10} {finding.found}{hint}")
    return 0 if all(finding.works for finding in findings) else 1


def _look(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, works=True, found=check())
    except SmartselfieError as error:
        return Finding(name, works=False, found=error.message, hint=error.hint)


def _networks(config: Path | None) -> str:
    from smartselfie.factory import make_classifier, make_detector, make_eyes

    make_detector(Settings())
    make_eyes()
    card = make_classifier(load_settings({}, config).model).card
    return f"yunet; {card.name} with {card.parameters:,} parameters"


def _album(config: Path | None) -> str:
    from smartselfie.factory import make_album

    settings = load_settings({}, config)
    make_album(settings).close()
    return f"{settings.album_folder} can be written"


def _cameras() -> str:
    from smartselfie.sources.camera import list_cameras

    found = list_cameras()
    if not found:
        return "none found; the booth will play the demo"
    return ", ".join(f"{camera.index}: {camera.name}" for camera in found)


def _demo() -> str:
    from smartselfie.factory import make_classifier, make_detector, make_eyes, make_rule
    from smartselfie.pipeline import Pipeline
    from smartselfie.sources.demo import DemoSource
    from smartselfie.testing import MemoryAlbum

    album = MemoryAlbum()
    settings = Settings()
    pipeline = Pipeline(
        DemoSource(), make_detector(settings), make_classifier(), album, make_rule(settings), eyes=make_eyes()
    )
    for _ in pipeline.moments():
        pass
    return f"{pipeline.frames} frames, {len(album.photos)} photo"
