"""The eye network: is this eye open? Trained from scratch on crops of 24×24 grey pixels, in minutes on one core."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from smartselfie.core.crop import EYE_SIZE
from smartselfie.datasets.eyes import EyeCrops
from smartselfie.errors import RunError
from smartselfie.inference.card import EyeCard
from smartselfie.inference.classifiers import EYES_INPUT, EYES_OUTPUT, OnnxEyeClassifier
from smartselfie.training.card import save_model, words
from smartselfie.training.graph import fold, to_onnx, with_card
from smartselfie.training.networks import parameter_count


@dataclass(frozen=True, slots=True)
class EyeRecipe:
    """What decides the result, except data and seed.

    Attributes:
        epochs: passes over the training crops.
        batch_size: crops a step.
        learning_rate: peak of the one-cycle schedule of AdamW.
        weight_decay: of AdamW.
        label_smoothing: towards even odds; some crops show neither.
        averaging: decay a step of the exponential average of the weights, which is what is kept.
    """

    epochs: int = 120
    batch_size: int = 128
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    averaging: float = 0.995


class EyeNetwork(nn.Module):
    """Three stages of 3×3 convolutions, averaged and weighed; 61,000 parameters.

    Each crop is brought to mean 0 and deviation 1 first, so that neither light nor skin matters.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_block(1, 16), *_block(16, 24), nn.MaxPool2d(2),
            *_block(24, 40), nn.MaxPool2d(2),
            *_block(40, 56), *_block(56, 56),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(56, 1))

    def forward(self, eyes: Tensor) -> Tensor:
        """(n, 1, 24, 24) grey, 0…255 → (n,) log odds of being open."""
        centred = eyes - eyes.mean((2, 3), keepdim=True)
        deviation = (centred * centred).mean((2, 3), keepdim=True).sqrt()
        seen: Tensor = self.features(centred / (deviation + 4.0))
        said: Tensor = self.head(seen.mean((2, 3)))
        return said.squeeze(1)


class Openness(nn.Module):
    """The network as people use it: the chance of being open."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, eyes: Tensor) -> tuple[Tensor]:
        """(n, 1, 24, 24) grey, 0…255 → (n, 1) from 0 (closed) to 1 (open)."""
        return (self.network(eyes).sigmoid()[:, None],)


def _block(inside: int, outside: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inside, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)


def train_eyes(
    eyes: EyeCrops,
    recipe: EyeRecipe,
    seed: int = 0,
    on_epoch: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> nn.Module:
    """Train, and give the network with its averaged weights; the same seed on the same machine gives the same one.

    Args:
        eyes: the crops.
        recipe: how.
        seed: of every random number.
        on_epoch: called with the number of epochs done and the last one's loss.
    """
    torch.manual_seed(seed)
    pixels, opened = _tensors(eyes)
    network = EyeNetwork()
    blend = get_ema_multi_avg_fn(recipe.averaging)  # type: ignore[no-untyped-call]
    average = AveragedModel(network, multi_avg_fn=blend, use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=recipe.weight_decay)
    steps = math.ceil(len(eyes) / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, total_steps=recipe.epochs * steps)
    # as many open eyes as closed ones, whatever the data holds
    weights = torch.where(opened > 0.5, 0.5 / opened.mean(), 0.5 / (1 - opened.mean()))
    wanted = opened * (1 - recipe.label_smoothing) + recipe.label_smoothing / 2
    for epoch in range(1, recipe.epochs + 1):
        network.train()
        losses = []
        for chosen in torch.split(torch.randperm(len(eyes)), recipe.batch_size):
            loss = functional.binary_cross_entropy_with_logits(
                network(augment(pixels[chosen])), wanted[chosen], weights[chosen]
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            average.update_parameters(network)
            losses.append(loss.item())
        on_epoch(epoch, sum(losses) / len(losses))
    kept: nn.Module = average.module
    return kept.eval()


@torch.no_grad()
def augment(eyes: Tensor) -> Tensor:
    """What may lie between a training crop and somebody's webcam: (n, 1, 24, 24), 0…255, changed at random.

    Mirrored, turned by up to 25°, moved by up to an eighth, between 0.75 and 1.35 times as large, with the light
    falling off to a side, out of focus or of few pixels, noisy, with a bar (glasses, hair) before it.
    """
    n = len(eyes)
    angle, size = (torch.rand(n) - 0.5) * 0.87, torch.empty(n).uniform_(0.75, 1.35)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    move = (torch.rand(n, 2) - 0.5) * 0.5
    matrix = torch.stack(
        [torch.stack([cos * mirror, -sin, move[:, 0]], 1), torch.stack([sin * mirror, cos, move[:, 1]], 1)], 1
    )
    grid = functional.affine_grid(matrix, [n, 1, EYE_SIZE, EYE_SIZE], align_corners=False)
    changed = functional.grid_sample(eyes, grid, padding_mode="border", align_corners=False)
    blurred = functional.interpolate(
        functional.interpolate(changed, size=(9, 9), mode="area"), size=(EYE_SIZE, EYE_SIZE), mode="bilinear"
    )
    changed = torch.lerp(changed, blurred, torch.rand(n, 1, 1, 1) * (torch.rand(n, 1, 1, 1) < 0.4))
    slope = (torch.rand(n, 1, 1, 2) - 0.5) * 1.2
    ramp = torch.linspace(-0.5, 0.5, EYE_SIZE)
    light = slope[..., :1] * ramp.view(1, 1, EYE_SIZE, 1) + slope[..., 1:] * ramp.view(1, 1, 1, EYE_SIZE)
    changed = changed * (1 + light) * torch.empty(n, 1, 1, 1).uniform_(0.5, 1.5)
    changed = changed + torch.randn_like(changed) * torch.rand(n, 1, 1, 1) * 10
    row, height = torch.randint(0, EYE_SIZE, (n, 1, 1, 1)), torch.randint(2, 6, (n, 1, 1, 1))
    rows = torch.arange(EYE_SIZE).view(1, 1, EYE_SIZE, 1)
    bar = (rows >= row) & (rows < row + height) & (torch.rand(n, 1, 1, 1) < 0.2)
    return torch.where(bar, torch.rand(n, 1, 1, 1) * 255, changed).clamp(0, 255)


@torch.no_grad()
def openness(network: nn.Module, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n,) chances of being open of (n, 24, 24) uint8 crops."""
    said: Tensor = Openness(network)(torch.from_numpy(pixels[:, None].astype(np.float32)))[0]
    return said[:, 0].numpy()


