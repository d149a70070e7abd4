"""Photos, videos and folders in bulk, and copies of them with the faces drawn in."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from PIL.ExifTags import Base

from smartselfie.addresses import without_secrets
from smartselfie.api import FaceAnalyzer
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Face, Frame, Image
from smartselfie.errors import AlbumError, PictureError, SmartselfieError
from smartselfie.files import atomic_write, check_replaceable, free_names, shorten
from smartselfie.images import from_pillow, is_animated, read_image, to_pillow
from smartselfie.kinds import is_media, is_video
from smartselfie.mp4 import Mp4Writer
from smartselfie.sources import open_source
from smartselfie.trigger.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Item:
    """A file to look at, and its place below the folder that was asked for."""

    path: Path
    place: Path

    @property
    def is_video(self) -> bool:
        """By its content, or else by its name; an image that moves is one, too. All else is tried as an image."""
        return is_video(self.path) or bool(is_animated(self.path))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """One image, or one frame of a video, and everybody on it.

    `frame` and `at` (seconds) are None for an image; `fps` is known for videos.
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


def find_files(paths: Sequence[Path], copies: Path | None = None) -> list[Item]:
    """Files as named, and what folders hold of images and videos, recursively and by name; each file once.

    In folders a file counts by its ending, or else by its content. Hidden files and folders are passed over, links are
    followed. A path that does not exist, a folder that cannot be read and one that holds nothing stay in the list:
    reading them says so.

    Args:
        paths: files and folders.
        copies: a folder of annotated copies, of which none is taken for a source.
    """
    items: dict[str, Item] = {}
    for path in paths:
        inside = list(_inside(path, copies)) if os.path.isdir(path) else []  # noqa: PTH112 - Path.is_dir raises on odd names
        for item in inside or [Item(path, Path(path.name))]:
            items.setdefault(os.path.realpath(item.path), item)
    return list(items.values())


def _inside(root: Path, copies: Path | None) -> Iterator[Item]:
    unreadable: list[OSError] = []
    seen = {os.path.realpath(root)}
    unwanted = None if copies is None else os.path.realpath(copies)
    # a folder of copies that is named itself may hold sources, too
    mixed = unwanted in seen
    for folder, folders, names in os.walk(root, onerror=unreadable.append, followlinks=True):
        there = {name: os.path.realpath(os.path.join(folder, name)) for name in folders}  # noqa: PTH118
        folders[:] = sorted(name for name, real in there.items() if name[0] != "." and real not in {*seen, unwanted})
        seen.update(there[name] for name in folders)
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and is_media(path) and not (mixed and _is_copy(path)):
                yield Item(path, path.relative_to(root))
    for error in unreadable:
        path = Path(os.fsdecode(error.filename))
        yield Item(path, path.relative_to(root))


def analyze_files(items: Sequence[Item], analyzer: FaceAnalyzer, every: int = 1) -> Iterator[Analysis | Failure]:
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
                _refuse_folder(item.path)
                image = read_image(item.path)
                yield Analysis(item, None, None, image, analyzer.analyze(image))
        except SmartselfieError as error:
            yield Failure(item, error)


# Seconds of a video from one thorough look to the next; between them, frames on which nobody is found cost little.
LOOK_AGAIN = 1.0


def _refuse_folder(path: Path) -> None:
    """Raises PictureError for a folder, which is read only where nothing was found in it."""
    if os.path.isdir(path) and os.access(path, os.R_OK | os.X_OK):  # noqa: PTH112
        raise PictureError(f"{path} holds no pictures or videos", "name the files, or another folder")


def _read_video(item: Item, analyzer: FaceAnalyzer, every: int) -> Iterator[Analysis]:
    if not item.path.is_file():
        raise PictureError(f"no such file: {without_secrets(str(item.path))}", "check the path")
    tracks, thorough_at = Tracker(), -LOOK_AGAIN
    with closing(open_source(os.fspath(item.path), size=None, rotate=0, fps=30.0, every=every)) as source:
        for frame in source.frames():
            if isinstance(frame, Frame) and frame.index % every == 0:
                found = analyzer.analyze(frame.image, quick=True)
                if not found and frame.at - thorough_at >= LOOK_AGAIN - 1e-6:
                    found, thorough_at = analyzer.analyze(frame.image), frame.at
                tracks, faces = tracks.number(frame.at, found)
                yield Analysis(item, frame.index, frame.at, frame.image, faces, source.fps)


HAPPY, OTHER, INK, SHADE = (255, 200, 40), (230, 230, 230), (255, 255, 255), (0, 0, 0)


