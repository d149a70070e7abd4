"""The photos of an album's folder for those who look: sorted, small, thrown away and brought back.

Everything that is kept beside the photos lies in two hidden folders of the album: `.thumbnails`, each made once, and
`.trash`, where a photo waits for an hour in case somebody wants it back.
"""

import contextlib
import itertools
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from smartselfie.albums.clip import clip_beside
from smartselfie.albums.notes import People, met, read_focus, read_people, read_smile
from smartselfie.albums.strip import PHOTOS, make_strip
from smartselfie.errors import PictureError
from smartselfie.files import atomic_write, free_names, link_if_free, remove_partials, steady_clock
from smartselfie.images import encode_image, read_software, read_thumbnail

TICKET = re.compile(r"\d{1,20}")
# Pixels of a thumbnail's longer side.
SMALL = 480
# Seconds that a deleted photo can be brought back.
TRASH_KEPT = 3600.0
# Nanoseconds after which a folder's time of change tells every change: coarse clocks repeat themselves.
SETTLED = 2_000_000_000
# The last moment that a date can tell, about the year 9999.
LATEST = 253_000_000_000.0
# Photos before one that are looked through for the same people.
LOOKED_THROUGH = 300
# What may lie beside a photo and goes where it goes.
BESIDE = (".json", ".gif", ".mp4")


