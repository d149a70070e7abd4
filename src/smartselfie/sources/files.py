"""A folder of images, played as a clip."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from smartselfie.core.types import Frame
from smartselfie.errors import PictureError, SourceError
from smartselfie.files import plain
from smartselfie.images import read_image
from smartselfie.kinds import is_image

log = logging.getLogger(__name__)


class ImageFolder:
    """The images of a folder in the order of their names, at an even rate; sizes may differ."""

    live = False

    def __init__(self, folder: Path, fps: float) -> None:
        """List the folder; images are read when their turn comes.

        Args:
            folder: what it holds of images counts, subfolders do not.
            fps: how many of them are a second.

        Raises:
            SourceError: the folder cannot be read or holds no image.
        """
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            raise SourceError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from None
        self._paths = [path for path in inside if not (path.name.startswith(".") or path.is_dir()) and is_image(path)]
        if not self._paths:
            raise SourceError(f"{folder} holds no images", "it needs .jpg, .png or other image files")
        self.name, self.fps = folder.resolve().name, fps
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Every image that can be read; the others are named.

        Raises:
            SourceError: there were others; every image that can be read was delivered.
        """
        unread: list[PictureError] = []
        for index, path in enumerate(self._paths):
            if self._closed.is_set():
                return
            try:
                image = read_image(path)
            except PictureError as error:
                unread.append(error)
                log.warning("passed over: %s", plain(str(error)))
                continue
            yield Frame(image, index / self.fps, index)
        if unread:
            what = unread[0].message if len(unread) == 1 else f"{len(unread)} images cannot be read"
            raise SourceError(what, "repair what was passed over, or remove it from the folder")

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()
