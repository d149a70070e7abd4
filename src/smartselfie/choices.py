"""What was chosen on the booth's page, saved beside the file of settings.

That file is the user's, with comments and an order of its own; the page does not write to it.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from smartselfie.atomic import written_whole
from smartselfie.errors import ConfigError


def choices_file(config: Path) -> Path:
    """`config.toml` → `config.booth.json`; need not exist."""
    return config.with_suffix(".booth.json")


def read_choices(path: Path) -> dict[str, object]:
    """The saved choices by the name of their setting; none where nothing was saved.

    Raises:
        ConfigError: the file cannot be read, or is not what `save_choices` writes.
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


def save_choices(path: Path, choices: Mapping[str, object], forget: Collection[str] = ()) -> None:
    """Save choices over those of the same names that were saved before; those named in `forget` are saved no longer.

    Raises:
        ConfigError: the file cannot be written.
    """
    whole = {name: value for name, value in {**read_choices(path), **choices}.items() if name not in forget}
    try:
        with written_whole(path) as file:
            file.write(json.dumps(whole, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "the choice holds until the end") from None
