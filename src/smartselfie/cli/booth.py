"""`smartselfie booth`: the camera and the page."""

import contextlib
import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click
import uvicorn

from smartselfie.booth.app import create_app
from smartselfie.booth.auth import PinCheck
from smartselfie.booth.booth import Booth
from smartselfie.booth.broadcast import FINAL, Broadcast, Phase
from smartselfie.booth.current_source import open_device
from smartselfie.booth.middleware import is_loopback
from smartselfie.booth.server import listen, make_server, open_to_network, own_address, own_names
from smartselfie.cli.event_printer import log_in_background
from smartselfie.cli.options import SettingsCommand, names_in, setting_options
from smartselfie.core.events import Photo
from smartselfie.errors import ConfigError
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.load import load_settings, page_settings_of
from smartselfie.settings.schema import Settings
from smartselfie.settings.setting import Group
from smartselfie.worker import JobQueue, Worker, run_once

# Seconds that viewers get to see how it ended, and to fetch the last photo.
FAREWELL = 1.5
# Seconds until whoever left the booth on the page has the answer, and every page the farewell.
ANSWER = 0.3

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
    if settings.source is not None and Path(settings.source).is_dir():
        log.info("its pictures are shown %g a second (--fps); analyze finds faces and smiles in them", settings.fps)
    with listen(settings.host, settings.port) as door:
        run_booth(settings, door, saved=page_settings_of(config))


def run_booth(
    settings: Settings,
    door: socket.socket,
    *,
    saved: Path | None = None,
    open_source: Callable[[str, Settings], FrameSource] = open_device,
    build: Callable[[FrameSource, Settings], Pipeline] | None = None,
) -> None:
    """Serve the booth until it is left, has failed, or has taken `max_photos`.

    Args:
        settings: camera, rule, album, view and page.
        door: a socket that listens.
        saved: the file that what is chosen on the page is saved in; None forgets it.
        open_source: opens a source by its name, in a thread, so that Ctrl-C works meanwhile.
        build: connects a source to models and album; None for what the settings name.

    Raises:
        SmartselfieError: camera, models or album cannot be used.
        KeyboardInterrupt: Ctrl-C, or another signal that ends it.
    """
    with log_in_background(), contextlib.ExitStack() as stack:
        printer: JobQueue[Photo] = JobQueue("photo list", _print_photo)
        stack.callback(printer.close)
        booth = Booth(settings, saved=saved, on_photo=printer.submit, open_source=open_source, build=build)
        stack.callback(booth.close)
        outside = stack.enter_context(open_to_network(settings, booth))
        app = create_app(booth, host=settings.host, names=own_names(), outside=outside)
        server = make_server(app)
        closing = threading.Event()
        end = Worker("end", lambda: _end_with(booth.broadcast, server, closing), wake=closing.set)
        stack.callback(end.close)
        booth.start()
        if _wait_until_open(booth.broadcast):
            _invite(settings, door, booth.pin)
            end.start()
            server.run(sockets=[door])
    last = booth.broadcast.newest
    if last.phase is Phase.FAILED and last.problem is not None:
        raise last.problem


def _wait_until_open(broadcast: Broadcast) -> bool:
    """Wait until there is something to see; False where there never will be."""
    while (opened := broadcast.wait_for(lambda newest: newest.phase is not Phase.OPENING, 0.1)) is None:
        pass
    return opened.phase is not Phase.FAILED


def _end_with(broadcast: Broadcast, server: uvicorn.Server, closing: threading.Event) -> None:
    """Say when a video is over, and end the server when the booth is; not in the threads that show and serve."""
    phase = broadcast.newest.phase
    while phase not in FINAL and not closing.is_set():
        if phase is Phase.ENDED:
            log.info("the video has ended; the page stays open until Ctrl-C")
        phase = _wait_for_change(broadcast, phase, closing)
    closing.wait(ANSWER if phase is Phase.LEFT else FAREWELL if broadcast.viewers else 0.0)
    server.should_exit = True


def _wait_for_change(broadcast: Broadcast, before: Phase, closing: threading.Event) -> Phase:
    while not closing.is_set():
        newest = broadcast.wait_for(lambda newest: newest.phase is not before, 0.2)
        if newest is not None:
            return newest.phase
    return before


def _invite(settings: Settings, door: socket.socket, pin: PinCheck) -> None:
    """Say where the page is and who may do what, and open it."""
    host, port = door.getsockname()[:2]
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened at, not a wish
    address = _address(anywhere.get(host, host), port)
    log.info("the booth is open at %s (Ctrl-C to stop)", address)
    if not is_loopback(settings.host):
        there = own_address() if host in anywhere else host
        others = _address(there or settings.host, port)
        log.warning("other devices open %s; whoever does can take photos and see all of them", others)
    _say_roles(settings, pin)
    # without a display Python would start a browser in this very terminal
    shown = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if settings.open and shown:
        run_once("browser", lambda: _open_browser(address))


def _say_roles(settings: Settings, pin: PinCheck) -> None:
    """The short form of the table in docs/phones.md."""
    hosts = [] if pin.needed_here else ["this machine"]
    if pin.locked:
        hosts.append("whoever has the PIN" if pin.made is None else f"whoever has the PIN {pin.made}")
    log.info("the host, who may do everything: %s", " and ".join(hosts))
    if settings.lan:
        log.info("phones that scan the code take photos and see them; a guest's link shows one photo or the gallery")


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _open_browser(address: str) -> None:
    if not webbrowser.open(address):
        log.warning("cannot open the browser: open %s yourself", address)


def _print_photo(photo: Photo) -> None:
    try:
        click.echo(str(photo.path))
    except OSError as error:
        # whoever reads the list has left, or what it is written to is full: the party goes on
        raise ConfigError(f"the list of photos cannot be printed: {error.strerror}", "the album has them all") from None
