"""Defaults, file, environment, command line: in that order, and nothing unknown."""

from pathlib import Path

import pytest

from smartselfie.core.emotion import Emotion
from smartselfie.errors import ConfigError
from smartselfie.settings.load import load_settings, save_setting
from smartselfie.settings.schema import NAMES, Settings
from smartselfie.trigger.rule import GroupRule


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
        ('smile = "huge"', "slight, normal, big"),
        ('rule = "nobody"', "largest, anyone, everyone, majority"),
        ("rule = 0", "a whole number from 1"),
        ("rule = true", "a whole number from 1"),
        ('expression = "joy"', "expression = 'joy'"),
        ("calibration = [0.5, 0.55]", "at least 0.1 above"),
        ("calibration = [0.5]", "calibration"),
        ("eyes_wait = -1", "eyes_wait = -1"),
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


def test_how_much_of_a_smile_and_whose_may_be_words_or_numbers() -> None:
    assert [load_settings({"smile": word}, environment={}).smile for word in ("slight", "normal", "big", "0.6")] == [
        0.35,
        0.5,
        0.8,
        0.6,
    ]
    rules = [load_settings({}, environment={"SMARTSELFIE_RULE": word}).rule for word in ("majority", "3")]
    assert rules == [GroupRule.MAJORITY, 3]
    settings = load_settings({"expression": "surprise", "calibration": "0.1,0.6"}, environment={})
    assert (settings.expression, settings.calibration) == (Emotion.SURPRISE, (0.1, 0.6))


def test_one_setting_is_kept_and_the_rest_of_the_file_stays_as_it_was(tmp_path: Path) -> None:
    config = file_with(tmp_path, "# ours\nhold = 5\ncalibration = [0, 1]  # nobody\nrest = 1.5\n")
    save_setting(config, "calibration", "[0.1, 0.7]")
    assert config.read_text() == "# ours\nhold = 5\ncalibration = [0.1, 0.7]\nrest = 1.5\n"
    assert load_settings({}, config, {}).calibration == (0.1, 0.7)


def test_a_setting_that_is_new_stands_first_and_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    config = file_with(tmp_path, "hold = 5")
    save_setting(config, "rest", "2.5")
    assert config.read_text() == "rest = 2.5\nhold = 5"
    save_setting(tmp_path / "new" / "config.toml", "hold", "3")
    assert load_settings({}, tmp_path / "new" / "config.toml", {}).hold == 3


@pytest.mark.parametrize("text", ["hold = [", "calibration = [\n  0,\n  1,\n]\n"])
def test_a_file_that_cannot_be_changed_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    config = file_with(tmp_path, text)
    with pytest.raises(ConfigError):
        save_setting(config, "calibration", "[0.1, 0.7]")
    assert config.read_text() == text
