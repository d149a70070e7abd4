"""The command line as a whole: help, version, exit codes."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image as Pictures

from smartselfie.cli import booth as booth_command
from smartselfie.cli import doctor
from smartselfie.cli.log import FILE_ONLY, MOST_BYTES
from smartselfie.cli.main import COMMANDS, main
from smartselfie.settings.schema import SETTINGS, Settings

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


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of every booth that would have been opened."""
    settings: list[Settings] = []
    monkeypatch.setattr(booth_command, "run_booth", lambda given, *_args, **_more: settings.append(given))
    return settings


@pytest.mark.parametrize("source", ["demo", "0", "party.mp4", "dance.gif", "rtsp://cam/1", "browser", "none/there.mp4"])
def test_a_source_without_a_command_opens_the_booth(source: str, opened: list[Settings]) -> None:
    assert main(["-q", source, "--port", "0"]) == 0
    assert [(each.source, each.port) for each in opened] == [(source, 0)]


def test_nothing_and_options_of_the_booth_open_the_booth(opened: list[Settings]) -> None:
    assert main(["--port", "0", "--no-open"]) == 0
    assert main(["-q", "--hold=15", "demo", "--port=0"]) == 0
    assert [(each.source, each.hold) for each in opened] == [(None, 10), ("demo", 15)]


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"source"}))
def test_every_setting_is_taken_for_the_booths(name: str, opened: list[Settings], capsys: Capsys) -> None:
    assert main([SETTINGS[name].flag, "--nonsense", "--nonsense"]) == 2
    assert "Usage: smartselfie booth" in capsys.readouterr().err
    assert opened == []


@pytest.mark.slow
def test_photos_and_folders_without_a_command_are_analyzed(tmp_path: Path, capsys: Capsys) -> None:
    Pictures.new("RGB", (64, 48)).save(tmp_path / "a.JPG")
    Pictures.new("RGB", (64, 48)).save(tmp_path / "b.png")
    assert main([str(tmp_path / "a.JPG"), str(tmp_path / "b.png")]) == 0
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("no face") == 4
    assert main([str(tmp_path / "none.jpg")]) == 1
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["wach", "demo"], "did you mean watch?"),
        (["evalute"], "did you mean evaluate?"),
        (["logitech"], "smartselfie booth logitech"),
        (["--versoin"], "--version"),
        (["watch", "demo", "--smiel", "big"], "--smile"),
        (["--prot", "9000"], "--port"),
    ],
)
def test_what_is_mistyped_gets_the_one_thing_to_type(arguments: list[str], said: str, capsys: Capsys) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_help_is_a_word_as_well(capsys: Capsys) -> None:
    assert main(["help"]) == main(["help", "watch"]) == 0
    printed = capsys.readouterr().out
    assert "Usage: smartselfie [OPTIONS]" in printed
    assert "Usage: smartselfie watch" in printed


def test_a_number_that_is_none_is_refused_in_plain_words(capsys: Capsys) -> None:
    assert main(["analyze", "a.jpg", "--every", "x"]) == main(["calibrate", "--seconds", "x"]) == 2
    printed = capsys.readouterr().err
    assert "not a valid whole number" in printed
    assert "not a valid number" in printed


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_whatever_ends_a_command_the_code_is_130(number: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "smartselfie", "watch", "demo", "--json", "--album", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "started" in process.stdout.readline()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, "")


def test_the_log_file_gets_the_error_and_begins_anew_when_it_is_full(tmp_path: Path, capsys: Capsys) -> None:
    log = tmp_path / "party.log"
    log.write_bytes(b"x" * MOST_BYTES)
    for arguments in (["--log", str(log), "watch", "none.mp4"], ["watch", "none.mp4", "--log", str(log)]):
        assert main(arguments) == 1
    assert capsys.readouterr().err.count("no such file") == 2
    lines = log.read_text().splitlines()
    assert len(lines) == 2
    assert all("ERROR smartselfie: no such file: none.mp4" in line for line in lines)
    assert (tmp_path / "party.log.1").stat().st_size == MOST_BYTES
    assert len(FILE_ONLY.handlers) == 0


def test_a_log_file_that_cannot_be_written_is_wrong_usage(tmp_path: Path, capsys: Capsys) -> None:
    assert main(["watch", "demo", "--log", str(tmp_path / "none" / "party.log")]) == 2
    assert "--log:" in capsys.readouterr().err


@pytest.mark.slow
def test_the_shell_completes_commands_options_and_choices() -> None:
    def complete(*words: str) -> str:
        line = {"COMP_WORDS": " ".join(("smartselfie", *words)), "COMP_CWORD": str(len(words))}
        environment = {**os.environ, "_SMARTSELFIE_COMPLETE": "bash_complete", **line}
        command = [sys.executable, "-c", "from smartselfie.cli.main import main; main()"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert "plain,watch" in complete("wat")
    assert "plain,--hold-seconds" in complete("watch", "--hold")
    assert "plain,majority" in complete("booth", "--rule", "maj")


def test_a_report_names_no_secret_no_path_and_no_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    checks = ("_demo", "_networks", "_cameras")
    for check in checks:
        monkeypatch.setattr(doctor, check, lambda *_: "Ada's phone")
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    monkeypatch.setattr(doctor, "_album", lambda _: str(tmp_path / "ada" / "party"))
    config = tmp_path / "config.toml"
    secrets = {
        "pin": "2468",
        "webhook": "http://x/abc",
        "source": "rtsp://u:pw@cam/",
        "on_photo": "ls",
        "album": "party",
    }
    config.write_text("hold = 12\n" + "".join(f"{name} = '{value}'\n" for name, value in secrets.items()))
    report = tmp_path / "report.txt"
    assert main(["doctor", "--report", str(report), "--config", str(config)]) == 0
    said = report.read_text()
    assert "hold = 12\n" in said
    assert all(f"{name} = (set)\n" in said for name in secrets)
    assert not [
        value for value in (*secrets.values(), str(tmp_path), "ada/") if f"= {value}" in said or value + "\n" in said
    ]
    assert "ok    cameras\n" in said
    assert "numpy " in said
    capsys.readouterr()
    foreign = tmp_path / "mine.txt"
    foreign.write_text("not a report")
    assert main(["doctor", "--report", str(foreign)]) == 1
    assert foreign.read_text() == "not a report"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_selfie_ends_quietly_with_ctrl_c_and_loudly_with_a_failure(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parents[2] / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "installed").touch()
    program = tmp_path / "bin" / "smartselfie"
    command = ["make", "-s", "selfie", f"BIN={tmp_path / 'bin'}", f"VENV={tmp_path}", "-o", str(tmp_path / "installed")]
    program.write_text("#!/bin/sh\ntrap 'sleep 0.3; exit 130' INT\necho open\nwhile :; do sleep 0.1; done\n")
    program.chmod(0o755)
    with subprocess.Popen(command, cwd=tmp_path, stdout=-1, stderr=-1, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        # as a terminal does: to make, its shell and the program
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert "***" not in said
    program.write_text("#!/bin/sh\nexit 1\n")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 2
