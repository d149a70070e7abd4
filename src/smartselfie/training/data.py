"""What a training learns from.

Faces with their labels and votes, and what trained networks say of them (distillation: Hinton et al. 2015).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.errors import RunError
from smartselfie.files import atomic_write
from smartselfie.inference.classifiers import OnnxClassifier


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """n faces.

    Attributes:
        grey: (n, 1, 48, 48) uint8.
        labels: (n,) the labels of 2013.
        majority: (n,) FER+'s majority, -1 where there is none; None without votes.
        shares: (n, 7) the shares of FER+'s votes, zeros where there are none; None without votes.
    """

    grey: Tensor
    labels: Tensor
    majority: Tensor | None
    shares: Tensor | None

    def __len__(self) -> int:
        return len(self.labels)


def training_faces(data: Dataset) -> Faces:
    """The Training rows, less those that FER+'s voters call no face."""
    rows = data.of(Split.TRAINING)
    if rows.votes is not None:
        rows = rows.where(~ferplus.no_face(rows.votes))
    return _to_faces(rows)


def held_out_faces(data: Dataset) -> Faces:
    """The PublicTest rows, which a training looks at but does not learn from; may be none."""
    return _to_faces(data.of(Split.PUBLIC_TEST))


def _to_faces(rows: Dataset) -> Faces:
    votes = rows.votes
    return Faces(
        torch.from_numpy(rows.pixels[:, None].copy()),
        torch.from_numpy(rows.labels.copy()),
        None if votes is None else torch.from_numpy(ferplus.majority(votes)),
        None if votes is None else torch.from_numpy(ferplus.distribution(votes)),
    )


# The file of a run's folder that keeps the answers, for a training that goes on later.
NAME = "answers.npz"

# The same for real faces.
REAL_NAME = "real_answers.npz"

# Right and down, in pixels; each is asked mirrored, too.
SHIFTS = ((0, 0), (2, 1), (-2, -1))

CHUNK = 1024


def predict_targets(
    teachers: Sequence[Path],
    faces: NDArray[np.uint8],
    outputs: Sequence[str],
    on_faces: Callable[[int], None] = lambda _: None,
) -> NDArray[np.float32]:
    """The teachers' mean scores.

    Args:
        teachers: ONNX files with a card; each must have all the outputs.
        faces: (n, 48, 48) grey.
        outputs: the labelings to answer for.
        on_faces: told how many faces have been answered, over all teachers.

    Returns:
        (n, outputs, 7), each row summing to 1.

    Raises:
        ModelError: a teacher cannot be used.
        RunError: a teacher lacks an output or reads faces of another size.
    """
    said = np.zeros((len(faces), len(outputs), 7), np.float32)
    for number, path in enumerate(teachers):
        teacher = OnnxClassifier.from_file(path)
        missing = [output for output in outputs if output not in teacher.card.outputs]
        if missing:
            raise RunError(f"{path} has no output {missing[0]}", "choose another --teacher")
        if teacher.card.input_size != faces.shape[-1]:
            raise RunError(f"{path} reads faces of {teacher.card.input_size} pixels", "choose another --teacher")
        for at in range(0, len(faces), CHUNK):
            said[at : at + CHUNK] += _mean_answer(teacher, faces[at : at + CHUNK], outputs)
            on_faces(number * len(faces) + min(at + CHUNK, len(faces)))
    return said / np.float32(len(teachers))


def _mean_answer(teacher: OnnxClassifier, faces: NDArray[np.uint8], outputs: Sequence[str]) -> NDArray[np.float32]:
    mirrors = (1,) if _is_symmetric(teacher, faces) else (1, -1)
    views = [_shifted(faces, right, down)[:, :, ::mirror] for right, down in SHIFTS for mirror in mirrors]
    total = np.zeros((len(faces), len(outputs), 7), np.float32)
    for view in views:
        told = teacher.outputs(np.ascontiguousarray(view))
        total += np.stack([told[output] for output in outputs], axis=1)
    return total / np.float32(len(views))


def _is_symmetric(teacher: OnnxClassifier, faces: NDArray[np.uint8]) -> bool:
    """Whether it averages over the mirror image itself; asking it twice would then only take longer."""
    said, mirrored = (teacher.outputs(np.ascontiguousarray(faces[:8, :, ::way])) for way in (1, -1))
    return all(np.allclose(said[output], mirrored[output], atol=1e-4) for output in said)


def _shifted(faces: NDArray[np.uint8], right: int, down: int) -> NDArray[np.uint8]:
    """Moved by whole pixels; the edge is repeated."""
    margin = max(abs(right), abs(down))
    padded = np.pad(faces, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
    height, width = faces.shape[1:]
    top, left = margin - down, margin - right
    return padded[:, top : top + height, left : left + width]


def fingerprints(teachers: Sequence[Path]) -> tuple[str, ...]:
    """What tells one teacher from another: the file's SHA-256.

    Raises:
        RunError: a file cannot be read.
    """
    try:
        return tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in teachers)
    except OSError as error:
        raise RunError(f"{error.filename} cannot be read: {error.strerror}", "check --teacher") from None


def save_targets(run: Path, answers: NDArray[np.float32], name: str = NAME) -> None:
    """Write the answers into the run's folder.

    Raises:
        RunError: they cannot be written.
    """
    with atomic_write(run / name, RunError, "free some space") as file:
        np.savez_compressed(file, answers=answers.astype(np.float16))


def load_targets(run: Path, shape: tuple[int, ...], name: str = NAME) -> Tensor:
    """The answers out of the run's folder.

    Raises:
        RunError: they are not there, are damaged, or belong to other data.
    """
    path = run / name
    try:
        with np.load(path, allow_pickle=False) as stored:
            answers = torch.from_numpy(stored["answers"].astype(np.float32))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise RunError(f"{path} cannot be read: {error}", "start again with another --out") from None
    if tuple(answers.shape) != shape:
        raise RunError(f"{path} belongs to other data", "resume with the same data, or choose another --out")
    return answers
