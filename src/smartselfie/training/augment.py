"""What may happen to a face between FER-2013 and somebody's webcam, imitated during training."""

import torch
from kornia import augmentation
from torch import Tensor, nn
from torch.nn.functional import interpolate


class Augment(nn.Module):
    """Random changes that keep the expression: pose and box, light, camera, something before the face.

    Every change is drawn from torch's own random numbers, so a seed repeats it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pose = augmentation.AugmentationSequential(
            augmentation.RandomHorizontalFlip(p=0.5),
            # a detector's box is off by up to a fifth, a head is tilted
            augmentation.RandomAffine(
                degrees=15.0, translate=(0.08, 0.08), scale=(0.85, 1.18), shear=(-6, 6), padding_mode="border", p=0.9
            ),
            # some heads are tilted much more
            augmentation.RandomAffine(degrees=40.0, padding_mode="border", p=0.15),
            data_keys=["input"],
        )
        self.camera = augmentation.AugmentationSequential(
            augmentation.RandomGaussianBlur((5, 5), (0.4, 1.8), p=0.1),
            augmentation.RandomMotionBlur((3, 7), 90.0, 0.5, p=0.05),
            augmentation.RandomGamma((0.5, 2.0), p=0.25),
            augmentation.RandomBrightness((0.6, 1.3), p=0.4),
            augmentation.RandomContrast((0.5, 1.4), p=0.4),
            augmentation.RandomGaussianNoise(mean=0.0, std=0.05, p=0.12),
            augmentation.RandomErasing(scale=(0.02, 0.2), ratio=(0.4, 2.5), value=0.5, p=0.3),
            data_keys=["input"],
        )

    @torch.no_grad()
    def forward(self, grey: Tensor) -> Tensor:
        """(n, 1, 48, 48) floating point, 0…255 → the same."""
        posed: Tensor = self.pose(grey / 255.0)
        changed: Tensor = self.camera(_coarse(posed, 0.1))
        return changed.clamp(0.0, 1.0) * 255.0


def _coarse(faces: Tensor, share: float) -> Tensor:
    """Some of the faces as if they had been small in the picture: shrunk by up to 3, and enlarged again."""
    chosen = torch.rand(len(faces)) < share
    if chosen.any():
        side = faces.shape[-1]
        small = int(torch.randint(side // 3, side, ()))
        shrunk = interpolate(faces[chosen], size=(small, small), mode="area")
        faces = faces.clone()
        faces[chosen] = interpolate(shrunk, size=(side, side), mode="bilinear", align_corners=False)
    return faces
