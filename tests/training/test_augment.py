"""What may happen to a face in training."""

import os

import pytest

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

import torch

from smartselfie.training.augment import KINDS, Augment
from smartselfie.training.recipe import recipe_named


def test_faces_stay_faces_of_the_same_size_and_range_and_differ_from_what_they_were() -> None:
    torch.manual_seed(0)
    grey = torch.randint(0, 256, (16, 1, 48, 48)).float()
    changed = Augment(tuple(KINDS))(grey)
    assert changed.shape == grey.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert all(not torch.equal(one, two) for one, two in zip(grey, changed, strict=True))


def test_the_same_seed_changes_faces_alike() -> None:
    grey, augment = torch.randint(0, 256, (8, 1, 48, 48)).float(), Augment(tuple(KINDS))
    torch.manual_seed(3)
    first = augment(grey)
    torch.manual_seed(3)
    assert torch.equal(augment(grey), first)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_changes_some_faces_and_never_their_size(kind: str) -> None:
    torch.manual_seed(0)
    rows = torch.linspace(0, 255, 48)
    # a slope with a step in it: flipped, moved, dimmed or blurred it is another picture
    grey = (
        (rows[:, None] * 0.6 + rows[None] * 0.3 + 40 * (rows[None] > 90))
        .clamp(0, 255)
        .expand(64, 1, 48, 48)
        .contiguous()
    )
    changed = Augment((kind,))(grey)
    assert changed.shape == grey.shape
    touched = (changed - grey).abs().amax(dim=(1, 2, 3)) > 0.5
    assert touched.any()
    assert kind == "box" or not touched.all(), "most faces stay as they are"


def test_without_any_kind_faces_stay_as_they_are() -> None:
    grey = torch.randint(0, 256, (4, 1, 48, 48)).float()
    assert torch.allclose(Augment(())(grey), grey, atol=1e-4)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no augmentation glitter"):
        Augment(("flip", "glitter"))


def test_what_ships_was_trained_with_all_but_the_lamp_which_real_faces_add() -> None:
    assert recipe_named("compact").augment == tuple(kind for kind in KINDS if kind != "lamp")
