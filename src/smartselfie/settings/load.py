"""Settings from their layers: defaults, the TOML file, the page's choices, the environment, the command line."""

import codecs
import errno
import os
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic_core import to_jsonable_python

from smartselfie.errors import ConfigError
from smartselfie.files import atomic_write
from smartselfie.settings.schema import NAMES, SETTINGS, Settings, unknown
from smartselfie.settings.setting import PREFIX, flag_of

FORGET = "delete it to forget what was chosen on the page, or check the folder's permissions"
HEADING = "# Chosen on the booth's page. It goes before the settings file; delete this file to forget it.\n"


def default_config_file() -> Path:
    """`config.toml` in the user's configuration folder; need not exist."""
    try:
        return platformdirs.user_config_path("smartselfie", appauthor=False) / "config.toml"
    except RuntimeError:
        # a user without a home folder, as in containers, has no settings of their own
        return Path(os.devnull) / "config.toml"


def load_settings(
    flags: Mapping[str, object],
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    chosen: bool = False,
) -> Settings:
    """Lay the layers over one another.

    Args:
        flags: what the command line says; None means unsaid.
        config: a TOML file that must exist; None reads the user's, if there is one.
        environment: variables; None takes the process's.
        chosen: whether what was chosen on the page lies over the file.

    Raises:
        ConfigError: a file cannot be read, a key is unknown, or a value is out of range; it names where it came from.
    """
    said: dict[str, object] = {}
    origin: dict[str, str] = {}

    def lay(layer: Mapping[str, object], where: Callable[[str], str]) -> None:
        said.update(layer)
        origin.update({name: where(name) for name in layer})

    file = default_config_file() if config is None else config
    if config is not None or os.path.lexists(file):
        lay(_read_toml(file), lambda name: f"{file}: {name}")
    page = page_settings_of(config)
    if chosen and os.path.lexists(page):
        lay(_read_toml(page, FORGET), lambda name: f"{page}: {name}")
    lay(_read_environment(os.environ if environment is None else environment), lambda name: PREFIX + name.upper())
    lay({name: value for name, value in flags.items() if value is not None}, flag_of)
    return _validated(said, origin)


def page_settings_of(config: Path | None) -> Path:
    """Where what is chosen on the page is saved, beside the file of settings: `config.toml` → `config.booth.toml`."""
    return (default_config_file() if config is None else config).with_suffix(".booth.toml")


def changed(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """The settings with some of them changed.

    Raises:
        ConfigError: a name is unknown, or a value out of range.
    """
    now = {name: getattr(settings, name) for name in NAMES}
    return _validated({**now, **changes}, {})


def _validated(said: Mapping[str, object], origin: Mapping[str, str]) -> Settings:
    """Settings of these values; `origin` tells where those of a name are from."""
    for name in said:
        if name not in SETTINGS:
            raise unknown(name, origin.get(name, name))
    parsed: Any = {name: SETTINGS[name].parse(value, origin.get(name, name)) for name, value in said.items()}
    return Settings(**parsed)


def _read_toml(path: Path, hint: str = "") -> dict[str, Any]:
    try:
        return tomllib.loads(_read_text(path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint or "check --config") from None
    except (ValueError, RecursionError) as error:
        unreadable = {RecursionError: "it is nested too deeply", UnicodeDecodeError: "it is not UTF-8"}
        why = unreadable.get(type(error), error)
        raise ConfigError(f"{path} is not TOML: {why}", hint or "a line looks like: hold = 10") from None


def _read_environment(variables: Mapping[str, str]) -> dict[str, object]:
    """Variables with the prefix; `SMARTSELFIE_CONFIG` names the file and is read by the command line."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG"
    }


def save_settings(
    path: Path,
    values: Mapping[str, object],
    forget: Collection[str] = (),
    *,
    heading: str = "",
    hint: str = "",
    flush: bool = True,
) -> None:
    """Write settings into a TOML file; everything else in it, comments too, stays as it is.

    Args:
        path: the file; made where it does not exist.
        values: by name, of the settings' types.
        forget: names that are no longer to stand in it.
        heading: what a file that is made begins with.
        hint: for the message where it goes wrong.
        flush: as `atomic_write`.

    Raises:
        ConfigError: the file cannot be read or written, or is not TOML.
    """
    import tomlkit

    text = heading
    if path.exists():
        _read_toml(path, hint)
        text = _read_text(path)
    document = tomlkit.parse(text)
    for name, value in values.items():
        document[name] = "" if value is None else to_jsonable_python(value)
    for name in forget:
        document.pop(name, None)
    # through a link to the file that it stands for, as people have who keep their settings elsewhere
    with atomic_write(
        Path(os.path.realpath(path)), ConfigError, hint or "choose another --config", flush=flush
    ) as file:
        file.write(tomlkit.dumps(document).encode())


def save_page_settings(path: Path, choices: Mapping[str, object], forget: Collection[str] = ()) -> None:
    """Save what was chosen on the page, beside what was chosen there before; as `save_settings`.

    No disk is waited for: `flush_file` does that, once the change holds.
    """
    save_settings(path, choices, forget, heading=HEADING, hint=FORGET, flush=False)


def _read_text(path: Path) -> str:
    """A file's text, with its own ends of lines and without a byte order mark.

    Raises:
        OSError: it cannot be read, or is a pipe or device, which might never end.
        ValueError: it is not UTF-8.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is not a file")
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is saved as UTF-16, not as UTF-8")
    return content.decode("utf-8-sig")
