"""Files of a folder, a zip or a tar, one after the other: nothing is unpacked to the disk, and bombs are refused."""

import io
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast

from smartselfie.datasets.table import decompressed
from smartselfie.errors import DataError
from smartselfie.files import check_readable

# An archive that unpacks to more is refused; FER-2013 as text has 0.3 GB.
MOST_BYTES = 8 << 30

MOST_FILES = 1_000_000

HINT = "download or pack the archive again"


Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its path with forward slashes, and how to open it, which works only until the next entry is asked for."""

    name: str
    open: Opener

    @property
    def suffix(self) -> str:
        """Of the name, in lower case."""
        return PurePosixPath(self.name).suffix.lower()


def is_tree(path: Path) -> bool:
    """Whether it is a folder or an archive of files, rather than one file of text.

    Raises:
        DataError: it cannot be read.
    """
    with data_errors(path):
        return path.is_dir() or _is_zip(path) or tarfile.is_tarfile(path)


def entries(path: Path, *, nested: bool = False) -> Iterator[Entry]:
    """The files in it; hidden ones and what macOS adds are passed over.

    Args:
        path: a folder, a zip or a tar.
        nested: whether archives in an archive count for what they hold, and compressed files for their content.

    Raises:
        DataError: it cannot be read, is damaged or encrypted, leads out of itself, or unpacks to more than 8 GiB.
    """
    with data_errors(path):
        if path.is_dir():
            yield from _guarded(path, _visible(_of_folder(path)))
            return
        with path.open("rb") as file:
            for entry in _guarded(path, _visible(_of_zip(path, file) if _is_zip(path) else _of_tar(path, file))):
                yield from _guarded(path, _inside(path, entry)) if nested else (entry,)


def _guarded(path: Path, found: Iterable[Entry]) -> Iterator[Entry]:
    """The same; what goes wrong while one is read is told as what goes wrong with the archive."""

    @contextmanager
    def opened(entry: Entry) -> Iterator[IO[bytes]]:
        with data_errors(path), entry.open() as file:
            yield file

    for entry in found:
        yield replace(entry, open=partial(opened, entry))


def _visible(found: Iterator[Entry]) -> Iterator[Entry]:
    for entry in found:
        parts = PurePosixPath(entry.name).parts
        if not any(part.startswith(".") or part == "__MACOSX" for part in parts):
            yield entry


def _inside(path: Path, entry: Entry) -> Iterator[Entry]:
    """What an archive in an archive holds, one level deep; what is none is decompressed."""
    if not entry.name.lower().endswith((".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2")):
        packed = entry.suffix in (".gz", ".xz", ".bz2")
        name = str(PurePosixPath(entry.name).with_suffix("")) if packed else entry.name
        yield Entry(name, partial(_decompressed, entry))
        return
    with entry.open() as packed_file, TemporaryFile() as file:
        shutil.copyfileobj(packed_file, file)
        file.seek(0)
        shown = Path(f"{path}, {entry.name}")
        yield from _visible(_of_zip(shown, file) if entry.suffix == ".zip" else _of_tar(shown, file))


@contextmanager
def _decompressed(entry: Entry) -> Iterator[IO[bytes]]:
    with entry.open() as packed, decompressed(packed) as file:
        yield file


def _is_zip(path: Path) -> bool:
    """By its first bytes: a damaged one is still one."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _of_folder(path: Path) -> Iterator[Entry]:
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield Entry(file.relative_to(path).as_posix(), cast("Opener", partial(file.open, "rb")))


def _of_zip(path: Path, file: IO[bytes]) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
            raise _too_large(path)
        for info in infos:
            _check(path, info.filename)
            if info.flag_bits & 1:
                raise DataError(f"{path} is encrypted", "unpack it first")
            # a damaged one may have a file without a name
            if info.filename and not info.is_dir() and not info.filename.endswith("\\"):
                # older programs for Windows write its separators
                yield Entry(info.filename.replace("\\", "/"), partial(_opened, path, archive, info))


def _opened(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        # buffered, since its own way of reading lines is slow
        return io.BufferedReader(cast("io.RawIOBase", archive.open(info)))
    except (NotImplementedError, RuntimeError):
        raise DataError(f"{path} needs a password or a compression that is not known", "unpack it first") from None


def _of_tar(path: Path, file: IO[bytes]) -> Iterator[Entry]:
    size = 0
    with tarfile.open(fileobj=file) as archive:
        for count, info in enumerate(archive):
            _check(path, info.name)
            if info.issym() or info.islnk():
                _check(path, info.linkname)
            size += max(info.size, 0)
            if size > MOST_BYTES or count >= MOST_FILES:
                raise _too_large(path)
            if info.isfile():
                yield Entry(info.name, cast("Opener", partial(archive.extractfile, info)))
        # the checksum of what was compressed stands behind the last file
        while cast("IO[bytes]", archive.fileobj).read(1 << 20):
            size += 1 << 20
            if size > MOST_BYTES:
                raise _too_large(path)


def _check(path: Path, name: str) -> None:
    """Nothing is unpacked, so such a name does no harm; but nobody packs one who means well."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or ":" in plain.split("/")[0] or ".." in plain.split("/"):
        raise DataError(f"{path} holds a path that leads out of it: {plain[:80]!r}", "use an archive that you trust")


def _too_large(path: Path) -> DataError:
    return DataError(f"{path} unpacks to more than {MOST_BYTES >> 30} GiB or a million files", "unpack it first")


@contextmanager
def data_errors(path: Path) -> Iterator[None]:
    """What Python's libraries raise on damaged archives, as one line; what is neither file nor folder is not opened."""
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises on odd names
        check_readable(path, DataError)
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError):
        raise DataError(f"{path} is truncated or damaged", HINT) from None
    except NotImplementedError:
        raise DataError(f"{path} is damaged, or packed in a way that is not known", "unpack it first") from None
    except OSError as error:
        # what is wrong with a gzip is an OSError, too, but without a number
        hint = "check the path" if error.errno else HINT
        raise DataError(f"{path} cannot be read: {error.strerror or error}", hint) from None
