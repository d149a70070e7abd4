"""What is chosen on the page is still chosen tomorrow."""

from pathlib import Path

import pytest

from smartselfie.errors import ConfigError
from smartselfie.settings.load import (
    changed,
    load_settings,
    page_settings_of,
    save_page_settings,
)
from smartselfie.settings.schema import Settings
from smartselfie.trigger.rule import GroupRule


def test_choices_lie_beside_the_file_of_settings_and_over_it(tmp_path: Path) -> None:
    config = tmp_path / "party.toml"
    config.write_text("# mine\nhold = 5\nrest = 9\n")
    save_page_settings(page_settings_of(config), {"hold": 7, "language": "ja"})
    save_page_settings(page_settings_of(config), {"hold": 8})
    assert page_settings_of(config) == tmp_path / "party.booth.toml"
    settings = load_settings({}, config, {}, chosen=True)
    assert (settings.hold, settings.rest, settings.language) == (8, 9.0, "ja")
    assert config.read_text() == "# mine\nhold = 5\nrest = 9\n"


def test_environment_and_command_line_go_before_what_was_chosen(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.touch()
    save_page_settings(page_settings_of(config), {"hold": 7, "rest": 1.0})
    settings = load_settings({"hold": 20}, config, {"SMARTSELFIE_REST": "2"}, chosen=True)
    assert (settings.hold, settings.rest) == (20, 2.0)


def test_only_the_booth_reads_them(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.touch()
    save_page_settings(page_settings_of(config), {"hold": 7})
    assert load_settings({}, config, {}).hold == 10


def test_they_are_toml_that_people_can_read_and_comments_in_it_stay(tmp_path: Path) -> None:
    path = tmp_path / "c.booth.toml"
    save_page_settings(path, {"rule": GroupRule.EVERYONE, "source": None, "calibration": (0.1, 0.9)})
    path.write_text(path.read_text() + "# ours\nhold = 7 # long\n")
    save_page_settings(path, {"hold": 8})
    text = path.read_text()
    assert text.startswith("# Chosen on the booth's page.")
    assert 'rule = "everyone"\nsource = ""\ncalibration = [0.1, 0.9]\n# ours\nhold = 8 # long\n' in text
    settings = load_settings({}, make(tmp_path / "c.toml", 'source = "1"'), {}, chosen=True)
    assert (settings.source, settings.rule, settings.calibration) == (None, GroupRule.EVERYONE, (0.1, 0.9))


def make(path: Path, text: str = "") -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", ["{", "[]", "hold"])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, text: str) -> None:
    config, path = make(tmp_path / "c.toml"), make(tmp_path / "c.booth.toml", text)
    for use in (lambda: load_settings({}, config, {}, chosen=True), lambda: save_page_settings(path, {"hold": 7})):
        with pytest.raises(ConfigError, match=r"c\.booth\.toml is not TOML") as caught:
            use()
        assert "delete it" in caught.value.hint
    assert path.read_text() == text


def test_a_value_that_is_not_possible_any_more_is_named_with_its_file(tmp_path: Path) -> None:
    make(tmp_path / "c.booth.toml", "hold = 0")
    with pytest.raises(ConfigError, match=r"c\.booth\.toml: hold: 0 is out of range"):
        load_settings({}, make(tmp_path / "c.toml"), {}, chosen=True)


def test_a_place_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be"):
        save_page_settings(tmp_path / "file" / "c.booth.toml", {"hold": 7})


def test_settings_change_as_a_whole_or_not_at_all() -> None:
    assert changed(Settings(rest=1.0), {"hold": 4}) == Settings(hold=4, rest=1.0)
    with pytest.raises(ConfigError, match="hold: 0 is out of range"):
        changed(Settings(), {"hold": 0})
    with pytest.raises(ConfigError, match="colour: there is no such setting"):
        changed(Settings(), {"colour": "blue"})


@pytest.mark.parametrize("pin", ["123", "12345678901234", "12a4", "١٢٣٤٥"])
def test_a_pin_is_digits_and_is_never_repeated(pin: str) -> None:
    with pytest.raises(ConfigError, match="4 to 12 digits") as caught:
        load_settings({"pin": pin}, environment={})
    assert pin not in caught.value.message
    assert "1234" not in repr(load_settings({"pin": "1234"}, environment={}))
