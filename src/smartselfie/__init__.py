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
    from smartselfie.api import FaceAnalyzer as FaceAnalyzer
    from smartselfie.api import watch as watch
    from smartselfie.core.emotion import EMOTIONS as EMOTIONS
    from smartselfie.core.emotion import Emotion as Emotion
    from smartselfie.core.emotion import Emotions as Emotions
    from smartselfie.core.events import Photo as Photo
    from smartselfie.core.types import Box as Box
    from smartselfie.core.types import Face as Face
    from smartselfie.core.types import Frame as Frame
    from smartselfie.errors import SmartselfieError as SmartselfieError
    from smartselfie.moment import Moment as Moment
    from smartselfie.serialize import to_rows as to_rows
    from smartselfie.settings.schema import Settings as Settings

    __version__: str

_HOMES = {
    "EMOTIONS": "core.emotion",
    "Box": "core.types",
    "Emotion": "core.emotion",
    "Emotions": "core.emotion",
    "Face": "core.types",
    "FaceAnalyzer": "api",
    "Frame": "core.types",
    "Moment": "moment",
    "Photo": "core.events",
    "Settings": "settings.schema",
    "SmartselfieError": "errors",
    "to_rows": "serialize",
    "watch": "api",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version(__name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
