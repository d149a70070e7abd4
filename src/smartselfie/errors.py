"""The whole tree of errors that a user's input can cause.

    SmartselfieError
    ├── SourceError      a camera, clip, folder or address that cannot be used
    ├── PictureError     one picture that cannot be read
    ├── ModelError       a network that cannot be used
    ├── AlbumError       a photo that cannot be kept
    ├── DataError        training data that cannot be read
    ├── RunError         a training run that cannot be started, resumed or exported
    └── ConfigError      a setting that does not exist or is out of range

Each carries what was found (the message) and what to do about it (the hint). The command line prints both in one
line and exits with 1. Everything else that is raised is a bug.
"""

import re
import shlex


class SmartselfieError(Exception):
    """A problem that the user can mend: what was found, and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"


def how_to_install(*packages: str) -> str:
    """The command that brings packages of our extras, whatever this program was installed from.

    Args:
        packages: by the names that installers know; the versions are those that this program declares.
    """
    from importlib.metadata import requires

    declared = {re.split(r"[^\w-]", text)[0]: text.partition(";")[0].strip() for text in requires("smartselfie") or ()}
    wanted = " ".join(shlex.quote(declared.get(package, package)) for package in packages)
    return f"pip install {wanted}"


class SourceError(SmartselfieError):
    """A camera, clip, folder or address that cannot be used."""


class PictureError(SmartselfieError):
    """One picture that cannot be read."""


class ModelError(SmartselfieError):
    """A network that cannot be used: missing, damaged, foreign or without a card."""


class AlbumError(SmartselfieError):
    """A photo that cannot be kept where the user wants it."""


class DataError(SmartselfieError):
    """Training data that cannot be read, joined or written."""


class RunError(SmartselfieError):
    """A training run that cannot be started, resumed or exported."""


class ConfigError(SmartselfieError):
    """A setting that does not exist, has the wrong type or is out of range."""
