"""Which rows are learnt, and what trained networks say of them."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.datasets.dataset import Dataset
from smartselfie.errors import RunError
from smartselfie.inference.classifiers import OnnxClassifier

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.checkpoint import describe_run, load_checkpoint
from smartselfie.training.data import (
    NAME,
    SHIFTS,
    Faces,
    _mean_answer,
    fingerprints,
    held_out_faces,
    predict_targets,
    training_faces,
)
from smartselfie.training.export import export
from smartselfie.training.loop import Trainer, smoothed
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Watcher

Train = Callable[..., Trainer]
Network = Callable[..., bytes]
FACES = np.random.default_rng(0).integers(0, 256, (12, 48, 48), np.uint8)
BOTH = ("fer2013", "ferplus")


@pytest.fixture
def teacher(tmp_path: Path, tiny_network: Network) -> Path:
    """A network that looks at the picture, a little, and is not the same for its mirror image."""
    (tmp_path / "teacher.onnx").write_bytes(tiny_network(outputs=BOTH, weight=0.05))
    return tmp_path / "teacher.onnx"


def test_an_answer_is_the_mean_over_the_face_moved_and_mirrored(teacher: Path) -> None:
    framed = np.pad(FACES[:, 3:-3, 3:-3], ((0, 0), (3, 3), (3, 3)), constant_values=128)
    moved = [np.roll(framed, (down, right), (1, 2)) for right, down in SHIFTS]
    network = OnnxClassifier.from_file(teacher)
    said = [network.outputs(np.ascontiguousarray(view[:, :, ::way]))["ferplus"] for view in moved for way in (1, -1)]
    assert not np.allclose(said[0], said[1], atol=1e-3), "this network tells a face from its mirror image"
    assert predict_targets([teacher], framed, ("ferplus",))[:, 0] == pytest.approx(np.mean(said, axis=0), abs=1e-5)


@pytest.mark.slow
def test_a_network_that_averages_over_the_mirror_image_is_not_asked_about_it(
    tmp_path: Path, make_trainer: Train
) -> None:
    trainer = make_trainer()
    trainer._save()
    export(trainer.run, tmp_path / "mirrored.onnx", mirrored=True)
    asked: list[int] = []
    network = OnnxClassifier.from_file(tmp_path / "mirrored.onnx")
    counted = network.outputs
    network.outputs = lambda crops: asked.append(len(crops)) or counted(crops)  # type: ignore[method-assign]
    _mean_answer(network, FACES, BOTH)
    assert sum(asked) == 2 * 8 + len(SHIFTS) * len(FACES), "eight faces to try it, then each once in every place"


def test_several_teachers_are_averaged(tmp_path: Path, teacher: Path, tiny_network: Network) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(tiny_network(outputs=("ferplus", "fer2013")))
    one, two, both = (predict_targets(asked, FACES, BOTH) for asked in ([teacher], [other], [teacher, other]))
    assert both == pytest.approx((one + two) / 2, abs=1e-6)
    assert both.sum(axis=-1) == pytest.approx(np.ones((12, 2)), abs=1e-5)


def test_a_teacher_must_answer_for_every_labeling(tmp_path: Path, tiny_network: Network) -> None:
    (tmp_path / "one.onnx").write_bytes(tiny_network(outputs=("fer2013",)))
    with pytest.raises(RunError, match="has no output ferplus"):
        predict_targets([tmp_path / "one.onnx"], FACES, BOTH)


def test_answers_labels_and_votes_make_up_the_target(make_trainer: Train, small: Recipe, teacher: Path) -> None:
    trainer = make_trainer(recipe=replace(small, teacher_weight=0.25, label_smoothing=0.1))
    batch = torch.arange(4)
    logits = torch.randn(4, 2, 7)
    assert trainer.training.shares is not None
    own = torch.stack([smoothed(trainer.training.labels[batch], 0.1), trainer.training.shares[batch]], dim=1)
    trainer.learn_from([teacher])
    answers = torch.from_numpy(predict_targets([teacher], trainer.training.grey[:4, 0].numpy(), BOTH))
    wanted = -((0.75 * own + 0.25 * answers) * logits.log_softmax(-1)).sum(-1).mean(0).sum()
    assert float(trainer._loss(logits, batch)) == pytest.approx(float(wanted), rel=1e-3)


@pytest.mark.slow
def test_a_run_that_learns_from_teachers_resumes_without_them(make_trainer: Train, teacher: Path) -> None:
    straight = make_trainer(run="straight")
    straight.learn_from([teacher])
    assert straight.train(Watcher())
    stopped = make_trainer(run="stopped")
    stopped.learn_from([teacher])
    assert not stopped.train(Watcher(wants_stop=lambda: stopped.step == 3))
    known = fingerprints([teacher])
    teacher.unlink()
    resumed = make_trainer(run="stopped")
    resumed.resume()
    assert resumed.teachers == known
    assert resumed.train(Watcher())
    assert [result.loss for result in resumed.history] == [result.loss for result in straight.history]


def test_damaged_answers_end_a_resumed_run(make_trainer: Train, teacher: Path) -> None:
    trainer = make_trainer()
    trainer.learn_from([teacher])
    assert not trainer.train(Watcher(wants_stop=lambda: trainer.step == 1))
    (trainer.run / NAME).write_bytes(b"PK")
    with pytest.raises(RunError, match="cannot be read"):
        make_trainer().resume()


@pytest.mark.slow
def test_a_run_begins_with_anothers_averaged_weights(make_trainer: Train, small: Recipe) -> None:
    first = make_trainer(run="first", recipe=replace(small, epochs=1, averaging=0.5))
    assert first.train(Watcher())
    second = make_trainer(run="second", seed=5)
    second.start_from(first.run)
    averaged = first.average.module.state_dict()
    for started in (second.network.module.state_dict(), second.average.module.state_dict()):
        assert all(torch.equal(averaged[key], started[key]) for key in averaged)
    assert second.begun == "recipe compact, 1 epochs, seed 0"
    second._save()
    assert f"begun with the weights of another run ({second.begun})" in describe_run(load_checkpoint(second.run))
    third = make_trainer(run="third", recipe=replace(small, network="wide"))
    with pytest.raises(RunError, match=r"the network of .*first does not fit"):
        third.start_from(first.run)


Draw = Callable[..., Dataset]


def pictures(faces: Faces) -> np.ndarray:
    return faces.grey[:, 0].numpy()


def test_training_rows_are_learnt_and_public_test_rows_are_looked_at(draw_data: Draw) -> None:
    data = draw_data(training=14, public=7, private=7)
    learnt, held_out = training_faces(data), held_out_faces(data)
    assert np.array_equal(pictures(learnt), data.pixels[:14])
    assert learnt.labels.tolist() == data.labels[:14].tolist()
    assert np.array_equal(pictures(held_out), data.pixels[14:21])
    assert len(held_out_faces(draw_data(public=0))) == 0


def test_only_training_rows_that_people_call_no_face_are_left_out(draw_data: Draw) -> None:
    data = draw_data(training=14, public=7)
    assert data.votes is not None
    votes = data.votes.copy()
    votes[[2, 15]] = 0
    votes[[2, 15], 9] = 10
    data = replace(data, votes=votes)
    learnt, held_out = training_faces(data), held_out_faces(data)
    assert np.array_equal(pictures(learnt), np.delete(data.pixels[:14], 2, axis=0))
    assert learnt.majority is not None
    assert learnt.majority.tolist() == learnt.labels.tolist()
    assert held_out.majority is not None
    assert held_out.majority.tolist() == [0, -1, 2, 3, 4, 5, 6]


def test_without_votes_there_are_no_shares(draw_data: Draw) -> None:
    learnt = training_faces(draw_data(votes=False))
    assert (learnt.shares, learnt.majority) == (None, None)


def test_the_data_is_copied_and_cannot_be_changed_by_training(draw_data: Draw) -> None:
    data = draw_data()
    before = data.pixels.copy()
    training_faces(data).grey.zero_()
    assert np.array_equal(data.pixels, before)
