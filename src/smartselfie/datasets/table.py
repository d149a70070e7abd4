"""CSV tables as people save them: UTF-8 or UTF-16; commas, semicolons or tabs; the columns in any order and case."""

import bz2
import codecs
import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, cast

from smartselfie.errors import DataError
from smartselfie.kinds import Kind, kind_of

# Characters of a line: no row of a face needs more, whose side is at most 512.
LONGEST = 4 * 513**2
# Of text: a compressed file that holds more is refused.
MOST_CHARACTERS, MANY = 8 << 30, "more than 8 GiB of text"
SEPARATORS = ",;\t"

_OPENERS: dict[bytes, Callable[..., object]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\x00": lzma.open, b"BZh": bz2.open}
# Excel's older files and its newer ones, which are a zip.
EXCEL = (b"\xd0\xcf\x11\xe0", "xl/workbook.xml")


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """What a gzip, xz or bzip2 holds; anything else as it is."""
    head = peek(file)
    for magic, opener in _OPENERS.items():
        if head.startswith(magic):
            return cast("IO[bytes]", opener(file, "rb"))
    return file


def peek(file: IO[bytes]) -> bytes:
    """The first bytes of a buffered file, which are still there to be read."""
    return cast("io.BufferedReader", file).peek(16)


def refuse_foreign(head: bytes, name: str) -> None:
    """Say of files that are often taken for a table what they are.

    Raises:
        DataError: it begins like an archive that cannot be read, an Excel workbook, an image, a page …
    """
    kind = kind_of(head)
    if head.startswith(EXCEL[0]):
        raise DataError(f"{name} is an Excel workbook", "save it as CSV")
    if kind in (Kind.SEVEN_ZIP, Kind.RAR, Kind.ARCHIVE):
        raise DataError(f"{name} is {kind.value}, which cannot be read here", "unpack it first")
    if kind is not None:
        raise DataError(f"{name} is {kind.value}, not a CSV", "check the path")


def read_records(
    file: IO[bytes], name: str, columns: Sequence[str], hint: str, optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The records of a CSV as (line in the file, column → text, None where the line is too short).

    Args:
        file: its bytes, buffered.
        name: for messages.
        columns: that it must have; they get these names, whatever their case.
        hint: what to do about it.
        optional: columns that it may have, as well.

    Raises:
        DataError: it is truncated, no CSV, or lacks one of the columns.
    """
    # the csv module's own limit is a 180×180 face
    limit = csv.field_size_limit(LONGEST)
    try:
        refuse_foreign(peek(file), name)
        lines = _lines(file, name, hint)
        first = next(lines, "")
        skipped = 0
        if first.lower().startswith("sep="):
            # Excel's own way to say it
            first, skipped = next(lines, ""), 1
        header = split_header(first)
        known = {column.lower(): column for column in (*columns, *optional)}
        named = [known.get(each.lower(), each) for each in header]
        missing = [column for column in columns if column not in named]
        if missing:
            raise DataError(f"{name} has no column {', '.join(missing)}", hint)
        reader = csv.DictReader(lines, named, delimiter=_separator(first))
        for record in reader:
            yield reader.line_num + 1 + skipped, record
    except (EOFError, zlib.error, lzma.LZMAError):
        raise DataError(f"{name} is truncated or damaged", "download the file again") from None
    except (csv.Error, UnicodeError):
        raise DataError(f"{name} is not a CSV", hint) from None
    finally:
        csv.field_size_limit(limit)


def split_header(line: str) -> list[str]:
    """The names of the columns."""
    row = next(csv.reader([line], delimiter=_separator(line)), [])
    return [name.strip() for name in row]


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def _lines(file: IO[bytes], name: str, hint: str) -> Iterator[str]:
    """The lines of a text, none of them longer than a row can be."""
    wide = peek(file).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text, size = io.TextIOWrapper(cast("io.BufferedReader", file), "utf-16" if wide else "utf-8-sig", newline=""), 0
    try:
        while line := text.readline(LONGEST):
            size += len(line)
            if len(line) == LONGEST or size > MOST_CHARACTERS:
                many = f"a line of more than {LONGEST:,} characters" if len(line) == LONGEST else MANY
                raise DataError(f"{name} holds {many}", hint)
            yield line
    finally:
        # the file is its owner's, who may have closed it
        with suppress(ValueError):
            text.detach()
