"""Writes what the documents take from the program: the tables of docs/settings.md, and docs/commands.md.

python docs/generate.py           writes them
python docs/generate.py --check   writes nothing, says what is out of date; exit code 1 if anything is
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from smartselfie.cli.main import COMMANDS, root
from smartselfie.settings.declaration import Group, Setting
from smartselfie.settings.schema import SETTINGS

HERE = Path(__file__).parent
BEGIN, END = "<!-- begin: made by docs/generate.py -->", "<!-- end -->"
WIDTH = 100
"""Of the help, in characters."""
ABOUT_COMMANDS = """# Every command and option

This is what `--help` prints. [cli.md](cli.md) explains the commands, [settings.md](settings.md) the settings that they
share. `python docs/generate.py` writes this page.
"""


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
    pages = {settings: settings_page(settings.read_text(encoding="utf-8")), commands: commands_page()}
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
