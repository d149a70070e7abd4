"""The image-folder layout, SPLIT/CLASS/FILE, in a folder or an archive."""

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from smartselfie.datasets.archive import Entry, entries
from smartselfie.datasets.dataset import SIDE, Split, emotion_index, parse_split
from smartselfie.datasets.fer2013 import SIDES, Fer2013, Row, collect_rows, count_rows, to_side
from smartselfie.errors import DataError, PictureError
from smartselfie.files import plain
from smartselfie.images import decode_image
from smartselfie.kinds import IMAGE_SUFFIXES

HINT = "images must be at train/angry/1.jpg, …: folders train, validation and test, each with one per emotion"
log = logging.getLogger(__name__)
# Of a picture's file.
MOST_BYTES = 16 << 20


def read_pictures(path: Path, on_rows: Callable[[int], None], test: Split) -> Fer2013:
    """Read all images; in each split they are ordered by name.

    Raises:
        DataError: a picture stands in a folder that is no split or none of the seven emotions, or none can be read.
    """
    order: list[Split | None] = [*Split]
    names = [entry.name for entry in entries(path) if entry.suffix in IMAGE_SUFFIXES]
    # a sample beside the folders does no harm; where all are like that, something is wrong
    strays = {name for name in names if "/" not in name} if any("/" in name for name in names) else set()
    for name in sorted(strays):
        log.warning("passed over: %s is not in a folder SPLIT/CLASS", plain(name))
    images = (
        Row(entry.name, *_place(path, entry.name, test), _face(entry))
        for entry in entries(path)
        if entry.suffix in IMAGE_SUFFIXES and entry.name not in strays
    )
    rows = sorted(count_rows(images, on_rows), key=lambda row: (order.index(row.split), row.where))
    return collect_rows(rows, f"{path} holds no image that can be read", HINT, in_order=False)


def _place(path: Path, name: str, test: Split) -> tuple[Split, int]:
    """Split and emotion of a picture, by the two folders above it."""
    above = PurePosixPath(name).parts[:-1]
    if len(above) < 2:
        raise DataError(f"{path} holds {name}, which is not in a folder SPLIT/CLASS", HINT)
    split, label = parse_split(above[-2], test), emotion_index(above[-1])
    if label is None:
        raise DataError(f"{path} has a folder {above[-1]}, which is not one of the seven emotions", HINT)
    if split is None:
        raise DataError(f"{path} has a folder {above[-2]}, which is not a split", HINT)
    return split, label


def _face(entry: Entry) -> NDArray[np.uint8] | str:
    """The picture as a grey face of 48×48, or what is wrong with it."""
    with entry.open() as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return f"it has more than {MOST_BYTES >> 20} MiB"
    try:
        image = decode_image(content, entry.name, most_pixels=SIDES.stop**2)
    except PictureError as error:
        return error.message.removeprefix(f"{entry.name} ")
    height, width = image.shape[:2]
    if height != width or height not in SIDES:
        return f"{width}×{height} is not a square with sides of {SIDES.start} to {SIDES.stop - 1} pixels"
    return to_side(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), SIDE)
