"""The only place that maps a name to a class: settings in, objects out."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smartselfie.inference.runtime import EMOTION_MODEL, EYE_MODEL, FACE_MODEL, bundled_model
from smartselfie.pipeline import Pipeline
from smartselfie.ports import Album, EyeClassifier, FaceDetector, FrameSource
from smartselfie.settings.schema import Settings

if TYPE_CHECKING:
    from smartselfie.inference.classifiers import OnnxClassifier

log = logging.getLogger(__name__)


def make_detector(settings: Settings, *, thorough: bool = False) -> FaceDetector:
    """The face detector that the settings name; `thorough` for photos, which are looked at once and may take longer."""
    match settings.detector:
        case "yunet":
            from smartselfie.inference.detectors import YuNet

            yunet = YuNet(bundled_model(FACE_MODEL), far_faces=settings.far_faces)
            if not thorough:
                return yunet
            from smartselfie.inference.thorough import ThoroughYuNet

            return ThoroughYuNet(yunet)
        case "haar":
            from smartselfie.inference.detectors import HaarCascade

            return HaarCascade()


def make_classifier(model: Path | None = None, threads: int = 1) -> "OnnxClassifier":
    """The emotion network of that file, or the one that ships.

    Raises:
        ModelError: the file cannot be used.
    """
    from smartselfie.inference.classifiers import OnnxClassifier

    if model is None:
        return OnnxClassifier(bundled_model(EMOTION_MODEL), EMOTION_MODEL, threads)
    return OnnxClassifier.from_file(model, threads)


def make_eyes() -> EyeClassifier:
    """The network that looks at eyes."""
    from smartselfie.inference.classifiers import OnnxEyeClassifier

    return OnnxEyeClassifier(bundled_model(EYE_MODEL), EYE_MODEL)


def make_album(settings: Settings) -> Album:
    """The folder of the photos.

    Raises:
        AlbumError: it cannot be written.
    """
    from smartselfie.albums.folder import FolderAlbum

    return FolderAlbum(settings.album_folder, sidecar=settings.sidecar)


def make_source(name: str, settings: Settings) -> FrameSource:
    """The source that a word on the command line means.

    `demo`, an address (`rtsp://…`, `http://…`), a folder, a file, a camera's number, or (part of) a camera's name.

    Raises:
        SourceError: there is no such thing, or it cannot be opened.
    """
    from smartselfie.sources import open_source

    return open_source(name, size=settings.size, rotate=settings.rotate, fps=settings.fps)


def make_pipeline(source: FrameSource, settings: Settings, album: Album | None = None) -> Pipeline:
    """Everything that settings name, connected to an open source; closes the source where the rest cannot be had.

    Args:
        source: where frames come from.
        settings: all the rest.
        album: None for the settings' folder.
    """
    try:
        classifier = make_classifier(settings.model)
        # an address and a command may hold a password; the source is named below, without it
        log.debug("settings: %s", replace(settings, source=None, on_photo=None))
        log.debug("source %s, network %s: %s", source.name, classifier.card.name, classifier.card.origin)
        return Pipeline(
            source,
            make_detector(settings),
            classifier,
            make_album(settings) if album is None else album,
            settings.trigger_rule,
            settings.max_photos,
            eyes=make_eyes(),
            best_of=settings.best_of,
        )
    except BaseException:
        source.close()
        raise
