"""`smartselfie measure`: labelled faces in, tables by group out."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from smartselfie.cli.main import main

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path, tiny_network: Callable[..., bytes]) -> tuple[Path, Path]:
    """Four drawn faces, one of them in no part, and a network that says happy of everything."""
    rows = [("smile", "val", "1"), ("no_smile", "val", "0"), ("no_smile", "val", "1"), ("smile", "train", "0")]
    table = ["file,label,part,beard"]
    for place, row in enumerate(rows):
        table.append(",".join((f"{place}.png", *row)))
        Pillow.fromarray(np.full((50, 50), 40 * place, np.uint8)).save(tmp_path / f"{place}.png")
    (tmp_path / "labels.csv").write_text("\n".join(table) + "\n")
    (tmp_path / "tiny.onnx").write_bytes(tiny_network(outputs=("fer2013", "ferplus")))
    return tmp_path, tmp_path / "tiny.onnx"


def measure(faces: Path, model: Path, *more: str) -> int:
    return main(["measure", str(faces), "--model", str(model), *more])


def test_json_tells_rates_with_intervals_for_every_group(files: tuple[Path, Path], capsys: Capsys) -> None:
    assert measure(*files, "--part", "val", "--output", "fer2013", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"groups", "seven", "not_found"}
    assert set(told["groups"]) == {"all", "label: no_smile", "label: smile", "beard"}
    whole = told["groups"]["all"]
    assert (whole["right"]["count"], whole["false"]["count"], whole["missed"]["count"]) == (1, 2, 0)
    low, high = whole["right"]["interval"]
    assert 0 < low < 1 / 3 < high < 1
    assert told["seven"] is None
    assert told["not_found"]["count"] == 0


def test_the_whole_line_finds_nobody_on_a_plain_picture(files: tuple[Path, Path], capsys: Capsys) -> None:
    assert measure(*files, "--line") == 0
    printed = capsys.readouterr().out
    assert "No face was found on 4 of 4 images." in printed
    assert "100.0 %" in next(line for line in printed.splitlines() if line.startswith("label: smile"))


def test_an_output_that_the_network_lacks_is_wrong_usage(files: tuple[Path, Path], capsys: Capsys) -> None:
    assert measure(*files, "--output", "smiles") == 2
    assert "fer2013, ferplus" in capsys.readouterr().err