def _tensors(eyes: EyeCrops) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(eyes.pixels[:, None].astype(np.float32)), torch.from_numpy(eyes.open.astype(np.float32))


# How far a chance may differ between torch and ONNX Runtime.
TOLERANCE = 1e-4


def measure_eyes(said: list[float], eyes: EyeCrops) -> dict[str, float]:
    """Accuracy at 0.5, in all and for each label, and the number of eyes and people."""
    right = (np.array(said) >= 0.5) == eyes.open
    return {
        "n": len(eyes),
        "people": len(set(eyes.people)),
        "accuracy": round(float(right.mean()), 6),
        "accuracy_open": round(float(right[eyes.open].mean()), 6),
        "accuracy_closed": round(float(right[~eyes.open].mean()), 6),
    }


def export_eyes(
    network: nn.Module, path: Path, recipe: EyeRecipe, seed: int, training: EyeCrops, validation: EyeCrops
) -> EyeCard:
    """Write the network, whole or not at all, and its card beside it.

    Raises:
        RunError: the ONNX form differs from the network, or the file cannot be written.
    """
    expected = openness(network, validation.pixels)
    parameters = parameter_count(network)
    fold(network)
    model = to_onnx(Openness(network).eval(), EYE_SIZE, [EYES_OUTPUT], EYES_INPUT)
    origin = (
        f"Trained from scratch on {len(training)} crops of {len(set(training.people))} people, none of whom is among "
        f"those it was measured on; {recipe.epochs} epochs, seed {seed}. Command: smartselfie train-eyes EYES "
        f"MODEL.onnx --epochs {recipe.epochs} --seed {seed}."
    )
    card = EyeCard("eyes", EYE_SIZE, parameters, origin, metrics={}, **words()["eyes"])
    said = OnnxEyeClassifier(with_card(model, card), path.name).openness(validation.pixels)
    difference = float(np.abs(np.array(said) - expected).max())
    if difference > TOLERANCE:
        raise RunError(f"the ONNX form differs from the network by {difference:.2g}", "report this; nothing is written")
    card.metrics.update(measure_eyes(said, validation))
    save_model(path, with_card(model, card), card)
    return card
