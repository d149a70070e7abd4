"""`smartselfie doctor`: what works here, and what to do about the rest."""

import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import click

from smartselfie.cli.options import config_option
from smartselfie.cli.parameters import json_flag
from smartselfie.cli.terminal import print_table
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
@json_flag("one line of JSON per check")
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
    findings = [_check(name, check) for name, check in checks]
    if as_json:
        for finding in findings:
            click.echo(json.dumps(asdict(finding)))
    else:
        print_table([_to_row(finding) for finding in findings], left=3, header=False)
    return 0 if all(finding.works for finding in findings) else 1


def _to_row(finding: Finding) -> list[str]:
    mark = click.style("ok", fg="green") if finding.works else click.style("FAIL", fg="red", bold=True)
    return [mark, finding.name, f"{finding.found}\n{finding.hint}".rstrip()]


def _check(name: str, check: Callable[[], str]) -> Finding:
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
    from smartselfie.albums.folder import NoAlbum
    from smartselfie.factory import make_pipeline
    from smartselfie.sources.demo import DemoSource

    pipeline = make_pipeline(DemoSource(), Settings(), NoAlbum())
    for _ in pipeline.moments():
        pass
    return f"{pipeline.frames} frames, {pipeline.photos} photo"
