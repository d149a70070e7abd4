"""A run as one ONNX file that carries its card, its confidence made right on PublicTest."""

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.types import Box
from smartselfie.datasets.dataset import Dataset
from smartselfie.datasets.labelled import LabelledFace
from smartselfie.errors import DataError, RunError
from smartselfie.factory import make_classifier
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.inference.runtime import EMOTION_MODEL, bundled_model
from smartselfie.testing import CARD

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch
from torch import Tensor, nn

from smartselfie.training.card import save_model
from smartselfie.training.checkpoint import NAME, load_checkpoint, mean_checkpoint, save_checkpoint
from smartselfie.training.environment import make_fabric
from smartselfie.training.export import averaged_network, export, fit_temperatures
from smartselfie.training.loop import Trainer
from smartselfie.training.real import RealFaces
from smartselfie.training.recipe import Recipe, recipe_named
from smartselfie.training.records import Watcher

Train = Callable[..., Trainer]
Draw = Callable[..., Dataset]
FACES = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory, draw_data: Draw) -> Trainer:
    """A run of one epoch with two heads, which every test gets a copy of."""
    recipe = replace(recipe_named("compact"), epochs=1, batch_size=14, warmup_epochs=0.5)
    trainer = Trainer(draw_data(), tmp_path_factory.mktemp("once") / "run", recipe, make_fabric("cpu", "32", 1), 0)
    trainer.train(Watcher())
    return trainer


@pytest.fixture
def trained(trained_once: Trainer, tmp_path: Path) -> Trainer:
    shutil.copytree(trained_once.run, tmp_path / "run")
    trainer = copy.copy(trained_once)
    trainer.run = tmp_path / "run"
    return trainer


@pytest.mark.slow
def test_the_file_carries_its_card_and_says_what_the_network_says(trained: Trainer, tmp_path: Path) -> None:
    written = export(trained.run, tmp_path / "mine.onnx", name="mine")
    network = OnnxClassifier.from_file(tmp_path / "mine.onnx")
    assert network.card == written.card
    assert (network.card.name, network.card.outputs) == ("mine", ("fer2013", "ferplus"))
    assert network.card.parameters == sum(weight.numel() for weight in trained.network.parameters())
    assert written.size == (tmp_path / "mine.onnx").stat().st_size
    assert written.difference < 1e-4
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["mine.card.json", "mine.onnx"]
    for scores in network.outputs(FACES).values():
        assert scores.shape == (5, 7)
        assert scores.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


@pytest.mark.slow
def test_the_card_says_fer2013_only_where_it_was_fer2013(trained: Trainer, tmp_path: Path) -> None:
    own = export(trained.run, tmp_path / "own.onnx").card
    assert own.data.startswith("70 Training rows, which are not FER-2013's as published (angry 10, disgust 10,")
    checkpoint = load_checkpoint(trained.run)
    save_checkpoint(trained.run, replace(checkpoint, rows=(3995, 436, 4097, 7215, 4830, 3171, 4965)))
    published = export(trained.run, tmp_path / "published.onnx").card
    assert published.data.startswith("The Training rows of FER-2013 (Goodfellow et al. 2013) less")
    for words in ("biases", "licence", "limits"):
        assert "FER-2013 was gathered" not in str(getattr(own, words))
        assert getattr(own, words) != getattr(published, words)


@pytest.mark.slow
def test_mirrored_is_the_mean_over_the_face_and_its_mirror_image(trained: Trainer, tmp_path: Path) -> None:
    export(trained.run, tmp_path / "plain.onnx")
    export(trained.run, tmp_path / "mirrored.onnx", mirrored=True)
    plain = OnnxClassifier.from_file(tmp_path / "plain.onnx")
    mirrored = OnnxClassifier.from_file(tmp_path / "mirrored.onnx")
    flipped = np.ascontiguousarray(FACES[:, :, ::-1])
    one, other, both = plain.outputs(FACES), plain.outputs(flipped), mirrored.outputs(FACES)
    for name in both:
        assert both[name] == pytest.approx((one[name] + other[name]) / 2, abs=1e-5)
    assert "mirror image" in mirrored.card.origin


