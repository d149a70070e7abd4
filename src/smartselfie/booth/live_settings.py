"""The booth's camera and settings, which both can change while it runs, and how the page sees them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from smartselfie.booth.auth import PinCheck
from smartselfie.booth.browser_camera import BrowserCamera, StillAlbum
from smartselfie.booth.consent import Admission
from smartselfie.booth.runner import Live
from smartselfie.core.events import SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.errors import ConfigError, SmartselfieError
from smartselfie.factory import make_album, make_pipeline
from smartselfie.pipeline import Pipeline
from smartselfie.ports import FrameSource
from smartselfie.settings.load import changed, save_page_settings
from smartselfie.settings.schema import Language, Settings
from smartselfie.sources.camera import CameraInfo, list_cameras
from smartselfie.trigger.rule import SMILES

ON_PAGE = (
    *("source", "rule", "smile", "expression", "eyes_open", "hold", "hold_seconds", "rest"),
    *("countdown", "clip", "mirror", "sounds", "language"),
)
"""What can be chosen on the page."""
VIEW_ONLY = frozenset({"mirror", "sounds", "language", "countdown", "clip"})
"""What needs no new pipeline."""


class Stand:
    """One camera at a time, lent to one pipeline at a time; a changed rule gets a new pipeline, not a new camera."""

    def __init__(
        self,
        settings: Settings,
        open_source: Callable[[str | None, Settings], FrameSource],
        gate: Admission,
        saved: Path | None = None,
        *,
        build: "Callable[[Turn, Settings], Pipeline] | None" = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: to begin with; `source` names the camera.
            open_source: opens a camera by what the settings call it.
            gate: while it is closed, frames pass by the pipeline.
            saved: the file that choices are saved in; None forgets them.
            build: connects a turn and settings; None for what they name.
        """
        self.settings = settings
        self.started_with = settings.source
        self.taken = 0
        self.passing: Callable[[Frame], None] = lambda _: None
        self._open_source, self._build = open_source, build or connect
        self._gate, self._saved = gate, saved
        self._lock = threading.Lock()
        self._changing = threading.Lock()  # held until a change is saved: two at once would lose one
        self._lent: Lent | None = None

    def open(self) -> Pipeline:
        """A pipeline with the settings of now, over the camera that is open already or is opened now.

        Raises:
            SmartselfieError: camera, networks or album cannot be used.
        """
        with self._lock:
            settings = self.settings
            if settings.max_photos is not None:
                settings = replace(settings, max_photos=max(1, settings.max_photos - self.taken))
            if self._lent is None or self._lent.failed:
                self._lent = Lent(self._open_source(settings.source, settings), self._gate)
            self._lent.passing = self.passing
            turn = self._lent.turn()
        return self._build(turn, settings)

    @property
    def source(self) -> FrameSource | None:
        """The camera that is open now."""
        lent = self._lent
        return None if lent is None else lent.source

    def change(self, changes: Mapping[str, object]) -> bool:
        """Change settings, and save them.

        Args:
            changes: values by the names in `ON_PAGE`.

        Returns:
            Whether a new pipeline is needed for them to hold.

        Raises:
            SmartselfieError: a name or value is not possible, the camera cannot be opened, or the choice cannot be
                saved; only in the last case is it changed all the same.
        """
        strange = sorted(set(changes) - set(ON_PAGE))
        if strange:
            raise ConfigError(f"{strange[0]} cannot be changed on the page", f"these can: {', '.join(ON_PAGE)}")
        with self._changing:
            with self._lock:
                wanted = changed(self.settings, changes)
                new = [name for name in ON_PAGE if getattr(wanted, name) != getattr(self.settings, name)]
                if "source" in new:
                    self._swap(wanted)
                self.settings = wanted
            if self._saved is not None and new:
                # back to what it was started with is no choice, and may be an address with a password
                forget = ["source"] if wanted.source == self.started_with else []
                save_page_settings(self._saved, {name: getattr(wanted, name) for name in new}, forget)
        return not VIEW_ONLY.issuperset(new)

    def close(self) -> None:
        """Let go of the camera; safely more than once."""
        with self._lock:
            if self._lent is not None:
                self._lent.give_up()

    def _swap(self, wanted: Settings) -> None:
        """Open the other camera first, so that a camera that cannot be opened changes nothing."""
        fresh = Lent(self._open_source(wanted.source, wanted), self._gate)
        if self._lent is not None:
            self._lent.give_up()
        self._lent = fresh


def connect(turn: "Turn", settings: Settings) -> Pipeline:
    """The pipeline that the settings name; a browser's photos are its own stills."""
    if isinstance(turn.source, BrowserCamera):
        return make_pipeline(turn, settings, StillAlbum(make_album(settings), turn.source))
    return make_pipeline(turn, settings)


class Lent:
    """An open source that outlives the pipelines which it is lent to, one after the other."""

    def __init__(self, source: FrameSource, gate: Admission) -> None:
        """The source must be fresh."""
        self.source, self.gate = source, gate
        self.passing: Callable[[Frame], None] = lambda _: None
        self.failed = False
        self._items = source.frames()
        self._lock = threading.Lock()

    def turn(self) -> "Turn":
        """The source for one pipeline."""
        return Turn(self)

    def take(self) -> Frame | SourceLost | SourceBack | None:
        """The next item; None at the end.

        Raises:
            SourceError: the source turned out to be unusable.
        """
        with self._lock:
            try:
                return next(self._items, None)
            except SmartselfieError:
                self.failed = True
                raise

    def give_up(self) -> None:
        """Close the source itself."""
        self.source.close()


class Turn:
    """One pipeline's turn at a source: closing it ends the turn, not the source."""

    def __init__(self, lent: Lent) -> None:
        """Frames go on where the turn before ended."""
        self._lent = lent
        self._closed = threading.Event()
        self.name, self.live = lent.source.name, lent.source.live

    @property
    def source(self) -> FrameSource:
        """What is lent."""
        return self._lent.source

    @property
    def fps(self) -> float | None:
        """The source's."""
        return self._lent.source.fps

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The source's frames; those that come while the gate is closed are only shown."""
        while not self._closed.is_set():
            item = self._lent.take()
            if item is None or self._closed.is_set():
                return
            if isinstance(item, Frame) and self._lent.gate.closed is not None:
                self._lent.passing(item)
                continue
            yield item

    def close(self) -> None:
        """End the turn."""
        self._closed.set()


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
        lock: PinCheck,
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
            raise ConfigError("no such camera", "choose one from the list")
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
