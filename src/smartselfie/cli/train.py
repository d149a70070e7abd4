"""`smartselfie train`: from prepared data to a run's folder."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from smartselfie.cli.parameters import COUNT, FILE, PATH, SEED, FiniteRange, option
from smartselfie.cli.signals import handle_signals
from smartselfie.errors import RunError
from smartselfie.training.recipe import RECIPES, Recipe

if TYPE_CHECKING:
    from smartselfie.training.loop import Trainer
    from smartselfie.training.records import EpochResult, Progress


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """While it lasts, a signal makes the yielded function say true; a second one raises KeyboardInterrupt."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    with handle_signals(stop):
        yield stopping.is_set


INTERRUPTED = 130
RATE = FiniteRange(min=0, min_open=True)
TEACHER = "Trained model to learn from, besides labels and votes; several are averaged."
REAL = "Labelled faces of real people, a folder or archive with labels.csv, learnt beside every batch."
REAL_TEACHER = "Trained model whose answers on the faces of --real are learnt."
COMPILE = "Compile the network first: takes minutes, then trains faster. Needs a C++ compiler."


@click.command()
@click.argument("data", type=PATH, metavar="DATA.npz")
@option("--out", PATH, "RUN", "Folder for the run.", required=True)
@option("--recipe", None, "NAME|FILE.toml", f"Recipe: {', '.join(RECIPES)}, or a file.", shown="compact")
@click.option("--resume", is_flag=True, help="Resume the run in RUN.")
@option("--epochs", COUNT, "N", "Passes over the data.", shown="the recipe's")
@option("--batch-size", click.IntRange(min=2), "N", "Faces per step.", shown="the recipe's")
@option("--learning-rate", RATE, "RATE", "Peak learning rate; use a lower one with --start.", shown="the recipe's")
@option("--teacher teachers", FILE, "MODEL.onnx", TEACHER, multiple=True)
@option("--real", PATH, "FACES", REAL)
@option("--real-teacher real_teachers", FILE, "MODEL.onnx", REAL_TEACHER, multiple=True, shown="the teachers")
@option("--start", PATH, "RUN|MODEL.onnx", "Start with the weights of another run, or of an exported file.")
@option("--seed", SEED, "N", "The same seed repeats a training exactly.", shown="0")
@option("--device", ["auto", "cpu", "cuda", "mps"], None, "Device to train on.", "auto")
@option("--precision", ["auto", "32", "bf16"], None, "Precision of the arithmetic.", "auto")
@option("--threads", COUNT, "N", "CPU threads to use.", shown="all")
@click.option("--compile", "compiled", is_flag=True, help=COMPILE)
@click.option("--tensorboard", is_flag=True, help="Also write curves for TensorBoard, if it is installed.")
def command(
    *,
    data: Path,
    out: Path,
    recipe: str | None,
    resume: bool,
    epochs: int | None,
    batch_size: int | None,
    learning_rate: float | None,
    teachers: tuple[Path, ...],
    real: Path | None,
    real_teachers: tuple[Path, ...],
    start: Path | None,
    seed: int | None,
    device: str,
    precision: str,
    threads: int | None,
    compiled: bool,
    tensorboard: bool,
) -> int:
    """Train an emotion model on prepared data. Ctrl-C saves, and --resume continues from there.

    RUN gets checkpoint.pt, history.csv and curve.png. The model learns from Training rows and is measured on PublicTest
    rows only.

    Example: smartselfie train faces.npz --out runs/compact
    """
    from smartselfie.training.requirements import require_libraries

    require_libraries()
    with stop_on_signal() as wants_stop:
        from smartselfie.datasets import dataset
        from smartselfie.training.environment import make_fabric
        from smartselfie.training.loop import Trainer
        from smartselfie.training.records import log_epoch, open_tensorboard

        # lightning, which sets its own level when it is imported, tells on each start which precision it was given
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
        given = {
            "recipe": recipe,
            "epochs": epochs,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "seed": seed,
        }
        given = {name: value for name, value in given.items() if value is not None}
        chosen, number = _recall(out, given) if resume else _fresh(out, given)
        faces = dataset.load(data)
        fabric = make_fabric(device, precision, threads)
        trainer = Trainer(faces, out, chosen, fabric, number)
        if real is not None:
            from smartselfie.training.real import RealFaces

            trainer.real = RealFaces.from_file(real)
        if resume:
            trainer.resume()
        else:
            _begin(trainer, teachers, real_teachers, start)
        if compiled:
            trainer.compile()
        where = (("--real", real), ("--device", device), ("--precision", precision), ("--threads", threads))
        again = "".join(f" {option} {value}" for option, value in where if value not in ("auto", None))
        again += " --compile" if compiled else ""
        on_epoch = partial(log_epoch, open_tensorboard(out)) if tensorboard else (lambda _: None)
        return _train(trainer, wants_stop, on_epoch, f"smartselfie train {data} --out {out} --resume{again}")


