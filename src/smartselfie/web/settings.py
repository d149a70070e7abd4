"""The settings as the page sees and changes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from smartselfie.config import Language
from smartselfie.core.rule import SMILES
from smartselfie.errors import ConfigError
from smartselfie.sources.camera import CameraInfo, list_cameras
from smartselfie.web.live import Live
from smartselfie.web.lock import Lock
from smartselfie.web.stand import ON_PAGE, Stand

GIVEN = "given"
"""What the page calls the source that the booth was started with: a path or address is none of its business."""
LANGUAGES = tuple(language for language in get_args(Language) if language != "auto")


@dataclass(frozen=True, slots=True)
class CameraJson:
    """A camera that can be chosen: what `source` calls it, and its name."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class SettingsJson:
    """The settings of now.

    `values` are those that the page can change; `cameras` what `source` can be besides null (the first that works);
    `smiles` the thresholds that have a name;
    `locked` whether changes need the PIN; `lan` whether phones can be paired.
    """

    values: dict[str, str | bool | int | float | None]
    cameras: list[CameraJson]
    languages: list[str]
    smiles: dict[str, float]
    locked: bool
    kiosk: bool
    lan: bool
    delete_after: float | None


class Desk:
    """Where settings are looked up and changed while the booth runs."""

    def __init__(
        self,
        stand: Stand,
        live: Live,
        lock: Lock,
        cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
    ) -> None:
        """Connects what changes with who must know of it; `cameras` lists what the system has."""
        self._stand, self._live, self._lock, self._cameras = stand, live, lock, cameras

    @property
    def source(self) -> object:
        """The camera that is open now, or None."""
        return self._stand.source

    @property
    def mirror(self) -> bool:
        """Whether the page mirrors the view."""
        return self._stand.settings.mirror

    def tell(self) -> SettingsJson:
        """All of it."""
        settings = self._stand.settings
        return SettingsJson(
            {**{name: getattr(settings, name) for name in ON_PAGE}, "source": self._shown(settings.source)},
            self._choosable(),
            list(LANGUAGES),
            SMILES,
            self._lock.locked,
            settings.kiosk,
            settings.lan,
            settings.delete_after,
        )

    def change(self, changes: Mapping[str, object]) -> None:
        """Change settings; a new pipeline takes over where they need one.

        Raises:
            SmartselfieError: they cannot be changed so.
        """
        source = changes.get("source")
        if source == GIVEN and self._stand.started_with is not None:
            changes, source = {**changes, "source": self._stand.started_with}, None
        if source is not None and source not in {camera.source for camera in self._choosable()}:
            # a page must not be a way to open any file or address
            raise ConfigError("there is no such camera", "choose one of the list")
        if self._stand.change(changes):
            self._live.renew()
        self._live.touch()

    def _choosable(self) -> list[CameraJson]:
        found = [CameraJson(str(camera.index), camera.name) for camera in self._cameras()]
        listed = {camera.source for camera in found}
        more = [name for name in (self._shown(self._stand.started_with), "browser", "demo") if name is not None]
        return found + [CameraJson(name, name) for name in dict.fromkeys(more) if name not in listed]

    def _shown(self, source: str | None) -> str | None:
        """A source as the page may know it."""
        plain = source is None or source in ("browser", "demo") or source.isdecimal()
        return source if plain else GIVEN
