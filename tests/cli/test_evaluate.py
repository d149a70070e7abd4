"""`smartselfie evaluate`: what others read of it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from smartselfie.cli.main import main
from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets import dataset
from smartselfie.datasets.dataset import Dataset

Capsys = pytest.CaptureFixture[str]
Draw = Callable[..., Dataset]


@pytest.fixture
def files(tmp_path: Path, draw_data: Draw, tiny_network: Callable[..., bytes]) -> tuple[Path, Path]:
    """Prepared data, and a network that says happy of everything."""
    dataset.save(draw_data(), tmp_path / "faces.npz")
    (tmp_path / "tiny.onnx").write_bytes(tiny_network())
    return tmp_path / "faces.npz", tmp_path / "tiny.onnx"


def evaluate(data: Path, model: Path, *more: str | Path) -> int:
    return main(["evaluate", str(data), "--model", str(model), *map(str, more)])


def test_json_has_the_promised_shape(files: tuple[Path, Path], capsys: Capsys) -> None:
    assert evaluate(*files, "--labels", "ferplus", "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(told) == [
        *("split", "labels", "n", "accuracy", "accuracy_without_twins", "macro_f1", "nll", "ece", "per_class"),
        *("confusion", "smile", "model", "output", "combined"),
    ]
    assert (told["split"], told["labels"], told["n"]) == ("PublicTest", "ferplus", 28)
    assert told["accuracy"] == pytest.approx(1 / 7)
    assert list(told["per_class"]) == list(EMOTIONS)
    assert all(set(hits) == {"precision", "recall", "f1", "n"} for hits in told["per_class"].values())
    assert [row[3] for row in told["confusion"]] == [4] * 7
    assert set(told["smile"]) == {"auc", "precision", "recall", "f1"}
    assert set(told["model"]) == {"name", "parameters", "bytes"}


def test_people_get_a_table(files: tuple[Path, Path], capsys: Capsys) -> None:
    assert evaluate(*files, "--split", "Training") == 0
    printed = capsys.readouterr().out
    assert "Training by fer2013: 70 rows" in printed
    assert "accuracy 14.29 %" in printed
    assert all(emotion in printed for emotion in EMOTIONS)


def test_a_report_and_figures_are_written_and_named(files: tuple[Path, Path], tmp_path: Path, capsys: Capsys) -> None:
    report, figures = tmp_path / "report", tmp_path / "figures"
    assert evaluate(*files, "--report", report, "--figures", figures) == 0
    assert f"written: {report / 'index.html'}" in capsys.readouterr().out
    names = [
        f"{kind}-{labels}.svg" for kind in ("confusion", "reliability", "roc") for labels in ("fer2013", "ferplus")
    ]
    # the network has one output, so by FER+ that one is read
    named = sorted(name.replace("-ferplus", "-fer2013-ferplus") for name in names)
    assert sorted(path.name for path in figures.iterdir()) == named
    assert evaluate(*files, "--report", report, "--json") == 0
    json.loads(capsys.readouterr().out)


def test_a_page_that_is_no_report_is_not_overwritten(files: tuple[Path, Path], tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "index.html").write_text("my page")
    assert evaluate(*files, "--report", tmp_path) == 1
    assert "did not write it" in capsys.readouterr().err
    assert (tmp_path / "index.html").read_text() == "my page"


def test_predictions_replace_older_ones_only(files: tuple[Path, Path], tmp_path: Path, capsys: Capsys) -> None:
    place = tmp_path / "faces.csv"
    place.write_text("emotion,pixels,Usage\n")
    assert evaluate(*files, "--predictions", place) == 1
    assert "did not write it" in capsys.readouterr().err
    assert place.read_text() == "emotion,pixels,Usage\n"
    for _ in range(2):
        assert evaluate(*files, "--predictions", tmp_path / "new.csv") == 0
    assert evaluate(*files, "--predictions", files[0]) == 1


@pytest.mark.parametrize("option", ["--combined", "--reading"])
def test_the_combined_output_is_measured_by_its_new_and_its_old_name(
    files: tuple[Path, Path], capsys: Capsys, option: str
) -> None:
    assert evaluate(*files, option, "--json") == 0
    told = capsys.readouterr()
    line = json.loads(told.out)
    assert (line["output"], line["combined"]) == ("reading", True)
    assert ("now called --combined" in told.err) == (option == "--reading")


def test_predictions_are_a_line_a_row(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert evaluate(*files, "--predictions", tmp_path / "said.csv") == 0
    with (tmp_path / "said.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "label", *EMOTIONS]
    assert [row["row"] for row in rows] == [str(number) for number in range(28)]
    assert all(float(row["happy"]) == pytest.approx(0.9) for row in rows)


def test_predictions_leave_the_label_of_a_row_that_does_not_count_empty(
    files: tuple[Path, Path], tmp_path: Path, draw_data: Draw
) -> None:
    data = draw_data()
    assert data.votes is not None
    data.votes[70] = [0, 0, 0, 0, 0, 0, 0, 10, 0, 0]  # contempt
    dataset.save(data, files[0])
    assert evaluate(*files, "--labels", "ferplus", "--predictions", tmp_path / "said.csv") == 0
    with (tmp_path / "said.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["", *EMOTIONS[1:], *EMOTIONS, *EMOTIONS, *EMOTIONS]


def test_predictions_that_cannot_be_written_get_one_line(
    files: tuple[Path, Path], tmp_path: Path, capsys: Capsys
) -> None:
    assert evaluate(*files, "--json", "--predictions", files[0] / "said.csv") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert evaluate(*files, "--predictions", tmp_path) == 2
    assert evaluate(*files, "--predictions", ".") == 2


def test_what_is_missing_gets_one_line_and_exit_code_1(
    files: tuple[Path, Path], tmp_path: Path, draw_data: Draw, capsys: Capsys
) -> None:
    data, model = files
    dataset.save(draw_data(votes=False), tmp_path / "plain.npz")
    (tmp_path / "foreign.onnx").write_bytes(b"no network")
    for arguments in (
        (data, model, "--split", "PrivateTest"),
        (tmp_path / "plain.npz", model, "--labels", "ferplus"),
        (tmp_path / "none.npz", model),
        (data, tmp_path / "foreign.onnx"),
        (data, tmp_path / "none.onnx"),
        (data, model, "--report", data / "report"),
        (data, model, "--figures", data / "figures"),
    ):
        assert evaluate(*arguments) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert len(printed.err.splitlines()) == 1


def test_the_network_that_ships_is_measured_without_a_word_about_it(tmp_path: Path, draw_data: Draw) -> None:
    dataset.save(draw_data(), tmp_path / "faces.npz")
    assert main(["evaluate", str(tmp_path / "faces.npz"), "--json"]) == 0
