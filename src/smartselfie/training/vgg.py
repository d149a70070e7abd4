"""The classic network: stacks of 3×3 convolutions and a dense head (Simonyan & Zisserman 2015), with batch norm.

`Vgg` is the one that FER-2013 has been read with since the beginning, `Slim` a third of it, or less, that learns in a
third of the time.
"""

from collections.abc import Sequence
from itertools import pairwise

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
