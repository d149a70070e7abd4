"""One declaration is all that a new setting needs: everything else is read off it."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import Field, TypeAdapter

from smartselfie.cli.options import SettingOption
from smartselfie.errors import ConfigError
from smartselfie.settings.setting import About, Group, Slider, in_words, read_declarations


@dataclass
class Sample:
    balloons: Annotated[
        int,
        Field(ge=2, le=99),
        About(help="Balloons on the wall.", group=Group.PAGE, live=True, slider=Slider(20, 1)),
    ] = 7
    mood: Annotated[Literal["calm", "wild"], About(help="Mood of the party.", group=Group.PAGE)] = "calm"
    share: Annotated[float, Field(gt=0, lt=1), About(help="Share of the cake.", group=Group.PAGE)] = 0.25
    wait: Annotated[
        Annotated[float, Field(gt=0, le=5)] | None,
        About(help="Wait for the cake.", group=Group.PAGE, metavar="HOURS", unset="for ever"),
    ] = None
    loud: Annotated[bool, About(help="Play the trumpet.", group=Group.PAGE)] = False
    word: Annotated[str, Field(min_length=3), About(help="Magic word.", group=Group.PAGE, secret=True)] = "abc"


SAMPLE = read_declarations(Sample)


@pytest.mark.parametrize(
    ("name", "helped"),
    [
        ("balloons", ("--balloons N", "Balloons on the wall.  [default: 7; 2 to 99]")),
        ("mood", ("--mood calm|wild", "Mood of the party.  [default: calm]")),
        ("share", ("--share NUMBER", "Share of the cake.  [default: 0.25; between 0 and 1]")),
        ("wait", ("--wait HOURS", "Wait for the cake.  [default: for ever; above 0, up to 5]")),
        ("loud", ("--loud / --no-loud", "Play the trumpet.  [default: no]")),
    ],
)
def test_an_option_says_its_default_and_its_range(name: str, helped: tuple[str, str]) -> None:
    option = SettingOption(SAMPLE[name])
    assert option.get_help_record(click.Context(click.Command("party"))) == helped


def test_the_schema_comes_from_it_too() -> None:
    schema = TypeAdapter(SAMPLE["balloons"].hint).json_schema()
    assert schema == {"type": "integer", "minimum": 2, "maximum": 99, "description": "Balloons on the wall."}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("balloons", 1, "here: 1 is out of range (2 to 99)"),
        ("balloons", "100", "here: 100 is out of range (2 to 99)"),
        ("balloons", "some", "here: some is not a whole number (2 to 99)"),
        ("balloons", "a few", "here: 'a few' is not a whole number (2 to 99)"),
        ("balloons", "\x1b[2J", r"here: '\x1b[2J' is not a whole number (2 to 99)"),
        ("balloons", "9" * 500, f"here: '{'9' * 60}' is out of range (2 to 99)"),
        ("balloons", [3], "here: [3] is not a whole number (2 to 99)"),
        ("mood", "sad", "here: sad is not possible (calm or wild)"),
        ("share", "half", "here: half is not a number (between 0 and 1)"),
        ("wait", 6, "here: 6 is out of range (above 0, up to 5)"),
        ("loud", "perhaps", "here: perhaps is not possible (yes or no)"),
        ("word", "x", "here: this value is not possible (a text is needed)"),
    ],
)
def test_a_refusal_says_where_what_and_what_is_possible_and_no_secret(name: str, value: Any, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SAMPLE[name].parse(value, "here")
    assert str(caught.value) == found


def test_an_option_hands_over_the_settings_type_or_nothing() -> None:
    @click.command()
    def party(**given: object) -> None:
        click.echo(repr(given))

    party.params += [SettingOption(SAMPLE[name]) for name in ("balloons", "loud")]
    run = CliRunner().invoke
    assert run(party, ["--balloons", "8", "--no-loud"]).output == "{'balloons': 8, 'loud': False}\n"
    assert run(party, []).output == "{'balloons': None, 'loud': None}\n"
    assert run(party, ["--balloons", "0"]).exit_code == 2


def test_values_in_words() -> None:
    assert [in_words(value) for value in (True, False, 3, 3.0, 0.25, (0.0, 1.0), "a")] == [
        *("yes", "no", "3", "3", "0.25", "0,1", "a")
    ]
