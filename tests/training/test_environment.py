"""Several processes that train one network."""

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartselfie.datasets import dataset
from smartselfie.datasets.dataset import Dataset
from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.checkpoint import load_checkpoint
from smartselfie.training.environment import agreed, make_fabric, mean_over

needs_torchrun = pytest.mark.skipif(sys.platform == "win32", reason="torchrun wants libuv there")


def test_auto_takes_a_device_that_is_there() -> None:
    fabric = make_fabric("auto", "auto", threads=1)
    assert fabric.device.type in ("cpu", "cuda", "mps")
    assert fabric.world_size == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has such a device")
def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(RunError, match="no cuda device was found"):
        make_fabric("cuda")


def test_alone_one_agrees_with_oneself() -> None:
    fabric = make_fabric("cpu", "32", threads=1)
    assert agreed(fabric, True)
    assert not agreed(fabric, False)
    assert mean_over(fabric, 0.1) == 0.1


def in_two_processes(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """What `torchrun` made of a script or module."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port)]
    return subprocess.run([*torchrun, *arguments], capture_output=True, text=True, timeout=280, check=False)


LEAVES = """
import sys, time
from pathlib import Path

import torch.distributed

from smartselfie.training.environment import leave, make_fabric

fabric = make_fabric("cpu", "32", threads=1)
mark = Path(sys.argv[1])
if fabric.global_rank == 0:
    time.sleep(1)
    mark.touch()
leave(fabric)
sys.exit(not mark.exists() or torch.distributed.is_initialized())
"""


@pytest.mark.slow
@needs_torchrun
def test_whoever_is_done_waits_for_the_others_and_then_closes_the_connections(tmp_path: Path) -> None:
    script = tmp_path / "leaves.py"
    script.write_text(LEAVES)
    done = in_two_processes([str(script), str(tmp_path / "mark")])
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@needs_torchrun
def test_two_processes_train_one_run_and_one_of_them_speaks(tmp_path: Path, draw_data: Callable[..., Dataset]) -> None:
    dataset.save(draw_data(), tmp_path / "faces.npz")
    small = ["--batch-size", "14", "--precision", "32", "--threads", "1", "--device", "cpu"]
    train = ["-m", "smartselfie", "train", str(tmp_path / "faces.npz"), "--out", str(tmp_path / "run")]
    done = in_two_processes([*train, "--epochs", "2", *small])
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch 2/2: loss") == 1
    with (tmp_path / "run" / "history.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    saved = load_checkpoint(tmp_path / "run")
    assert (saved.step, len(saved.history)) == (10, 2)
    assert all(torch.isfinite(weight).all() for weight in saved.average.values())
