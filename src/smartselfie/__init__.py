"""A camera that takes the picture by itself when people smile, and the small emotion network under it.

    from smartselfie import FaceAnalyzer

    for face in FaceAnalyzer().analyze("photo.jpg"):
        print(face.emotion, face.emotions["happy"], face.box)

    from smartselfie import watch

    for moment in watch("0"):
        print(moment.trigger.progress, [photo.path for photo in moment.photos])

Importing this package imports no heavy library; the names below load what they need when they are first used.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smartselfie.analyzer import FaceAnalyzer
    from smartselfie.core.box import Box
    from smartselfie.core.emotion import EMOTIONS, Emotion, Emotions
    from smartselfie.core.face import Face
    from smartselfie.core.frame import Frame
    from smartselfie.core.moment import Moment, Photo
    from smartselfie.errors import SmartselfieError
    from smartselfie.watching import watch

__all__ = [
    "EMOTIONS",
    "Box",
    "Emotion",
    "Emotions",
    "Face",
    "FaceAnalyzer",
    "Frame",
    "Moment",
    "Photo",
    "SmartselfieError",
    "watch",
]

_HOMES = {
    "EMOTIONS": "core.emotion",
    "Box": "core.box",
    "Emotion": "core.emotion",
    "Emotions": "core.emotion",
    "Face": "core.face",
    "FaceAnalyzer": "analyzer",
    "Frame": "core.frame",
    "Moment": "core.moment",
    "Photo": "core.moment",
    "SmartselfieError": "errors",
    "watch": "watching",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
