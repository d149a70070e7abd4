"""What may happen to a face in training."""

import os

import pytest

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.augment import Augment


def test_faces_stay_faces_of_the_same_size_and_range_and_differ_from_what_they_were() -> None:
    torch.manual_seed(0)
    grey = torch.randint(0, 256, (16, 1, 48, 48)).float()
    changed = Augment()(grey)
    assert changed.shape == grey.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert all(not torch.equal(one, two) for one, two in zip(grey, changed, strict=True))


def test_the_same_seed_changes_faces_alike() -> None:
    grey, augment = torch.randint(0, 256, (8, 1, 48, 48)).float(), Augment()
    torch.manual_seed(3)
    first = augment(grey)
    torch.manual_seed(3)
    assert torch.equal(augment(grey), first)