class Order(StrEnum):
    """How photos are sorted."""

    TIME = "time"
    SMILE = "smile"


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo.

    Attributes:
        name: of its file, as `shown_name` has it.
        written: when, in seconds since 1970.
        smile: mean of the "happy" scores of everybody on it, from 0 to 1; None where no sidecar tells.
        clip: whether a short clip of the moment lies beside it.
        focus: the middle of everybody's faces, as parts of width and height; None where no sidecar tells.
    """

    name: str
    written: float
    smile: float | None
    clip: bool
    focus: tuple[float, float] | None = None


class Gallery:
    """One folder; may be asked from any thread."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] | None = None) -> None:
        """Nothing is read yet; the folder may be missing, and is empty then.

        `clock` gives seconds since 1970, and None one that goes on evenly though somebody sets the machine's.
        """
        self.folder = folder
        self._clock = steady_clock() if clock is None else clock
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()
        self._state = 0
        self._files: dict[str, float] = {}
        self._newest: list[str] = []
        self._unusual: dict[str, str] = {}

    def move_to(self, folder: Path) -> bool:
        """Show another folder from now on; False where it is this one already."""
        with self._lock:
            moved = folder != self.folder
            self.folder = folder
            self._seen, self._state = {}, 0
        return moved

    def names(self) -> list[str]:
        """The names of all photos, the newest first."""
        with self._lock:
            self._refresh()
            return [shown_name(name) for name in self._newest]

    def page(
        self, order: Order = Order.TIME, offset: int = 0, limit: int | None = None, *, within: float | None = None
    ) -> tuple[int, list[Entry]]:
        """How many photos there are, and some of them: the newest first, or the widest smile first and those without
        a score last. By time only the sidecars of these are read, by smile once all of them.

        `within` leaves out what was written longer ago, in seconds.
        """
        with self._lock:
            self._refresh()
            names = self._newest
            if within is not None:
                since = time.time() - within
                names = list(itertools.takewhile(lambda name: self._files[name] >= since, names))
            part = slice(offset, None if limit is None else offset + limit)
            if order is Order.TIME:
                entries = [self._read(name) for name in names[part]]
            else:
                entries = sorted(map(self._read, names), key=_by_smile, reverse=True)[part]
            return len(names), [self._focused(entry) for entry in entries]

    def find(self, name: str) -> Path | None:
        """The photo of that name; None for what is no photo of this very folder."""
        path = self.folder / name
        if not _is_plain(name):
            return None
        if not _is_photo(path):
            with self._lock:
                self._refresh()
                path = self.folder / self._unusual.get(name, name)
        return path if _is_photo(path) else None

    def find_clip(self, name: str) -> Path | None:
        """The short clip beside the photo of that name, or None."""
        photo = self.find(name)
        return None if photo is None else clip_beside(photo)

    def thumbnail(self, name: str) -> bytes | None:
        """The photo as a small JPEG, made once; None where there is no such photo or it cannot be read."""
        photo = self.find(name)
        if photo is None:
            return None
        kept = self.folder / ".thumbnails" / photo.name
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime_ns >= photo.stat().st_mtime_ns:
                return kept.read_bytes()
        try:
            image = read_thumbnail(photo, SMALL)
        except PictureError:
            return None
        image.thumbnail((SMALL, SMALL))
        small = encode_image(image, "JPEG", quality=82)
        # a full disk costs time, not the view
        with contextlib.suppress(OSError), atomic_write(kept) as file:
            file.write(small)
        return small

    def strip_of(self, name: str) -> bytes | None:
        """The photo under up to three that were taken before it of somebody who is on it, as one JPEG; None where there
        is no such photo, or none of them can be read.

        Whether it is somebody who is on it only the sidecars tell: a photo without one stands alone.
        """
        with self._lock:
            self._refresh()
            newest, notes = self._newest, dict(self._files)
        photo = self.find(name)
        if photo is None or photo.name not in newest:
            return None
        name = photo.name
        before = newest[newest.index(name) + 1 :][:LOOKED_THROUGH]
        now, *earlier = (self._people_of(each, notes) for each in (name, *before))
        same = [other for other, people in zip(before, earlier, strict=True) if met(people, now)]
        return make_strip([self.folder / other for other in (*reversed(same[: PHOTOS - 1]), name)])

    def _people_of(self, name: str, files: Mapping[str, float]) -> People | None:
        sidecar = f"{name.removesuffix('.jpg')}.json"
        return None if sidecar not in files else read_people(self.folder, sidecar, files[sidecar])

    def discard(self, name: str) -> str | None:
        """Throw a photo away, and what lies beside it.

        Returns:
            The ticket with which `restore` brings it back for an hour; None where there is no such photo.

        Raises:
            OSError: it cannot be moved.
        """
        photo = self.find(name)
        if photo is None:
            return None
        bin_ = self._make_bin()
        for path in (photo, *_beside(photo)):
            with contextlib.suppress(FileNotFoundError):
                path.rename(bin_ / path.name)
        self._forget(photo.name)
        return bin_.name

    def restore(self, ticket: str) -> str | None:
        """Bring a photo back under its name or, where somebody has that now, the next free one.

        Returns:
            Its name; None where the ticket is wrong or the hour is over.

        Raises:
            OSError: it cannot be moved.
        """
        bin_ = self.folder / ".trash" / ticket
        photo = next(bin_.glob("*.jpg"), None) if TICKET.fullmatch(ticket) else None
        if photo is None:
            return None
        back = self._bring_back(photo)
        shutil.rmtree(bin_, ignore_errors=True)
        with self._lock:
            self._state = 0
        return shown_name(back.name)

    def tidy(self, delete_after: float | None = None) -> int:
        """Empty what is older than an hour out of the trash, and delete old photos for good.

        Args:
            delete_after: seconds after which photos that smartselfie took are deleted; None keeps them. Images of
                other programs in the same folder are never touched.

        Returns:
            How many photos were deleted.
        """
        now = self._clock()
        with contextlib.suppress(OSError):
            for bin_ in (self.folder / ".trash").iterdir():
                if TICKET.fullmatch(bin_.name) and now - int(bin_.name) / 1000 > TRASH_KEPT:
                    shutil.rmtree(bin_, ignore_errors=True)
        with self._lock:
            self._refresh()
            self._seen = {name: self._seen.get(name, now) for name in self._newest}
            # a clock that was set forward says nothing of when a photo was written, so what counts is how long it was
            # there; since when, only the file can tell of those that were there at the start
            since = {name: min(self._files[name], seen) for name, seen in self._seen.items()}
        self._clean_up()
        if delete_after is None:
            return 0
        old = [name for name, written in since.items() if now - written > delete_after]
        return sum(self._delete(self.folder / name) for name in old)

    def _clean_up(self) -> None:
        """Remove the thumbnails of photos that are gone, and what programs that were killed were writing."""
        thumbnails = self.folder / ".thumbnails"
        remove_partials(self.folder)
        remove_partials(thumbnails)
        with contextlib.suppress(OSError):
            for kept in thumbnails.glob("*.jpg"):
                if not kept.name.startswith(".") and not _is_photo(self.folder / kept.name):
                    kept.unlink(missing_ok=True)

    def _delete(self, photo: Path) -> bool:
        if not _is_ours(photo):
            return False
        with contextlib.suppress(OSError):
            for path in (*_beside(photo), photo):
                path.unlink(missing_ok=True)
            self._forget(photo.name)
            return True
        return False

    def _make_bin(self) -> Path:
        trash = self.folder / ".trash"
        trash.mkdir(exist_ok=True)
        for stamp in itertools.count(int(self._clock() * 1000)):
            with contextlib.suppress(FileExistsError):
                (trash / str(stamp)).mkdir()
                return trash / str(stamp)
        raise AssertionError

    def _bring_back(self, photo: Path) -> Path:
        for path in free_names(self.folder / photo.name):
            if any(path.with_suffix(suffix).exists() for suffix in BESIDE) or not link_if_free(photo, path):
                continue
            for suffix in BESIDE:
                with contextlib.suppress(FileNotFoundError):
                    photo.with_suffix(suffix).rename(path.with_suffix(suffix))
            return path
        raise AssertionError

    def _forget(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.folder / ".thumbnails" / name).unlink(missing_ok=True)
        with self._lock:
            self._state = 0

    def _refresh(self) -> None:
        """Look again where the folder has changed."""
        try:
            changed = self.folder.stat().st_mtime_ns
        except OSError:
            changed = 0
        if changed and changed == self._state:
            return
        self._state = changed if time.time_ns() - changed > SETTLED else 0
        self._files = _files(self.folder)
        shown = {name: shown_name(name) for name in self._files}
        self._unusual = {told: name for name, told in shown.items() if told != name and told not in self._files}
        photos = [name for name, told in shown.items() if _is_plain(told) and self._unusual.get(told, told) == name]
        self._newest = sorted(photos, key=lambda name: (self._files[name], name), reverse=True)

    def _read(self, name: str) -> Entry:
        """What there is to know of a photo of the folder."""
        stem = name.removesuffix(".jpg")
        noted = self._files.get(f"{stem}.json")
        smile = None if noted is None else read_smile(self.folder, f"{stem}.json", noted)
        clip = any(f"{stem}{suffix}" in self._files for suffix in (".gif", ".mp4"))
        return Entry(name, self._files[name], smile, clip and clip_beside(self.folder / name) is not None)

    def _focused(self, entry: Entry) -> Entry:
        sidecar = f"{entry.name.removesuffix('.jpg')}.json"
        noted = self._files.get(sidecar)
        focus = None if noted is None else read_focus(self.folder, entry.name, sidecar, noted)
        return replace(entry, name=shown_name(entry.name), focus=focus)


