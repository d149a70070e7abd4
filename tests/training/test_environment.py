"""Where a training computes."""

import os

import pytest

from smartselfie.errors import RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.environment import make_fabric


def test_auto_takes_a_device_that_is_there() -> None:
    fabric = make_fabric("auto", "auto", threads=1)
    assert fabric.device.type in ("cpu", "cuda", "mps")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has such a device")
def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(RunError, match="no cuda device was found"):
        make_fabric("cuda")
