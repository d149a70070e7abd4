"""Names to classes, and networks that are what they were when they were shipped."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

import smartselfie
from smartselfie import factory
from smartselfie.errors import ModelError, SourceError
from smartselfie.inference import runtime
from smartselfie.inference.detectors import HaarCascade, YuNet
from smartselfie.settings.schema import Settings
from smartselfie.testing import MemoryAlbum, ScriptedSource, frames_at, rule_of

MODELS = Path(smartselfie.__file__).parent / "models"


def test_settings_become_a_rule() -> None:
    settings = Settings(hold=4, hold_seconds=0.5, smile=0.7, rest=1.0)
    assert settings.trigger_rule == rule_of(hold_frames=4, hold_seconds=0.5, smile=0.7, cooldown=1.0)


def test_a_detectors_name_becomes_that_detector() -> None:
    assert isinstance(factory.make_detector(Settings()), YuNet)
    assert isinstance(factory.make_detector(Settings(detector="haar")), HaarCascade)


def test_every_network_that_ships_has_its_checksum_and_its_licence() -> None:
    networks = sorted(path.name for path in MODELS.glob("*.onnx"))
    assert networks == [runtime.EMOTION_MODEL, runtime.EYE_MODEL, runtime.FACE_MODEL]
    for name in networks:
        assert runtime.bundled_model(name)
    assert (MODELS / runtime.FACE_MODEL).with_suffix(".LICENSE.txt").is_file()
    cards = ((runtime.EMOTION_MODEL, factory.make_classifier().card), (runtime.EYE_MODEL, factory.make_eyes().card))
    for name, card in cards:
        beside = json.loads((MODELS / name).with_suffix(".card.json").read_text(encoding="utf-8"))
        file = beside.pop("file", None)
        assert beside == json.loads(json.dumps(card.to_json()))
        if file is not None:
            content = (MODELS / name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            assert file == {"name": name, "bytes": len(content), "sha256": digest}


def test_the_eye_network_is_small_and_was_measured_on_people_it_had_not_seen() -> None:
    assert len(runtime.bundled_model(runtime.EYE_MODEL)) <= 300_000
    assert factory.make_eyes().card.metrics["accuracy"] >= 0.95


def test_a_damaged_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODELS, tmp_path / "models")
    damaged = tmp_path / "models" / runtime.FACE_MODEL
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    monkeypatch.setattr(runtime.resources, "files", lambda _: tmp_path)
    with pytest.raises(ModelError, match="is damaged"):
        runtime.bundled_model(runtime.FACE_MODEL)
    damaged.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        runtime.bundled_model(runtime.FACE_MODEL)


def test_a_source_is_closed_when_the_rest_cannot_be_had(tmp_path: Path) -> None:
    source = ScriptedSource(frames_at(30, 1))
    with pytest.raises(ModelError):
        factory.make_pipeline(source, Settings(model=tmp_path / "missing.onnx", album=tmp_path))
    assert source.closed


def test_a_word_that_is_no_source_is_refused() -> None:
    with pytest.raises(SourceError):
        factory.make_source("no/such/clip.mp4", Settings())


def test_the_log_tells_the_settings_but_no_address_which_may_hold_a_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "smartselfie")
    source = ScriptedSource(frames_at(30, 1))
    settings = Settings(source="rtsp://admin:SECRET@camera/live", pin=SecretStr("2468"), hold=17)
    for _ in factory.make_pipeline(source, settings, MemoryAlbum()).moments():
        pass
    assert "hold=17" in caplog.text
    assert not any(secret in caplog.text for secret in ("SECRET", "2468"))
