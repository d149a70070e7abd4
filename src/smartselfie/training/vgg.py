"""The classic network: stacks of 3×3 convolutions and a dense head (Simonyan & Zisserman 2015), with batch norm."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from smartselfie.core.emotion import EMOTIONS

CHANNELS = (64, 128, 256, 512)


class Vgg(nn.Module):
    """Four stacks of two convolutions, each halved by pooling, then two dense layers: 10 million parameters."""

    def __init__(self, heads: int) -> None:
        """`heads` is how many labelings are answered."""
        super().__init__()
        layers: list[nn.Module] = []
        for entering, leaving in pairwise((1, *CHANNELS)):
            for channels in (entering, leaving):
                layers += [
                    nn.Conv2d(channels, leaving, 3, padding=1, bias=False),
                    nn.BatchNorm2d(leaving),
                    nn.ReLU(inplace=True),
                ]
            layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.dense = nn.Sequential(*_dense(CHANNELS[-1] * 3 * 3, 1024), *_dense(1024, 512))
        self.heads = nn.ModuleList(nn.Linear(512, len(EMOTIONS)) for _ in range(heads))

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        features = self.dense(self.features(x))
        return torch.stack([head(features) for head in self.heads], dim=1)


def _dense(entering: int, leaving: int) -> list[nn.Module]:
    return [
        nn.Linear(entering, leaving, bias=False),
        nn.BatchNorm1d(leaving),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
    ]
