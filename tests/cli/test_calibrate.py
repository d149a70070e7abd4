"""`smartselfie calibrate`: look neutral, now smile."""

from pathlib import Path

import pytest

from smartselfie.cli.calibrate import measure
from smartselfie.cli.main import main
from smartselfie.errors import ConfigError
from smartselfie.testing import ScriptedClassifier, ScriptedDetector, ScriptedSource, face_at, frames_at, mixed
from smartselfie.trigger.rule import calibrate


def test_each_face_is_measured_after_a_while_to_get_into_it() -> None:
    source = ScriptedSource(frames_at(10, 120))
    # neutral for 1.5 + 2 seconds, then a smile that comes slowly
    script = [mixed(happy=0.1)] * 35 + [mixed(happy=0.3)] * 15 + [mixed(happy=0.7)] * 30
    said: list[str] = []
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 20)])
    neutral, smile = measure(source, detector, ScriptedClassifier(script), 2.0, said.append)
    assert (neutral, smile) == (pytest.approx([0.1] * 20), pytest.approx([0.7] * 20))
    assert said == ["look neutral", "now smile"]
    assert source.closed


def test_the_medians_are_kept() -> None:
    assert calibrate([0.1] * 9 + [0.9], [0.6] * 9 + [0.0]) == (0.1, 0.6)


@pytest.mark.parametrize(
    ("neutral", "smile", "found"),
    [([0.1] * 5, [0.9] * 20, "neutral face"), ([0.1] * 20, [], "smile"), ([0.5] * 20, [0.55] * 20, "too close")],
)
def test_too_few_frames_or_too_small_a_difference_is_refused(
    neutral: list[float], smile: list[float], found: str
) -> None:
    with pytest.raises(ConfigError, match=found):
        calibrate(neutral, smile)


def test_it_can_be_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text("calibration = [0.1, 0.6]\n")
    assert main(["calibrate", "--forget", "--config", str(config)]) == 0
    assert config.read_text() == "calibration = [0, 1]\n"
    assert str(config) in capsys.readouterr().out


def test_a_camera_that_is_missing_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    assert main(["calibrate", "7", "--config", str(config)]) == 1
    assert "camera" in capsys.readouterr().err
    assert not config.exists()