def _fresh(out: Path, given: Mapping[str, Any]) -> tuple[Recipe, int]:
    """Recipe and seed of a new run; what is not given is the recipe's."""
    from smartselfie.training.checkpoint import has_checkpoint
    from smartselfie.training.recipe import recipe_for

    if has_checkpoint(out):
        raise RunError(f"{out} already holds a run", "continue with --resume, or choose another --out")
    changed = {name: given[name] for name in ("epochs", "batch_size", "learning_rate") if name in given}
    return replace(recipe_for(given.get("recipe", "compact")), **changed), given.get("seed", 0)


def _begin(trainer: "Trainer", teachers: tuple[Path, ...], real_teachers: tuple[Path, ...], start: Path | None) -> None:
    """Take over weights and teachers' answers, where there are any."""
    from smartselfie.cli.terminal import show_progress

    if real_teachers and not (teachers and trainer.real):
        raise click.UsageError("--real-teacher needs --teacher and --real")
    if start is not None:
        trainer.start_from(start)
    if teachers:
        total = len(teachers) * len(trainer.training)
        with show_progress(total) as progress:

            def on_faces(done: int) -> None:
                progress.update(done, f"{done:,} of {total:,} answers of teachers")

            trainer.learn_from(teachers, on_faces, real_teachers)


def _recall(out: Path, given: dict[str, Any]) -> tuple[Recipe, int]:
    """Recipe and seed of the folder's run; what is given must agree with them."""
    from smartselfie.training.checkpoint import load_checkpoint
    from smartselfie.training.recipe import recipe_for, with_options_of

    saved = load_checkpoint(out)
    recipe = saved.recipe
    if "recipe" in given:
        again = recipe_for(given["recipe"])
        if again.name == recipe.name and with_options_of(again, recipe) != recipe:
            raise RunError(f"{out} was started with another recipe {recipe.name}", "leave --recipe out")
        given["recipe"] = again.name
    begun = asdict(recipe) | {"recipe": recipe.name, "seed": saved.seed}
    for name, wanted in given.items():
        if wanted != begun[name]:
            found = f"{out} was started with --{name.replace('_', '-')} {begun[name]}, not {wanted}"
            raise RunError(found, "leave it out, or choose another --out")
    return recipe, saved.seed


def _train(
    trainer: "Trainer", wants_stop: Callable[[], bool], log_epoch: "Callable[[EpochResult], None]", again: str
) -> int:
    """Train, telling how far it is; returns the exit code."""
    from smartselfie.cli.terminal import format_duration, show_progress
    from smartselfie.training.records import Watcher

    run = trainer.run
    with show_progress(trainer.last_step) as progress:
        if trainer.step >= trainer.last_step:
            progress.print_line(f"{run} is finished: {trainer.recipe.epochs} epochs")
            return 0
        left = 0.0

        def on_step(now: "Progress") -> None:
            nonlocal left
            left = now.seconds_left
            progress.update(trainer.step, _step_in_words(now, format_duration(left)))

        def on_epoch(result: "EpochResult") -> None:
            progress.print_line(f"{_epoch_in_words(result, trainer.recipe.epochs)}, {format_duration(left)} left")
            log_epoch(result)

        finished = trainer.train(Watcher(on_step, on_epoch, wants_stop))
        if finished:
            progress.print_line(f"finished: {run}; next: smartselfie export {run} MODEL.onnx")
            return 0
        progress.print_line(
            f"stopped in epoch {trainer.step // trainer.steps_per_epoch + 1} and saved; continue with: {again}"
        )
        return INTERRUPTED


def _step_in_words(now: "Progress", left: str) -> str:
    return f"epoch {now.epoch}/{now.epochs}, step {now.step}/{now.steps}, loss {now.loss:.3f}, {left} left"


def _epoch_in_words(result: "EpochResult", epochs: int) -> str:
    told = f"epoch {result.epoch}/{epochs}: loss {result.loss:.3f}"
    if result.accuracy_fer2013 is not None:
        told += f", PublicTest {100 * result.accuracy_fer2013:.1f} % by the labels of 2013"
    if result.accuracy_ferplus is not None:
        told += f", {100 * result.accuracy_ferplus:.1f} % by FER+"
    return told
