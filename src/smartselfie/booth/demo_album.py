"""An album of its own for the demo that stands in for a camera, so that no sample picture lies among the guests'."""

from collections.abc import Callable
from pathlib import Path

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.current_source import DEMO
from smartselfie.core.events import Photo, Shot
from smartselfie.ports import Album


def demo_folder(album: Path) -> Path:
    """Where the photos of a demo go that nobody asked for."""
    return album / DEMO


class DemoAlbum:
    """An album that keeps such a demo's photos apart; a demo that was asked for, and every camera, has the real one."""

    def __init__(self, inner: Album, folder: Path, *, sidecar: bool, stands_in: Callable[[], bool]) -> None:
        """Nothing is made before there is such a photo.

        Args:
            inner: the real one.
            folder: of the demo's.
            sidecar: whether a `.json` lies beside each of them.
            stands_in: whether the demo is there because no camera is.
        """
        self._inner, self._folder, self._sidecar, self._stands_in = inner, folder, sidecar, stands_in
        self._apart: Album | None = None

    def save(self, shot: Shot) -> Photo:
        """Keep a photo where it belongs.

        Raises:
            AlbumError: it could not be kept.
        """
        if shot.source != DEMO or not self._stands_in():
            return self._inner.save(shot)
        if self._apart is None:
            self._apart = FolderAlbum(self._folder, sidecar=self._sidecar)
        return self._apart.save(shot)

    def close(self) -> None:
        """Close both."""
        self._inner.close()
        if self._apart is not None:
            self._apart.close()
