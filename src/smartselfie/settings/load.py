"""Settings from their layers: defaults, the TOML file, the page's choices, the environment, the command line."""

import codecs
import errno
import json
import os
import tomllib
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import platformdirs

from smartselfie.errors import ConfigError
from smartselfie.files import atomic_write
from smartselfie.settings.declaration import PREFIX, flag_of
from smartselfie.settings.schema import NAMES, SETTINGS, Settings, unknown

FORGET = "delete it to forget what was chosen on the page"
HEADING = """# Chosen on the booth's page. It goes before the settings file; delete this file to forget it.
"""


def default_config_file() -> Path:
    """`config.toml` in the user's configuration folder; need not exist."""
    return Path(platformdirs.user_config_dir("smartselfie", appauthor=False)) / "config.toml"


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
    lay(_read_toml(file) if config is not None or os.path.lexists(file) else {}, lambda name: f"{file}: {name}")
    if chosen:
        page = page_settings_of(config)
        lay(load_page_settings(page), lambda name: f"{_existing(page)}: {name}")
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


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read_text(path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "check --config") from None
    except RecursionError:
        raise ConfigError(f"{path} is not TOML: it is nested too deeply", "a line looks like: hold = 10") from None
    except ValueError as error:
        raise ConfigError(f"{path} is not TOML: {error}", "a line looks like: hold = 10") from None


def _read_environment(variables: Mapping[str, str]) -> dict[str, object]:
    """Variables with the prefix; `SMARTSELFIE_CONFIG` names the file and is read by the command line."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG"
    }


def save_setting(path: Path, name: str, value: object) -> None:
    """Write one setting into a TOML file; everything else in it, comments too, stays as it is.

    Args:
        path: the file; made where it does not exist.
        name: a setting.
        value: of the setting's type.

    Raises:
        ConfigError: the file cannot be read or written, or is not TOML.
    """
    if path.exists():
        _read_toml(path)
    try:
        _write_toml(path, _read_text(path) if path.exists() else "", {name: value})
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "choose another --config") from None


def load_page_settings(path: Path) -> dict[str, object]:
    """What was chosen on the page, by the name of the setting; empty where nothing was saved.

    Older versions saved it as JSON in a file beside, which is read until something is saved.

    Raises:
        ConfigError: the file cannot be read, or is not what `save_page_settings` writes.
    """
    source = _existing(path)
    try:
        text = _read_text(source)
        choices = tomllib.loads(text) if source == path else json.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{source} cannot be read: {error.strerror}", FORGET) from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{source} is damaged", FORGET) from None
    if not isinstance(choices, dict):
        raise ConfigError(f"{source} is damaged", FORGET)
    return choices


def save_page_settings(path: Path, choices: Mapping[str, object], forget: Collection[str] = ()) -> None:
    """Save choices over those of the same names that were saved before; those named in `forget` are saved no longer.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    saved = load_page_settings(path)
    before = _read_text(path) if path.is_file() else HEADING
    try:
        _write_toml(path, before, {**saved, **choices}, forget)
        _older(path).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "check the folder's permissions") from None


def _older(path: Path) -> Path:
    return path.with_suffix(".json")


def _existing(path: Path) -> Path:
    """The file that holds what was chosen on the page: this one, or the older version's."""
    older = _older(path)
    return older if older.is_file() and not path.is_file() else path


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


def _write_toml(path: Path, before: str, values: Mapping[str, object], forget: Collection[str] = ()) -> None:
    """Write TOML anew with these values in it, and without those to forget.

    Raises:
        OSError: it cannot be written.
    """
    import tomlkit

    document = tomlkit.parse(before)
    for name, value in values.items():
        document[name] = _plain(value)
    for name in forget:
        document.pop(name, None)
    # through a link to the file that it stands for, as people have who keep their settings elsewhere
    with atomic_write(Path(os.path.realpath(path))) as file:
        file.write(tomlkit.dumps(document).encode())


def _plain(value: object) -> object:
    """A value as TOML has it: nothing is an empty text there."""
    match value:
        case None:
            return ""
        case tuple():
            return list(value)
        case Enum() | Path():
            return str(value)
        case _:
            return value
