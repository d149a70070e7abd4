"""The booth's doors: the page on this machine, and where it is asked for, the local network's."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs

from smartselfie.config import Settings
from smartselfie.errors import ConfigError
from smartselfie.web.app import create_app
from smartselfie.web.house import House
from smartselfie.web.lan import Lan, Outside, make_certificate, own_address
from smartselfie.web.pairing import Pairing
from smartselfie.web.server import listen

EVERYWHERE = "0.0.0.0"  # noqa: S104 - only with --lan, behind the pairing


def own_names() -> tuple[str, ...]:
    """What this machine is called in its network."""
    name = socket.gethostname()
    return name, f"{name}.local"


@contextlib.contextmanager
def open_to_network(
    settings: Settings,
    house: House,
    leave: Callable[[], None],
    *,
    folder: Path | None = None,
    address: str | None = None,
) -> Iterator[Outside | None]:
    """While it lasts phones that were paired can come in; None where the settings do not ask for it.

    Args:
        settings: whether, and at which port: the next after the page's.
        house: what they come to.
        leave: ends the booth.
        folder: where the certificate is kept; None for the user's data folder.
        address: this machine's in the network; None finds it out.

    Raises:
        ConfigError: there is no network, no port, or no place for the certificate.
    """
    if not settings.lan:
        yield None
        return
    here = own_address() if address is None else address
    if here is None:
        raise ConfigError("this machine is in no network", "connect it, or leave out --lan")
    kept = Path(platformdirs.user_data_dir("smartselfie", appauthor=False)) if folder is None else folder
    certificate = make_certificate(kept, here, own_names())
    with listen(EVERYWHERE, settings.port + 1 if settings.port else 0) as door:
        outside = Outside(Pairing(), f"https://{here}:{door.getsockname()[1]}")
        app = create_app(house, leave, host=EVERYWHERE, names=own_names(), outside=outside, paired_only=True)
        lan = Lan(app, door, certificate)
        lan.start()
        try:
            yield outside
        finally:
            lan.close()
