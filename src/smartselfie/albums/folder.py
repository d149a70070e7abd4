"""Photos in a folder: each written whole or not at all, none ever overwritten."""

import getpass
import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import platformdirs
from PIL import Image as Pillow
from PIL.ExifTags import IFD, Base

from smartselfie.core.events import Photo, Shot
from smartselfie.errors import AlbumError
from smartselfie.files import free_names, link_if_free, partial_beside, shorten, write_through
from smartselfie.images import encode_image, to_pillow
from smartselfie.serialize import face_to_json

QUALITY = 95
HINT = "free some space or choose another --album"


class FolderAlbum:
    """One folder; photos of a live source are named by the time they were taken, photos of a clip by their frame."""

    def __init__(
        self,
        folder: Path,
        *,
        sidecar: bool = True,
        rescue: Sequence[Path] | None = None,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        """Make the folder, and make sure that it can be written before anybody smiles.

        Args:
            folder: made where it does not exist.
            sidecar: whether a `.json` with when and why lies beside each photo.
            rescue: folders to try for a photo when the folder fails later; None for `rescue_folders`.
            clock: the local time at which a photo is written.

        Raises:
            AlbumError: the folder cannot be made or written.
        """
        self.folder = folder
        self._sidecar, self._clock = sidecar, clock
        self._rescue = rescue_folders() if rescue is None else tuple(rescue)
        if folder.exists() and not folder.is_dir():
            raise AlbumError(f"the album {folder} is a file, not a folder", "choose another --album")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with partial_beside(folder / "smartselfie") as probe:
                # as much as a photo takes, so that a full disk is found out now
                write_through(probe, bytes(1 << 20))
        except OSError as error:
            raise AlbumError(f"the album {folder} cannot be written: {error.strerror}", HINT) from None

    def save(self, shot: Shot) -> Photo:
        """Keep a photo under a name that was free, its sidecar beside it.

        Raises:
            AlbumError: it could not be written there; nothing half-written is left behind, and the message says where
                the photo was saved instead.
        """
        written = self._clock()
        content = _encode(shot, written)
        notes = json.dumps(_notes(shot, written), indent=2).encode() if self._sidecar else None
        try:
            return Photo(_place(self.folder, _stem(shot), content, notes), shot)
        except OSError as error:
            saved = self._save_elsewhere(shot, content, notes)
            message = f"a photo could not be kept in {self.folder}: {error.strerror}"
            raise AlbumError(message if saved is None else f"{message}; it was saved as {saved}", HINT) from None

    def close(self) -> None:
        """Nothing is under way: `save` returns when the photo is on the disk."""

    def _save_elsewhere(self, shot: Shot, content: bytes, notes: bytes | None) -> Path | None:
        for folder in self._rescue:
            with suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                # anybody may put a link or a folder of theirs into the folder of temporary files first
                if is_own(folder):
                    return _place(folder, _stem(shot), content, notes)
        return None


class NoAlbum:
    """Writes nothing: for those who only want to know which photos would be taken."""

    def save(self, shot: Shot) -> Photo:
        """The photo, under the name it would have."""
        return Photo(Path(f"{_stem(shot)}.jpg"), shot)

    def close(self) -> None:
        """Nothing is open."""


def rescue_folders() -> tuple[Path, ...]:
    """Where photos go that an album cannot keep: the user's data folder, or else the folder of temporary files.

    A user without a home folder, or without a name, as in containers, has no data folder.
    """
    user = str(os.getuid()) if hasattr(os, "getuid") else ""
    # Python before 3.13 raises KeyError for who has no name
    with suppress(KeyError, OSError):
        user = getpass.getuser()
    temporary = Path(tempfile.gettempdir()) / f"smartselfie-rescued-{user}"
    try:
        return platformdirs.user_data_path("smartselfie", appauthor=False) / "rescued", temporary
    except RuntimeError:
        return (temporary,)


def is_own(folder: Path) -> bool:
    """Whether it is a folder of the user's own that nobody else may write to, and no link."""
    with suppress(OSError):
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and (
            os.name != "posix" or (found.st_uid == os.getuid() and not found.st_mode & 0o22)
        )
    return False


def _place(folder: Path, stem: str, content: bytes, notes: bytes | None) -> Path:
    """Write a photo and its notes to partial files, then give them the first name that is free for both."""
    photo = folder / f"{stem}.jpg"
    with partial_beside(photo) as partial, partial_beside(photo.with_suffix(".json")) as partial_notes:
        write_through(partial, content)
        if notes is not None:
            write_through(partial_notes, notes)
        for path in free_names(photo):
            beside = path.with_suffix(".json")
            if (notes is None or not beside.exists()) and link_if_free(partial, path):
                if notes is not None:
                    link_if_free(partial_notes, beside)
                # the photo is there; what cannot be said is whether its name would survive a power cut
                with suppress(OSError):
                    _settle(folder)
                return path
    raise AssertionError


def _settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut, too.

    Raises:
        OSError: that cannot be asked for (Windows opens no folders), or did not work.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _stem(shot: Shot) -> str:
    """`2026-11-23_05-20-11.123` for a live source, `CLIP_000126` for a clip."""
    taken = shot.frame.taken
    if taken is None:
        # a name that any disk takes, that a page can be told, and that is not hidden; short enough for what is added
        name = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', "_", shot.source).lstrip(". ") or "photo"
        return f"{shorten(name)}_{shot.frame.index:06d}"
    return f"{taken:%Y-%m-%d_%H-%M-%S}.{taken.microsecond // 1000:03d}"


def _encode(shot: Shot, written: datetime) -> bytes:
    """The frame as JPEG at full resolution; its EXIF says when it was written and, if known, taken."""
    exif, taken = Pillow.Exif(), shot.frame.taken
    exif[Base.Software] = "smartselfie"
    exif[Base.DateTime] = f"{written if taken is None else taken:%Y:%m:%d %H:%M:%S}"
    if taken is not None:
        details = exif.get_ifd(IFD.Exif)
        details[Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
        details[Base.SubsecTimeOriginal] = f"{taken.microsecond // 1000:03d}"
        offset = f"{taken.astimezone():%z}"
        details[Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:5]}"
    return encode_image(to_pillow(shot.frame.image), "JPEG", quality=QUALITY, subsampling=0, exif=exif)


def _notes(shot: Shot, written: datetime) -> dict[str, object]:
    """What the sidecar says."""
    taken = shot.frame.taken
    return {
        "taken": None if taken is None else taken.astimezone().isoformat(timespec="milliseconds"),
        "written": written.astimezone().isoformat(timespec="milliseconds"),
        "source": shot.source,
        "frame": shot.frame.index,
        "at": round(shot.frame.at, 6),
        "decided": shot.decided,
        "why": shot.why,
        "rule": shot.rule,
        "model": shot.model,
        "faces": [face_to_json(face) for face in shot.faces],
    }
