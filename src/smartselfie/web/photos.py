"""The photos of the album's folder as the page lists them."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

PLAIN_NAME = re.compile(r"(?!\.)[^/\\:\0]+\.jpg")


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo; `written` is ISO 8601 in UTC."""

    name: str
    url: str
    written: str


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Some of the photos, newest first, and how many there are in all."""

    total: int
    photos: list[PhotoEntry]


def list_photos(folder: Path, offset: int, limit: int) -> PhotoPage:
    """A page of the folder's photos, newest first; a folder that is gone holds none."""
    found = sorted(_dated(folder), reverse=True)
    entries = [
        PhotoEntry(name, f"/photos/{quote(name)}", datetime.fromtimestamp(written, UTC).isoformat())
        for written, name in found[offset : offset + limit]
    ]
    return PhotoPage(len(found), entries)


def find_photo(folder: Path, name: str) -> Path | None:
    """The photo of that name; None for what is no photo of this very folder."""
    path = folder / name
    return path if PLAIN_NAME.fullmatch(name) and _is_photo(path) else None


def _dated(folder: Path) -> Iterator[tuple[float, str]]:
    """When each photo was written, and its name."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            # somebody may delete one meanwhile
            with contextlib.suppress(FileNotFoundError):
                if _is_photo(path):
                    yield path.stat().st_mtime, path.name


def _is_photo(path: Path) -> bool:
    """A link is none: it may point anywhere."""
    return PLAIN_NAME.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()
