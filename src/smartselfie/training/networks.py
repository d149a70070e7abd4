"""The architectures that a recipe can name."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from smartselfie.core.emotion import EMOTIONS


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


class Compact(nn.Module):
    """A residual network for 48×48 grey faces that halves the picture at once and spends its weights late.

    The first layers of a network this small are bound by memory, not arithmetic, so nothing runs at 48×48 but one
    strided convolution. Channels are multiples of 16, which is what vector units and inference engines tile by.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, 2, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            Residual(32, 32, 1, attention=False),
            Residual(32, 64, 2, attention=False),
            Residual(64, 64, 1, attention=False),
            Residual(64, 128, 2, attention=True),
            Residual(128, 128, 1, attention=True),
            Residual(128, 256, 2, attention=True),
            Residual(256, 256, 1, attention=True),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.3),
        )
        self.heads = nn.ModuleList(nn.Linear(256, len(EMOTIONS)) for _ in range(heads))
        for module in self.modules():
            last = module.body[-1] if isinstance(module, Residual) else None
            if isinstance(last, nn.BatchNorm2d):
                # each block begins as its shortcut: long schedules start more calmly (Goyal et al. 2017)
                nn.init.zeros_(last.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) standardised grey → (n, heads, 7) logits."""
        features = self.features(x)
        return torch.stack([head(features) for head in self.heads], dim=1)


NETWORKS: dict[str, Callable[[int], nn.Module]] = {"compact": Compact}
"""Architecture by name; each takes the number of heads."""


def parameter_count(network: nn.Module) -> int:
    """How many numbers the training sets."""
    return sum(weight.numel() for weight in network.parameters())
