"""Every picture and every video frame among files and folders, read one after the other; one bad file stops nothing."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smartselfie.analyzer import FaceAnalyzer
from smartselfie.core.face import Face
from smartselfie.core.frame import Frame, Image
from smartselfie.core.tracking import Tracks
from smartselfie.errors import PictureError, SmartselfieError
from smartselfie.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES, read_picture
from smartselfie.sources import open_source


@dataclass(frozen=True, slots=True)
class Item:
    """A file to look at, and its place below the folder that was asked for."""

    path: Path
    place: Path

    @property
    def is_video(self) -> bool:
        """By its name; everything else is tried as a picture."""
        return self.path.suffix.lower() in VIDEO_SUFFIXES


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One picture, or one frame of a video, and everybody on it.

    `frame` and `at` (seconds) are None for a picture; `fps` is known for videos.
    """

    item: Item
    frame: int | None
    at: float | None
    image: Image
    faces: tuple[Face, ...]
    fps: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, or not to its end."""

    item: Item
    error: SmartselfieError


def find_files(paths: Sequence[Path]) -> list[Item]:
    """Files as named, and what folders hold of pictures and videos, recursively and by name; each file once.

    Hidden files and folders, and files with other endings, are passed over inside folders. A path that does not exist
    stays in the list: reading it says so.
    """
    items: dict[Path, Item] = {}
    for path in paths:
        found = _inside(path) if path.is_dir() else [Item(path, Path(path.name))]
        for item in found:
            items.setdefault(Path(os.path.realpath(item.path)), item)
    return list(items.values())


def _inside(root: Path) -> list[Item]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
                found.append(Item(path, path.relative_to(root)))
    return found


def read_all(items: Sequence[Item], analyzer: FaceAnalyzer, every: int = 1) -> Iterator[Reading | Failure]:
    """Read files in order.

    Args:
        items: what `find_files` found.
        analyzer: finds and reads the faces.
        every: of videos, each so-many-th frame is read, from the first.
    """
    for item in items:
        try:
            if item.is_video:
                yield from _read_video(item, analyzer, every)
            else:
                image = read_picture(item.path)
                yield Reading(item, None, None, image, analyzer.analyze(image))
        except SmartselfieError as error:
            yield Failure(item, error)


def _read_video(item: Item, analyzer: FaceAnalyzer, every: int) -> Iterator[Reading]:
    if not item.path.is_file():
        raise PictureError(f"{item.path} is not there", "check the path")
    source = open_source(str(item.path), size=None, rotate=0, fps=30.0)
    tracks = Tracks()
    try:
        for frame in source.frames():
            if isinstance(frame, Frame) and frame.index % every == 0:
                found = analyzer.analyze(frame.image)
                tracks, ids = tracks.see(frame.at, [face.box for face in found])
                faces = tuple(replace(face, id=person) for face, person in zip(found, ids, strict=True))
                yield Reading(item, frame.index, frame.at, frame.image, faces, source.fps)
    finally:
        source.close()
