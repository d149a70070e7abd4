"""What the documents say of settings and commands is what the program says."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

import smartselfie
from smartselfie.cli.main import COMMANDS, root
from smartselfie.settings.schema import SETTINGS, Settings
from smartselfie.trigger.rule import SMILES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_that_drifts_is_found_and_written_anew(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "HERE", tmp_path)
    (tmp_path / "settings.md").write_text((DOCS / "settings.md").read_text().replace("| 1 to 1000 |", "| 1 to 60 |"))
    for name in ("commands.md", "api.md"):
        (tmp_path / name).write_text((DOCS / name).read_text())
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/settings.md is out of date: run `make docs`\n"
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert (tmp_path / "settings.md").read_text() == (DOCS / "settings.md").read_text()


def test_every_setting_stands_in_the_documents() -> None:
    page = (DOCS / "settings.md").read_text()
    names = {name: "SOURCE" if name == "source" else setting.flag for name, setting in SETTINGS.items()}
    assert [name for name, shown in names.items() if f"| `{shown}" not in page] == []
    assert "docs/settings.md" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_stands_in_the_reference(name: str) -> None:
    page = (DOCS / "commands.md").read_text()
    section = page.split(f"## smartselfie {name}\n")[1].split("\n## ")[0]
    command = root.get_command(click.Context(root), name)
    assert command is not None
    options = [
        option
        for param in command.params
        if isinstance(param, click.Option) and not param.hidden
        for option in param.opts
    ]
    assert [option for option in options if option not in section] == []


def test_a_setting_is_explained_in_one_sentence() -> None:
    helps = {name: setting.about.help for name, setting in SETTINGS.items()}
    assert {name: text for name, text in helps.items() if not (text[0].isupper() and text.endswith("."))} == {}
    assert len(set(helps.values())) == len(helps)


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("README.md", f"for {Settings().hold} frames in a row"),
        ("docs/trigger.md", f"at most {Settings().eyes_wait:g} seconds"),
        ("docs/trigger.md", ", ".join(f"`{name}` ({score:g})" for name, score in SMILES.items())),
    ],
)
def test_a_default_in_a_sentence_is_the_default(page: str, sentence: str) -> None:
    said = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert sentence in said


@pytest.mark.parametrize("name", smartselfie.__all__)
def test_every_public_name_stands_in_the_reference(name: str) -> None:
    assert f"\n## {name}\n" in (DOCS / "api.md").read_text()


def test_the_analyzer_is_documented_with_its_methods_and_arguments() -> None:
    section = (DOCS / "api.md").read_text().split("\n## FaceAnalyzer\n")[1].split("\n## ")[0]
    assert "### FaceAnalyzer.analyze" in section
    assert "Raises:" in section
    assert "None for the eye network that ships" in section
