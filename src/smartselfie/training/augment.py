"""What may happen to a face between FER-2013 and somebody's webcam, imitated during training."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
from kornia import augmentation
from torch import Tensor, nn
from torch.nn.functional import interpolate


class Coarse(nn.Module):
    """Some faces as if they had been small in the picture: shrunk by up to 3, and enlarged again."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, faces: Tensor) -> Tensor:
        """(n, 1, h, w), 0…1 → the same."""
        chosen = torch.rand(len(faces)) < self.p
        if not chosen.any():
            return faces
        height, width = faces.shape[-2:]
        by = 1 + 2 * float(torch.rand(()))
        shrunk = interpolate(faces[chosen], size=(int(height / by), int(width / by)), mode="area")
        changed = faces.clone()
        changed[chosen] = interpolate(shrunk, size=(height, width), mode="bilinear", align_corners=False)
        return changed


class Jpeg(nn.Module):
    """Some faces with the blocks that strong JPEG compression leaves."""

    def __init__(self, p: float, quality: tuple[int, int]) -> None:
        super().__init__()
        self.p, self.quality = p, quality

    def forward(self, faces: Tensor) -> Tensor:
        """(n, 1, h, w), 0…1 → the same."""
        chosen = torch.nonzero(torch.rand(len(faces)) < self.p)[:, 0].tolist()
        if not chosen:
            return faces
        changed = faces.clone()
        for place, quality in zip(chosen, torch.randint(*self.quality, (len(chosen),)).tolist(), strict=True):
            grey = (faces[place, 0].clamp(0, 1) * 255).byte().cpu().numpy()
            _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
            unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32) / 255
            changed[place, 0] = torch.from_numpy(unpacked).to(faces)
        return changed


class Lamp(nn.Module):
    """Some faces as a lamp or a window at one side lights them: bright there, dark on the other."""

    def __init__(self, p: float, most: float) -> None:
        super().__init__()
        self.p, self.most = p, most

    def forward(self, faces: Tensor) -> Tensor:
        """(n, 1, h, w), 0…1 → the same."""
        count, _, height, width = faces.shape
        chosen = (torch.rand(count) < self.p).float()
        angle, strength = torch.rand(count) * 2 * torch.pi, torch.rand(count) * self.most * chosen
        down, across = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)[None]
        ramp = down * angle.sin()[:, None, None] + across * angle.cos()[:, None, None]
        return faces * (1 + strength[:, None, None] * ramp)[:, None].to(faces).clamp_min(0)


# What can be imitated, by the names that a recipe uses, in the order in which it happens.
KINDS: dict[str, Callable[[], nn.Module]] = {
    "flip": lambda: augmentation.RandomHorizontalFlip(p=0.5),
    # a detector's box is a little off, a head a little tilted or turned
    "box": lambda: augmentation.RandomAffine(
        degrees=12.0, translate=(0.07, 0.07), scale=(0.87, 1.15), shear=(-5, 5), padding_mode="border", p=0.85
    ),
    # some heads are tilted much more
    "tilt": lambda: augmentation.RandomAffine(degrees=40.0, padding_mode="border", p=0.1),
    "coarse": lambda: Coarse(p=0.08),
    "blur": lambda: nn.Sequential(
        augmentation.RandomGaussianBlur((5, 5), (0.4, 1.8), p=0.08),
        augmentation.RandomMotionBlur((3, 7), 90.0, 0.5, p=0.04),
    ),
    "light": lambda: nn.Sequential(
        augmentation.RandomGamma((0.5, 2.0), p=0.2),
        augmentation.RandomBrightness((0.6, 1.3), p=0.3),
        augmentation.RandomContrast((0.5, 1.4), p=0.3),
    ),
    "lamp": lambda: Lamp(p=0.3, most=0.6),
    "noise": lambda: augmentation.RandomGaussianNoise(mean=0.0, std=0.05, p=0.09),
    "jpeg": lambda: Jpeg(p=0.07, quality=(10, 60)),
    # a hand, a glass, hair
    "cover": lambda: augmentation.RandomErasing(scale=(0.02, 0.18), ratio=(0.4, 2.5), value=0.5, p=0.25),
}


class Augment(nn.Module):
    """Random changes that keep the expression.

    Every change is drawn from torch's own random numbers, so a seed repeats it.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        """Choose among `KINDS`; their order is always the same."""
        super().__init__()
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"there is no augmentation {unknown[0]}: {', '.join(KINDS)}")
        self.changes = nn.ModuleList(make() for kind, make in KINDS.items() if kind in kinds)

    @torch.no_grad()
    def forward(self, grey: Tensor) -> Tensor:
        """(n, 1, h, w) floating point, 0…255 → the same."""
        changed = grey / 255.0
        for change in self.changes:
            changed = change(changed)
        return changed.clamp(0.0, 1.0) * 255.0
