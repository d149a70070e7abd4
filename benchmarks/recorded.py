"""Clips that were looked at once: what detector and networks said of every frame, so that the trigger alone replays.

Finding the faces of a clip takes seconds, deciding about them takes milliseconds. A recording holds what was found (the
faces' boxes, crops, eyes and quality); what an emotion model says of the crops is kept beside it, once for each model.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import crop_eyes, crop_face, eye_squares, measure_quality
from smartselfie.core.emotion import EMOTIONS, Emotions
from smartselfie.core.types import Box, Face, Frame, Quality
from smartselfie.evaluation.timeline import Video
from smartselfie.factory import make_classifier, make_detector, make_eyes, make_source
from smartselfie.ports import EmotionClassifier, EyeClassifier, FaceDetector
from smartselfie.settings.schema import Settings

# In place of the frames, which nobody looks at any more.
PIXEL = np.zeros((1, 1, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A clip's frames, each with the faces on it.

    Attributes:
        clip: what it should give.
        frames: the frames, with an image of one pixel.
        faces: those of each frame, from left to right; their numbers are not given yet.
        eyes: the openness of the left and of the right eye of each of them; None where nobody knows where they are.
    """

    clip: Video
    frames: tuple[Frame, ...]
    faces: tuple[tuple[Face, ...], ...]
    eyes: tuple[tuple[tuple[float, float] | None, ...], ...]

    def thinned(self, keep: Sequence[bool]) -> "Recording":
        """The recording without the frames that a slower camera would not give."""
        frames, faces, eyes = (
            tuple(each for each, kept in zip(column, keep, strict=True) if kept)
            for column in (self.frames, self.faces, self.eyes)
        )
        return Recording(self.clip, frames, faces, eyes)  # type: ignore[arg-type]


class Recorder:
    """Looks at clips, or remembers what was seen."""

    def __init__(self, cache: Path, model: Path | None) -> None:
        """`cache` is a folder; `model` None means the one that ships."""
        self._cache = cache
        self._settings = Settings(model=model)
        self._detector: FaceDetector = make_detector(self._settings)
        self._classifier: EmotionClassifier = make_classifier(model)
        self._eyes: EyeClassifier = make_eyes()
        card = self._classifier.card
        self._model = hashlib.sha256(repr(card).encode() + (b"" if model is None else model.read_bytes())).hexdigest()[
            :12
        ]
        cache.mkdir(parents=True, exist_ok=True)

    def record(self, clip: Video) -> Recording:
        """One clip.

        Raises:
            SourceError: it cannot be read.
        """
        digest = hashlib.sha256(_content(clip.path)).hexdigest()[:16]
        found = self._cache / f"{digest}.npz"
        if not found.is_file():
            _write(found, _look(make_source(str(clip.path), self._settings).frames(), self._detector, self._eyes, 48))
        with np.load(found) as arrays:
            seen = dict(arrays)
        said = self._cache / f"{digest}-{self._model}.npy"
        if said.is_file():
            scores = np.load(said)
        else:
            scores = self._classify(seen["crops"])
            np.save(said, scores)
        return _recording(clip, seen, scores)

    def _classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        parts = [crops[at : at + 64] for at in range(0, len(crops), 64)]
        rows = [[each[name] for name in EMOTIONS] for part in parts for each in self._classifier.classify(part)]
        return np.array(rows, np.float32).reshape(-1, len(EMOTIONS))


def _content(path: Path) -> bytes:
    """A clip's bytes; of a folder of images the files' names and bytes."""
    if path.is_dir():
        return b"".join(each.name.encode() + each.read_bytes() for each in sorted(path.iterdir()))
    return path.read_bytes()


def _write(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def _look(
    frames: Iterable[object], detector: FaceDetector, eyes: EyeClassifier, size: int
) -> dict[str, NDArray[np.generic]]:
    """Find and measure everybody on every frame: a row for each frame, and a row for each face."""
    times, faces, crops = [], [], [np.zeros((0, size, size), np.uint8)]
    for frame in frames:
        if not isinstance(frame, Frame):
            continue
        height, width = frame.image.shape[:2]
        found = sorted(detector.detect(frame.image), key=lambda face: (face.box.left, face.box.top))
        times.append((frame.index, frame.at, len(found)))
        for face in found:
            box, quality = face.box.within(width, height), measure_quality(frame.image, face)
            squares = eye_squares(face)
            pair = list(eyes.openness(crop_eyes(frame.image, squares))) if squares else [np.nan, np.nan]
            score = np.nan if face.score is None else face.score
            quality_ = (quality.share, quality.sharpness, quality.brightness, quality.frontality)
            faces.append((box.left, box.top, box.width, box.height, score, *quality_, *pair))
            crops.append(crop_face(frame.image, face.square, size, face.tilt)[None])
    return {
        "times": np.array(times, np.float64).reshape(-1, 3),
        "faces": np.array(faces, np.float64).reshape(-1, 11),
        "crops": np.concatenate(crops),
    }


def _recording(clip: Video, seen: dict[str, NDArray[np.generic]], scores: NDArray[np.float32]) -> Recording:
    rows, frames, faces, eyes = iter(zip(seen["faces"].tolist(), scores.tolist(), strict=True)), [], [], []
    for index, at, count in seen["times"].tolist():
        frames.append(Frame(PIXEL, at, round(index)))
        pairs = list(_faces(next(rows) for _ in range(round(count))))
        faces.append(tuple(face for face, _ in pairs))
        eyes.append(tuple(pair for _, pair in pairs))
    return Recording(clip, tuple(frames), tuple(faces), tuple(eyes))


def _faces(
    rows: Iterable[tuple[list[float], list[float]]],
) -> Iterator[tuple[Face, tuple[float, float] | None]]:
    for (left, top, width, height, score, *quality, one, other), said in rows:
        pair = None if np.isnan(one) else (one, other)
        openness = None if pair is None else (one + other) / 2
        face = Face(Box(left, top, width, height), Emotions(said), None if np.isnan(score) else score)
        yield replace(face, eyes_open=openness, quality=Quality(*quality), each_eye=pair), pair
