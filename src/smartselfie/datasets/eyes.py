"""Crops of open and closed eyes with their people, read from a folder or a zip with a `labels.csv`."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.core.crop import EYE_SIZE
from smartselfie.errors import DataError

LABELS = {"open": True, "closed": False}
# Files below this folder are what the network is measured on.
VALIDATION = "val/"
HINT = "it needs a labels.csv with the columns file,label and the files that it names"


@dataclass(frozen=True, slots=True, eq=False)
class EyeCrops:
    """Eyes: `pixels` (n, 24, 24) uint8 grey, whether each is `open` (n,) bool, and whose it is."""

    pixels: NDArray[np.uint8]
    open: NDArray[np.bool_]
    people: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pixels)

    def where(self, chosen: NDArray[np.bool_]) -> "EyeCrops":
        """Those of them."""
        people = tuple(person for person, wanted in zip(self.people, chosen, strict=True) if wanted)
        return EyeCrops(self.pixels[chosen], self.open[chosen], people)


def read_eyes(path: Path) -> tuple[EyeCrops, EyeCrops]:
    """The eyes to train on and those to measure on; nobody is among both.

    What lies below `val/` is measured on. The published split has both eyes of hundreds of people on different sides:
    whoever is in `val/` is left out of training.

    Args:
        path: a folder or a zip with `labels.csv` (file, label: open or closed); files are images named after the
            person, as in `Jane_Doe_0001_L.jpg` or `closed_eye_0002.jpg_face_2_L.jpg`.

    Raises:
        DataError: it cannot be read, or one side holds not both labels.
    """
    try:
        if path.is_dir():
            everything, measured = _read(lambda name: (path / name).read_bytes())
        else:
            with zipfile.ZipFile(path) as archive:
                everything, measured = _read(archive.read)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"{path} cannot be read: {reason}", HINT) from None
    shown = set(everything.where(measured).people)
    strangers = np.array([person not in shown for person in everything.people], bool)
    training, validation = everything.where(~measured & strangers), everything.where(measured)
    for name, eyes in (("to train on", training), ("to measure on (val/)", validation)):
        if len(set(eyes.open.tolist())) < 2:
            raise DataError(f"{path} does not have both open and closed eyes {name}", HINT)
    return training, validation


def parse_person(file: str) -> str:
    """Whose eye a file shows: its name less the image's number and the side."""
    name = file.rsplit("/", 1)[-1]
    numbered = re.match(r"closed_eye_\d+", name)
    return numbered[0] if numbered else re.sub(r"(_\d+)?_[LR]\.\w+$", "", name)


def _read(load: Callable[[str], bytes]) -> tuple[EyeCrops, NDArray[np.bool_]]:
    """Everything, and which of it to measure on."""
    pixels, opened, files = [], [], []
    for row in csv.DictReader(io.StringIO(load("labels.csv").decode("utf-8-sig"))):
        file, label = row.get("file") or "", row.get("label") or ""
        if label not in LABELS:
            raise DataError(f"labels.csv calls {file or 'a row'} {label or 'nothing'}", "labels are open and closed")
        image = cv2.imdecode(np.frombuffer(load(file), np.uint8), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise DataError(f"{file} is not an image", HINT)
        pixels.append(np.asarray(cv2.resize(image, (EYE_SIZE, EYE_SIZE), interpolation=cv2.INTER_AREA), np.uint8))
        opened.append(LABELS[label])
        files.append(file)
    if not files:
        raise DataError("labels.csv names no files", HINT)
    eyes = EyeCrops(np.stack(pixels), np.array(opened, bool), tuple(parse_person(file) for file in files))
    return eyes, np.array([file.startswith(VALIDATION) for file in files], bool)
