"""`smartselfie train`: from prepared data to a run's folder."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from smartselfie.errors import RunError
from smartselfie.training.recipe import RECIPES, Recipe

if TYPE_CHECKING:
    from smartselfie.training.loop import Trainer
    from smartselfie.training.records import EpochResult, Progress


SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """While it lasts, SIGINT or SIGTERM makes the yielded function say true; a second one raises KeyboardInterrupt."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class _Said:
    """What the command line says of a recipe; None where it says nothing."""

    recipe: str | None
    epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    seed: int | None


@click.command()
@click.argument("data", type=click.Path(path_type=Path), metavar="DATA.npz")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="RUN", help="Folder for the run.")
@click.option(
    "--recipe", metavar="NAME|FILE.toml", help=f"Recipe: {', '.join(RECIPES)}, or a file.", show_default="compact"
)
@click.option("--resume", is_flag=True, help="Resume the run in RUN.")
@click.option(
    "--epochs", type=click.IntRange(min=1), metavar="N", show_default="the recipe's", help="Passes over the data."
)
@click.option(
    "--batch-size", type=click.IntRange(min=2), metavar="N", show_default="the recipe's", help="Faces per step."
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="RATE",
    show_default="the recipe's",
    help="Peak learning rate; use a lower one with --start.",
)
@click.option(
    "--teacher",
    "teachers",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="MODEL.onnx",
    help="Trained model to learn from, besides labels and votes; several are averaged.",
)
@click.option("--start", type=click.Path(path_type=Path), metavar="RUN", help="Start with the weights of another run.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    show_default="0",
    help="The same seed repeats a training exactly.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default="auto",
    show_default=True,
    help="Device to train on.",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "32", "bf16"]),
    default="auto",
    show_default=True,
    help="Precision of the arithmetic.",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", show_default="all", help="CPU threads to use.")
@click.option(
    "--compile",
    "compiled",
    is_flag=True,
    help="Compile the network first: takes minutes, then trains faster. Needs a C++ compiler.",
)
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
    rows only. On several devices or machines: torchrun --nproc-per-node N -m smartselfie train …

    Example: smartselfie train faces.npz --out runs/compact
    """
    from smartselfie.training.requirements import require_libraries

    require_libraries()
    with stop_on_signal() as wants_stop:
        from smartselfie.datasets import dataset
        from smartselfie.training.environment import leave, make_fabric
        from smartselfie.training.loop import Trainer
        from smartselfie.training.records import log_epoch, open_tensorboard

        # lightning, which sets its own level when it is imported, tells on each start which precision it was given
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
        said = _Said(recipe, epochs, batch_size, learning_rate, seed)
        chosen, number = _begun(out, said) if resume else _fresh(out, said)
        faces = dataset.load(data)
        fabric = make_fabric(device, precision, threads)
        if not fabric.is_global_zero:
            # of several processes one speaks
            logging.getLogger("smartselfie").setLevel(logging.ERROR)
        trainer = Trainer(faces, out, chosen, fabric, number)
        if resume:
            trainer.resume()
        else:
            _begin(trainer, teachers, start)
        if compiled:
            trainer.compile()
        where = (("--device", device), ("--precision", precision), ("--threads", threads))
        again = "".join(f" {option} {value}" for option, value in where if value not in ("auto", None))
        again += " --compile" if compiled else ""
        on_epoch = partial(log_epoch, open_tensorboard(out)) if tensorboard else (lambda _: None)
        code = _train(trainer, wants_stop, on_epoch, f"smartselfie train {data} --out {out} --resume{again}")
        leave(fabric)
        return code


def _fresh(out: Path, said: _Said) -> tuple[Recipe, int]:
    """Recipe and seed of a new run; what is unsaid is the recipe's."""
    from smartselfie.training.checkpoint import has_checkpoint
    from smartselfie.training.recipe import recipe_for

    if has_checkpoint(out):
        raise RunError(f"{out} already holds a run", "continue with --resume, or choose another --out")
    chosen = recipe_for(said.recipe or "compact")
    return (
        replace(
            chosen,
            epochs=said.epochs or chosen.epochs,
            batch_size=said.batch_size or chosen.batch_size,
            learning_rate=said.learning_rate or chosen.learning_rate,
        ),
        said.seed or 0,
    )


def _begin(trainer: "Trainer", teachers: tuple[Path, ...], start: Path | None) -> None:
    """Take over weights and teachers' answers, where asked."""
    from smartselfie.cli.terminal import show_progress

    if start is not None:
        trainer.start_from(start)
    if teachers:
        total = len(teachers) * len(trainer.training)
        with show_progress(total) as progress:
            trainer.learn_from(
                teachers, lambda done: progress.update(done, f"{done:,} of {total:,} answers of teachers")
            )


def _begun(out: Path, said: _Said) -> tuple[Recipe, int]:
    """Recipe and seed of the folder's run; what is said must agree with them."""
    from smartselfie.training.checkpoint import load_checkpoint
    from smartselfie.training.recipe import recipe_for, with_options_of

    saved = load_checkpoint(out)
    recipe = saved.recipe
    if said.recipe is not None:
        again = recipe_for(said.recipe)
        if again.name == recipe.name and with_options_of(again, recipe) != recipe:
            raise RunError(f"{out} was started with another recipe {recipe.name}", "leave --recipe out")
        said = replace(said, recipe=again.name)
    for option, wanted, begun in (
        ("recipe", said.recipe, recipe.name),
        ("epochs", said.epochs, recipe.epochs),
        ("batch-size", said.batch_size, recipe.batch_size),
        ("learning-rate", said.learning_rate, recipe.learning_rate),
        ("seed", said.seed, saved.seed),
    ):
        if wanted is not None and wanted != begun:
            raise RunError(
                f"{out} was started with --{option} {begun}, not {wanted}", "leave it out, or choose another --out"
            )
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
