"""A folder of pictures as a clip."""

import threading
from collections.abc import Iterator
from pathlib import Path

from smartselfie.core.frame import Frame
from smartselfie.core.moment import SourceBack, SourceLost
from smartselfie.errors import PictureError, SourceError
from smartselfie.pictures import PICTURE_SUFFIXES, read_picture


class ImageFolder:
    """The pictures of a folder in the order of their names, at an even rate; sizes may differ."""

    live = False

    def __init__(self, folder: Path, fps: float) -> None:
        """List the folder; pictures are read when their turn comes.

        Args:
            folder: what it holds of pictures counts, subfolders do not.
            fps: how many of them are a second.

        Raises:
            SourceError: the folder cannot be read or holds no picture.
        """
        try:
            self._paths = sorted(
                path
                for path in folder.iterdir()
                if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".")
            )
        except OSError as error:
            raise SourceError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from None
        if not self._paths:
            raise SourceError(f"{folder} holds no pictures", "it needs .jpg, .png or other picture files")
        self.name, self.fps = folder.resolve().name, fps
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame | SourceLost | SourceBack]:
        """Every picture.

        Raises:
            SourceError: one cannot be read.
        """
        for index, path in enumerate(self._paths):
            if self._closed.is_set():
                return
            try:
                image = read_picture(path)
            except PictureError as error:
                raise SourceError(error.message, "remove it from the folder, or mend it") from None
            yield Frame(image, index / self.fps, index)

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()
