"""What a setting is besides its type and its default, and everything that can be read off a declaration.

A class of settings declares each of its fields in one place:

    hold: Annotated[int, Field(ge=1, le=1000), TRIGGER("Smiling frames in a row before the photo.", …)] = 10

`read_declarations` turns such a class into `Setting` objects, from which the command line, the messages, the API, the
page's form and the documents are made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from enum import StrEnum
from functools import cached_property, partial
from typing import Any, get_type_hints

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from smartselfie.errors import ConfigError

# Before the name of every environment variable.
PREFIX = "SMARTSELFIE_"

# Characters of a wrong value that a message repeats.
LONGEST = 60


class Group(StrEnum):
    """The sections of the documents."""

    SOURCE = "Camera and source"
    TRIGGER = "When a photo is taken"
    FACES = "Faces and model"
    PHOTOS = "Photos"
    PAGE = "The page"


@dataclass(frozen=True, slots=True)
class Slider:
    """A number on the page: the slider goes up to `end`, or to the value in force if that is larger, by `step`."""

    end: float
    step: float


@dataclass(frozen=True, slots=True)
class About:
    """Stands in a field's annotation.

    Attributes:
        help: one sentence for people.
        group: the section of the documents.
        metavar: what stands for the value in the help; None for what the type suggests.
        allowed: what is possible, in words; None for what bounds and choices say.
        unset: what None means, in words.
        live: whether it can be changed while the booth runs, and so stands on the page.
        slider: how the page shows a number.
        named: values that have a name.
        offered: values that the page offers besides those with a name.
        booth_only: whether `booth` alone has it.
        secret: whether its value is never printed.
    """

    help: str
    _: KW_ONLY
    group: Group
    metavar: str | None = None
    allowed: str | None = None
    unset: str = ""
    live: bool = False
    slider: Slider | None = None
    named: Mapping[str, float] | None = None
    offered: Sequence[int] = ()
    booth_only: bool = False
    secret: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's schema; only a switch takes true and false, which are numbers to Python, and no text holds a NUL,
        which ends one for the system. TOML and the environment have no word for nothing: an empty text stands for it.
        """
        schema = handler(source)
        usable = partial(_usable, empty=None if self.unset else "")
        return schema if schema["type"] == "bool" else core_schema.no_info_before_validator_function(usable, schema)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The type's schema with the sentence, and with the names that values have."""
        schema = handler(core)
        if self.named is not None and handler.mode == "validation":
            schema = {"anyOf": [schema, {"enum": list(self.named)}]}
        return {**schema, "description": self.help}


# `watch` has no page
SOURCE, TRIGGER, FACES, PHOTOS, PAGE = (partial(About, group=group, booth_only=group is Group.PAGE) for group in Group)


@dataclass(frozen=True)
class Setting:
    """One setting as it was declared."""

    name: str
    # Its annotated type.
    hint: Any
    default: object
    about: About

    @property
    def flag(self) -> str:
        """The option."""
        return flag_of(self.name)

    @property
    def switch(self) -> bool:
        """Whether it is either on or off."""
        return isinstance(self.default, bool)

    @property
    def default_text(self) -> str:
        """The default for people."""
        return self.about.unset if self.default is None else in_words(self.default)

    @cached_property
    def choices(self) -> tuple[str | int, ...]:
        """The values that are possible, where they can be listed."""
        return tuple(value for part in self._schema for value in part.get("enum", ()))

    @cached_property
    def bounds(self) -> Mapping[str, float]:
        """What a number must keep to, by JSON schema's words: minimum, maximum, exclusiveMinimum, exclusiveMaximum."""
        return {key: part[key] for part in self._schema for key in part if "imum" in key}

    @property
    def allowed(self) -> str:
        """What is possible, for people; empty where anything is."""
        if self.about.allowed is not None:
            return self.about.allowed
        if self.switch:
            return "yes or no"
        return _listed([*map(str, self.choices), *_range_in_words(self.bounds)])

    @property
    def metavar(self) -> str | None:
        """What stands for the value in the help; None for a switch."""
        if self.switch or self.about.metavar is not None:
            return self.about.metavar
        return "|".join(map(str, self.choices)) or ("N" if isinstance(self.default, int) else "NUMBER")

    @property
    def range_text(self) -> str:
        """What is possible, for a list of options: empty where the metavar or the switch says it."""
        said = self.switch or self.metavar == "|".join(map(str, self.choices))
        return "" if said else self.allowed

    def parse(self, value: object, origin: str) -> object:
        """A value from outside (text, TOML, JSON) as the setting's type.

        Args:
            value: as it came.
            origin: where from, for the message.

        Raises:
            ConfigError: it is not possible.
        """
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            raise self.refusal(value, error.errors()[0]["type"], origin) from None

    def refusal(self, value: object, kind: str, origin: str) -> ConfigError:
        """What pydantic found wrong, in our words: `--hold: 0 is out of range (1 to 1000)`; repeats no secret.

        Args:
            value: what was refused.
            kind: pydantic's name for the reason.
            origin: where the value is from.
        """
        what = "this value" if self.about.secret else shown(value)
        return ConfigError(f"{origin}: {what} {self._wrong(kind)}", self.allowed or "a text is needed")

    def _wrong(self, kind: str) -> str:
        if kind.startswith(("greater_than", "less_than", "finite")):
            return "is out of range"
        if self.choices or kind == "value_error" or not self.bounds:
            return "is not possible"
        return "is not a whole number" if kind.startswith("int") else "is not a number"

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.hint)

    @cached_property
    def _schema(self) -> list[dict[str, Any]]:
        schema = self._adapter.json_schema()
        return _parts(schema, schema.get("$defs", {}))


def read_declarations(kind: type) -> dict[str, Setting]:
    """The settings that a dataclass declares, by name and in its order."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in fields(kind):
        about = next(each for each in hints[field.name].__metadata__ if isinstance(each, About))
        found[field.name] = Setting(field.name, hints[field.name], field.default, about)
    return found


def flag_of(name: str) -> str:
    """`eyes_open` → `--eyes-open`."""
    return "--" + name.replace("_", "-")


def in_words(value: object) -> str:
    """A value as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(in_words(part) for part in value)
        case _:
            return str(value)


def _parts(schema: dict[str, Any], definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The simple schemas of a schema, without references and alternatives."""
    if "$ref" in schema:
        return _parts(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return [part for each in schema["anyOf"] for part in _parts(each, definitions)] if "anyOf" in schema else [schema]


def _range_in_words(bounds: Mapping[str, float]) -> list[str]:
    least, above = bounds.get("minimum"), bounds.get("exclusiveMinimum")
    most, below = bounds.get("maximum"), bounds.get("exclusiveMaximum")
    if least is not None:
        return [f"{least:g} or more" if most is None else f"{least:g} to {most:g}"]
    if above is not None:
        return [f"above {above:g}, up to {most:g}" if below is None else f"between {above:g} and {below:g}"]
    return []


def _listed(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def shown(value: object) -> str:
    """What somebody sent, for a message: cut, and nothing that a terminal or a page would obey."""
    if isinstance(value, str):
        plain = value.isprintable() and value and " " not in value and len(value) <= LONGEST
        return value if plain else repr(value[:LONGEST])
    return (str(value).lower() if isinstance(value, bool) else in_words(value))[:LONGEST]


def _usable(value: object, empty: str | None) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and "\0" in value):
        raise ValueError
    return empty if value == "" else value
