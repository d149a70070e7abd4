"""One picture of a source, and when it was."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR, upright."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture at full resolution, upright.

    Attributes:
        image: (H, W, 3) uint8, BGR.
        at: seconds since the source began; the only time that decisions know.
        index: counts from 0 what the source delivered; of a clip, the frame's number in it.
        taken: local time of day for a live source; None where the source is a clip.
        dropped: how many frames a live source dropped for newer ones since it began; 0 of a clip.
    """

    image: Image
    at: float
    index: int
    taken: datetime | None = None
    dropped: int = 0
