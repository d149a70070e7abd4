"""Writes what the documents take from the program: the tables of docs/settings.md, docs/commands.md and docs/api.md.

python docs/generate.py           writes them
python docs/generate.py --check   writes nothing, says what is out of date; exit code 1 if anything is
"""

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import FunctionType
from typing import Any

import click

import smartselfie
from smartselfie.cli.main import COMMANDS, root
from smartselfie.settings.schema import SETTINGS
from smartselfie.settings.setting import Group, Setting

HERE = Path(__file__).parent
BEGIN, END = "<!-- begin: made by docs/generate.py -->", "<!-- end -->"
WIDTH = 100
"""Of the help, in characters."""
ABOUT_COMMANDS = """# Every command and option

This is what `--help` prints. [cli.md](cli.md) explains the commands, [settings.md](settings.md) the settings that they
share. `python docs/generate.py` writes this page.
"""


ABOUT_API = """# From Python

Everything that `import smartselfie` offers, from its own docstrings. `make docs` writes this page.
"""
# Whose many fields are told elsewhere, or whose values are.
UNSIGNED = {"Settings", "Emotion"}


def settings_page(text: str) -> str:
    """The page, with its tables made anew."""
    before, rest = text.split(BEGIN)
    tables = "\n".join(line for group in Group for line in _table(group))
    return f"{before}{BEGIN}\n{tables}\n{END}{rest.split(END)[1]}"


def commands_page() -> str:
    """The page of all commands."""
    top = click.Context(root, info_name="smartselfie", terminal_width=WIDTH, help_option_names=["-h", "--help"])
    parts = [ABOUT_COMMANDS, _help("smartselfie", top)]
    for name in COMMANDS:
        command = root.get_command(top, name)
        if command is not None:
            parts.append(_help(f"smartselfie {name}", click.Context(command, top, name, terminal_width=WIDTH)))
    return "\n".join(parts)


def api_page() -> str:
    """The page of all public names, from their docstrings."""
    return "\n".join([ABOUT_API, *(part for name in smartselfie.__all__ for part in _reference(name))])


def _reference(name: str) -> Iterator[str]:
    thing = getattr(smartselfie, name)
    if not callable(thing):
        yield f"## {name}\n\n    {', '.join(thing) if isinstance(thing, tuple) else type(thing).__name__}\n"
        return
    yield _documented(f"## {name}", name, thing)
    if name == "Settings":
        yield "Its fields are the settings in [settings.md](settings.md), under the same names with underscores.\n"
    for attribute, member in vars(thing).items() if inspect.isclass(thing) and not issubclass(thing, Enum) else ():
        if attribute == "__init__" and isinstance(member, FunctionType) and member.__doc__:
            yield f"```text\n{inspect.getdoc(member)}\n```\n"
        elif attribute[0] != "_" and isinstance(member, FunctionType | property | classmethod) and member.__doc__:
            yield _documented(f"### {name}.{attribute}", attribute, getattr(thing, attribute))


def _documented(heading: str, name: str, thing: object) -> str:
    signature = "" if isinstance(thing, property) or name in UNSIGNED else f"    {name}{_signature(thing)}\n\n"
    return f"{heading}\n\n{signature}```text\n{inspect.getdoc(thing)}\n```\n"


def _signature(thing: Any) -> str:
    """As it is written, with a line for each parameter where it is long."""
    plain = str(inspect.signature(thing)).replace("'", "")
    said = re.sub(
        r"<function <lambda> at \w+>", "…", re.sub(r"smartselfie\.[\w.]+\.|pathlib\.|collections\.abc\.", "", plain)
    )
    return said if len(said) <= WIDTH else re.sub(r", (?=\w+: |\*)", ",\n        ", said)


def _table(group: Group) -> Iterator[str]:
    yield f"### {group}\n\n| option | default | possible | page | what it does |\n|---|---|---|---|---|"
    for setting in SETTINGS.values():
        if setting.about.group is group:
            page = "✓" if setting.about.live else ""
            allowed = setting.allowed.replace("|", "\\|")
            yield f"| {_option(setting)} | {setting.default_text} | {allowed} | {page} | {setting.about.help} |"
    yield ""


def _option(setting: Setting) -> str:
    if setting.name == "source":
        return "`SOURCE`"
    # the table's own bars must not end a cell
    return f"`{setting.flag}`" if setting.switch else f"`{setting.flag} {setting.metavar}`".replace("|", "\\|")


def _help(title: str, context: click.Context) -> str:
    return f"## {title}\n\n```text\n{context.get_help().rstrip()}\n```\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; the exit code."""
    settings, commands = HERE / "settings.md", HERE / "commands.md"
    api = HERE / "api.md"
    pages = {api: api_page(), settings: settings_page(settings.read_text(encoding="utf-8")), commands: commands_page()}
    old = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if arguments == ["--check"]:
        for path in old:
            print(f"docs/{path.name} is out of date: run `make docs`")
        return 1 if old else 0
    for path in old:
        path.write_text(pages[path], encoding="utf-8")
        print(f"written: docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
