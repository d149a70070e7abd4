"""Defaults, file, environment, command line: in that order, and nothing unknown."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smartselfie.albums.folder import FolderAlbum
from smartselfie.core.emotion import Emotion
from smartselfie.errors import ConfigError
from smartselfie.settings.load import load_settings, save_settings
from smartselfie.settings.schema import Settings
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
        ("hodl = 5", "hodl: there is no such setting (did you mean hold?)"),
        ("colour = 5", "colour: there is no such setting (there are: source, "),
        ("hold = 0", "hold: 0 is out of range (1 to 1000)"),
        ("hold = 2.5", "hold: 2.5 is not a whole number (1 to 1000)"),
        ("hold = true", "hold: true is not possible (1 to 1000)"),
        ("rest = nan", "rest: nan is out of range (0 to 3600)"),
        ("smile = 1.5", "smile: 1.5 is out of range (slight, normal, big or between 0 and 1)"),
        ('smile = "huge"', "smile: huge is not possible (slight, normal, big or between 0 and 1)"),
        (
            'rule = "nobody"',
            "rule: nobody is not possible (largest, anyone, everyone, majority or a number of people)",
        ),
        ("rule = 0", "rule: 0 is not possible (largest, anyone, everyone, majority or a number of people)"),
        ("rule = true", "rule: true is not possible (largest, anyone, everyone, majority or a number of people)"),
        (
            'expression = "joy"',
            "expression: joy is not possible (angry, disgust, fear, happy, sad, surprise or neutral)",
        ),
        (
            "calibration = [0.5, 0.55]",
            "calibration: [0.5, 0.55] is not possible (two scores, at least 0.1 apart)",
        ),
        ("calibration = [0.5]", "calibration: [0.5] is not possible (two scores"),
        ("eyes_wait = -1", "eyes_wait: -1 is out of range (0 to 60)"),
        ("eyes_open = 3", "eyes_open: 3 is not possible (yes or no)"),
        ('detector = "hog"', "detector: hog is not possible (yunet or haar)"),
        ("rotate = 45", "rotate: 45 is not possible (0, 90, 180 or 270)"),
        ('resolution = "big"', "resolution: big is not possible (such as 1280x720)"),
        ("album = 3", "album: 3 is not possible (a text is needed)"),
        ('rest = "a while"', "rest: 'a while' is not a number (0 to 3600)"),
        ("hold =", "is not TOML"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong_and_what_is_possible(tmp_path: Path, text: str, found: str) -> None:
    config = file_with(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings({}, config, {})
    assert str(caught.value).startswith(f"{config}: {found}" if text != "hold =" else f"{config} {found}")


def test_a_bad_variable_and_a_bad_flag_say_where_they_come_from() -> None:
    with pytest.raises(ConfigError, match=r"^SMARTSELFIE_HOLD: many is not a whole number \(1 to 1000\)$"):
        load_settings({}, environment={"SMARTSELFIE_HOLD": "many"})
    with pytest.raises(ConfigError, match=r"^SMARTSELFIE_HODL: there is no such .* mean SMARTSELFIE_HOLD\?\)$"):
        load_settings({}, environment={"SMARTSELFIE_HODL": "7"})
    with pytest.raises(ConfigError, match=r"^--hold-seconds: -1 is out of range \(0 to 60\)$"):
        load_settings({"hold_seconds": -1.0}, environment={})


def test_settings_made_by_a_program_are_checked_as_all_others() -> None:
    with pytest.raises(ConfigError, match=r"^hold: 0 is out of range \(1 to 1000\)$"):
        Settings(hold=0)
    with pytest.raises(ConfigError, match="did you mean hold"):
        replace(Settings(), hodl=7)  # type: ignore[arg-type]
    assert Settings(smile="big").smile == 0.8  # type: ignore[arg-type]


def test_an_empty_text_takes_a_setting_back_that_a_lower_layer_made(tmp_path: Path) -> None:
    config = file_with(tmp_path, 'source = "1"\nmax_photos = 5\n')
    settings = load_settings({"source": ""}, config, {"SMARTSELFIE_MAX_PHOTOS": ""})
    assert (settings.source, settings.max_photos) == (None, None)


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings({}, tmp_path / "missing.toml", {})


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


def test_one_setting_is_saved_and_the_rest_of_the_file_stays_as_it_was(tmp_path: Path) -> None:
    config = file_with(tmp_path, "# ours\nhold = 5\ncalibration = [0, 1]  # nobody\nrest = 1.5\n")
    save_settings(config, {"calibration": (0.1, 0.7)})
    assert config.read_text() == "# ours\nhold = 5\ncalibration = [0.1, 0.7]  # nobody\nrest = 1.5\n"
    assert load_settings({}, config, {}).calibration == (0.1, 0.7)


def test_a_value_over_several_lines_is_replaced_as_any_other(tmp_path: Path) -> None:
    config = file_with(tmp_path, "calibration = [\n  0, # neutral\n  1,\n]\nrest = 1.5 # ours\n")
    save_settings(config, {"calibration": (0.1, 0.7)})
    assert config.read_text() == "calibration = [0.1, 0.7]\nrest = 1.5 # ours\n"


def test_the_ends_of_lines_stay_as_they_are(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(b"hold = 5\r\nrest = 1.5\r\n")
    save_settings(config, {"hold": 6})
    assert config.read_bytes() == b"hold = 6\r\nrest = 1.5\r\n"


def test_a_setting_that_is_new_is_added_and_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    config = file_with(tmp_path, "hold = 5")
    save_settings(config, {"rest": 2.5})
    assert config.read_text() == "hold = 5\nrest = 2.5\n"
    save_settings(tmp_path / "new" / "config.toml", {"hold": 3})
    assert load_settings({}, tmp_path / "new" / "config.toml", {}).hold == 3


def test_a_file_that_is_not_toml_is_left_alone(tmp_path: Path) -> None:
    config = file_with(tmp_path, "hold = [")
    with pytest.raises(ConfigError, match="is not TOML"):
        save_settings(config, {"calibration": (0.1, 0.7)})
    assert config.read_text() == "hold = ["


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xff\xfeh\x00", "is saved as UTF-16"),
        (b"\xff", "is not TOML"),
        (b"hold = " + b"[" * 5000, "is nested too deeply"),
        (b"hold = " + b"9" * 5000, "is not TOML"),
        (b'album = "a\\u0000b"', r"album: 'a\\x00b' is not possible"),
    ],
)
def test_a_strange_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, found: str) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(content)
    with pytest.raises(ConfigError, match=found):
        load_settings({}, config, {})


def test_a_byte_order_mark_as_windows_writes_it_does_no_harm(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(b"\xef\xbb\xbfhold = 7\r\n")
    save_settings(config, {"rest": 2.0})
    settings = load_settings({}, config, {})
    assert (settings.hold, settings.rest) == (7, 2.0)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes of this kind")
def test_a_pipe_is_refused_before_it_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="cannot be read: it is not a file"):
        load_settings({}, tmp_path / "pipe", {})


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("gone.toml")])
def test_a_users_file_that_is_there_but_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "config.toml")
    monkeypatch.setattr("smartselfie.settings.load.default_config_file", lambda: tmp_path / "config.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings({}, environment={})


def test_a_link_stays_a_link_and_comments_alone_stay_too(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text("# nothing yet\n")
    config = tmp_path / "config.toml"
    config.symlink_to("real.toml")
    save_settings(config, {"hold": 7})
    assert config.is_symlink()
    assert real.read_text() == "# nothing yet\nhold = 7\n"


@pytest.mark.parametrize(("said", "language"), [("de-AT", "de"), ("pt_BR", "pt"), ("ZH", "zh"), ("auto", "auto")])
def test_a_language_may_name_its_country(said, language):
    assert load_settings({"language": said}, environment={}).language == language


def test_a_file_that_is_no_utf_8_is_refused_in_plain_words(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"album = '\xff'")
    with pytest.raises(ConfigError, match="it is not UTF-8"):
        load_settings({}, tmp_path / "config.toml", environment={})


def test_a_user_without_a_home_folder_has_no_settings_and_must_name_an_album(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("user_config_path", "user_pictures_path", "user_data_path"):
        monkeypatch.setattr(f"platformdirs.{name}", none)
    assert load_settings({}, None, {}) == Settings()
    assert FolderAlbum(load_settings({"album": tmp_path / "a"}, None, {}).album_folder).folder == tmp_path / "a"
    with pytest.raises(ConfigError, match="your home folder cannot be found"):
        _ = load_settings({}, None, {}).album_folder
    with pytest.raises(ConfigError, match="nobody-of-that-name"):
        _ = load_settings({"album": "~nobody-of-that-name/x"}, None, {}).album_folder
