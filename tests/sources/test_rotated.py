"""Cameras that hang on their side."""

import numpy as np
import pytest

from smartselfie.core.events import SourceLost
from smartselfie.core.types import Frame
from smartselfie.sources.filters import Rotated
from smartselfie.testing import ScriptedSource


@pytest.mark.parametrize(("degrees", "turns"), [(90, -1), (180, 2), (270, 1)])
def test_frames_are_turned_clockwise(degrees: int, turns: int) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    source = ScriptedSource([Frame(image, 0.5, 7), SourceLost("pulled")])
    frame, lost = Rotated(source, degrees).frames()
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.image, np.rot90(image, turns))
    assert (frame.at, frame.index) == (0.5, 7)
    assert lost == SourceLost("pulled")
