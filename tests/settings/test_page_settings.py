"""What is chosen on the page is still chosen tomorrow."""

import json
from pathlib import Path

import pytest

from smartselfie.errors import ConfigError
from smartselfie.settings.load import (
    changed,
    load_page_settings,
    load_settings,
    page_settings_file,
    page_settings_of,
    save_page_settings,
)
from smartselfie.settings.schema import Settings


def test_choices_lie_beside_the_file_of_settings_and_over_it(tmp_path: Path) -> None:
    config = tmp_path / "party.toml"
    config.write_text("# mine\nhold = 5\nrest = 9\n")
    save_page_settings(page_settings_of(config), {"hold": 7, "language": "ja"})
    save_page_settings(page_settings_of(config), {"hold": 8})
    assert page_settings_of(config) == page_settings_file(config) == tmp_path / "party.booth.json"
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


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"x"'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.booth.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="is damaged") as caught:
        load_page_settings(path)
    assert "delete it" in caught.value.hint


def test_a_value_that_is_not_possible_any_more_is_named_with_its_file(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.touch()
    page_settings_of(config).write_text(json.dumps({"hold": 0}))
    with pytest.raises(ConfigError, match=r"c\.booth\.json: hold: 0 is out of range"):
        load_settings({}, config, {}, chosen=True)


def test_a_place_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be"):
        save_page_settings(tmp_path / "file" / "c.booth.json", {"hold": 7})


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
