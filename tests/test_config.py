"""Defaults, file, environment, command line: in that order, and nothing unknown."""

from pathlib import Path

import pytest

from smartselfie.config import NAMES, Settings, load_settings
from smartselfie.errors import ConfigError


def file_with(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_without_a_word_the_defaults_hold() -> None:
    settings = load_settings({}, environment={})
    assert settings == Settings()
    assert (settings.hold, settings.smile, settings.rest, settings.host) == (10, 0.5, 3.0, "127.0.0.1")


def test_each_layer_overrides_the_one_below(tmp_path: Path) -> None:
    config = file_with(tmp_path, "hold = 5\nrest = 1.5\nmirror = false\n")
    settings = load_settings({"hold": 7, "rest": None}, config, {"SMARTSELFIE_REST": "2", "SMARTSELFIE_HOLD": "6"})
    assert (settings.hold, settings.rest, settings.mirror) == (7, 2.0, False)


def test_the_variable_that_names_the_file_is_no_setting() -> None:
    assert load_settings({}, environment={"SMARTSELFIE_CONFIG": "x.toml"}) == Settings()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hodl = 5", "there is no setting hodl"),
        ("hold = 0", "hold = 0"),
        ("hold = 2.5", "hold = 2.5"),
        ("smile = 1.5", "smile = 1.5"),
        ('detector = "hog"', "detector = 'hog'"),
        ("rotate = 45", "rotate = 45"),
        ('resolution = "big"', "1280x720"),
        ("hold =", "is not TOML"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, found: str) -> None:
    config = file_with(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings({}, config, {})
    assert str(config) in caught.value.message
    assert found in caught.value.message


def test_a_bad_variable_and_a_bad_flag_say_where_they_come_from() -> None:
    with pytest.raises(ConfigError, match="the environment: hold = 'many'"):
        load_settings({}, environment={"SMARTSELFIE_HOLD": "many"})
    with pytest.raises(ConfigError, match="the command line: rest = -1"):
        load_settings({"rest": -1.0}, environment={})


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings({}, tmp_path / "missing.toml", {})


def test_every_setting_is_explained() -> None:
    explained = Settings.__doc__ or ""
    assert [name for name in NAMES if name not in explained] == []
