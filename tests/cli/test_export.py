"""`smartselfie export`: a run into one file, and nothing where that fails."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartselfie.cli.main import main
from smartselfie.datasets import dataset
from smartselfie.datasets.dataset import Dataset
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.training.recipe import recipe_named

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, draw_data: Callable[..., Dataset]) -> Path:
    """A run of one epoch, with the data that it learnt beside it."""
    folder = tmp_path_factory.mktemp("trained")
    dataset.save(draw_data(), folder / "faces.npz")
    small = ("--epochs", "1", "--batch-size", "14", "--precision", "32", "--threads", "1")
    assert main(["train", str(folder / "faces.npz"), "--out", str(folder / "run"), *small]) == 0
    return folder / "run"


@pytest.mark.slow
def test_a_run_becomes_a_file_and_its_card_and_one_line_tells_of_them(
    run: Path, tmp_path: Path, capsys: Capsys
) -> None:
    model = tmp_path / "new" / "mine.onnx"
    assert main(["export", str(run), str(model)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    card = OnnxClassifier.from_file(model).card
    assert line.startswith(f"written: {model}, {model.stat().st_size:,} bytes, {card.parameters:,} parameters")
    assert card.name == "compact"
    assert sorted(path.name for path in model.parent.iterdir()) == ["mine.card.json", "mine.onnx"]
    beside = json.loads((tmp_path / "new" / "mine.card.json").read_text(encoding="utf-8"))
    assert (beside["name"], beside["outputs"]) == (card.name, list(card.outputs))


@pytest.mark.slow
def test_the_card_tells_the_command_that_repeats_the_training(run: Path, tmp_path: Path) -> None:
    assert main(["export", str(run), str(tmp_path / "mine.onnx")]) == 0
    origin = OnnxClassifier.from_file(tmp_path / "mine.onnx").card.origin
    rate = recipe_named("compact").learning_rate
    assert f"--recipe compact --epochs 1 --batch-size 14 --learning-rate {rate} --seed 0" in origin
    assert str(tmp_path) not in origin


@pytest.mark.slow
def test_what_is_measured_is_told_and_stands_in_the_card(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    model = tmp_path / "mine.onnx"
    data = run.parent / "faces.npz"
    assert main(["export", str(run), str(model), "--data", str(data), "--name", "mine", "--mirrored"]) == 0
    told = dict(line.split() for line in capsys.readouterr().out.splitlines()[1:])
    card = OnnxClassifier.from_file(model).card
    assert all(float(value) == pytest.approx(card.metrics[name], rel=1e-4) for name, value in told.items())
    assert not any("happy" in name for name in told), "by class there is too much to read"
    assert "PublicTest/ferplus/combined/ece" in told
    assert "PublicTest/ferplus/accuracy" in told
    assert not any("PrivateTest" in name for name in told)
    assert main(["evaluate", str(data), "--model", str(model), "--labels", "ferplus", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["accuracy"] == pytest.approx(card.metrics["PublicTest/ferplus/accuracy"], abs=1e-5)
    assert measured["model"]["name"] == "mine"


@pytest.mark.slow
def test_mistakes_get_one_line_and_leave_no_file(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(run, damaged)
    checkpoint = damaged / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:100_000])
    (tmp_path / "file").write_text("in the folder's place")
    here = sorted(tmp_path.rglob("*"))
    capsys.readouterr()
    for arguments in (
        [tmp_path / "none", tmp_path / "mine.onnx"],
        [damaged, tmp_path / "mine.onnx"],
        [run, tmp_path / "mine.onnx", "--data", tmp_path / "none.npz"],
        [run, tmp_path / "file" / "mine.onnx"],
    ):
        assert main(["export", *map(str, arguments)]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert len(printed.err.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == here


@pytest.mark.slow
def test_a_folder_in_the_files_place_is_wrong_usage(run: Path, tmp_path: Path) -> None:
    for place in (tmp_path, "."):
        assert main(["export", str(run), str(place)]) == 2


@pytest.mark.slow
def test_without_pytorch_it_says_how_to_get_it(
    run: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    capsys.readouterr()
    assert main(["export", str(run), str(tmp_path / "mine.onnx")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'torch>=" in line


@pytest.mark.slow
def test_int8_tells_what_it_costs(run: Path, tmp_path: Path, capsys: Capsys) -> None:
    model = tmp_path / "small.onnx"
    assert main(["export", str(run), str(model), "--data", str(run.parent / "faces.npz"), "--int8"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ", int8, " in lines[0]
    costs = [line for line in lines if line.endswith(" points")]
    assert [line.split(":")[0] for line in costs] == [
        "PublicTest/fer2013/accuracy",
        "PublicTest/fer2013/combined/accuracy",
        "PublicTest/ferplus/accuracy",
        "PublicTest/ferplus/combined/accuracy",
    ]
    assert main(["export", str(run), str(model), "--int8"]) == 1
    assert "needs faces to calibrate with (name them with --data" in capsys.readouterr().err
