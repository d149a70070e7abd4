"""Every language says everything."""

import json
import re
from typing import get_args

import pytest

from smartselfie.booth.live_settings import NotSavedError
from smartselfie.booth.routes.pages import STATIC
from smartselfie.booth.schema import code_of
from smartselfie.errors import AlbumError, ConfigError, ModelError, SourceError
from smartselfie.hooks import HookError
from smartselfie.settings.schema import Language

LANGUAGES = [language for language in get_args(Language) if language != "auto"]
ENGLISH = json.loads((STATIC / "words" / "en.json").read_text(encoding="utf-8"))
SAME = {"source.demo", "pin", "status.live", "photos", "photo", "neutral", "person", "fear"}
"""What may sound alike in two languages."""


def words_of(language):
    return json.loads((STATIC / "words" / f"{language}.json").read_text(encoding="utf-8"))


def blanks(text):
    return sorted(re.findall(r"\{\w+\}", text))


def test_there_is_a_file_a_language_and_none_more():
    assert sorted(path.stem for path in (STATIC / "words").iterdir()) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_all_that_english_says_with_the_same_blanks(language):
    words = words_of(language)
    assert list(words) == list(ENGLISH)
    assert all(text.strip() for text in words.values())
    assert {key: blanks(text) for key, text in words.items()} == {key: blanks(text) for key, text in ENGLISH.items()}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_nothing_was_left_in_english(language):
    words = words_of(language)
    assert {key for key, text in words.items() if text == ENGLISH[key]} <= SAME


def test_the_door_for_phones_speaks_every_language_too():
    text = (STATIC / "join.js").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w\w): ", text, re.MULTILINE) == LANGUAGES


def test_every_problem_that_a_running_booth_can_have_has_its_words():
    codes = [
        code_of(kind("found", "hint"))
        for kind in (SourceError, AlbumError, ModelError, ConfigError, NotSavedError, HookError)
    ]
    assert codes == ["source", "album", "model", "config", "not_saved", "hook"]
    assert {f"problem.{code}" for code in (*codes, code_of(ZeroDivisionError()), "hint")} <= set(ENGLISH)


def test_every_word_that_the_page_asks_for_is_there():
    asked = set()
    for path in [*STATIC.glob("*.js"), *STATIC.glob("*.html")]:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\b(?:say|word)\("([\w.]+)"', text))
        asked |= set(re.findall(r'data-(?:text|label)="([\w.]+)"', text))
    assert len(asked) > 40
    assert asked <= set(ENGLISH)
