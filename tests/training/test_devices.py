"""Several processes that train one network."""

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartselfie.data import dataset
from smartselfie.data.dataset import Dataset
from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.devices import agreed, make_fabric, mean_over
from smartselfie.training.run import load_checkpoint


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


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun wants libuv there")
def test_two_processes_train_one_run_and_one_of_them_speaks(tmp_path: Path, draw_data: Callable[..., Dataset]) -> None:
    dataset.save(draw_data(), tmp_path / "faces.npz")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port)]
    small = ["--batch-size", "14", "--precision", "32", "--threads", "1", "--device", "cpu"]
    train = ["-m", "smartselfie", "train", str(tmp_path / "faces.npz"), "--out", str(tmp_path / "run")]
    done = subprocess.run(
        [*torchrun, *train, "--epochs", "2", *small], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch 2/2: loss") == 1
    with (tmp_path / "run" / "history.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    saved = load_checkpoint(tmp_path / "run")
    assert (saved.step, len(saved.history)) == (10, 2)
    assert all(torch.isfinite(weight).all() for weight in saved.average.values())
