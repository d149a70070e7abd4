"""The documents say what the program does: what they name exists, and what exists is named in them."""

import configparser
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from smartselfie.cli.main import COMMANDS, root
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Event, Photo, Shot, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import Frame
from smartselfie.serialize import CSV_COLUMNS, event_to_json
from smartselfie.settings.schema import SETTINGS
from smartselfie.testing import blank
from smartselfie.trigger.rule import Reason

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "smartselfie"
MARKDOWN = sorted(
    path
    for folder in (ROOT, *(ROOT / name for name in ("docs", "src", "tests", "benchmarks")))
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
DIARY = ROOT / "docs" / "diary"
LIVING = [path for path in MARKDOWN if DIARY not in path.parents and path.name != "CHANGELOG.md"]
"""The pages that speak of today; the diary and the changelog keep the names of their day."""
ALL_LIVING = "\n".join(path.read_text(encoding="utf-8") for path in LIVING)
FOREIGN_OPTIONS = {"--help", "--index-url", "--nproc-per-node", "--no-compile", "--target", "--user"}
"""Options of other programs that the documents name, and `--help`."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code_in(text: str) -> list[str]:
    """Everything that is set as code: spans between backticks, and indented lines."""
    return [
        *(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)),
        *re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE),
    ]


def all_events() -> list[Event]:
    shot = Shot(Frame(blank(8, 8), 0.0, 0), 0, (), "smile", {}, "model", "source")
    return [SmileBegan(0.0, 0, 1), SmileLost(0.0, 0, 1), Photo(Path("a.jpg"), shot), SourceLost("gone"), SourceBack()]


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_no_line_is_longer_than_120_characters(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120] == []


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    inline = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text)
    listed = re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)
    wanted = re.findall(r"\]\[([^\]]+)\]", text)
    assert sorted(set(wanted) - set(re.findall(r"^\[([^\]]+)\]: \S+$", text, re.MULTILINE))) == []
    targets = [target for target in inline + listed if not re.match(r"\w+://", target)]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def slug(heading: str) -> str:
    """A heading as an address names it."""
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", "")).lower()
    return re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", shown).strip())


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_every_link_to_a_heading_leads_to_one(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)\s#]*)#([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"\w+://", target):
            continue
        page = path.parent / target if target else path
        headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in map(slug, headings), f"{target}#{anchor}"


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("properdocs") is None, reason="properdocs is not installed: make site")
def test_the_website_is_built_without_a_warning() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "website.py"], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    site = ROOT / "build" / "site"
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    assert len(pages) > 20
    # nothing is loaded from elsewhere
    assert not any(re.search(r'<(?:script|img|link)[^>]*(?:src|href)="https?://', page) for page in pages)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)\s#]+\.md)", page.read_text(encoding="utf-8"))
        waiting += [found for link in links if (found := (page.parent / link).resolve()).exists()]
    docs = {path for path in MARKDOWN if (ROOT / "docs") in path.parents}
    assert {named(path) for path in docs - reached} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_table_of_commands(command: str) -> None:
    assert re.search(rf"^\| `smartselfie {command}[ `]", text_of("docs/cli.md"), re.MULTILINE)


@pytest.mark.parametrize("path", LIVING, ids=named)
def test_every_command_that_is_named_exists(path: Path) -> None:
    calls = [call for code in code_in(path.read_text(encoding="utf-8")) for call in re.split(r"[;&]", code)]
    words = [
        found[1]
        for call in calls
        if (found := re.match(r"\s*(?:make selfie; )?smartselfie ([a-z][\w-]*)(?![.\w-])", call))
    ]
    # the demo is a source, which needs no command
    assert sorted(set(words) - {*COMMANDS, "demo"}) == []


def test_every_option_that_is_named_exists() -> None:
    context = click.Context(root)
    commands = [root, *(root.get_command(context, name) for name in COMMANDS)]
    parameters = [parameter for command in commands if command for parameter in command.params]
    options = {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}
    benchmarks = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").rglob("*.py"))
    options |= set(re.findall(r'"(--[\w-]+)"', benchmarks)) | FOREIGN_OPTIONS
    used = {option for code in code_in(ALL_LIVING) for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", code)}
    assert sorted(used - options) == []


def test_every_event_stands_in_the_formats_and_no_other() -> None:
    section = re.search(r"^## Events\n(.*?)^## ", text_of("docs/formats.md"), re.MULTILINE | re.DOTALL)
    assert section is not None
    listed = re.findall(r"^\| `([\w-]+)` \|", section[1], re.MULTILINE)
    names = {event_to_json(event)["event"] for event in all_events()}
    # the first and the last line of `watch --json` are about the run, not about a frame
    assert set(listed) - {"event"} == names | {"started", "ended"}


@pytest.mark.parametrize("event", all_events(), ids=lambda event: type(event).__name__)
def test_every_field_of_an_event_stands_beside_it(event: Event) -> None:
    fields = event_to_json(event)
    (row,) = re.findall(rf"^\| `{fields['event']}` \|(.*)$", text_of("docs/formats.md"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) >= set(fields) - {"event"}


def test_every_column_of_the_csv_stands_in_the_formats_in_its_order() -> None:
    assert ",".join(CSV_COLUMNS) in re.sub(r",\n\s*", ",", text_of("docs/formats.md"))


def test_every_reason_is_explained_and_no_other() -> None:
    section = text_of("docs/trigger.md").split("## Why there is no photo yet")[1]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(Reason)


def test_the_emotions_stand_in_the_readme_in_their_order() -> None:
    assert ", ".join(emotion.value for emotion in Emotion) in " ".join(text_of("README.md").split())


@pytest.mark.parametrize("path", LIVING, ids=named)
def test_every_path_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    below = [PACKAGE, ROOT] if path.name in {"CONTRIBUTING.md", "design.md"} else [ROOT]
    rooms = "|".join(
        ["src", "tests", "benchmarks", "docs", *(room.name for room in PACKAGE.iterdir() if room.is_dir())]
    )
    spans = [code for code in code_in(text) if re.fullmatch(rf"(?:{rooms})/[\w/.-]*|\w+\.py", code)]
    there = {span for span in spans if any((folder / span).exists() for folder in below)}
    # what stands for a name of your own, and the script that the project began with
    assert sorted({span for span in spans if "NAME" not in span} - there - {"real_time.py"}) == []


def test_the_map_of_the_design_has_every_room_and_every_module_of_the_package() -> None:
    tree = text_of("docs/design.md").split("## Where things are")[1].split("## ")[0]
    listed = set(re.findall(r"^ {6}([\w.]+/?) ", tree, re.MULTILINE))
    rooms = {f"{path.name}/" for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    modules = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert listed == rooms | modules


def test_every_route_stands_in_the_page_about_the_booth_and_no_other() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "booth").rglob("*.py"))
    routes = re.findall(r'@\w+\.(get|post|patch|delete|websocket)\(\s*"([^"]+)"', code)
    words = {"name": "NAME", "key": "TOKEN", "ticket": "TICKET"}
    methods = {method: "WS" if method == "websocket" else method.upper() for method, _ in routes}
    offered = {
        f"{methods[method]} {re.sub(r'{(name|key|ticket)}', lambda found: words[found[1]], route)}"
        for method, route in routes
    }
    # the files of the pages are not for programs
    offered -= {"GET /static/{name:path}", "GET /openapi.json"}
    listed = re.findall(r"`((?:GET|POST|PATCH|DELETE|WS) [^`?]+)", text_of("docs/booth.md"))
    assert set(listed) == offered


def test_every_benchmark_is_named_and_every_named_one_exists() -> None:
    listed = set(re.findall(r"python\s+-m\s+benchmarks\.([a-z_]+)", ALL_LIVING))
    folder = ROOT / "benchmarks"
    programs = {path.stem for path in folder.glob("*.py") if "__main__" in path.read_text(encoding="utf-8")}
    programs |= {path.parent.name for path in folder.glob("*/__main__.py")}
    assert listed == programs


def test_every_target_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE))
    named_targets = {found[1] for code in code_in(ALL_LIVING) if (found := re.match(r"make ([a-z][\w-]*)", code))}
    assert sorted(named_targets - targets) == []


def test_the_citation_names_the_version_of_the_package() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert f"\nversion: {project['version']}\n" in text_of("CITATION.cff")
    assert f"\nlicense: {project['license']}\n" in text_of("CITATION.cff")


def test_the_desktop_file_starts_the_program_and_shows_its_icon() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "packaging" / "smartselfie.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert (entry["type"], entry["exec"], entry["icon"]) == ("Application", "smartselfie", "smartselfie")
    assert (PACKAGE / "booth" / "static" / "icon.svg").is_file()


def test_the_container_copies_what_there_is() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", text_of("packaging/Containerfile"), re.MULTILINE)
    assert copied
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []
    # what is installed is where it was copied to
    assert "pip install --no-cache-dir --no-compile /src" in text_of("packaging/Containerfile")


def test_the_container_has_only_settings_that_exist() -> None:
    names = re.findall(r"SMARTSELFIE_([A-Z_]+)=(\S+)", text_of("packaging/Containerfile"))
    assert {name.lower(): value for name, value in names}.keys() <= SETTINGS.keys()
    for name, value in names:
        SETTINGS[name.lower()].parse(value, name)


PLACES = ("README.md", "docs/privacy.md", "docs/models.md", "src/smartselfie/training/cards.toml")


def test_what_it_must_not_be_used_for_is_said_wherever_people_look() -> None:
    assert all("Article 5(1)(f)" in text_of(page) for page in PLACES)
