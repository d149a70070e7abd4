"""What can be changed while the booth runs: its schema, and the page's form."""

import json
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from smartselfie.booth.routes.pages import STATIC
from smartselfie.core.emotion import Emotion
from smartselfie.settings.live import LiveChanges, LiveValues, form, live_names, refusal
from smartselfie.settings.schema import LANGUAGES, SETTINGS, Language, Settings
from smartselfie.trigger.rule import SMILES, GroupRule

FIELDS = {field.name: field for field in form()}


def words_of(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((STATIC / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


def test_what_can_be_changed_while_the_booth_runs() -> None:
    assert set(live_names()) == {
        *("source", "rule", "smile", "expression", "eyes_open", "hold", "hold_seconds", "rest"),
        *("countdown", "clip", "mirror", "sounds", "language", "return_after"),
    }
    assert [field.name for field in form()] == list(live_names())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_the_form_has_a_word_in_every_language(language: str) -> None:
    words = words_of(language)
    assert [name for name in live_names() if not words.get(f"setting.{name}")] == []
    assert [key for key in words if key.startswith("setting.") and key.removeprefix("setting.") not in FIELDS] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_a_word_in_every_language(language: str) -> None:
    words = words_of(language)
    assert [name for name in GroupRule if f"rule.{name}" not in words] == []
    assert [name for name in SMILES if f"smile.{name}" not in words] == []
    assert [name for name in Emotion if name not in words] == []
    assert "rule.number" in words


def test_the_form_says_how_each_setting_is_shown_and_how_far_it_goes() -> None:
    hold, smile, rule = FIELDS["hold"], FIELDS["smile"], FIELDS["rule"]
    assert (hold.kind, hold.min, hold.max, hold.step) == ("range", 1, 60, 1)
    assert [(choice.name, choice.value) for choice in smile.choices] == list(SMILES.items())
    assert [choice.value for choice in rule.choices] == [*GroupRule, 2, 3, 4]
    assert [choice.value for choice in FIELDS["expression"].choices] == list(Emotion)
    assert [choice.value for choice in FIELDS["language"].choices] == list(get_args(Language))
    assert FIELDS["source"].choices == ()
    assert FIELDS["mirror"].kind == "switch"


@pytest.mark.parametrize("name", live_names())
def test_the_form_offers_nothing_that_is_not_possible(name: str) -> None:
    field = FIELDS[name]
    for value in (field.min, field.max) if field.kind == "range" else [choice.value for choice in field.choices]:
        Settings(**{name: value})  # type: ignore[arg-type]
    assert field.kind != "range" or field.min < field.max
    if field.kind == "range":
        assert field.max <= SETTINGS[name].bounds["maximum"]


def properties_of(kind: Any) -> dict[str, Any]:
    properties: dict[str, Any] = TypeAdapter(kind).json_schema()["properties"]
    return properties


@pytest.mark.parametrize("kind", [LiveChanges, LiveValues], ids=["changes", "values"])
def test_the_schema_has_names_bounds_and_help(kind: Any) -> None:
    properties = properties_of(kind)
    assert tuple(properties) == live_names()
    assert {key: properties["hold"][key] for key in ("minimum", "maximum")} == {"minimum": 1, "maximum": 1000}
    assert properties["hold"]["description"] == "Smiling frames in a row before the photo."
    assert {"enum": list(SMILES)} in properties["smile"]["anyOf"]


def test_changes_are_some_of_the_settings_and_no_others() -> None:
    adapter = TypeAdapter(LiveChanges)
    assert adapter.validate_python({"hold": 7, "rule": 3}) == {"hold": 7, "rule": 3}
    assert adapter.validate_python({}) == {}
    for wrong in ({"hold": 0}, {"hold": True}, {"pin": "1234"}, {"colour": 1}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


def test_a_refusal_says_what_is_possible() -> None:
    assert str(refusal("hold", 0, "greater_than_equal")) == "hold: 0 is out of range (1 to 1000)"
    assert str(refusal("hodl", 0, "extra_forbidden")) == "hodl: there is no such setting (did you mean hold?)"
    refused = refusal("pin", "2468", "extra_forbidden")
    assert str(refused).startswith("pin cannot be changed while the booth runs (these can: source, rule")
    assert "2468" not in str(refused)
