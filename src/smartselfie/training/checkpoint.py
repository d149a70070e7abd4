"""A run's folder: the checkpoint that a training goes on from and that export reads."""

import pickle
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import torch

from smartselfie.errors import RunError
from smartselfie.files import atomic_write
from smartselfie.training.networks import NETWORKS
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import EpochResult

# The one file of the folder that a training and an export read.
NAME = "checkpoint.pt"

# What torch and we raise on files that are damaged or not our own.
FOREIGN = (OSError, RuntimeError, pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Everything that a training needs to go on, and export to write the network.

    `rows` are the Training rows of each class as they were prepared. `begun` tells of the run whose weights it began
    with, or is empty where they were random. `teachers` are the fingerprints of those whose answers are learnt. `step`
    counts from the first epoch's start; `loss_sum` is over the steps of the epoch that is under way. `network` is what
    is trained, `average` its averaged weights, which are what is kept. `real` is the fingerprint of the real faces that
    are learnt beside the rows, or empty; `sources` are where they come from, and how many. `siblings` are
    the seeds of other runs whose weights `average` holds the mean with. `start` are the weights that it began with,
    where the recipe's `start_share` asks for them.
    """

    recipe: Recipe
    seed: int
    outputs: tuple[str, ...]
    rows: tuple[int, ...]
    begun: str
    teachers: tuple[str, ...]
    step: int
    loss_sum: float
    history: tuple[EpochResult, ...]
    network: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    optimizer: dict[str, object]
    real: str = ""
    sources: tuple[tuple[str, int], ...] = ()
    siblings: tuple[int, ...] = ()
    start: dict[str, torch.Tensor] = field(default_factory=dict)


def mean_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """The first, with the mean of all their averaged weights.

    Raises:
        RunError: they are no runs of one recipe from one start.
    """
    first, *others = checkpoints
    if any((each.recipe, each.begun) != (first.recipe, first.begun) for each in others):
        raise RunError("runs of several recipes or starts have no mean", "name runs that differ in their seed only")
    if not others:
        return first
    average, start = (_mean([getattr(each, name) for each in checkpoints]) for name in ("average", "start"))
    return replace(first, average=average, start=start, siblings=tuple(each.seed for each in others))


def _mean(states: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    return {
        key: torch.stack([each[key].double() for each in states]).mean(0).to(weight.dtype)
        for key, weight in states[0].items()
    }


def describe_run(checkpoint: Checkpoint) -> str:
    """A run in a few words: recipe, epochs, seed, and what it began with."""
    recipe, done = checkpoint.recipe, len(checkpoint.history)
    epochs = f"{recipe.epochs} epochs" if done >= recipe.epochs else f"{done} of {recipe.epochs} epochs"
    run = f"recipe {recipe.name}, {epochs}, seed {checkpoint.seed}"
    if checkpoint.siblings:
        run = f"the mean of {run} and of the seeds {', '.join(map(str, checkpoint.siblings))}"
    return f"{run}, begun with the weights of another run ({checkpoint.begun})" if checkpoint.begun else run


def make_folder(run: Path) -> None:
    """Make the folder where it is missing, before hours are spent on what it is to hold.

    Raises:
        RunError: it cannot be made.
    """
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{run} cannot be created: {error.strerror}", "choose another --out") from None


def save_checkpoint(run: Path, checkpoint: Checkpoint) -> None:
    """Replace the folder's checkpoint, whole or not at all."""
    plain = {each.name: getattr(checkpoint, each.name) for each in fields(checkpoint)}
    plain |= {"recipe": asdict(checkpoint.recipe), "history": [asdict(result) for result in checkpoint.history]}
    try:
        with atomic_write(run / NAME) as file:
            torch.save(plain, file)
    except (OSError, RuntimeError) as error:
        raise RunError(f"{run / NAME} cannot be written: {error}", "free some space, then use --resume") from None


def load_checkpoint(run: Path) -> Checkpoint:
    """The folder's checkpoint, on the CPU; executes nothing that the file contains.

    Raises:
        RunError: there is none, it is damaged, or its network is unknown here.
    """
    path = run / NAME
    if not path.is_file():
        raise RunError(f"{run} holds no {NAME}", "start one with: smartselfie train DATA.npz --out RUN")
    try:
        with warnings.catch_warnings():
            # torch warns of what is odd in a damaged file; one line says it all
            warnings.simplefilter("ignore")
            plain = torch.load(path, map_location="cpu", weights_only=True)
        told = {name: tuple(plain[name]) for name in ("outputs", "rows", "teachers")} | {
            "recipe": Recipe(**plain["recipe"]),
            "history": tuple(EpochResult(**result) for result in plain["history"]),
            "sources": tuple((str(name), int(count)) for name, count in plain.get("sources", ())),
        }
        checkpoint = Checkpoint(**plain | told)
    except FOREIGN as error:
        raise _unusable(path, _reason(error)) from None
    if checkpoint.recipe.network not in NETWORKS:
        raise _unusable(path, f"unknown network: {checkpoint.recipe.network}")
    return checkpoint


def _unusable(path: Path, reason: str) -> RunError:
    return RunError(f"{path} is damaged or from another version: {reason}", "train again")


def _reason(error: Exception) -> str:
    if isinstance(error, pickle.UnpicklingError):
        # torch's own words here advise to execute what the file contains
        return "it holds more than numbers"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def has_checkpoint(run: Path) -> bool:
    """Whether a training was begun in that folder."""
    return (run / NAME).exists()
