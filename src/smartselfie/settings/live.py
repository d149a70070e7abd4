"""The settings that can be changed while the booth runs: their schema for the API, and the page's form."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict
from typing_extensions import TypedDict

from smartselfie.errors import ConfigError
from smartselfie.settings.schema import SETTINGS, unknown
from smartselfie.settings.setting import Setting, shown


def live_names() -> tuple[str, ...]:
    """The settings that can be changed while the booth runs, in the order of the page."""
    return tuple(name for name, setting in SETTINGS.items() if setting.about.live)


if TYPE_CHECKING:
    LiveChanges = dict[str, Any]
    LiveValues = dict[str, Any]
else:
    _LIVE = {name: SETTINGS[name].hint for name in live_names()}
    # Body of PATCH /api/settings: those of the live settings that are to change.
    LiveChanges = TypedDict("LiveChanges", _LIVE, total=False)
    LiveChanges.__pydantic_config__ = ConfigDict(extra="forbid")
    # All live settings, as GET /api/settings gives them.
    LiveValues = TypedDict("LiveValues", _LIVE)


def refusal(name: str, value: object, kind: str) -> ConfigError:
    """Why a value in the body of PATCH /api/settings is refused.

    Args:
        name: the name that was sent.
        value: the value that was sent.
        kind: pydantic's name for the reason.
    """
    if name not in SETTINGS:
        return unknown(name, shown(name))
    if not SETTINGS[name].about.live:
        return ConfigError(f"{name} cannot be changed while the booth runs", f"these can: {', '.join(live_names())}")
    return SETTINGS[name].refusal(value, kind, name)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that the page offers, and its name: the page has a word for it, or shows it as it is."""

    value: str | int | float
    name: str


@dataclass(frozen=True, slots=True)
class FormField:
    """How the page shows one setting.

    A `range` has a lower end, an upper end (larger where the value in force is) and a step; a `choice` has choices
    (those of `source` are the cameras of the moment); a `switch` has neither.
    """

    name: str
    kind: Literal["range", "choice", "switch"]
    min: float = 0
    max: float = 0
    step: float = 0
    choices: tuple[Choice, ...] = ()


def form() -> list[FormField]:
    """The page's form: a field for every live setting."""
    return [_form_field(SETTINGS[name]) for name in live_names()]


def _form_field(setting: Setting) -> FormField:
    slider, named = setting.about.slider, setting.about.named
    if slider is not None:
        return FormField(setting.name, "range", setting.bounds["minimum"], slider.end, slider.step)
    if setting.switch:
        return FormField(setting.name, "switch")
    pairs = named.items() if named is not None else ((str(value), value) for value in setting.choices)
    offered = ((str(value), value) for value in setting.about.offered)
    return FormField(setting.name, "choice", choices=tuple(Choice(value, name) for name, value in (*pairs, *offered)))
