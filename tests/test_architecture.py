"""What keeps the house readable: imports point down, files and functions stay short, words are the field's."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from coverage import Coverage

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "smartselfie"
MODULES = sorted(PACKAGE.rglob("*.py"))
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

VAGUE = re.compile(r"(^|_)(utils?|helpers?|base|managers?|misc|common)($|_)")
"""Words that say nothing of what a module holds."""
THREADS = {"worker.py", "sources/live.py", "booth/runner.py"}
"""Who may start a thread: what restarts or reports, the camera's and the pipeline's."""
STARTERS = {"Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "start_new_thread"}


LONG = {"cli/train.py": {"command": "each of its 18 options is a line of its parameters"}}
"""Functions of more than 40 lines, with the reason."""


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(ROOT).as_posix())


@named([*MODULES, *sorted((ROOT / "benchmarks").rglob("*.py"))])
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@named(MODULES)
def test_no_function_is_longer_than_40_lines(path: Path) -> None:
    long = {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, FUNCTION) and own_lines(node) > 40
    }
    assert long == set(LONG.get(path.relative_to(PACKAGE).as_posix(), ()))


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """A function's lines from its `def` on, without its docstring and the functions in it (looked at alone)."""
    lines = set(span(function))
    if ast.get_docstring(function) is not None:
        lines -= set(span(function.body[0]))
    for node in ast.walk(function):
        if node is not function and isinstance(node, FUNCTION):
            lines -= {number for part in (node, *node.decorator_list) for number in span(part)}
    return len(lines)


def span(node: ast.stmt | ast.expr) -> range:
    assert node.end_lineno is not None
    return range(node.lineno, node.end_lineno + 1)


def test_no_name_says_nothing() -> None:
    assert [
        path for path in MODULES if any(VAGUE.search(part) for part in path.relative_to(PACKAGE).with_suffix("").parts)
    ] == []


def test_threads_are_started_where_somebody_looks_after_them() -> None:
    starters = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in STARTERS)
        or (isinstance(node, ast.Name) and node.id in STARTERS)
    }
    assert starters == THREADS


@named([PACKAGE / "trigger" / f"{name}.py" for name in ("rule", "signals", "person", "group", "trigger")])
def test_the_trigger_is_a_value_that_knows_no_clock(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    assert not imported & {"time", "datetime", "random", "threading", "os"}
    for node in nodes:
        if isinstance(node, ast.ClassDef) and "dataclass" in "".join(map(ast.unparse, node.decorator_list)):
            assert "frozen=True" in ast.unparse(node.decorator_list[0]), node.name


def test_every_test_file_is_named_after_a_module_or_a_subject_that_several_share() -> None:
    """Tests mirror the package; the page, the contracts of the ports and the faults of running programs
    have folders of their own."""
    shared = {"test_architecture", "test_docs", "test_privacy", "test_wheel"}
    shared |= {"test_documents", "test_page_settings", "test_older_versions"}
    lost = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        room, module = path.parent.relative_to(ROOT / "tests"), path.stem.removeprefix("test_")
        if room.parts[:1] in {("browser",), ("contracts",), ("faults",)} or path.stem in shared:
            continue
        here = PACKAGE / room
        places = [here / f"{module}.py", here / "routes" / f"{module}.py", here / "static" / module]
        if not any(place.exists() for place in places) and not defines(PACKAGE / room / "__init__.py", module):
            lost.append(path.relative_to(ROOT).as_posix())
    assert lost == []


def defines(path: Path, name: str) -> bool:
    return path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_little_is_left_out_of_the_coverage_and_each_time_there_is_a_reason() -> None:
    coverage = Coverage(data_file=None, config_file=str(ROOT / "pyproject.toml"))
    counted = left_out = 0
    for path in MODULES:
        _, statements, excluded, _, _ = coverage.analysis2(str(path))
        counted, left_out = counted + len(statements), left_out + len(excluded)
        for pragma in re.findall(r"#\s*pragma:.*", path.read_text(encoding="utf-8")):
            assert re.fullmatch(r"# pragma: no (cover|branch) - \S.{9,}", pragma), f"{path.name}: {pragma}"
    assert left_out <= 0.03 * (counted + left_out)


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def test_every_room_of_several_modules_has_floors_and_no_module_stands_on_none() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py") if len(list(path.parent.glob("*.py"))) > 2}
    layered = [contract for contract in CONTRACTS if contract["type"] == "layers"]
    assert all(contract["exhaustive"] for contract in layered)
    assert {contract["containers"][0] for contract in layered} == {
        "smartselfie",
        *(f"smartselfie.{room}" for room in rooms),
    }


def test_only_the_training_and_the_commands_may_know_torch() -> None:
    (contract,) = (contract for contract in CONTRACTS if "torch" in contract.get("forbidden_modules", ()))
    tops = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    free = {name.removeprefix("smartselfie.") for name in contract["source_modules"]}
    assert tops - free == {"__init__", "__main__", "cli", "training"}


@pytest.mark.slow
def test_every_contract_breaks_where_it_is_broken(tmp_path: Path) -> None:
    """A copy of the package with something wrong for each of them, and modules that stand on no floor."""
    package = tmp_path / "src" / "smartselfie"
    shutil.copytree(
        PACKAGE, package, ignore=lambda _, names: [name for name in names if "." in name and not name.endswith(".py")]
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert "0 broken" in lint(tmp_path)
    wrong = {
        "core/events.py": "smartselfie.booth.app",
        "pipeline.py": "smartselfie.sources.demo",
        "hooks.py": "smartselfie.testing",
        "images.py": "torch",
    }
    for name, imported in wrong.items():
        with (package / name).open("a") as file:
            file.write(f"import {imported}\n")
    for contract in CONTRACTS:
        if contract["type"] == "layers":
            (package / contract["containers"][0].replace("smartselfie", "").lstrip(".") / "stray.py").touch()
    said = lint(tmp_path)
    assert f"0 kept, {len(CONTRACTS)} broken" in said
    assert said.count("stray") >= sum(contract["type"] == "layers" for contract in CONTRACTS)
    assert "smartselfie.core.events -> smartselfie.booth.app" in said


def lint(tree: Path) -> str:
    """What the check of the imports says of a tree."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "COLUMNS": "200"}
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=200)
    return done.stdout
