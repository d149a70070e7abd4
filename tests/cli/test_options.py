"""The options that are settings: what their help says, and what happens to a value that is not possible."""

import math
from pathlib import Path

import click
import pytest

from smartselfie.cli.main import COMMANDS, main, root
from smartselfie.errors import ConfigError
from smartselfie.settings.schema import SETTINGS
from smartselfie.sources.camera import CameraInfo

Capsys = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
WITH_SETTINGS = (["analyze", "."], ["doctor"], ["cameras"], ["calibrate"], ["replay", "."], ["watch", "demo"])


def words_of(capsys: Capsys) -> str:
    return " ".join(capsys.readouterr().out.split())


def numbers() -> list[tuple[str, click.Parameter]]:
    """Every option of every command that takes a number with a point."""
    return [
        (name, param)
        for name in COMMANDS
        if (command := root.get_command(click.Context(root), name)) is not None
        for param in command.params
        if isinstance(param.type, click.types.FloatParamType)
    ]


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "NaN"])
def test_no_option_takes_a_number_that_is_none(text: str) -> None:
    assert {name for name, _ in numbers()} >= {"calibrate", "replay", "train"}
    for _, param in numbers():
        with pytest.raises(click.BadParameter, match="is not in the range"):
            param.type.convert(text, param, None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "nan", "inf", "1e999"])
def test_no_setting_is_a_number_that_is_none(value: float | str) -> None:
    taken = [name for name, setting in SETTINGS.items() if isinstance(setting.default, float)]
    assert {"fps", "rest", "smile"} <= set(taken)
    for name in [*taken, "delete_after"]:
        with pytest.raises(ConfigError, match=rf"^{name}: .* is out of range"):
            SETTINGS[name].parse(value, name)
    for pair in ((value, 0.9), (0.1, value)):
        with pytest.raises(ConfigError, match=r"^calibration: "):
            SETTINGS["calibration"].parse(pair, "calibration")


def test_a_number_that_is_none_is_wrong_usage_in_one_line(capsys: Capsys) -> None:
    assert main(["calibrate", "demo", "--seconds", "nan"]) == 2
    assert "nan is not in the range 0.5<=x<=30" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "source"])
def test_every_setting_is_an_option_of_the_booth_with_its_default_and_its_range(name: str, capsys: Capsys) -> None:
    setting = SETTINGS[name]
    assert main(["booth", "--help"]) == 0
    said = words_of(capsys)
    assert f"{setting.flag} " in said
    assert f"{setting.about.help} [default: {setting.default_text}" in said
    assert setting.range_text in said


def test_the_help_of_hold_reads_as_it_should(capsys: Capsys) -> None:
    assert main(["watch", "--help"]) == 0
    assert "--hold N Smiling frames in a row before the photo. [default: 10; 1 to 1000]" in words_of(capsys)


def test_watch_has_the_settings_that_are_not_of_the_booth_alone(capsys: Capsys) -> None:
    assert main(["watch", "--help"]) == 0
    said = words_of(capsys)
    missing = [name for name, setting in SETTINGS.items() if f"{setting.flag} " not in said]
    # the meter is no view that could be mirrored: the option is taken, and not told
    assert missing == [name for name, setting in SETTINGS.items() if setting.about.booth_only or name == "mirror"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["watch", "demo", "--hold", "0"], "--hold: 0 is out of range (1 to 1000)"),
        (["watch", "demo", "--hold", "many"], "--hold: many is not a whole number (1 to 1000)"),
        (
            ["watch", "demo", "--webhook", "ftp://me:secret@there"],
            "--webhook: this value is not possible (http:// or https://)",
        ),
        (["watch", "demo", "--webhook", "http://[me"], "--webhook: this value is not possible (http:// or https://)"),
        (["booth", "demo", "--pin", "12"], "--pin: this value is not possible (4 to 12 digits, or auto)"),
        (["booth", "demo", "--hold-seconds=-1"], "--hold-seconds: -1 is out of range (0 to 60)"),
        (["analyze", ".", "--detector", "hog"], "--detector: hog is not possible (yunet or haar)"),
    ],
)
def test_an_impossible_value_on_the_command_line_is_wrong_usage(
    arguments: list[str], found: str, capsys: Capsys
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.rstrip().endswith(found)


@pytest.mark.parametrize(
    "arguments",
    [pytest.param(words, id=words[0], marks=[pytest.mark.slow] * (words[0] == "doctor")) for words in WITH_SETTINGS],
)
def test_an_impossible_value_elsewhere_is_a_users_problem_and_every_command_reads_the_same_file(
    arguments: list[str], tmp_path: Path, monkeypatch: Patch, capsys: Capsys
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("hold = 0")
    found = f"{config}: hold: 0 is out of range"
    assert main([*arguments, "--config", str(config)]) == 1
    given = capsys.readouterr()
    monkeypatch.setenv("SMARTSELFIE_CONFIG", str(config))
    assert main(arguments) == 1
    named = capsys.readouterr()
    for said in (given, named):
        assert found in said.out + said.err
    monkeypatch.delenv("SMARTSELFIE_CONFIG")
    monkeypatch.setenv("SMARTSELFIE_HOLD", "0")
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "SMARTSELFIE_HOLD: 0 is out of range" in said.out + said.err


@pytest.mark.slow
def test_a_switch_that_is_not_given_leaves_the_word_to_the_file(tmp_path: Path, monkeypatch: Patch) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("sidecar = false\n")
    album = tmp_path / "album"
    assert main(["watch", "demo", "--max-photos", "1", "--album", str(album), "--config", str(config)]) == 0
    assert [path.suffix for path in album.iterdir()] == [".jpg"]
    monkeypatch.setenv("SMARTSELFIE_SIDECAR", "yes")
    assert main(["watch", "demo", "--max-photos", "1", "--album", str(album), "--config", str(config)]) == 0
    assert sorted(path.suffix for path in album.iterdir()) == [".jpg", ".jpg", ".json"]


def test_cameras_says_which_one_the_settings_name(tmp_path: Path, monkeypatch: Patch, capsys: Capsys) -> None:
    cameras = [CameraInfo(0, "Front"), CameraInfo(2, "Back")]
    monkeypatch.setattr("smartselfie.cli.cameras.list_cameras", lambda: cameras)
    config = tmp_path / "mine.toml"
    config.write_text('source = "back"\n')
    assert main(["cameras", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "  0  Front\n  2  Back  (the source in your settings)\n"
    assert main(["cameras", "--json"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == '{"index": 0, "name": "Front", "chosen": false}'


@pytest.mark.parametrize("flag", ["--album", "--model"])
def test_an_empty_text_on_the_command_line_is_no_setting(flag: str, capsys: Capsys) -> None:
    assert main(["watch", "demo", flag, ""]) == 1
    assert f"{flag} is empty" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["calibrate", "demo", "--seconds"], ["replay", ".", "--drop"]])
@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "-inf"])
def test_what_is_no_number_is_wrong_usage(command: list[str], number: str) -> None:
    assert main([*command, number]) == 2
