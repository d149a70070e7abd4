"""What trained networks say of the faces that another is to learn: distillation (Hinton et al. 2015).

The teachers are asked once, before the training, about each face as it stands, mirrored and shifted a little, and
their answers are averaged. The pupil sees the face changed in many more ways and learns the same answer, so that a
blurred, dark or tilted face is answered as the clear one was.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smartselfie.atomic import written_whole
from smartselfie.classifiers.onnx import OnnxClassifier
from smartselfie.errors import RunError

NAME = "answers.npz"
"""The file of a run's folder that keeps the answers, for a training that goes on later."""

SHIFTS = ((0, 0), (2, 1), (-2, -1))
"""Right and down, in pixels; each is asked mirrored, too."""

CHUNK = 1024


def ask(
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


def keep(run: Path, answers: NDArray[np.float32]) -> None:
    """Write the answers into the run's folder.

    Raises:
        RunError: they cannot be written.
    """
    try:
        with written_whole(run / NAME) as file:
            np.savez_compressed(file, answers=answers.astype(np.float16))
    except OSError as error:
        raise RunError(f"{run / NAME} cannot be written: {error.strerror}", "free some space") from None


def kept(run: Path, shape: tuple[int, ...]) -> Tensor:
    """The answers out of the run's folder.

    Raises:
        RunError: they are not there, are damaged, or belong to other data.
    """
    path = run / NAME
    try:
        with np.load(path, allow_pickle=False) as stored:
            answers = torch.from_numpy(stored["answers"].astype(np.float32))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise RunError(f"{path} cannot be read: {error}", "begin again with another --out") from None
    if tuple(answers.shape) != shape:
        raise RunError(f"{path} belongs to other data", "resume with the same data, or choose another --out")
    return answers
