"""Measuring what one face can do: a while of a neutral face, then a while of a smile."""

from collections.abc import Sequence
from statistics import median

from smartselfie.errors import ConfigError

LEAST_FRAMES = 10
"""Frames with a face that each of the two needs."""

LEAST_STRETCH = 0.1
"""A smile that the network tells from the neutral face by less than this cannot be waited for."""


def calibrate(neutral: Sequence[float], smile: Sequence[float]) -> tuple[float, float]:
    """The two scores between which a person's own scores are stretched: the medians.

    Args:
        neutral: scores of the expression while the face was neutral, frame by frame.
        smile: while it smiled.

    Raises:
        ConfigError: the face was seen too seldom, or the two are too alike.
    """
    for name, seen in (("neutral face", neutral), ("smile", smile)):
        if len(seen) < LEAST_FRAMES:
            raise ConfigError(f"the {name} was seen on {len(seen)} frames only", "look at the camera, and try again")
    low, high = round(median(neutral), 3), round(median(smile), 3)
    if high - low < LEAST_STRETCH:
        raise ConfigError(
            f"the smile ({high:g}) can hardly be told from the neutral face ({low:g})",
            "more light and a bigger smile help",
        )
    return low, high
