"""The training loop: seeded, resumable after any interruption, with a record of every epoch.

A run's folder holds `checkpoint.pt` (everything needed to go on), `history.csv` (a line an epoch) and `curve.png`.
Random numbers are drawn anew for each step from (seed, step), so a run that was interrupted and resumed sees what an
uninterrupted one sees.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from smartselfie.core.crop import standardise
from smartselfie.data import ferplus
from smartselfie.data.dataset import Dataset, Split
from smartselfie.errors import RunError
from smartselfie.training.augment import Augment
from smartselfie.training.history import EpochResult, write_history
from smartselfie.training.networks import NETWORKS
from smartselfie.training.recipe import Recipe
from smartselfie.training.run import Checkpoint, load_checkpoint, save_checkpoint


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is; seconds_left is None until the first steps have been timed."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks on: called after every step and every epoch, and asked after every step whether to stop."""

    on_step: Callable[[Progress], None] = lambda _: None
    on_epoch: Callable[[EpochResult], None] = lambda _: None
    wants_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, eq=False)
class _Faces:
    """One split as tensors: grey (n, 1, 48, 48) uint8, labels (n,), shares of the votes (n, 7) or None."""

    grey: Tensor
    labels: Tensor
    majority: Tensor | None
    shares: Tensor | None

    @classmethod
    def of(cls, data: Dataset) -> "_Faces":
        votes = data.votes
        return cls(
            torch.from_numpy(data.pixels[:, None].copy()),
            torch.from_numpy(data.labels.copy()),
            None if votes is None else torch.from_numpy(ferplus.majority(votes)),
            None if votes is None else torch.from_numpy(ferplus.distribution(votes)),
        )


