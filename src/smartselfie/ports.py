"""The few places where one thing can stand for another: where frames come from, who finds and reads faces, who keeps.

Each has two real adapters, or one and a double in `smartselfie.testing`; one contract test runs over all of them.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import Emotions
from smartselfie.core.events import Photo, Shot, SourceBack, SourceLost
from smartselfie.core.types import DetectedFace, Frame, Image
from smartselfie.inference.card import ModelCard


class FrameSource(Protocol):
    """Where frames come from.

    A clip (`live` is false) delivers every frame, the same at every run, and ends. A live source delivers the newest
    frame, drops what nobody had time for, says when it is lost and back, and ends only when it is closed.
    """

    @property
    def name(self) -> str:
        """What people call it; photos from a clip are named after it."""

    @property
    def live(self) -> bool:
        """Whether frames are dropped for the newest, and carry the time of day."""

    @property
    def fps(self) -> float | None:
        """Frames a second, as far as the source knows."""

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """The frames in order; to be called once.

        `at` never falls, `index` always rises. While a live source has nothing new the iterator waits, but never for
        more than two seconds without saying so (`SourceLost`, once), and a call of `close` ends the wait.

        Raises:
            SourceError: the source turns out to be unusable.
        """

    def close(self) -> None:
        """Let go of the device or file; from any thread, and safely more than once."""


class FaceDetector(Protocol):
    """Finds faces in one picture; knows no earlier one, so that a picture always gives the same faces."""

    def detect(self, image: Image) -> list[DetectedFace]:
        """The faces of a (H, W, 3) uint8 BGR picture of any size from 1×1, largest first."""


class EmotionClassifier(Protocol):
    """Reads the seven emotions on faces that are already cut out."""

    @property
    def card(self) -> ModelCard:
        """What the network is: labels, input, origin, metrics."""

    def classify(self, crops: NDArray[np.uint8]) -> list[Emotions]:
        """The scores of (n, size, size) uint8 grey crops, n from 0 up; size is the card's."""


class EyeClassifier(Protocol):
    """Reads how open eyes are that are already cut out."""

    def openness(self, crops: NDArray[np.uint8]) -> list[float]:
        """From 0 (closed) to 1 (open), for (n, 24, 24) uint8 grey crops, n from 0 up."""


class Album(Protocol):
    """Keeps photos."""

    def save(self, shot: Shot) -> Photo:
        """Keep a photo, whole or not at all, under a name that was free.

        Raises:
            AlbumError: it could not be kept; nothing half-written is left behind.
        """

    def close(self) -> None:
        """Finish what is under way; safely more than once."""
