"""A camera's address may hold a password: nothing that is printed, shown or kept repeats it."""

import re
from pathlib import Path

import pytest

from smartselfie.addresses import without_secrets
from smartselfie.cli.main import main


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://camera/video", "http://camera"),
        ("rtsp://admin:SECRET@10.0.0.2:554/live?x=1", "rtsp://10.0.0.2:554"),
        ("http://[::1]:80/video.cgi?user=admin&pwd=SECRET", "http://[::1]:80"),
        ("rtsp://10.0.0.2/user=admin&password=SECRET&channel=1.sdp", "rtsp://10.0.0.2"),
        ("rtsp://admin:SEC@RET@10.0.0.2/live", "rtsp://10.0.0.2"),
        ("rtsps://admin:SECRET#1@camera:9/live", "rtsps://…"),
        ("rtsp://admin:SECRET/1@camera:9/live", "rtsp://…"),
        ("rtsp://admin:SECRET[1@camera:9/live", "rtsp://camera:9"),
        ("rtsp://admin:1/SECRET", "rtsp://admin:1"),
        ("rtsp://admin:SECRET", "rtsp://…"),
        ("http://camera/?mail=SEC@RET", "http://…"),
        ("rtspt://admin:SECRET@camera/live", "rtspt://camera"),
        ("admin:SECRET@camera/x?y=http://camera", "…://camera"),
        ("admin:SECRET@camera", "…"),
        ("rtsp:/admin:SECRET@camera", "…"),
        ("camera/video.cgi?pwd=SECRET", "…"),
        ("C:\\party\\me@home.mp4", "C:\\party\\me@home.mp4"),
        ("me@home.mp4", "me@home.mp4"),
        ("demo", "demo"),
    ],
)
def test_of_an_address_only_scheme_and_host_are_shown(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


@pytest.mark.parametrize("command", ["watch", "booth", "calibrate", "analyze"])
@pytest.mark.parametrize(
    "address",
    [
        "rtsp://admin:SECRET@127.0.0.1:9/live",
        "rtsp://admin:SECRET#1@127.0.0.1:9/live",
        "rtsp://admin:SECRET/1@127.0.0.1:9/live",
        "rtsp://admin:SECRET[1@127.0.0.1:9/live",
        "http://admin:SECRET@127.0.0.1:port/live",
        "http://127.0.0.1:9/?pwd=SECRET",
        "http://[::1/?pwd=SECRET",
        "rtspt://admin:SECRET@127.0.0.1/live",
        "admin:SECRET@127.0.0.1",
        "admin:SECRET@127.0.0.1/live.mp4",
    ],
)
def test_no_command_repeats_the_password_of_an_address_that_does_not_work(
    command: str, address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    options = {"booth": ["--no-open", "--port", "0", "--album", str(tmp_path)], "watch": ["--album", str(tmp_path)]}
    assert main(["-v", command, address, *options.get(command, [])]) == 1
    printed = capfd.readouterr()
    assert printed.err
    assert not re.search("SECRET|Traceback", printed.out + printed.err + caplog.text)


@pytest.mark.parametrize("name", ["source", "on_photo"])
def test_a_value_that_may_hold_a_password_is_not_repeated_where_it_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'{name} = "http://admin:SECRET@camera\\u0000"\n')
    assert main(["booth", "--config", str(config)]) == 1
    assert "SECRET" not in capsys.readouterr().err