def shown_name(name: str) -> str:
    """A file's name as text that can be told: bytes that are not UTF-8 are written as numbers."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _files(folder: Path) -> dict[str, float]:
    """The folder's files, links left out, and when each was written."""
    files: dict[str, float] = {}
    with contextlib.suppress(OSError), os.scandir(folder) as inside:
        for file in inside:
            # somebody may delete one meanwhile
            with contextlib.suppress(FileNotFoundError):
                if file.is_file(follow_symlinks=False):
                    files[file.name] = min(max(0.0, file.stat().st_mtime), LATEST)
    return files


def _beside(photo: Path) -> Iterator[Path]:
    """What goes where a photo goes: its sidecar and its clip, but no video of somebody's that has its name."""
    yield photo.with_suffix(".json")
    clip = clip_beside(photo)
    if clip is not None:
        yield clip


def _is_photo(path: Path) -> bool:
    """A link is none: it may point anywhere."""
    with contextlib.suppress(OSError):
        return path.is_file() and not path.is_symlink()
    return False


def _is_plain(name: str) -> bool:
    """Whether a photo of that name may lie in the folder itself, and can be told to a page."""
    with contextlib.suppress(UnicodeEncodeError):
        told = name.encode()
        return told.endswith(b".jpg") and not told.startswith(b".") and b"\0" not in told and Path(name).name == name
    return False


def _is_ours(path: Path) -> bool:
    with contextlib.suppress(PictureError):
        return read_software(path) == "smartselfie"
    return False


def _by_smile(entry: Entry) -> tuple[float, float, str]:
    return -1.0 if entry.smile is None else entry.smile, entry.written, entry.name
