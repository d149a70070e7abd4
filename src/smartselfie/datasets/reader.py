"""FER-2013 in every form that people have it: a CSV, gzipped or in an archive, or folders of images."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from smartselfie.datasets import fer2013, folders
from smartselfie.datasets.archive import Entry, data_errors, entries, is_tree
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import HINT, Fer2013
from smartselfie.errors import DataError
from smartselfie.kinds import IMAGE_SUFFIXES

Rows = Callable[[int], None]


def read(path: Path, on_rows: Rows = lambda _: None, test: Split = Split.PRIVATE_TEST) -> Fer2013:
    """Read a `.csv`, `.csv.gz`, `.tar`, `.tar.gz`, `.zip` or folder; what it is tells the content, not the name.

    An archive or folder may hold one CSV with the columns emotion, pixels, Usage (others beside it are passed over), or
    images as SPLIT/CLASS/FILE.

    Args:
        path: the file or folder.
        on_rows: called with the number of rows read so far, every 1,000 rows and at the end.
        test: what a part called "test" is.

    Raises:
        DataError: it is missing, damaged, hostile or none of these, holds several such CSVs, or no good row.
    """
    with data_errors(path):
        if is_tree(path):
            return _from_tree(path, on_rows, test)
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with cast("IO[bytes]", gzip.open(path, "rb") if zipped else path.open("rb")) as file:
            return fer2013.read_csv(file, str(path), on_rows, test)


def _from_tree(path: Path, on_rows: Rows, test: Split) -> Fer2013:
    """The one CSV or the images of an archive or folder."""
    tables, images = [], False
    for entry in entries(path):
        if entry.suffix == ".csv" and _is_table(entry):
            tables.append(entry.name)
        images = images or entry.suffix in IMAGE_SUFFIXES
    if len(tables) > 1 or (tables and images):
        others = ", ".join(tables[:5]) + (" and images" if images else "")
        raise DataError(f"{path} holds {others}: it is not clear which one you mean", "unpack it, and name just one")
    if tables:
        for entry in entries(path):
            if entry.name == tables[0]:
                with entry.open() as file:
                    return fer2013.read_csv(file, f"{path}, {entry.name}", on_rows, test)
    if images:
        return folders.read_pictures(path, on_rows, test)
    raise DataError(f"{path} holds neither a CSV of {', '.join(fer2013.COLUMNS)} nor folders of images", HINT)


def _is_table(entry: Entry) -> bool:
    """Whether its first line names the columns."""
    with entry.open() as file:
        header = file.readline(1000).decode("utf-8-sig", errors="replace")
    return set(fer2013.COLUMNS) <= {name.strip() for name in header.split(",")}
