"""Settings that change while the booth runs: checked, saved, then sent to the pipeline; all of a change or none."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit  # noqa: F401 - writes the settings; imported here, the first change does not wait for it

from smartselfie.booth.auth import PinCheck
from smartselfie.booth.current_source import BROWSER, DEMO, CurrentSource
from smartselfie.booth.roles import Role
from smartselfie.errors import ConfigError, SmartselfieError
from smartselfie.files import flush_file
from smartselfie.pipeline import Command, NewRule
from smartselfie.settings.live import FormField, LiveValues, form, live_names, refusal
from smartselfie.settings.load import changed, save_page_settings
from smartselfie.settings.schema import SETTINGS, Settings

# What the page calls the source that the booth was started with: a path or address is none of its business.
GIVEN = "given"

log = logging.getLogger(__name__)


class NotSavedError(SmartselfieError):
    """A change that cannot be saved, and so does not hold."""


@dataclass(frozen=True, slots=True)
class CameraJson:
    """A camera that can be chosen: what `source` calls it, and its name."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class SettingsJson:
    """The settings of now.

    `values` are those that the page can change, `defaults` what they are where nobody has; `cameras` what `source` can
    be besides null (the first that works); `form` how the page shows them; `role` who asks (host, phone or guest) and
    `locked` whether a PIN makes a host of them; `lan` whether phones can be paired, `consent` whether guests are asked
    first.
    """

    values: LiveValues
    defaults: LiveValues
    cameras: list[CameraJson]
    form: list[FormField]
    role: str
    locked: bool
    kiosk: bool
    lan: bool
    consent: bool
    delete_after: float | None


class LiveSettings:
    """The settings that hold now; changes come from any thread, one after the other."""

    def __init__(
        self,
        settings: Settings,
        source: CurrentSource,
        pin: PinCheck,
        send: Callable[[Command], None],
        *,
        saved: Path | None = None,
        on_change: Callable[[Settings], None] = lambda _: None,
    ) -> None:
        """These settings hold until the first change.

        Args:
            settings: to begin with.
            source: changed where another camera is chosen.
            pin: says whether changes need the PIN.
            send: gets commands to the pipeline, without waiting.
            saved: the file that changes are saved in; None forgets them.
            on_change: called with what holds after each change.
        """
        self.now = settings
        self._started_with = settings.source
        self._source, self._pin, self._send = source, pin, send
        self._saved, self._on_change = saved, on_change
        self._changing = threading.Lock()  # held until a change is saved: two at once would lose one

    def change(self, changes: Mapping[str, object]) -> None:
        """Change settings: all of these, or none.

        Args:
            changes: values by name.

        Raises:
            NotSavedError: the change cannot be saved.
            SmartselfieError: a name or value is not possible, or the camera cannot be opened.
        """
        strange = sorted(set(changes) - set(live_names()))
        if strange:
            raise refusal(strange[0], None, "extra_forbidden")
        with self._changing:
            wanted = changed(self.now, self._allowed(changes))
            new = [name for name in live_names() if getattr(wanted, name) != getattr(self.now, name)]
            if "source" in new:
                self._source.change(wanted, self._send, lambda: self._save(wanted, new))
            elif new:
                self._save(wanted, new)
            before, self.now = self.now, wanted
            if wanted.trigger_rule != before.trigger_rule:
                self._send(NewRule(wanted.trigger_rule))
            self._on_change(wanted)
        if new:
            self._flush()

    def as_json(self, role: Role = Role.HOST, *, rescan: bool = False) -> SettingsJson:
        """All of it, for whoever asks; `rescan` lists the system's cameras anew."""
        return SettingsJson(
            {**{name: getattr(self.now, name) for name in live_names()}, "source": self._shown(self.now.source)},
            {name: SETTINGS[name].default for name in live_names()},
            self._choosable(rescan=rescan),
            form(),
            role.word,
            self._pin.locked and role is not Role.HOST,
            self.now.kiosk,
            self.now.lan,
            self.now.consent,
            self.now.delete_after,
        )

    def _allowed(self, changes: Mapping[str, object]) -> Mapping[str, object]:
        """The changes with the source as the settings call it; a page must not open just any file or address."""
        source = changes.get("source")
        if source is None:
            return changes
        if source == GIVEN and self._started_with is not None:
            return {**changes, "source": self._started_with}
        listed = any(source in {camera.source for camera in self._choosable(rescan=again)} for again in (False, True))
        if not listed:
            raise ConfigError("no such camera", "choose one from the list")
        return changes

    def _save(self, wanted: Settings, new: list[str]) -> None:
        if self._saved is None:
            return
        # back to what it was started with is no choice, and may be an address with a password
        forget = ["source"] if wanted.source == self._started_with else []
        try:
            save_page_settings(self._saved, {name: getattr(wanted, name) for name in new}, forget)
        except ConfigError as error:
            log.warning("a change on the page could not be saved: %s", error.message)
            raise NotSavedError(
                "this change cannot be saved, so nothing has changed", "the terminal shows the reason"
            ) from None

    def _flush(self) -> None:
        """A change that was saved holds at once; it survives a power cut when whoever made it has the answer."""
        try:
            if self._saved is not None:
                flush_file(self._saved)
        except OSError as error:
            log.warning("%s may be lost in a power cut: %s", self._saved, error.strerror)

    def _choosable(self, *, rescan: bool = False) -> list[CameraJson]:
        found = [CameraJson(str(camera.index), camera.name) for camera in self._source.cameras(rescan=rescan)]
        listed = {camera.source for camera in found}
        more = [name for name in (self._shown(self._started_with), BROWSER, DEMO) if name is not None]
        return found + [CameraJson(name, name) for name in dict.fromkeys(more) if name not in listed]

    def _shown(self, source: str | None) -> str | None:
        """A source as the page may know it."""
        plain = source is None or source in (BROWSER, DEMO) or source.isdecimal()
        return source if plain else GIVEN
