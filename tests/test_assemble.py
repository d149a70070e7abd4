"""Names to classes, and networks that are what they were when they were shipped."""

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

import smartselfie
from smartselfie import assemble
from smartselfie.config import Settings
from smartselfie.core.trigger import Rule
from smartselfie.detectors.haar import Haar
from smartselfie.detectors.yunet import YuNet
from smartselfie.errors import ModelError, SourceError
from smartselfie.testing import ScriptedSource, frames_at

MODELS = Path(smartselfie.__file__).parent / "models"


def test_settings_become_a_rule() -> None:
    settings = Settings(hold=4, hold_seconds=0.5, smile=0.7, rest=1.0)
    assert assemble.make_rule(settings) == Rule(frames=4, seconds=0.5, smile=0.7, rest=1.0)


def test_a_detectors_name_becomes_that_detector() -> None:
    assert isinstance(assemble.make_detector(Settings()), YuNet)
    assert isinstance(assemble.make_detector(Settings(detector="haar")), Haar)


def test_every_network_that_ships_has_its_checksum_and_its_licence() -> None:
    networks = sorted(path.name for path in MODELS.glob("*.onnx"))
    assert networks == [assemble.EMOTION_MODEL, assemble.EYE_MODEL, assemble.FACE_MODEL]
    for name in networks:
        assert assemble.bundled_model(name)
    assert (MODELS / assemble.FACE_MODEL).with_suffix(".LICENSE.txt").is_file()
    cards = ((assemble.EMOTION_MODEL, assemble.make_classifier().card), (assemble.EYE_MODEL, assemble.make_eyes().card))
    for name, card in cards:
        beside = json.loads((MODELS / name).with_suffix(".card.json").read_text(encoding="utf-8"))
        file = beside.pop("file", None)
        assert beside == json.loads(json.dumps(asdict(card)))
        if name == assemble.EMOTION_MODEL:
            content = (MODELS / name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            assert file == {"name": name, "bytes": len(content), "sha256": digest}


def test_the_eye_network_is_small_and_was_measured_on_people_it_had_not_seen() -> None:
    assert len(assemble.bundled_model(assemble.EYE_MODEL)) <= 300_000
    assert assemble.make_eyes().card.metrics["accuracy"] >= 0.95


def test_a_damaged_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODELS, tmp_path / "models")
    damaged = tmp_path / "models" / assemble.FACE_MODEL
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    monkeypatch.setattr(assemble.resources, "files", lambda _: tmp_path)
    with pytest.raises(ModelError, match="is damaged"):
        assemble.bundled_model(assemble.FACE_MODEL)
    damaged.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        assemble.bundled_model(assemble.FACE_MODEL)


def test_a_source_is_closed_when_the_rest_cannot_be_had(tmp_path: Path) -> None:
    source = ScriptedSource(frames_at(30, 1))
    with pytest.raises(ModelError):
        assemble.make_pipeline(source, Settings(model=tmp_path / "missing.onnx", album=tmp_path))
    assert source.closed


def test_a_word_that_is_no_source_is_refused() -> None:
    with pytest.raises(SourceError):
        assemble.make_source("no/such/clip.mp4", Settings())
