"""The classic network: stacks of 3×3 convolutions and a dense head (Simonyan & Zisserman 2015), with batch norm.

`Vgg` is the one that FER-2013 has been read with since the beginning, `Slim` a third of it, or less, that learns in a
third of the time.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from smartselfie.core.emotion import EMOTIONS, LEAST_SCORE

CHANNELS = (64, 128, 256, 512)


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
        self.heads = linear_heads(512, heads)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        logits: Tensor = self.heads(self.dense(self.features(x)))
        return logits


class Slim(nn.Module):
    """One convolution at full size, three stacks and one dense layer."""

    def __init__(self, heads: int, channels: Sequence[int], dense: int, dropout: float) -> None:
        """Build it.

        Args:
            heads: how many labelings are answered.
            channels: of the first convolution and of the three stacks.
            dense: features between the last map and the heads.
            dropout: the share of features left out in training before and behind the dense layer; of the maps that
                leave a stack, an eighth of it.
        """
        super().__init__()
        layers = [*_convolution(1, channels[0]), nn.MaxPool2d(2)]
        for (entering, leaving), more in zip(pairwise(channels), (1, 1, 2), strict=True):
            layers += _convolution(entering, leaving)
            for _ in range(more):
                layers += _convolution(leaving, leaving)
            layers += [nn.MaxPool2d(2), nn.Dropout2d(dropout / 8)]
        layers += [nn.Flatten(), nn.Dropout(dropout), *_dense(channels[-1] * 3 * 3, dense, dropout)]
        self.features = nn.Sequential(*layers)
        self.heads = linear_heads(dense, heads)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        logits: Tensor = self.heads(self.features(x))
        return logits


def linear_heads(features: int, heads: int) -> nn.Sequential:
    """(n, features) → (n, heads, 7) logits: for each labeling a linear classifier, all of them in one step."""
    return nn.Sequential(nn.Linear(features, heads * len(EMOTIONS)), nn.Unflatten(1, (heads, len(EMOTIONS))))


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


# Stages of this many channels and more weigh their channels by squeeze-and-excitation.
ATTENTION_FROM = 96


class Stage(NamedTuple):
    """Blocks of one size.

    Attributes:
        channels: that leave each block.
        stride: of the first block.
        blocks: how many.
    """

    channels: int
    stride: int
    blocks: int


class Residual(nn.Module):
    """Two 3×3 convolutions beside a shortcut (He et al. 2016), with squeeze-and-excitation where asked."""

    def __init__(self, entering: int, leaving: int, stride: int, *, attention: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(entering, leaving, 3, stride, 1, bias=False),
            nn.BatchNorm2d(leaving),
            nn.ReLU(inplace=True),
            nn.Conv2d(leaving, leaving, 3, 1, 1, bias=False),
            nn.BatchNorm2d(leaving),
        )
        self.attention = Excitation(leaving) if attention else nn.Identity()
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or entering != leaving:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
                nn.Conv2d(entering, leaving, 1, bias=False),
                nn.BatchNorm2d(leaving),
            )

    def forward(self, x: Tensor) -> Tensor:
        """(n, entering, h, w) → (n, leaving, h / stride, w / stride)."""
        return torch.relu(self.attention(self.body(x)) + self.shortcut(x))


class Excitation(nn.Module):
    """Squeeze-and-excitation (Hu et al. 2018): scales each channel by what the whole picture says."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // 8, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // 8, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) → the same shape."""
        return torch.mul(x, self.gate(x))


class Grey(nn.Module):
    """A residual network for 48×48 grey faces: stages of blocks, then one linear head for each labeling.

    The first layers of a network this small are bound by memory, not arithmetic, so nothing runs at 48×48 but one
    strided convolution, and the weights are spent late. Channels are multiples of 16, which is what vector units and
    inference engines tile by. Crops show the face always at the same place, so the last 3×3 map is not averaged: each
    channel learns where to look (the global depthwise convolution of Chen et al. 2018, MobileFaceNets).
    """

    def __init__(self, heads: int, stem: int, stages: Sequence[Stage]) -> None:
        """Build it.

        Args:
            heads: how many labelings are answered.
            stem: channels of the first convolution, which halves the picture.
            stages: one after the other; the last map must be 3×3.
        """
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(1, stem, 3, 2, 1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        ]
        channels = stem
        for leaving, stride, blocks in stages:
            for block in range(blocks):
                steps = stride if block == 0 else 1
                attention = leaving >= ATTENTION_FROM
                layers.append(Residual(channels, leaving, steps, attention=attention))
                channels = leaving
        look = nn.Conv2d(channels, channels, 3, groups=channels, bias=False)
        nn.init.constant_(look.weight, 1 / 9)  # begins as the average
        self.features = nn.Sequential(*layers, look, nn.BatchNorm2d(channels), nn.Flatten(), nn.Dropout(0.2))
        self.heads = linear_heads(channels, heads)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        logits: Tensor = self.heads(self.features(x))
        return logits


class Mirrored(nn.Module):
    """A trained network that also reads the face's mirror image: the mean of both scores, in twice the time."""

    def __init__(self, network: nn.Module) -> None:
        """`network` takes and gives what the whole does."""
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        # one pass over both, so that weights are read from memory once
        both: Tensor = self.network(torch.cat([x, x.flip(-1)]))
        return _mean_scores(both.reshape(2, -1, *both.shape[1:]))


class Ensemble(nn.Module):
    """Networks side by side whose scores are averaged (Hansen & Salamon 1990): the less alike, the more is gained.

    In training each answers for itself and learns what it would learn alone.
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        """Each member takes and gives what the whole does when it is not in training."""
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits; in training (members × n, heads, 7)."""
        logits = [member(x) for member in self.members]
        return torch.cat(logits) if self.training else _mean_scores(torch.stack(logits))


def _mean_scores(logits: Tensor) -> Tensor:
    """(k, n, heads, 7) logits of k opinions → the logarithm (n, heads, 7) of their mean scores."""
    return logits.softmax(-1).mean(0).clamp_min(LEAST_SCORE).log()


def compact(heads: int) -> Ensemble:
    """What ships: a residual and a classic network, 2.4 million parameters, as quick as half a face detection."""
    residual = Grey(heads, 16, [Stage(16, 1, 1), Stage(48, 2, 2), Stage(96, 2, 2), Stage(256, 2, 1)])
    return Ensemble([residual, Slim(heads, (16, 48, 96, 192), dense=128, dropout=0.25)])


def wide(heads: int) -> Grey:
    """A teacher: 2.8 million parameters, half as much arithmetic again."""
    return Grey(heads, 32, [Stage(32, 1, 1), Stage(64, 2, 2), Stage(128, 2, 2), Stage(256, 2, 2)])


def slim(heads: int) -> Slim:
    """A teacher: 2.9 million parameters, the classic network's third."""
    return Slim(heads, (32, 64, 128, 256), dense=512, dropout=0.4)


# Architecture by name; each takes the number of heads.
NETWORKS: dict[str, Callable[[int], nn.Module]] = {"compact": compact, "wide": wide, "slim": slim, "vgg": Vgg}


def parameter_count(network: nn.Module) -> int:
    """How many numbers the training sets."""
    return sum(weight.numel() for weight in network.parameters())
