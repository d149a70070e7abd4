"""`smartselfie booth`: the camera and the page."""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from smartselfie.booth.app import create_app
from smartselfie.booth.booth import Booth
from smartselfie.booth.browser_camera import BrowserCamera
from smartselfie.booth.consent import Admission
from smartselfie.booth.live_settings import Stand, Turn
from smartselfie.booth.middleware import is_loopback
from smartselfie.booth.network import listen, make_server, open_to_network, own_names
from smartselfie.booth.runner import PIPELINE, Live, Phase
from smartselfie.cli.options import SettingsCommand, names_in, setting_options
from smartselfie.core.events import Photo
from smartselfie.errors import SourceError
from smartselfie.factory import make_source
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.declaration import Group
from smartselfie.settings.load import load_settings, page_settings_of
from smartselfie.settings.schema import Settings

FAREWELL = 1.5
"""Seconds that viewers get to see how it ended, and to fetch the last photo."""

log = logging.getLogger(__name__)


@click.command("booth", cls=SettingsCommand)
@click.argument("source", required=False)
@setting_options(names_in(*Group))
def command(config: Path | None, **flags: object) -> None:
    """Open the photo booth: the camera, and its page in the browser.

    SOURCE is a camera (0, 1, or a name), a video, an image folder, a stream (rtsp://…), demo, or browser: the camera of
    the device that shows the page. Without SOURCE, the first camera that works is used; without a camera, the built-in
    demo is played. The path of each photo is printed.

    Example: smartselfie booth --hold 15 --album ~/party
    """
    settings = load_settings(flags, config, chosen=True)
    with listen(settings.host, settings.port) as door:
        try:
            run_booth(settings, door, saved=page_settings_of(config))
        except KeyboardInterrupt:
            _leave_the_stuck(130)
            raise
        _leave_the_stuck(0)


def _leave_the_stuck(code: int) -> None:
    """End at once where the pipeline's thread still hangs in a driver or library: it would take Python's end down."""
    if any(thread.name == PIPELINE for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_booth(
    settings: Settings,
    door: socket.socket,
    *,
    saved: Path | None = None,
    build: Callable[[Turn, Settings], Pipeline] | None = None,
    open_source: Callable[[str | None, Settings], FrameSource] | None = None,
) -> None:
    """Serve the booth until it is left, has failed, or has taken `max_photos`.

    Args:
        settings: camera, rule, album, view and page.
        door: a socket that listens.
        saved: the file that what is chosen on the page is saved in; None forgets it.
        build: connects a turn at the source and settings, in a thread, so that Ctrl-C works meanwhile; None for what
            the settings name.
        open_source: opens a source by its name; None for `choose_source`.

    Raises:
        SmartselfieError: camera, network or album cannot be used.
        KeyboardInterrupt: Ctrl-C, or SIGTERM.
    """
    over = threading.Event()

    def say_over(phase: Phase) -> None:
        if phase is Phase.ENDED:
            log.info("the video has ended; the page stays open until Ctrl-C")
        elif not over.wait(FAREWELL if live.viewers else 0.0):
            leave()

    def leave() -> None:
        server.should_exit = True

    gate = Admission(consent=settings.consent)
    stand = Stand(settings, open_source or choose_source, gate, saved, build=build)
    house = Booth(stand, gate, _print_photo, say_over)
    live = house.live
    with _terminable(), open_to_network(settings, house, leave) as outside:
        server = make_server(create_app(house, leave, host=settings.host, names=own_names(), outside=outside))
        house.start()
        try:
            if _wait_until_open(live):
                _invite(settings, door)
                server.run(sockets=[door])
        finally:
            over.set()
            house.close()
    last = live.newest
    if last.phase is Phase.FAILED and last.problem is not None:
        raise last.problem


def choose_source(name: str | None, settings: Settings) -> FrameSource:
    """The source to show: the one named, else the first camera that opens, else the demo; clips run at their own speed.

    Raises:
        SourceError: the one named cannot be used.
    """
    from smartselfie.sources.demo import DemoSource
    from smartselfie.sources.filters import Paced

    demo = Paced(DemoSource(repeat=True))
    if name == "demo":
        return demo
    if name == "browser":
        return BrowserCamera()
    if name is None:
        return _first_camera(settings) or demo
    source = make_source(name, settings)
    return source if source.live else Paced(source)


def _first_camera(settings: Settings) -> FrameSource | None:
    """The first camera that opens; where none does, a line says so."""
    from smartselfie.sources.camera import list_cameras

    why = "no camera was found"
    for camera in list_cameras():
        try:
            return make_source(str(camera.index), settings)
        except SourceError as error:
            why = error.message
    log.warning("%s: playing the built-in demo", why)
    return None


def _wait_until_open(live: Live) -> bool:
    """Wait for the first word of the pipeline, so that a page is opened only where there is something to see."""
    while live.newest.phase is Phase.OPENING:
        live.wait(0.1)
    return live.newest.phase is not Phase.FAILED


def _invite(settings: Settings, door: socket.socket) -> None:
    """Say where the page is, and open it."""
    host, port = door.getsockname()[:2]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what is listened at, not a wish
    address = f"http://[{near}]:{port}/" if ":" in near else f"http://{near}:{port}/"
    log.info("the booth is open at %s (Ctrl-C to stop)", address)
    if not is_loopback(settings.host):
        log.warning("anyone who can reach %s on the network can see this page and its photos", settings.host)
    # without a display Python would start a browser in this very terminal
    shown = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if settings.open and shown:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _print_photo(photo: Photo) -> None:
    click.echo(str(photo.path))


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends the booth as Ctrl-C does: album and camera are closed. Signals belong to the main thread.

    SIGINT is taken, too: where a shell has put the booth into the background it is ignored at first.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
