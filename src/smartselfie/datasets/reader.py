"""FER-2013 in every form that people have it: a CSV, compressed or in an archive, or folders of images."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from smartselfie.datasets import fer2013, folders
from smartselfie.datasets.archive import Entry, data_errors, entries, is_tree
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import HINT, Fer2013
from smartselfie.datasets.table import EXCEL, decompressed, split_header
from smartselfie.errors import DataError
from smartselfie.kinds import IMAGE_SUFFIXES

Rows = Callable[[int], None]


def read(path: Path, on_rows: Rows = lambda _: None, test: Split = Split.PRIVATE_TEST) -> Fer2013:
    """Read a CSV, also compressed (gzip, xz, bzip2), a tar, a zip or a folder; what it is tells its content.

    An archive or folder may hold one CSV with the columns emotion, pixels, Usage (others beside it are passed over), or
    images as SPLIT/CLASS/FILE. What archives in an archive hold counts where nothing else does, as in Kaggle's.

    Args:
        path: the file or folder.
        on_rows: called with the number of rows read so far, every 1,000 rows and at the end.
        test: what a part called "test" is.

    Raises:
        DataError: it is missing, damaged, hostile or none of these, holds several such CSVs, or no good row.
    """
    with data_errors(path):
        if is_tree(path) and _holds_images(path):
            return folders.read_pictures(path, on_rows, test)
        with open_table(path, fer2013.COLUMNS, HINT, least=2) as (file, shown):
            return fer2013.read_csv(file, shown, on_rows, test)


@contextmanager
def open_table(
    path: Path, columns: Sequence[str], hint: str, least: int | None = None
) -> Iterator[tuple[IO[bytes], str]]:
    """The one CSV with these columns that a file, archive or folder is or holds, and its name for messages.

    Args:
        path: where it is.
        columns: that it has.
        hint: what to do about it.
        least: how many of them are enough where no other has all; None wants all.

    Raises:
        DataError: it cannot be read, or there is none or several.
    """
    with data_errors(path):
        if not is_tree(path):
            with path.open("rb") as packed, decompressed(packed) as file:
                yield file, str(path)
            return
        name, nested = _find_table(path, columns, hint, least or len(columns))
        for entry in entries(path, nested=nested):
            if entry.name == name:
                with entry.open() as file:
                    yield file, f"{path}, {name}"
                return


def _find_table(path: Path, columns: Sequence[str], hint: str, least: int) -> tuple[str, bool]:
    """The name of the one that fits best, and whether it lies in an archive in the archive."""
    for wanted in dict.fromkeys((len(columns), least)):
        for nested in (False,) if path.is_dir() else (False, True):
            tables = [
                entry.name
                for entry in entries(path, nested=nested)
                if entry.suffix == ".csv" and _has(entry, columns[:wanted])
            ]
            if len(tables) > 1:
                raise DataError(
                    f"{path} holds {', '.join(tables[:5])}: it is not clear which one you mean",
                    "unpack it, and name just one",
                )
            if tables:
                return tables[0], nested
    if any(entry.name == EXCEL[1] for entry in entries(path)):
        raise DataError(f"{path} is an Excel workbook", "save it as CSV")
    raise DataError(f"{path} holds neither a CSV of {', '.join(columns)} nor folders of images", hint)


def _holds_images(path: Path) -> bool:
    """Whether it holds images, and no table beside them.

    Raises:
        DataError: it holds both.
    """
    found = [entry.suffix in IMAGE_SUFFIXES for entry in entries(path)]
    tables = [entry.name for entry in entries(path) if entry.suffix == ".csv" and _has(entry, fer2013.COLUMNS)]
    if any(found) and tables:
        raise DataError(
            f"{path} holds {tables[0]} and images: it is not clear which one you mean", "unpack it, and name just one"
        )
    return any(found)


def _has(entry: Entry, columns: Sequence[str]) -> bool:
    """Whether its first line names the columns."""
    with entry.open() as file:
        head = file.readline(1000)
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", errors="replace")
    return {column.lower() for column in columns} <= {name.lower() for name in split_header(text.rstrip("\r\n\0"))}
