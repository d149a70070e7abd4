"""What may happen to a face between FER-2013 and somebody's webcam, imitated during training."""

import torch
from kornia import augmentation
from torch import Tensor, nn


class Augment(nn.Module):
    """Random changes that keep the expression: pose and box, light, camera, something before the face.

    Every change is drawn from torch's own random numbers, so a seed repeats it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.changes = augmentation.AugmentationSequential(
            augmentation.RandomHorizontalFlip(p=0.5),
            # a detector's box is off by up to a fifth, a head is tilted
            augmentation.RandomAffine(
                degrees=20.0, translate=(0.08, 0.08), scale=(0.85, 1.18), padding_mode="border", p=0.9
            ),
            augmentation.RandomGaussianBlur((3, 3), (0.3, 1.2), p=0.12),
            augmentation.RandomBrightness((0.7, 1.3), p=0.5),
            augmentation.RandomContrast((0.6, 1.4), p=0.5),
            augmentation.RandomGaussianNoise(mean=0.0, std=0.03, p=0.12),
            augmentation.RandomErasing(scale=(0.02, 0.2), ratio=(0.4, 2.5), value=0.5, p=0.4),
            data_keys=["input"],
        )

    @torch.no_grad()
    def forward(self, grey: Tensor) -> Tensor:
        """(n, 1, 48, 48) floating point, 0…255 → the same."""
        changed: Tensor = self.changes(grey / 255.0)
        return changed.clamp(0.0, 1.0) * 255.0
