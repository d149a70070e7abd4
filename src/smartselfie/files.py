"""Files that are written whole or not at all, and names that are still free."""

import errno
import os
import re
import stat
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from smartselfie.addresses import without_secrets

# What `partial_beside` calls files under way, and the seconds after which nobody writes them any more.
PARTIAL, ABANDONED = re.compile(r"\..+-\d+\.partial", re.DOTALL), 3600.0


@contextmanager
def atomic_write(
    path: Path,
    failure: Callable[[str, str], Exception] | None = None,
    hint: str = "",
    mark: bytes | None = None,
    *,
    flush: bool = True,
) -> Iterator[BinaryIO]:
    """A file to write into, which gets its name, in place of an older one, only when the block ends well.

    Folders that are missing are made. A link stays, and what it leads to is written; a pipe or device is written into.

    Args:
        path: the file's name.
        failure: makes the error to raise, of a message and the hint; None raises the OSError itself.
        hint: what to do about it.
        mark: see `check_replaceable`.
        flush: whether it is on the disk at the end; else whoever is in a hurry calls `flush_file` afterwards.

    Raises:
        OSError: it cannot be written; nothing half-written is left behind.
    """
    try:
        check_replaceable(path, mark)
        if _is_open_end(path):
            with path.open("wb") as end:
                yield end
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        target = Path(os.path.realpath(path))
        with partial_beside(target) as partial:
            with partial.open("wb") as file:
                yield file
                if flush:
                    file.flush()
                    os.fsync(file.fileno())
            partial.replace(target)
    except BrokenPipeError:
        raise  # whoever read our output has left; that is not this file's fault
    except OSError as error:
        if failure is None:
            raise
        raise failure(f"{path} cannot be written: {error.strerror or error}", hint) from None


def check_replaceable(path: Path, mark: bytes | None) -> None:
    """Make sure that nothing is lost if a file is written there: it is free, empty, no file at all, or one of ours.

    Args:
        path: where something is to be written.
        mark: what stands at one of the ends of the files that we write there; None where any may be replaced.

    Raises:
        OSError: it is somebody else's, or cannot be looked at.
    """
    if mark is None or not path.exists() or _is_open_end(path) or path.is_dir():
        return
    with path.open("rb") as file:
        ends = file.read(MARKED)
        if ends:
            file.seek(-min(MARKED, path.stat().st_size), os.SEEK_END)
            ends += file.read()
    if ends and mark not in ends:
        raise OSError(errno.EEXIST, "it exists already, and smartselfie did not write it")


# Bytes at a file's ends among which the mark of our own stands.
MARKED = 1000


def _is_open_end(path: Path) -> bool:
    """Whether what is written there goes on to somebody: a pipe or device, or what a process has open."""
    if not path.exists():
        return False
    mode = path.stat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or path.absolute().parts[1:2] in (("dev",), ("proc",))


@contextmanager
def partial_beside(path: Path) -> Iterator[Path]:
    """A hidden name in the same folder, this thread's own, for a file under way; what still has it then is removed."""
    partial = path.with_name(f".{shorten(path.name)}-{threading.get_native_id()}.partial")
    try:
        yield partial
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def remove_partials(folder: Path) -> None:
    """Remove what programs were writing in a folder when they were killed, an hour ago or more."""
    with suppress(OSError):
        for left in folder.glob(".*.partial"):
            if PARTIAL.fullmatch(left.name) and time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink(missing_ok=True)


def steady_clock() -> Callable[[], float]:
    """A clock of seconds since 1970 that goes on evenly: though somebody sets the machine's, and while it sleeps."""
    kind = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    counted = time.monotonic if kind is None else lambda: time.clock_gettime(kind)
    begun = time.time() - counted()
    return lambda: begun + counted()


def flush_file(path: Path) -> None:
    """Wait until what was written into a file survives a power cut.

    Raises:
        OSError: it is gone, or the disk is broken.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def shorten(name: str) -> str:
    """A name, or so much of its beginning that something can be put before and behind it in any file system."""
    return name.encode(errors="surrogateescape")[:LONGEST].decode(errors="ignore") if len(name) * 4 > LONGEST else name


# Bytes of a name that leave room for more; file systems allow 255 in all.
LONGEST = 200


def plain(text: str) -> str:
    """A text in one line for people: what a terminal would obey, or no encoding can hold, is written with escapes."""
    return "".join(
        char if char.isprintable() or unicodedata.category(char) == "Zs" or char == "\u200d" else ascii(char)[1:-1]
        for char in text
    )


def write_through(path: Path, content: bytes) -> None:
    """Write a file so that it survives a power cut.

    Raises:
        OSError: it cannot be written, or only in part.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def check_readable(path: Path, failure: Callable[[str, str], Exception], hint: str = "check the path") -> None:
    """Make sure that a path is a file that can be read, and say what it is if not; never waits, as for a pipe.

    Args:
        path: what is to be read.
        failure: makes the error to raise, of a message and the hint.
        hint: what to do about it.

    Raises:
        Exception: `failure`'s.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        nowhere = "the link leads nowhere" if path.is_symlink() else "no such file"
        raise failure(f"{nowhere}: {without_secrets(str(path))}", hint) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        raise failure(f"{without_secrets(str(path))} cannot be read: {why}", hint) from None
    if not os.access(path, os.R_OK):
        raise failure(f"{path} cannot be read: {os.strerror(errno.EACCES)}", "check its permissions")
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"
        raise failure(f"not a file: {path} is {what}", hint)


def free_names(path: Path) -> Iterator[Path]:
    """The path itself, then `name_2`, `name_3` and so on before its suffix, without end; whoever asks tries each."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}_{number}{path.suffix}")


def link_if_free(partial: Path, path: Path) -> bool:
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
