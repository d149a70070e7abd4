"""The classic network: stacks of 3×3 convolutions and a dense head (Simonyan & Zisserman 2015), with batch norm.

`Vgg` is the one that FER-2013 has been read with since the beginning, `Slim` a third of it that learns in a third of
the time.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from smartselfie.core.emotion import EMOTIONS

CHANNELS = (64, 128, 256, 512)
SLIM = (32, 64, 128, 256)


class Vgg(nn.Module):
    """Four stacks of two convolutions, each halved by pooling, then two dense layers: 10 million parameters."""

    def __init__(self, heads: int) -> None:
        """`heads` is how many labelings are answered."""
        super().__init__()
        layers: list[nn.Module] = []
        for entering, leaving in pairwise((1, *CHANNELS)):
            layers += [*_convolution(entering, leaving), *_convolution(leaving, leaving)]
            layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.dense = nn.Sequential(*_dense(CHANNELS[-1] * 3 * 3, 1024, 0.5), *_dense(1024, 512, 0.5))
        self.heads = nn.ModuleList(nn.Linear(512, len(EMOTIONS)) for _ in range(heads))

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        features = self.dense(self.features(x))
        return torch.stack([head(features) for head in self.heads], dim=1)


class Slim(nn.Module):
    """A teacher: one convolution at full size, three stacks and one dense layer, 2.9 million parameters."""

    def __init__(self, heads: int) -> None:
        """`heads` is how many labelings are answered."""
        super().__init__()
        layers = [*_convolution(1, SLIM[0]), nn.MaxPool2d(2)]
        for (entering, leaving), more in zip(pairwise(SLIM), (1, 1, 2), strict=True):
            layers += _convolution(entering, leaving)
            for _ in range(more):
                layers += _convolution(leaving, leaving)
            layers += [nn.MaxPool2d(2), nn.Dropout2d(0.05)]
        self.features = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.4), *_dense(SLIM[-1] * 3 * 3, 512, 0.4))
        self.heads = nn.ModuleList(nn.Linear(512, len(EMOTIONS)) for _ in range(heads))

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        features = self.features(x)
        return torch.stack([head(features) for head in self.heads], dim=1)


def _convolution(entering: int, leaving: int) -> list[nn.Module]:
    return [
        nn.Conv2d(entering, leaving, 3, padding=1, bias=False),
        nn.BatchNorm2d(leaving),
        nn.ReLU(inplace=True),
    ]


def _dense(entering: int, leaving: int, drop: float) -> list[nn.Module]:
    return [
        nn.Linear(entering, leaving, bias=False),
        nn.BatchNorm1d(leaving),
        nn.ReLU(inplace=True),
        nn.Dropout(drop),
    ]