@pytest.mark.slow
def test_with_data_the_card_says_what_the_network_is_worth(trained: Trainer, tmp_path: Path, draw_data: Draw) -> None:
    metrics = export(trained.run, tmp_path / "mine.onnx", data=draw_data()).card.metrics
    assert metrics["PublicTest/fer2013/n"] == metrics["PublicTest/ferplus/n"] == 28
    assert 0 <= metrics["PublicTest/fer2013/accuracy"] <= 1


@pytest.mark.slow
def test_beside_the_file_stands_its_card_with_the_files_checksum(trained: Trainer, tmp_path: Path) -> None:
    written = export(trained.run, tmp_path / "mine.onnx", name="mine")
    beside = json.loads((tmp_path / "mine.card.json").read_text(encoding="utf-8"))
    content = (tmp_path / "mine.onnx").read_bytes()
    assert beside.pop("file") == {
        "name": "mine.onnx",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert beside == json.loads(json.dumps(written.card.to_json()))


@pytest.mark.slow
def test_a_file_with_a_card_is_measured_and_named_anew(trained: Trainer, tmp_path: Path, draw_data: Draw) -> None:
    first = export(trained.run, tmp_path / "mine.onnx", mirrored=True)
    second = export(tmp_path / "mine.onnx", tmp_path / "mine.onnx", name="other", data=draw_data())
    assert second.card == replace(first.card, name="other", metrics=second.card.metrics)
    assert "PublicTest/ferplus/reading/happy/recall" in second.card.metrics
    assert OnnxClassifier.from_file(tmp_path / "mine.onnx").card == second.card


@pytest.mark.slow
@pytest.mark.parametrize("from_file", [False, True])
def test_int8_is_a_quarter_of_the_size_and_says_nearly_the_same(
    trained: Trainer, tmp_path: Path, draw_data: Draw, from_file: bool
) -> None:
    plain = export(trained.run, tmp_path / "plain.onnx", data=draw_data())
    source = tmp_path / "plain.onnx" if from_file else trained.run
    small = export(source, tmp_path / "small.onnx", data=draw_data(), int8=True)
    assert small.size < 0.3 * plain.size
    assert (plain.card.precision, small.card.precision) == ("float32", "int8")
    assert "calibrated on 70 Training rows" in small.card.origin
    assert small.before == plain.card.metrics
    assert 0 < small.difference < 0.1
    read = OnnxClassifier.from_file(tmp_path / "small.onnx")
    assert read.card == small.card
    data = draw_data()
    for name, said in OnnxClassifier.from_file(tmp_path / "plain.onnx").outputs(data.pixels).items():
        assert np.abs(read.outputs(data.pixels)[name] - said).max() < 0.1


@pytest.mark.slow
def test_what_cannot_be_made_int8_is_refused(trained: Trainer, tmp_path: Path, draw_data: Draw) -> None:
    out = tmp_path / "small.onnx"
    with pytest.raises(RunError, match="needs faces to calibrate with"):
        export(trained.run, out, int8=True)
    with pytest.raises(DataError, match="no Training rows to calibrate with"):
        export(trained.run, out, data=draw_data(training=0), int8=True)
    assert not out.exists()
    export(trained.run, out, data=draw_data(), int8=True)
    with pytest.raises(RunError, match="cannot be made int8"):
        export(out, tmp_path / "smaller.onnx", data=draw_data(), int8=True)
    with pytest.raises(RunError, match="cannot be made mirrored"):
        export(out, tmp_path / "other.onnx", mirrored=True)


@pytest.mark.slow
def test_without_votes_there_is_one_output(make_trainer: Train, draw_data: Draw, small: Recipe, tmp_path: Path) -> None:
    trainer = make_trainer(draw_data(votes=False), recipe=replace(small, epochs=1))
    trainer.train(Watcher())
    card = export(trainer.run, tmp_path / "mine.onnx").card
    assert (card.outputs, card.combined) == (("fer2013",), (1.0,))


@pytest.mark.slow
def test_what_cannot_be_exported_is_refused_and_leaves_no_file(
    trained: Trainer, tmp_path: Path, draw_data: Draw
) -> None:
    out = tmp_path / "mine.onnx"
    with pytest.raises(RunError, match="holds no checkpoint"):
        export(tmp_path / "none", out)
    with pytest.raises(DataError):
        export(trained.run, out, data=draw_data(public=0))
    (trained.run / NAME).write_bytes(b"broken")
    with pytest.raises(RunError, match="damaged"):
        export(trained.run, out)
    assert not out.exists()


def test_a_model_replaces_an_older_one_and_nothing_else(tmp_path: Path) -> None:
    content, card = bundled_model(EMOTION_MODEL), make_classifier().card
    for _ in range(2):
        save_model(tmp_path / "mine.onnx", content, card)
    (tmp_path / "other.onnx").write_bytes(b"somebody's")
    with pytest.raises(RunError, match="did not write it"):
        save_model(tmp_path / "other.onnx", content, card)
    assert (tmp_path / "other.onnx").read_bytes() == b"somebody's"


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_named(trained: Trainer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the folder's place")
    with pytest.raises(RunError, match="cannot be written"):
        export(trained.run, tmp_path / "file" / "mine.onnx")


Draw = Callable[..., Dataset]
BOTH = replace(CARD, outputs=("fer2013", "ferplus"), combined=(0.25, 0.75))


class Bars(nn.Module):
    """Looks where `draw_data` paints each emotion's bar; of a share of the faces it says the next emotion instead."""

    def __init__(self, sharpness: float, wrong: float) -> None:
        super().__init__()
        self.sharpness, self.wrong = sharpness, wrong

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 1, 48, 48) → two outputs, alike, (n, 7)."""
        bars = faces[:, 0].mean(2)[:, 2:44].reshape(-1, 7, 6)[:, :, :4].mean(2)
        said = bars.argmax(1)
        missed = (faces[:, 0, 0, 0] * 1e4).round().long() % 100 < 100 * self.wrong
        said = torch.where(missed, (said + 1) % 7, said)
        scores = (nn.functional.one_hot(said, 7) * self.sharpness).softmax(-1)
        return scores, scores


def test_an_overconfident_network_is_made_as_confident_as_it_is_right(draw_data: Draw) -> None:
    data = draw_data(public=1400)
    said, _ = Bars(8.0, 0.3)(torch.from_numpy((data.pixels[-1400:, None] / 255 - CARD.mean) / CARD.std).float())
    accuracy = float((said.argmax(1).numpy() == data.labels[-1400:]).mean())
    assert 0.5 < accuracy < 0.9
    found = fit_temperatures(Bars(8.0, 0.3), BOTH, data)
    for power in found.powers:
        confidence = np.exp(8.0 * power) / (np.exp(8.0 * power) + 6)
        assert confidence == pytest.approx(accuracy, abs=0.01)
    # both outputs say the same: the pool of the calibrated is right when its powers are together 1
    assert sum(found.combined) == pytest.approx(1.0, abs=0.02)
    assert found.combined[1] == pytest.approx(3 * found.combined[0], rel=1e-3)


def test_without_rows_or_labels_nothing_is_changed(draw_data: Draw) -> None:
    assert fit_temperatures(Bars(8.0, 0.3), BOTH, None).powers == (1.0, 1.0)
    assert fit_temperatures(Bars(8.0, 0.3), BOTH, draw_data(public=0)).combined == (0.25, 0.75)
    found = fit_temperatures(Bars(8.0, 0.3), BOTH, draw_data(public=140, votes=False))
    assert found.powers[0] != 1.0
    assert found.powers[1] == 1.0


@pytest.mark.slow
def test_what_users_see_gives_back_what_was_rare_where_votes_say_how_rare(
    trained: Trainer, tmp_path: Path, draw_data: Draw
) -> None:
    data = draw_data(training=140)
    assert data.votes is not None
    # half of the angry rows are gone
    left = (data.labels != 0) | (np.arange(len(data)) % 2 == 0)
    balance = export(trained.run, tmp_path / "mine.onnx", data=data.where(left)).card.balance
    assert balance[3] == 0
    assert balance[0] > balance[1] == balance[6]
    assert export(trained.run, tmp_path / "plain.onnx").card.balance == ()


@pytest.mark.slow
def test_runs_that_differ_in_their_seed_only_have_a_mean(make_trainer: Train, small: Recipe, tmp_path: Path) -> None:
    trainers = [make_trainer(run=f"{seed}", recipe=replace(small, epochs=1), seed=seed) for seed in (1, 2)]
    for trainer in trainers:
        trainer.train(Watcher())
    first, second = (load_checkpoint(trainer.run) for trainer in trainers)
    mean = mean_checkpoint([first, second])
    for key, weight in mean.average.items():
        expected = (first.average[key].double() + second.average[key].double()) / 2
        assert torch.allclose(weight.double(), expected, atol=0.5 if "num" in key or "n_" in key else 1e-6)
    card = export(trainers[0].run, tmp_path / "mean.onnx", siblings=[trainers[1].run]).card
    assert "the mean of recipe" in card.origin
    assert "seed 1 and of the seeds 2" in card.origin
    longer = make_trainer(run="longer", recipe=replace(small, epochs=2))
    longer.train(Watcher())
    with pytest.raises(RunError, match="no mean"):
        export(trainers[0].run, tmp_path / "none.onnx", siblings=[longer.run])


@pytest.mark.slow
def test_a_share_of_the_weights_it_began_with_stays_in_what_is_exported(
    make_trainer: Train, small: Recipe, tmp_path: Path
) -> None:
    first = make_trainer(run="first", recipe=replace(small, epochs=1))
    first.train(Watcher())
    recipe = replace(small, epochs=1, start_share=0.25)
    second = make_trainer(run="second", recipe=recipe)
    with pytest.raises(RunError, match="name it: --start"):
        second.train(Watcher())
    second.start_from(first.run)
    second.train(Watcher())
    saved = load_checkpoint(second.run)
    begun, own = averaged_network(load_checkpoint(first.run)).state_dict(), saved.average
    for key, weight in averaged_network(saved).state_dict().items():
        expected = 0.25 * begun[key].double() + 0.75 * own[f"module.{key}"].double()
        assert torch.allclose(weight.double(), expected, atol=1.0 if "num" in key else 1e-6), key
    assert "Of the weights it began with, 25% are kept." in export(second.run, tmp_path / "second.onnx").card.origin
    resumed = make_trainer(run="second", recipe=recipe)
    resumed.resume()
    assert set(resumed.start) == set(begun)


@pytest.mark.slow
def test_the_card_names_the_real_faces_sources_and_what_it_is_worth_on_others(
    make_trainer: Train, small: Recipe, tmp_path: Path
) -> None:
    image = np.full((60, 60, 3), 128, np.uint8)
    faces = [
        LabelledFace(image, label, Box(0, 0, 60, 60), 0.0, {"file": label, "source": source, "beard": "1"})
        for label, source in (("smile", "uk"), ("no_smile", "elsewhere"), ("grimace", "elsewhere"))
    ]
    trainer = make_trainer(recipe=replace(small, epochs=1))
    trainer.real = RealFaces(faces, "these")
    trainer.train(Watcher())
    card = export(trainer.run, tmp_path / "mine.onnx", faces=faces).card
    assert "elsewhere, 2 (terms not known here); uk, 1 (official portraits; parliamentary open licence" in card.data
    assert "on the terms named there" in card.licence.data
    assert "measured on faces of real people that it has not learnt" in card.biases
    assert "has not been measured" in export(trainer.run, tmp_path / "mine.onnx").card.biases
    assert card.metrics["faces/all/n"] == card.metrics["faces/beard/n"] == 3
    assert 0 <= card.metrics["faces/source: elsewhere/accuracy"] <= 1
    assert "faces/source: elsewhere/missed" not in card.metrics
