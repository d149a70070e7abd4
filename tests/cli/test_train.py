"""`smartselfie train` and `smartselfie export`, from data to a network that evaluate reads."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smartselfie.cli.main import main
from smartselfie.cli.signals import SIGNALS
from smartselfie.cli.train import stop_on_signal
from smartselfie.datasets import dataset
from smartselfie.datasets.dataset import Dataset

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")


Capsys = pytest.CaptureFixture[str]
SMALL = ("--batch-size", "14", "--precision", "32", "--threads", "1")


@pytest.fixture
def faces(tmp_path: Path, draw_data: Callable[..., Dataset]) -> Path:
    """Prepared data of five batches."""
    dataset.save(draw_data(), tmp_path / "faces.npz")
    return tmp_path / "faces.npz"


@pytest.mark.slow
def test_from_data_to_a_network_that_can_be_measured(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    run, model = tmp_path / "run", tmp_path / "mine.onnx"
    assert main(["train", str(faces), "--out", str(run), "--epochs", "1", *SMALL]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "epoch 1/1: loss" in printed.err
    assert sorted(path.name for path in run.iterdir()) == ["checkpoint.pt", "curve.png", "history.csv"]
    assert main(["export", str(run), str(model), "--data", str(faces), "--name", "mine"]) == 0
    assert "PublicTest/fer2013/accuracy" in capsys.readouterr().out
    assert main(["evaluate", str(faces), "--model", str(model)]) == 0
    assert capsys.readouterr().out.startswith("mine: ")


@pytest.mark.slow
def test_a_run_is_never_begun_anew_in_a_folder_that_holds_one(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    command = ["train", str(faces), "--out", str(tmp_path / "run"), "--epochs", "1", *SMALL]
    assert main(command) == 0
    before = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    capsys.readouterr()
    assert main(command) == 1
    assert "already holds a run (continue with --resume" in capsys.readouterr().err
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == before
    assert main(["train", str(faces), "--out", str(tmp_path / "run"), "--resume"]) == 0
    assert "is finished" in capsys.readouterr().err


@pytest.mark.slow
def test_what_is_said_on_resuming_must_agree_with_the_run(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    command = ["train", str(faces), "--out", str(tmp_path / "run")]
    assert main([*command, "--epochs", "1", "--seed", "3", *SMALL]) == 0
    before = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    capsys.readouterr()
    for option, value, begun in (("--seed", "4", "3"), ("--epochs", "2", "1"), ("--batch-size", "16", "14")):
        assert main([*command, "--resume", option, value]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert f"was started with {option} {begun}, not {value}" in line
    assert main([*command, "--resume", "--seed", "3", "--recipe", "compact"]) == 0
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == before


@pytest.mark.slow
def test_a_network_learns_from_a_trained_one_and_begins_with_its_weights(
    faces: Path, tmp_path: Path, capsys: Capsys
) -> None:
    teacher, pupil, model = tmp_path / "teacher", tmp_path / "pupil", tmp_path / "teacher.onnx"
    assert main(["train", str(faces), "--out", str(teacher), "--epochs", "1", *SMALL]) == 0
    assert main(["export", str(teacher), str(model)]) == 0
    begun = ["--start", str(teacher), "--teacher", str(model), "--learning-rate", "0.01", "--epochs", "1"]
    assert main(["train", str(faces), "--out", str(pupil), *begun, *SMALL]) == 0
    assert sorted(path.name for path in pupil.iterdir()) == ["answers.npz", "checkpoint.pt", "curve.png", "history.csv"]
    assert main(["export", str(pupil), str(tmp_path / "pupil.onnx")]) == 0
    capsys.readouterr()
    assert (
        main(["train", str(faces), "--out", str(tmp_path / "x"), "--teacher", str(tmp_path / "none.onnx"), *SMALL]) == 1
    )
    assert "none.onnx cannot be read" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")
@pytest.mark.parametrize("number", SIGNALS)
def test_ctrl_c_saves_and_resume_goes_on(faces: Path, tmp_path: Path, number: signal.Signals) -> None:
    run = tmp_path / "run"
    train = [sys.executable, "-m", "smartselfie", "train", str(faces), "--out", str(run)]
    with subprocess.Popen([*train, "--epochs", "200", *SMALL], stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not (run / "history.csv").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "saved; continue with: smartselfie train" in said
    assert "Traceback" not in said
    with subprocess.Popen([*train, "--resume"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert line.startswith("epoch ")
    assert not line.startswith("epoch 1/"), "it goes on, and does not begin again"


@pytest.mark.slow
def test_a_recipe_of_ones_own_is_a_file_and_must_agree_on_resuming(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('base = "compact"\nepochs = 1\nbatch_size = 14\naugment = ["flip"]\n')
    command = ["train", str(faces), "--out", str(tmp_path / "run"), "--recipe", str(mine)]
    assert main([*command, "--precision", "32", "--threads", "1"]) == 0
    assert main([*command, "--resume"]) == 0
    assert "is finished" in capsys.readouterr().err
    mine.write_text('base = "compact"\nepochs = 1\nbatch_size = 14\naugment = []\n')
    assert main([*command, "--resume"]) == 1
    assert "was started with another recipe mine" in capsys.readouterr().err
    mine.write_text("epoch = 1\n")
    assert main(["train", str(faces), "--out", str(tmp_path / "new"), "--recipe", str(mine)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "has unknown names: epoch" in line


@pytest.mark.slow
def test_mistakes_get_one_line_and_exit_code_1(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    for command in (
        ["train", str(tmp_path / "none.npz"), "--out", str(tmp_path / "run")],
        ["train", str(faces), "--out", str(tmp_path / "run"), "--resume"],
        ["train", str(faces), "--out", str(tmp_path / "run"), "--batch-size", "71"],  # more than there are rows
        ["train", str(faces), "--out", str(tmp_path / "run"), "--device", "cuda", *SMALL],
        ["train", str(faces), "--out", str(faces), "--epochs", "1", *SMALL],
        ["export", str(tmp_path / "none"), str(tmp_path / "mine.onnx")],
    ):
        if "cuda" in command and __import__("torch").cuda.is_available():
            continue
        assert main(command) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert len(printed.err.splitlines()) == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_without_pytorch_it_says_how_to_get_it(
    faces: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["train", str(faces), "--out", str(tmp_path / "run")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'torch>=" in line


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_a_wish_and_the_second_ends_at_once(number: signal.Signals) -> None:
    with stop_on_signal() as wants_stop:
        assert not wants_stop()
        os.kill(os.getpid(), number)
        assert wants_stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with stop_on_signal():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.slow
def test_a_teacher_for_real_faces_needs_real_faces(faces: Path, tmp_path: Path, capsys: Capsys) -> None:
    command = ["train", str(faces), "--out", str(tmp_path / "run"), "--real-teacher", "a.onnx", *SMALL]
    assert main(command) == 2
    assert "--real-teacher needs --teacher and --real" in capsys.readouterr().err
