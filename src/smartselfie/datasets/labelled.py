"""Labelled images of one face each, in a folder or an archive: `labels.csv` and the images that it names.

A row has `file` and `label` (or `emotion`). A label is one of `SMILES` or `OTHERS`, which say whether the face is happy
and nothing more, or one of the seven emotions; rows with another word (such as ambiguous) are passed over. Where a row
has `square_left`, `square_top` and `square_side`, as fractions of the image's width, height and width, the face is
there, turned clockwise by `tilt` degrees; else the image is the face. All other columns are facts by which faces can be
grouped.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smartselfie.core.emotion import HAPPY
from smartselfie.core.types import Box, Image
from smartselfie.datasets.archive import entries
from smartselfie.datasets.dataset import emotion_index
from smartselfie.errors import DataError, PictureError
from smartselfie.images import decode_image

# Labels of happy faces: with teeth, with closed lips.
SMILES = ("smile", "smile_closed")

# Labels of faces that are not happy; whatever else they are is not known.
OTHERS = ("no_smile", "non_smile", "open_mouth", "grimace")

TABLE = "labels.csv"
HINT = "it needs labels.csv with the columns file and label (or emotion)"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFace:
    """One image of one face.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        label: as the table has it.
        square: what the emotion network should see of it, in pixels.
        tilt: by how many degrees the face is turned clockwise.
        facts: the table's columns but for the label, by name.
    """

    image: Image
    label: str
    square: Box
    tilt: float
    facts: Mapping[str, str]

    @property
    def emotion(self) -> int | None:
        """The index into `EMOTIONS` that the label means, or None where it is only known not to be happy."""
        return HAPPY if self.label in SMILES else emotion_index(self.label)

    @property
    def happy(self) -> bool:
        """Whether the label means a happy face."""
        return self.emotion == HAPPY


def read_labelled(path: Path, parts: tuple[str, ...] = ()) -> list[LabelledFace]:
    """The faces of a folder or archive, in the table's order.

    Args:
        path: the folder or archive.
        parts: only rows whose column `part` is one of these; none for all rows.

    Raises:
        DataError: it cannot be read, has no table, or no such face; or an image is missing or damaged.
    """
    rows = [row for row in _read_table(path) if not parts or row.get("part") in parts]
    if not rows:
        raise DataError(f"{path} has no labelled faces{' of ' + ', '.join(parts) if parts else ''}", HINT)
    wanted = {row["file"] for row in rows}
    images: dict[str, Image] = {}
    for entry in entries(path):
        if entry.name in wanted:
            try:
                with entry.open() as file:
                    images[entry.name] = decode_image(file.read(), f"{path}, {entry.name}")
            except PictureError as error:
                raise DataError(error.message, error.hint) from None
    missing = wanted - set(images)
    if missing:
        raise DataError(f"{path} lacks {len(missing)} of the images in its table, such as {min(missing)}", HINT)
    return [_to_face(path, row, images[row["file"]]) for row in rows]


def _read_table(path: Path) -> list[dict[str, str]]:
    """The rows of `labels.csv` whose label is known; the column `label` is there whatever the table calls it."""
    rows: list[dict[str, str]] | None = None
    for entry in entries(path):
        if entry.name == TABLE:
            with entry.open() as file:
                text = io.StringIO(file.read().decode("utf-8-sig", errors="replace"), newline="")
            rows = [{name: value or "" for name, value in row.items() if name} for row in csv.DictReader(text)]
    if rows is None:
        raise DataError(f"{path} has no {TABLE}", HINT)
    if rows and ("file" not in rows[0] or not {"label", "emotion"} & set(rows[0])):
        raise DataError(f"{path}: {TABLE} has no column file, or neither label nor emotion", HINT)
    labelled = [row | {"label": row.get("label") or row.get("emotion") or ""} for row in rows]
    return [row for row in labelled if row["label"] in (*SMILES, *OTHERS) or emotion_index(row["label"]) is not None]


def _to_face(path: Path, row: dict[str, str], image: Image) -> LabelledFace:
    height, width = image.shape[:2]
    facts = {name: value for name, value in row.items() if name != "label"}
    if not row.get("square_side"):
        return LabelledFace(image, row["label"], Box(0, 0, width, height).square(1.0), 0.0, facts)
    try:
        left, top = float(row["square_left"]) * width, float(row["square_top"]) * height
        side, tilt = float(row["square_side"]) * width, float(row.get("tilt") or 0)
    except (KeyError, ValueError):
        raise DataError(f"{path}: the square of {row['file']} is not three numbers", HINT) from None
    return LabelledFace(image, row["label"], Box(left, top, side, side), tilt, facts)
