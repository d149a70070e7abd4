"""The command line as a whole: help, version, exit codes."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image as Pictures

from smartselfie.cli.main import COMMANDS, main

Capsys = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_with_an_example(name: str, capsys: Capsys) -> None:
    assert main([name, "--help"]) == 0
    assert f"Example: smartselfie {name}" in " ".join(capsys.readouterr().out.split())


def test_the_help_lists_every_command(capsys: Capsys) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in COMMANDS)


def test_the_version_is_the_packages(capsys: Capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"smartselfie {version('smartselfie')}"


def test_the_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from smartselfie.cli.main import main\n"
        "main(['--help'])\n"
        "heavy = {'torch', 'cv2', 'onnxruntime', 'fastapi', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_it_can_be_run_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "smartselfie", "watch"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Usage" in done.stderr


@pytest.mark.slow
def test_the_doctor_finds_everything_well_and_plays_the_demo(capsys: Capsys) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "FAIL" not in printed
    assert "420 frames, 1 photo" in printed


@pytest.mark.slow
def test_the_doctor_says_what_is_ill(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("ill") / "file"
    file.write_text("in the album's place")
    monkeypatch.setenv("SMARTSELFIE_ALBUM", str(file / "album"))
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  album" in printed
    assert "choose another --album" in printed


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    for index in range(3):
        Pictures.new("RGB", (64, 48)).save(tmp_path / f"{index}.png")
    command = [sys.executable, "-m", "smartselfie", "analyze", str(tmp_path), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 1
    assert said == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_for_which_there_is_no_space_is_one_line_and_exit_code_1() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "smartselfie", "--help"], stdout=full, stderr=-1, text=True, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no space left" in done.stderr
