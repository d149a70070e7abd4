"""Settings from their layers: defaults, the TOML file, the page's choices, the environment, the command line."""

import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from smartselfie.errors import ConfigError
from smartselfie.files import written_whole
from smartselfie.settings.declaration import PREFIX
from smartselfie.settings.schema import NAMES, SETTINGS, Settings, unknown


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
    variables = os.environ if environment is None else environment
    said: dict[str, object] = {}
    origin: dict[str, str] = {}
    page = page_settings_of(config)
    layers = (
        _file_layer(config),
        (load_page_settings(page) if chosen else {}, str(page)),
    )
    for layer, where in layers:
        said.update(layer)
        origin.update({name: f"{where}: {name}" for name in layer})
    environment_layer = _environment_layer(variables)
    said.update(environment_layer)
    origin.update({name: PREFIX + name.upper() for name in environment_layer})
    given = {name: value for name, value in flags.items() if value is not None}
    said.update(given)
    origin.update({name: "--" + name.replace("_", "-") for name in given})
    return _validated(said, origin)


def page_settings_of(config: Path | None) -> Path:
    """Where the page's choices are saved that belong to this file of settings, or to the user's."""
    return page_settings_file(default_config_file() if config is None else config)


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


def save_setting(path: Path, name: str, value: str) -> None:
    """Write one setting into a TOML file, in place of its line or as a new first one; all else stays as it is.

    Args:
        path: the file; made where it does not exist.
        name: a setting.
        value: as TOML writes it.

    Raises:
        ConfigError: the file cannot be read or written, or is not TOML.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() and _file_layer(path) else ""
    line, before = f"{name} = {value}\n", re.compile(rf"^[ \t]*{name}[ \t]*=.*(\n|\Z)", re.MULTILINE)
    changed = before.sub(line, text, count=1) if before.search(text) else line + text
    try:
        tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        raise ConfigError(f"{path} has {name} over several lines", f"write by hand: {line.strip()}") from None
    try:
        with written_whole(path) as file:
            file.write(changed.encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "choose another --config") from None


def _file_layer(config: Path | None) -> tuple[dict[str, object], str]:
    path = default_config_file() if config is None else config
    if config is None and not path.is_file():
        return {}, str(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), str(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "check --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}", "a line looks like: hold = 10") from None


def _environment_layer(variables: Mapping[str, str]) -> dict[str, object]:
    """Variables with the prefix; `SMARTSELFIE_CONFIG` names the file and is read by the command line."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG"
    }


def page_settings_file(config: Path) -> Path:
    """`config.toml` → `config.booth.json`; need not exist."""
    return config.with_suffix(".booth.json")


def load_page_settings(path: Path) -> dict[str, object]:
    """The saved choices by the name of their setting; none where nothing was saved.

    Raises:
        ConfigError: the file cannot be read, or is not what `save_page_settings` writes.
    """
    hint = "delete it to forget what was chosen on the page"
    try:
        choices = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint) from None
    except ValueError:
        raise ConfigError(f"{path} is damaged", hint) from None
    if not isinstance(choices, dict):
        raise ConfigError(f"{path} is damaged", hint)
    return choices


def save_page_settings(path: Path, choices: Mapping[str, object], forget: Collection[str] = ()) -> None:
    """Save choices over those of the same names that were saved before; those named in `forget` are saved no longer.

    Raises:
        ConfigError: the file cannot be written.
    """
    whole = {name: value for name, value in {**load_page_settings(path), **choices}.items() if name not in forget}
    try:
        with written_whole(path) as file:
            file.write(json.dumps(whole, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "the choice holds until the end") from None
