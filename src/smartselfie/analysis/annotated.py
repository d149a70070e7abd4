"""Copies of pictures and videos with the faces drawn in."""

from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
from PIL import Image as Pictures

from smartselfie.analysis.bulk import Reading
from smartselfie.atomic import written_whole
from smartselfie.core.frame import Image
from smartselfie.errors import AlbumError
from smartselfie.overlay import draw_faces

HINT = "choose another folder for --annotated, or free some space"


class AnnotatedFolder:
    """Writes one file for each picture or video, at its place below the folder; a context manager.

    Pictures become JPEGs, videos MP4s. A file of an earlier run is replaced, a source never is.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is made where it does not exist."""
        self._folder = folder
        self._taken: set[Path] = set()
        self._video: tuple[Path, Path, cv2.VideoWriter, tuple[int, int]] | None = None

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the video that is under way."""
        del kind, error, trace
        self._finish_video()

    def add(self, reading: Reading) -> None:
        """Draw one reading; a video's frames must come in order, one video after the other.

        Raises:
            AlbumError: the folder cannot be written, or the copy would replace a source.
        """
        drawn = draw_faces(reading.image, reading.faces)
        try:
            if reading.frame is None:
                self._finish_video()
                path = self._path(reading, ".jpg")
                with written_whole(path) as file:
                    Pictures.fromarray(cv2.cvtColor(drawn, cv2.COLOR_BGR2RGB)).save(file, "JPEG", quality=92)
            else:
                self._add_frame(reading, drawn)
        except OSError as error:
            raise AlbumError(f"{self._folder} cannot be written: {error.strerror or error}", HINT) from None

    def _add_frame(self, reading: Reading, drawn: Image) -> None:
        source = reading.item.path
        if self._video is None or self._video[0] != source:
            self._finish_video()
            path = self._path(reading, ".mp4")
            size = (drawn.shape[1], drawn.shape[0])
            fourcc = cv2.VideoWriter.fourcc(*"mp4v")
            writer = cv2.VideoWriter(str(path), fourcc, reading.fps or 30.0, size)
            if not writer.isOpened():
                raise AlbumError(f"{path} cannot be written as a video", HINT)
            self._video = (source, path, writer, size)
        _, _, writer, size = self._video
        if (drawn.shape[1], drawn.shape[0]) != size:
            drawn = cv2.resize(drawn, size).astype("uint8", copy=False)
        writer.write(drawn)

    def _finish_video(self) -> None:
        if self._video is not None:
            self._video[2].release()
            self._video = None

    def _path(self, reading: Reading, suffix: str) -> Path:
        """Where a copy goes: its source's place, with a number where two sources would share it."""
        wanted = self._folder / reading.item.place
        path, number = wanted.with_suffix(suffix), 2
        while path in self._taken:
            path = wanted.with_name(f"{wanted.stem}_{number}{suffix}")
            number += 1
        if path.exists() and path.samefile(reading.item.path):
            raise AlbumError(f"the copy would replace {path}", "choose another folder for --annotated")
        self._taken.add(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
