"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def named_if_free(partial: Path, path: Path) -> bool:
    """Give a finished file its name unless somebody has it; in one step, so that nobody sees half a file.

    Where it is given, `partial` may be left as a second name of the same file.

    Raises:
        OSError: the folder cannot be written.
    """
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    except OSError:
        # no hard links here (exFAT, some network drives): reserve the name, then put the file in its place
        try:
            path.open("xb").close()
        except FileExistsError:
            return False
        try:
            partial.replace(path)
        except OSError:
            path.unlink()
            raise
    return True


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which gets its name, in place of an older one, only when the block ends well.

    Folders that are missing are made.

    Raises:
        OSError: it cannot be written; nothing half-written is left behind.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
