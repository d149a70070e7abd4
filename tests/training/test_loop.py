"""The training loop: repeatable to the last bit, resumable anywhere, blind to PrivateTest."""

import csv
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.datasets.dataset import Dataset
from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch
from torch import nn

from smartselfie.training.checkpoint import NAME, load_checkpoint, save_checkpoint
from smartselfie.training.loop import Trainer, learning_rate, make_optimizer
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Progress, Watcher

Train = Callable[..., Trainer]
Draw = Callable[..., Dataset]


def same(one: Trainer, two: Trainer) -> bool:
    """Whether two trainings have the same averaged weights, bit by bit."""
    first, second = one.average.state_dict(), two.average.state_dict()
    return all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.slow
def test_a_seed_repeats_a_training_to_the_last_bit_and_another_does_not(make_trainer: Train, small: Recipe) -> None:
    short = replace(small, epochs=1)
    runs = [make_trainer(run=name, recipe=short, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    for trainer in runs:
        assert trainer.train(Watcher())
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


@pytest.mark.slow
def test_a_compiled_training_learns_the_same_and_can_be_resumed_uncompiled(
    make_trainer: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    # without code being generated, which would take a compiler and minutes, the sums are even the same
    whole = torch.nn.Module.compile
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: whole(self, backend="eager"))
    monkeypatch.setattr("smartselfie.training.loop.require_compiler", lambda: None)
    plain, compiled = make_trainer(run="plain"), make_trainer(run="compiled")
    assert plain.train(Watcher())
    compiled.compile()
    assert not compiled.train(Watcher(wants_stop=lambda: compiled.step == 3))
    resumed = make_trainer(run="compiled")
    resumed.resume()
    assert resumed.train(Watcher())
    assert same(plain, resumed)


def test_compiling_without_a_compiler_is_refused(make_trainer: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(RunError, match="no-such-compiler"):
        make_trainer().compile()


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [2, 5, 7])
def test_stopped_and_resumed_it_ends_where_an_uninterrupted_one_does(make_trainer: Train, stop_after: int) -> None:
    straight = make_trainer(run="straight")
    assert straight.train(Watcher())
    stopped = make_trainer(run="stopped")
    assert not stopped.train(Watcher(wants_stop=lambda: stopped.step == stop_after))
    assert load_checkpoint(stopped.run).step == stop_after
    resumed = make_trainer(run="stopped")
    resumed.resume()
    assert resumed.step == stop_after
    assert resumed.train(Watcher())
    assert same(straight, resumed)
    losses = [result.loss for result in straight.history]
    assert [result.loss for result in resumed.history] == losses


@pytest.mark.slow
def test_private_test_is_never_read(make_trainer: Train, draw_data: Draw, small: Recipe) -> None:
    clean = draw_data(private=28)
    poison = clean.splits == "PrivateTest"
    pixels, labels = clean.pixels.copy(), clean.labels.copy()
    pixels[poison], labels[poison] = 255, 0
    short = replace(small, epochs=1)
    one = make_trainer(clean, run="clean", recipe=short)
    two = make_trainer(replace(clean, pixels=pixels, labels=labels), run="poisoned", recipe=short)
    assert one.train(Watcher())
    assert two.train(Watcher())
    assert same(one, two)
    assert [result.accuracy_fer2013 for result in one.history] == [result.accuracy_fer2013 for result in two.history]


@pytest.mark.slow
def test_it_learns_what_can_be_learnt(make_trainer: Train, draw_data: Draw, small: Recipe) -> None:
    trainer = make_trainer(draw_data(training=280), recipe=replace(small, epochs=5, averaging=0.9))
    assert trainer.train(Watcher())
    accuracy = trainer.history[-1].accuracy_fer2013
    assert accuracy is not None
    assert accuracy > 3 / 7, "seven bars at seven heights, and chance is 1 in 7"


def test_rows_that_show_no_face_are_not_learnt(make_trainer: Train, draw_data: Draw) -> None:
    data = draw_data()
    assert data.votes is not None
    votes = data.votes.copy()
    votes[:3] = 0
    votes[:3, 9] = 10
    assert len(make_trainer(replace(data, votes=votes)).training) == len(make_trainer(data).training) - 3


@pytest.mark.slow
def test_a_row_without_a_vote_for_the_seven_costs_nothing_in_the_second_loss(
    make_trainer: Train, draw_data: Draw
) -> None:
    data = draw_data()
    assert data.votes is not None
    votes = data.votes.copy()
    votes[0] = 0
    votes[0, 7] = 10  # contempt
    trainer = make_trainer(replace(data, votes=votes))
    logits, batch = torch.randn(1, 2, 7), torch.tensor([0])
    wild = logits.clone()
    wild[:, 1] = torch.randn(1, 7) * 50
    assert torch.equal(trainer._loss(logits, batch), trainer._loss(wild, batch))


@pytest.mark.slow
def test_without_votes_there_is_one_head(make_trainer: Train, draw_data: Draw, small: Recipe) -> None:
    trainer = make_trainer(draw_data(votes=False), recipe=replace(small, epochs=1))
    assert trainer.train(Watcher())
    assert trainer.outputs == ("fer2013",)
    assert trainer.history[0].accuracy_ferplus is None


@pytest.mark.slow
def test_every_epoch_is_a_line_of_csv_and_a_point_of_the_curve(make_trainer: Train) -> None:
    trainer = make_trainer()
    assert trainer.train(Watcher())
    with (trainer.run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert all(float(row["loss"]) > 0 and 0 <= float(row["accuracy_ferplus"]) <= 1 for row in rows)
    with Pictures.open(trainer.run / "curve.png") as curve:
        assert curve.format == "PNG"
        assert len(np.unique(np.asarray(curve.convert("L")))) > 10


@pytest.mark.slow
def test_whoever_looks_on_is_told_of_every_step_and_the_time_left(make_trainer: Train) -> None:
    trainer, told = make_trainer(), list[Progress]()
    trainer.train(Watcher(on_step=told.append))
    assert [(now.epoch, now.step) for now in told] == [(epoch, step) for epoch in (1, 2) for step in range(1, 6)]
    assert all(now.seconds_left >= 0 for now in told)
    assert told[-1].seconds_left == 0


@pytest.mark.slow
def test_resuming_with_other_options_or_data_is_refused(make_trainer: Train, draw_data: Draw, small: Recipe) -> None:
    begun = make_trainer()
    begun.train(Watcher(wants_stop=lambda: begun.step == 6))
    for other in (
        make_trainer(seed=5),
        make_trainer(recipe=replace(small, epochs=9)),
        make_trainer(draw_data(votes=False)),
        make_trainer(draw_data(training=140)),
    ):
        with pytest.raises(RunError, match="was started with another"):
            other.resume()


@pytest.mark.slow
def test_weights_that_do_not_fit_the_network_are_refused(make_trainer: Train) -> None:
    begun = make_trainer()
    begun.train(Watcher(wants_stop=lambda: begun.step == 1))
    saved = load_checkpoint(begun.run)
    (first, *_) = saved.network
    for damaged in (
        replace(saved, network={**saved.network, first: torch.zeros(1)}),
        replace(saved, average={}),
        replace(saved, optimizer={}),
    ):
        save_checkpoint(begun.run, damaged)
        with pytest.raises(RunError, match="does not fit this version"):
            make_trainer().resume()


@pytest.mark.slow
def test_a_record_that_is_missing_is_written_again_on_resuming(make_trainer: Train) -> None:
    done = make_trainer()
    assert done.train(Watcher())
    before = (done.run / "history.csv").read_bytes()
    (done.run / "history.csv").unlink()
    (done.run / "curve.png").unlink()
    make_trainer().resume()
    assert (done.run / "history.csv").read_bytes() == before
    assert (done.run / "curve.png").exists()


def test_a_folder_that_cannot_be_made_is_found_before_the_first_step(make_trainer: Train, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the folder's place")
    trainer = make_trainer(run="file/run")
    with pytest.raises(RunError, match="cannot be created"):
        trainer.train(Watcher())
    assert trainer.step == 0


def test_a_loss_that_is_no_number_ends_the_training_and_is_not_saved(make_trainer: Train, small: Recipe) -> None:
    trainer = make_trainer(recipe=replace(small, learning_rate=1e30))
    with pytest.raises(RunError, match=r"the loss is (nan|inf)"):
        trainer.train(Watcher())
    assert not (trainer.run / NAME).exists()


def test_a_missing_or_damaged_checkpoint_is_refused(make_trainer: Train) -> None:
    trainer = make_trainer()
    with pytest.raises(RunError, match="holds no checkpoint"):
        trainer.resume()
    trainer.run.mkdir()
    for content in (b"", b"no checkpoint", b"PK\x03\x04" + bytes(200)):
        (trainer.run / NAME).write_bytes(content)
        with pytest.raises(RunError, match="damaged or from another version"):
            trainer.resume()


def test_too_few_rows_for_a_batch_are_refused(make_trainer: Train, draw_data: Draw) -> None:
    with pytest.raises(RunError, match="fewer than a batch"):
        make_trainer(draw_data(training=7))


def test_it_warms_up_to_the_peak_and_falls_to_zero_along_a_cosine(small: Recipe) -> None:
    recipe = replace(small, epochs=12, warmup_epochs=2.0, learning_rate=0.1)
    assert 0 < learning_rate(recipe, 0.0) < 0.01
    assert learning_rate(recipe, 2.0) == pytest.approx(0.1)
    assert learning_rate(recipe, 7.0) == pytest.approx(0.05)
    assert learning_rate(recipe, 12.0) == pytest.approx(0.0)
    rates = [learning_rate(recipe, epoch / 10) for epoch in range(121)]
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)


def test_a_cosine_that_is_cut_is_the_whole_one_as_far_as_it_goes(small: Recipe) -> None:
    whole = replace(small, epochs=31)
    cut = replace(whole, epochs=21, cosine_epochs=31)
    assert learning_rate(cut, 20.5) == learning_rate(whole, 20.5) > 0


def test_biases_and_batch_norms_do_not_decay(small: Recipe) -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 7))
    decayed, free = make_optimizer(network, small).param_groups
    assert {weight.ndim for weight in decayed["params"]} == {2, 4}
    assert decayed["weight_decay"] == small.weight_decay
    assert {weight.ndim for weight in free["params"]} == {1}
    assert free["weight_decay"] == 0
