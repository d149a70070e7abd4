"""`smartselfie doctor`: what works here, and what to do about the rest."""

import json
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import distributions, version
from pathlib import Path

import click
from pydantic import SecretStr

from smartselfie.cli.options import config_option
from smartselfie.cli.parameters import FILE, json_flag, option
from smartselfie.cli.terminal import print_table
from smartselfie.errors import AlbumError, SmartselfieError
from smartselfie.files import atomic_write
from smartselfie.settings.load import load_settings
from smartselfie.settings.schema import LANGUAGES, SETTINGS, Settings
from smartselfie.settings.setting import in_words

PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "fastapi", "uvicorn", "click")

# Debian's package for a language's letters, where it is not the one for most.
FONTS = {"zh": "fonts-noto-cjk", "ja": "fonts-noto-cjk"}

# The first line of a report, and the findings of which it only says that they are well.
REPORT, PRIVATE = "smartselfie doctor --report", ("settings", "album", "cameras")


# FFmpeg's decoders of what phones, cameras and the web make.
CODECS = {"H.264": "h264", "HEVC": "hevc", "AV1": "libdav1d", "VP9": "vp9", "MPEG-4": "mpeg4", "Motion JPEG": "mjpeg"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it works, what was found, and what to do if it does not."""

    name: str
    works: bool
    found: str
    hint: str = ""


@click.command()
@json_flag("one line of JSON per check")
@option("--report", FILE, "FILE", "Also write what a bug report needs, without pictures, names, addresses or secrets.")
@config_option
def command(as_json: bool, report: Path | None, config: Path | None) -> int:
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
        ("videos", _videos),
        ("fonts", _fonts),
        ("demo", _demo),
    )
    findings = [_check(name, check) for name, check in checks]
    if as_json:
        for finding in findings:
            click.echo(json.dumps(asdict(finding)))
    else:
        print_table([_to_row(finding) for finding in findings], left=3, header=False)
    if report is not None:
        with atomic_write(report, AlbumError, "choose another file for --report", REPORT.encode()) as file:
            file.write("\n".join(_report(findings, config)).encode())
        click.echo(f"written: {report}; read it before you send it", err=True)
    return 0 if all(finding.works for finding in findings) else 1


def _report(findings: list[Finding], config: Path | None) -> Iterator[str]:
    """The lines of a report: findings, settings and libraries. Whatever is a text of the user's is only named."""
    home = str(Path.home())
    yield f"{REPORT}\n{platform.platform()}, Python {platform.python_version()}\n"
    for finding in findings:
        mark = "ok" if finding.works else "FAIL"
        # cameras and folders may bear people's names
        said = "" if finding.works and finding.name in PRIVATE else finding.found.replace(home, "~")
        yield f"{mark:5} {finding.name}: {said}".rstrip(": ")
    with suppress(SmartselfieError):
        settings = load_settings({}, config, chosen=True)
        for name, setting in SETTINGS.items():
            value = getattr(settings, name)
            if value != setting.default:
                yield f"{name} = {'(set)' if isinstance(value, str | Path | SecretStr) else in_words(value)}"
    yield ""
    for found in sorted(distributions(), key=lambda each: each.name.lower()):
        yield f"{found.name} {found.version}"


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


def _videos() -> str:
    """Which of the codecs that people have can be read here, and whether clips can be written."""
    import av

    from smartselfie.mp4 import CODEC

    known = av.codecs_available
    read = [name for name, codec in CODECS.items() if codec in known]
    written = "clips are written as H.264" if CODEC in known else "no H.264 encoder: use --clip-format gif"
    return f"PyAV {av.__version__} reads {', '.join(read)}; {written}"


def _fonts() -> str:
    """Where fontconfig tells, whether every language of the page can be read here; another device has its own."""
    fonts = shutil.which("fc-list")
    if fonts is None:
        return "not known: fontconfig is not installed"
    missing = [name for name in LANGUAGES if not _run(fonts, f":lang={name}", "family").strip()]
    if not missing:
        return "letters for every language of the page"
    packages = dict.fromkeys(FONTS.get(name, "fonts-noto-core") for name in missing)
    return f"no letters for {', '.join(missing)}; on Debian and Ubuntu: apt install {' '.join(packages)}"


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _demo() -> str:
    from smartselfie.albums.folder import NoAlbum
    from smartselfie.factory import make_pipeline
    from smartselfie.sources.demo import DemoSource

    pipeline = make_pipeline(DemoSource(), Settings(), NoAlbum())
    for _ in pipeline.moments():
        pass
    return f"{pipeline.frames} frames, {pipeline.photos} photo"