def draw_faces(image: Image, faces: tuple[Face, ...]) -> Image:
    """A copy of the image with every face marked; sizes follow the image's.

    Args:
        image: (H, W, 3) uint8, BGR; is not changed.
        faces: with boxes in the image's pixels.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    canvas = to_pillow(image)
    draw = ImageDraw.Draw(canvas, "RGBA")
    for face in faces:
        _mark(draw, face, canvas.size)
    return from_pillow(canvas)


def _mark(draw: ImageDraw.ImageDraw, face: Face, size: tuple[int, int]) -> None:
    unit = max(0.2, max(size) / 640)  # letters need a pixel or two
    box = face.box
    colour = HAPPY if face.emotion is Emotion.HAPPY else OTHER
    right, bottom = box.left + box.width, box.top + box.height
    edge, line = max(1, round(2 * unit)), 11 * unit
    draw.rounded_rectangle((box.left, box.top, right, bottom), radius=4 * unit, outline=colour, width=edge)
    width, height = 104 * unit, line * (len(face.emotions) + 1.6)
    # beside the face where there is room, else over its lower edge
    left = right + 4 * unit if right + 4 * unit + width <= size[0] else max(0.0, box.left - 4 * unit - width)
    top = min(max(0.0, box.top), max(0.0, size[1] - height))
    draw.rounded_rectangle((left, top, left + width, top + height), radius=4 * unit, fill=(*SHADE, 150))
    large, small = ImageFont.load_default(12 * unit), ImageFont.load_default(9 * unit)
    title = f"{face.emotion} {face.emotions[face.emotion]:.0%}"
    draw.text((left + 5 * unit, top + 2 * unit), title, font=large, fill=colour)
    for row, (name, score) in enumerate(face.emotions.items()):
        y = top + line * (row + 1.45)
        draw.text((left + 5 * unit, y), name, font=small, fill=INK)
        start, length = left + 48 * unit, 50 * unit
        draw.rectangle((start, y + 2 * unit, start + length, y + 8 * unit), fill=(*INK, 50))
        draw.rectangle((start, y + 2 * unit, start + length * score, y + 8 * unit), fill=colour)


HINT = "choose another folder for --annotated, or free some space"
# By this our copies are told from people's files.
MARK = "smartselfie analyze --annotated"


class AnnotatedFolder(AbstractContextManager["AnnotatedFolder"]):
    """Writes one file for each image or video, at its place below the folder; a context manager.

    Images become JPEGs, videos MP4s. A copy of an earlier run is replaced, somebody's file never is.
    """

    def __init__(self, folder: Path, sources: Sequence[Item] = (), every: int = 1) -> None:
        """`folder` is made where it does not exist, no source is replaced; of videos comes each `every`th frame."""
        self._every = every
        self._folder = folder
        self._sources = {os.path.realpath(item.path) for item in sources}
        self._taken: set[Path] = set()
        # the video that is under way, its writer, and what closes its file
        self._video: Path | None = None
        self._writing = ExitStack()
        self._writer: Mp4Writer | None = None

    def __exit__(self, *error: object) -> None:
        """Finish the video that is under way; after an error it is not kept."""
        self._writing.__exit__(*error)  # type: ignore[arg-type]

    def add(self, analysis: Analysis) -> None:
        """Draw one analysis; a video's frames must come in order, one video after the other.

        Raises:
            AlbumError: the folder cannot be written.
        """
        drawn = draw_faces(analysis.image, analysis.faces)
        try:
            if analysis.frame is None:
                self._finish_video()
                path = self._path(analysis, ".jpg")
                exif = Pillow.Exif()
                exif[Base.Software] = MARK
                with atomic_write(path) as file:
                    to_pillow(drawn).save(file, "JPEG", quality=92, exif=exif)
            else:
                self._add_frame(analysis, drawn)
        except OSError as error:
            raise AlbumError(f"{self._folder} cannot be written: {error.strerror or error}", HINT) from None

    def _add_frame(self, analysis: Analysis, drawn: Image) -> None:
        if self._writer is None or self._video != analysis.item.path:
            self._finish_video()
            file = self._writing.enter_context(atomic_write(self._path(analysis, ".mp4")))
            # for how long the last frame is shown: as long as its source shows it, and those that were passed over
            rate = (analysis.fps or 30.0) / self._every
            self._writer = self._writing.enter_context(Mp4Writer(file, rate, MARK))
            self._video = analysis.item.path
        self._writer.add(drawn, analysis.at or 0.0)

    def _finish_video(self) -> None:
        self._writer = None
        self._writing.close()

    def _path(self, analysis: Analysis, suffix: str) -> Path:
        """Where a copy goes: its source's place, with a number where another source or somebody's file has that."""
        place = self._folder / analysis.item.place
        names = free_names(place.with_name(shorten(place.stem) + suffix))
        path = next(name for name in names if name not in self._taken and self._is_free(name))
        self._taken.add(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _is_free(self, path: Path) -> bool:
        """Nobody loses anything: there is nothing, or an older copy that is not read."""
        return not os.path.lexists(path) or (os.path.realpath(path) not in self._sources and _is_copy(path))


def _is_copy(path: Path) -> bool:
    """Whether we drew it."""
    try:
        check_replaceable(path, MARK.encode())
    except OSError:
        return False
    return path.is_file() and path.stat().st_size > 0