class Trainer:
    """One training from its first step, or from its checkpoint, to its last."""

    def __init__(self, data: Dataset, run: Path, recipe: Recipe, fabric: Fabric, seed: int) -> None:
        """Prepare a fresh start; `resume` moves it to the folder's checkpoint.

        Args:
            data: prepared data; only Training is learnt and only PublicTest is looked at, PrivateTest never.
            run: the folder of checkpoint, history and curve.
            recipe: what to do.
            fabric: device and precision, launched.
            seed: decides the first weights, the order of the faces and every augmentation.

        Raises:
            RunError: there is no Training row.
        """
        training = data.of(Split.TRAINING)
        if training.votes is not None:
            training = training.where(~ferplus.no_face(training.votes))
        if len(training) < recipe.batch_size:
            raise RunError(
                f"{len(training)} Training rows are fewer than a batch of {recipe.batch_size}", "prepare more data"
            )
        self.run, self.recipe, self.fabric, self.seed = run, recipe, fabric, seed
        self.outputs = ("fer2013",) if training.votes is None else ("fer2013", "ferplus")
        self.training = _Faces.of(training)
        held_out = data.of(Split.PUBLIC_TEST)
        self.held_out = _Faces.of(held_out) if len(held_out) else None
        torch.manual_seed(seed)
        network = NETWORKS[recipe.network](len(self.outputs)).to(memory_format=torch.channels_last)
        self.network, self.optimizer = fabric.setup(network, _optimizer(network, recipe))
        self.average = AveragedModel(
            self.network.module, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True
        )
        self.augment = Augment()
        self.steps_per_epoch = len(training) // recipe.batch_size
        self.step = 0
        self.loss_sum = 0.0
        self.history: list[EpochResult] = []

    def resume(self) -> None:
        """Go on where the folder's checkpoint stands.

        Raises:
            RunError: there is none, or it belongs to another recipe, seed or number of heads.
        """
        saved = load_checkpoint(self.run)
        if (saved.recipe, saved.seed, saved.outputs) != (self.recipe, self.seed, self.outputs):
            raise RunError(
                f"{self.run} was begun with another recipe, seed, number of epochs or data",
                "resume with the same options, or choose another --out",
            )
        self.network.module.load_state_dict(saved.network)
        self.average.load_state_dict(saved.average)
        self.optimizer.load_state_dict(saved.optimizer)
        self.step, self.loss_sum, self.history = saved.step, saved.loss_sum, list(saved.history)

    def train(self, watcher: Watcher) -> bool:
        """Train to the end; returns False where the watcher stopped it (the checkpoint then stands there)."""
        recipe, clock = self.recipe, _Clock()
        while self.step < recipe.epochs * self.steps_per_epoch:
            loss = self._take_step()
            self.step += 1
            self.loss_sum += loss
            clock.tick()
            watcher.on_step(self._progress(loss, clock))
            if self.step % self.steps_per_epoch == 0:
                self._end_epoch(watcher, clock)
            if watcher.wants_stop():
                self._save()
                return False
        return True

    def _take_step(self) -> float:
        """Learn from one batch; returns its loss."""
        epoch, place = divmod(self.step, self.steps_per_epoch)
        batch = self._order(epoch)[place * self.recipe.batch_size : (place + 1) * self.recipe.batch_size]
        batch = batch[self.fabric.global_rank :: self.fabric.world_size]
        torch.manual_seed(_seed_of(self.seed, 1 + self.step, self.fabric.global_rank))
        rate = learning_rate(self.recipe, self.step / self.steps_per_epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        faces = self.training
        grey = self.augment(faces.grey[batch].to(self.fabric.device).float())
        logits = self.network(_to_input(grey, self.recipe)).float()
        loss = self._loss(logits, faces, batch)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        self.average.update_parameters(self.network.module)
        value = float(loss)
        if not math.isfinite(value):
            raise RunError(f"the loss is {value} at step {self.step}", "lower the recipe's learning rate")
        return value

    def _loss(self, logits: Tensor, faces: _Faces, batch: Tensor) -> Tensor:
        """Cross-entropy against the labels of 2013, and against the votes where there are any."""
        device = logits.device
        loss = cross_entropy(
            logits[:, 0], faces.labels[batch].to(device), label_smoothing=self.recipe.label_smoothing
        )
        if faces.shares is not None:
            shares = faces.shares[batch].to(device)
            # rows without a vote for any of the seven are all zeros and so cost nothing
            loss = loss + self.recipe.votes_weight * cross_entropy(logits[:, 1], shares)
        return loss

    def _order(self, epoch: int) -> Tensor:
        """The order of the Training rows in an epoch."""
        generator = torch.Generator().manual_seed(_seed_of(self.seed, 0, epoch))
        return torch.randperm(len(self.training.labels), generator=generator)

    def _end_epoch(self, watcher: Watcher, clock: "_Clock") -> None:
        epoch = self.step // self.steps_per_epoch
        accuracies = self._measure()
        result = EpochResult(
            epoch=epoch,
            loss=self.loss_sum / self.steps_per_epoch,
            learning_rate=learning_rate(self.recipe, self.step / self.steps_per_epoch),
            accuracy_fer2013=accuracies[0],
            accuracy_ferplus=accuracies[1],
            seconds=clock.lap(),
        )
        self.history.append(result)
        self.loss_sum = 0.0
        self._save()
        if self.fabric.is_global_zero:
            write_history(self.run, self.history)
        watcher.on_epoch(result)

    @torch.no_grad()
    def _measure(self) -> tuple[float | None, float | None]:
        """The averaged network's accuracy on PublicTest: labels of 2013, FER+'s majority."""
        faces = self.held_out
        if faces is None:
            return None, None
        self.average.eval()
        said = []
        for grey in faces.grey.split(512):
            with self.fabric.autocast():
                logits = self.average(_to_input(grey.to(self.fabric.device).float(), self.recipe))
            said.append(logits.argmax(-1).cpu())
        answers = torch.cat(said)
        first = float((answers[:, 0] == faces.labels).float().mean())
        if faces.majority is None:
            return first, None
        counted = faces.majority >= 0
        return first, float((answers[:, -1] == faces.majority)[counted].float().mean())

    def _progress(self, loss: float, clock: "_Clock") -> Progress:
        done = (self.step - 1) % self.steps_per_epoch + 1
        epochs, steps = self.recipe.epochs, self.steps_per_epoch
        left = clock.seconds_a_step
        return Progress(
            epoch=(self.step - 1) // steps + 1,
            epochs=epochs,
            step=done,
            steps=steps,
            loss=loss,
            seconds_left=None if left is None else left * (epochs * steps - self.step),
        )

    def _save(self) -> None:
        if not self.fabric.is_global_zero:
            return
        save_checkpoint(
            self.run,
            Checkpoint(
                recipe=self.recipe,
                seed=self.seed,
                outputs=self.outputs,
                step=self.step,
                loss_sum=self.loss_sum,
                history=tuple(self.history),
                network=self.network.module.state_dict(),
                average=self.average.state_dict(),
                optimizer=self.optimizer.state_dict(),
            ),
        )


def learning_rate(recipe: Recipe, epoch: float) -> float:
    """The rate at a point of the schedule (epochs, fractions count): linear warm-up, then a half cosine to zero."""
    if epoch < recipe.warmup_epochs:
        return recipe.learning_rate * (epoch + 0.05) / (recipe.warmup_epochs + 0.05)
    done = (epoch - recipe.warmup_epochs) / max(recipe.epochs - recipe.warmup_epochs, 1e-9)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def make_fabric(device: str, precision: str) -> Fabric:
    """Devices and precision: `auto` takes a GPU where there is one, and bfloat16 where the processor has it.

    Args:
        device: auto, cpu, cuda or mps.
        precision: auto, 32 or bf16.

    Raises:
        RunError: that device is not there.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        device = next(name for name, there in available.items() if there)
    if not available[device]:
        raise RunError(f"no {device} device was found", "use --device auto")
    if precision == "auto":
        native = device == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        precision = "bf16" if native else "32"
    fabric = Fabric(accelerator=device, devices=1, precision="bf16-mixed" if precision == "bf16" else "32-true")
    fabric.launch()
    return fabric


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    decayed = [weight for weight in network.parameters() if weight.ndim > 1]
    free = [weight for weight in network.parameters() if weight.ndim <= 1]
    return torch.optim.SGD(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": free, "weight_decay": 0.0}],
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=True,
    )


def _to_input(grey: Tensor, recipe: Recipe) -> Tensor:
    return standardise(grey, recipe.mean, recipe.std).contiguous(memory_format=torch.channels_last)


def _seed_of(*parts: int) -> int:
    """One number out of several, such that neighbours have nothing in common."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)


class _Clock:
    """Times steps and epochs; the time of a step is smoothed, since other programs share the machine."""

    def __init__(self) -> None:
        self._last = self._epoch = time.monotonic()
        self.seconds_a_step: float | None = None

    def tick(self) -> None:
        now = time.monotonic()
        took, self._last = now - self._last, now
        self.seconds_a_step = took if self.seconds_a_step is None else 0.98 * self.seconds_a_step + 0.02 * took

    def lap(self) -> float:
        now = time.monotonic()
        took, self._epoch = now - self._epoch, now
        self._last = now
        return took
