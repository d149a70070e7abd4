"""What each change to the faces in training brings, on PublicTest as it is and damaged, and on other pictures.

    python -m benchmarks.augmentation DATA.npz RUN OUT [--epochs 2] [--learning-rate 0.02] [--seed 0] [--threads N]
        [--pictures FOLDER] [--cropped FOLDER]

From the weights of RUN the network is trained on for a few epochs: once with every change that the recipe of RUN
imitates, once without any, and once without each of them. What a change brings is what is lost without it. Each
network is kept in a folder of OUT, and not trained again where it is there already. Printed is, in percent, what users
see by FER+'s majority: undamaged, and damaged in nine ways, averaged over three strengths (`benchmarks.robustness`; its
JSON, with every strength, is the last line). A few epochs tell which way a change pulls, not all that it is worth.
"""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import cv2

from benchmarks import pictures, robustness
from smartselfie.datasets.dataset import Dataset, load
from smartselfie.errors import SmartselfieError
from smartselfie.evaluation.evaluate import COMBINED
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.training.checkpoint import load_checkpoint
from smartselfie.training.environment import make_fabric
from smartselfie.training.export import export
from smartselfie.training.loop import Trainer
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Watcher

MODEL = "network.onnx"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained: from which run, how, and where it is kept."""

    data: Path
    start: Path
    out: Path
    epochs: int
    rate: float
    seed: int
    threads: int | None


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, metavar="DATA.npz")
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--pictures", type=Path, help="photos with a labels.csv, seen through the detector")
    parser.add_argument("--cropped", type=Path, help="pictures of faces alone, with a labels.csv")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    plan = Plan(given.data, given.run, given.out, given.epochs, given.learning_rate, given.seed, given.threads)
    try:
        data, recipe = load(plan.data), load_checkpoint(plan.start).recipe
        told: dict[str, dict[str, object]] = {}
        for name, kinds in variants(recipe).items():
            model = trained(plan, data, replace(recipe, augment=kinds), plan.out / name.replace(" ", "-"))
            told[name] = {"degraded": robustness.measure(plan.data, model, 5, quiet=True)}
            network = OnnxClassifier.from_file(model)
            if given.pictures is not None:
                told[name]["pictures"] = pictures.measure(network, given.pictures, "yunet")
            if given.cropped is not None:
                told[name]["cropped"] = pictures.measure(network, given.cropped, None)
            print_row(name, told[name])
    except SmartselfieError as error:
        raise SystemExit(str(error)) from None
    print(json.dumps({"epochs": plan.epochs, "learning_rate": plan.rate, "seed": plan.seed, "variants": told}))


def variants(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """The changes of each training, by its name."""
    without = {f"no {left}": tuple(kind for kind in recipe.augment if kind != left) for left in recipe.augment}
    return {"all": recipe.augment, "none": ()} | without


def trained(plan: Plan, data: Dataset, recipe: Recipe, folder: Path) -> Path:
    """The network of one variant, trained unless it is there already."""
    model = folder / MODEL
    if not model.exists():
        short = replace(recipe, epochs=plan.epochs, learning_rate=plan.rate, warmup_epochs=0.0)
        trainer = Trainer(data, folder, short, make_fabric(threads=plan.threads), plan.seed)
        trainer.start_from(plan.start)
        trainer.train(Watcher())
        export(folder, model, data=data)
    return model


def print_row(name: str, told: dict[str, object]) -> None:
    """Accuracies of a variant."""
    degraded = told["degraded"]
    if not isinstance(degraded, dict):
        raise TypeError(degraded)
    cells = {"undamaged": degraded["undamaged"][COMBINED]} | {
        kind.split(",")[0]: mean(each[COMBINED] for each in strengths.values())
        for kind, strengths in degraded["damaged"].items()
    }
    rest = "; ".join(f"{what} {told[what][COMBINED]}" for what in ("pictures", "cropped") if what in told)  # type: ignore[index]
    print(f"{name}: " + ", ".join(f"{kind} {value:.1f}" for kind, value in cells.items()) + f"; {rest}", flush=True)


if __name__ == "__main__":
    main()
