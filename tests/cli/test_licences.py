"""`smartselfie licences`: nothing that is part of the program or installed for it is missing."""

import json
import tomllib
from pathlib import Path

import pytest

from smartselfie.cli.main import main

ROOT = Path(__file__).parents[2]
Capsys = pytest.CaptureFixture[str]


def test_every_model_every_picture_and_every_library_has_a_licence(capsys: Capsys) -> None:
    assert main(["licences", "--json"]) == 0
    parts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    named = {part["name"]: part for part in parts}
    models = {path.name for path in (ROOT / "src" / "smartselfie" / "models").glob("*.onnx")}
    assert models | {"demo_pictures"} == {part["name"] for part in parts if part["kind"] == "bundled"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {
        "".join(c if c.isalnum() or c == "-" else " " for c in each).split()[0] for each in project["dependencies"]
    }
    # what those need in turn is listed, too
    assert needed | {"smartselfie", "starlette", "pydantic-core", "h11"} <= set(named)
    assert [name for name, part in named.items() if not part["licence"] or part["licence"] == "not said"] == []
    assert named["smartselfie"]["licence"] == "MIT"


def test_people_get_a_table(capsys: Capsys) -> None:
    assert main(["licences"]) == 0
    printed = capsys.readouterr().out
    assert "public domain" in printed
    assert "pillow" in printed
