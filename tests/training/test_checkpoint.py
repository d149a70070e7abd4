"""A run's folder: checkpoints that are whole, harmless, and this program's own."""

import os
import random
import threading
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.checkpoint import (
    NAME,
    Checkpoint,
    has_checkpoint,
    load_checkpoint,
    make_folder,
    save_checkpoint,
)
from smartselfie.training.recipe import recipe_named
from smartselfie.training.records import EpochResult

CHECKPOINT = Checkpoint(
    recipe=recipe_named("compact"),
    seed=7,
    outputs=("fer2013", "ferplus"),
    rows=(1, 2, 3, 4, 5, 6, 7),
    begun="",
    teachers=("a" * 64,),
    step=12,
    loss_sum=3.25,
    history=(EpochResult(1, 2.5, 0.1, 0.25, None, 3.5),),
    network={"weight": torch.arange(6.0).reshape(2, 3)},
    average={"module.weight": torch.ones(2, 3)},
    optimizer={"state": {}, "param_groups": [{"lr": 0.1, "params": [0]}]},
)


class Hostile:
    """Would write a file if its pickle were executed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "run", CHECKPOINT)
    loaded = load_checkpoint(tmp_path / "run")
    for name in ("recipe", "seed", "outputs", "rows", "begun", "teachers", "step", "loss_sum", "history", "optimizer"):
        assert getattr(loaded, name) == getattr(CHECKPOINT, name)
    assert torch.equal(loaded.network["weight"], CHECKPOINT.network["weight"])
    assert torch.equal(loaded.average["module.weight"], CHECKPOINT.average["module.weight"])


def test_a_newer_checkpoint_takes_the_place_of_the_older_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, CHECKPOINT)
    save_checkpoint(tmp_path, replace(CHECKPOINT, step=13))
    assert load_checkpoint(tmp_path).step == 13
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_checkpoint_that_cannot_be_saved_leaves_the_older_one_whole(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, CHECKPOINT)
    (tmp_path / f".{NAME}-{threading.get_native_id()}.partial").mkdir()
    with pytest.raises(RunError, match="cannot be written"):
        save_checkpoint(tmp_path, replace(CHECKPOINT, step=13))
    assert load_checkpoint(tmp_path).step == 12


def test_a_folder_without_a_checkpoint_holds_no_run(tmp_path: Path) -> None:
    assert not has_checkpoint(tmp_path)
    with pytest.raises(RunError, match="holds no checkpoint") as caught:
        load_checkpoint(tmp_path)
    assert "smartselfie train" in caught.value.hint
    save_checkpoint(tmp_path, CHECKPOINT)
    assert has_checkpoint(tmp_path)


def test_however_a_checkpoint_is_damaged_it_is_refused_and_never_half_read(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, CHECKPOINT)
    whole, draw = (tmp_path / NAME).read_bytes(), random.Random(0)
    said = []
    for attempt in range(300):
        damaged = bytearray(whole[: draw.randrange(len(whole))] if draw.random() < 0.3 else whole)
        for _ in range(draw.choice((1, 8, 50)) if damaged else 0):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        if attempt == 0:
            # torch warns of a number of pickle's protocol that it does not know
            damaged = bytearray(whole.replace(b"\x80\x02}", b"\x80\x4e}", 1))
        (tmp_path / NAME).write_bytes(damaged)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                load_checkpoint(tmp_path)
            except RunError as error:
                said.append(error.message)
        assert not warned
    assert all("damaged or from another version" in message and "\n" not in message for message in said)
    assert len(said) > 200, "some bytes are padding or a weight's last digits, most are not"


@pytest.mark.parametrize("foreign", [[1], {"model": 1}, {"recipe": {}}, torch.zeros(3)])
def test_files_of_other_programs_are_refused(tmp_path: Path, foreign: object) -> None:
    torch.save(foreign, tmp_path / NAME)
    with pytest.raises(RunError, match="damaged or from another version"):
        load_checkpoint(tmp_path)


def test_what_a_checkpoint_contains_is_never_executed(tmp_path: Path) -> None:
    torch.save({"recipe": Hostile(tmp_path / "executed")}, tmp_path / NAME)
    with pytest.raises(RunError, match="more than numbers"):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "executed").exists()


def test_a_network_that_is_unknown_here_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, replace(CHECKPOINT, recipe=replace(CHECKPOINT.recipe, network="giant")))
    with pytest.raises(RunError, match="unknown network: giant"):
        load_checkpoint(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "deep" / "run")
    assert (tmp_path / "deep" / "run").is_dir()
    (tmp_path / "file").write_text("in the folder's place")
    with pytest.raises(RunError, match="cannot be created"):
        make_folder(tmp_path / "file")
