"""How the weights move: the optimiser, and its learning rate over the epochs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.functional import one_hot
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from smartselfie.core.crop import standardise
from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.errors import RunError
from smartselfie.training.augment import Augment
from smartselfie.training.checkpoint import Checkpoint, describe_run, load_checkpoint, make_folder, save_checkpoint
from smartselfie.training.data import (
    REAL_NAME,
    fingerprints,
    held_out_faces,
    load_targets,
    predict_targets,
    save_targets,
    training_faces,
)
from smartselfie.training.networks import NETWORKS
from smartselfie.training.real import RealFaces, count_beside, require_same
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Clock, EpochResult, Progress, Watcher, write_history
from smartselfie.training.requirements import require_compiler
from smartselfie.training.weights import CHUNK, FACES, load_weights


def learning_rate(recipe: Recipe, epoch: float) -> float:
    """The rate at a point of the schedule (epochs, fractions count): linear warm-up, then a half cosine to zero."""
    if epoch < recipe.warmup_epochs:
        return recipe.learning_rate * (epoch + 0.05) / (recipe.warmup_epochs + 0.05)
    end = recipe.cosine_epochs or recipe.epochs
    done = (epoch - recipe.warmup_epochs) / max(end - recipe.warmup_epochs, 1e-9)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum, or AdamW (Loshchilov & Hutter 2019); biases and batch norms do not decay."""
    decayed = [weight for weight in network.parameters() if weight.ndim > 1]
    free = [weight for weight in network.parameters() if weight.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": free, "weight_decay": 0.0}]
    if recipe.optimizer == "adam":
        return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(recipe.momentum, 0.999))
    return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum, nesterov=True)


class Trainer:
    """One training from its first step, or from its checkpoint, to its last."""

    def __init__(
        self,
        data: Dataset,
        run: Path,
        recipe: Recipe,
        fabric: Fabric,
        seed: int,
    ) -> None:
        """Prepare a fresh start; `resume` moves it to the folder's checkpoint.

        Args:
            data: prepared data; only Training is learnt and only PublicTest is looked at, PrivateTest never.
            run: the folder of checkpoint, history and curve.
            recipe: what to do.
            fabric: device and precision, launched.
            seed: decides the first weights, the order of the faces and every augmentation.

        Raises:
            RunError: there are fewer Training rows than a batch.
        """
        self.training, self.held_out = training_faces(data), held_out_faces(data)
        if len(self.training) < recipe.batch_size:
            raise RunError(
                f"{len(self.training)} Training rows are fewer than a batch of {recipe.batch_size}",
                "prepare more data, or use a smaller --batch-size",
            )
        self.run, self.recipe, self.fabric, self.seed = run, recipe, fabric, seed
        self.outputs = ("fer2013",) if self.training.shares is None else ("fer2013", "ferplus")
        self.rows = tuple(np.bincount(data.of(Split.TRAINING).labels, minlength=len(EMOTIONS)).tolist())
        torch.manual_seed(seed)
        network = NETWORKS[recipe.network](len(self.outputs))
        # torch's types do not know that layouts are for networks, too
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network, self.optimizer = fabric.setup(network, make_optimizer(network, recipe))
        blend = get_ema_multi_avg_fn(recipe.averaging)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.network.module, multi_avg_fn=blend, use_buffers=True)
        self.augment = Augment(recipe.augment)
        self.steps_per_epoch = len(self.training) // recipe.batch_size
        self.last_step = recipe.epochs * self.steps_per_epoch
        self.begun = ""
        self.start: dict[str, Tensor] = {}
        self.teachers: tuple[str, ...] = ()
        self.answers: Tensor | None = None
        self.real: RealFaces | None = None
        self.step = 0
        self.loss_sum = 0.0
        self.history: list[EpochResult] = []

    def compile(self) -> None:
        """Translate the network into code for this machine at its first step, which takes a minute or two.

        Sums are then rounded in another order: a run is repeated exactly only where it is compiled again, or never.

        Raises:
            RunError: the network runs on the processor, and there is no C++ compiler.
        """
        if self.fabric.device.type == "cpu":
            require_compiler()
        self.network.module.compile()

    def start_from(self, run: Path) -> None:
        """Begin with another run's averaged weights, or an exported file's, instead of random ones.

        Raises:
            RunError: there is no such run, or its network is another.
            ModelError: the file cannot be used.
        """
        if run.is_file():
            self.begun = load_weights(run, self.network.module, self._some_faces)
            self.average.module.load_state_dict(self.network.module.state_dict())
            self._remember_start()
            return
        saved = load_checkpoint(run)
        weights = {key.removeprefix("module."): value for key, value in saved.average.items() if "." in key}
        self._load({"network": weights}, f"the network of {run}")
        for key, value in self.network.module.state_dict().items():
            self.average.module.state_dict()[key].copy_(value)
        self.begun = describe_run(saved)
        self._remember_start()

    def _remember_start(self) -> None:
        """Keep the weights it begins with, where what is exported has a share of them."""
        if self.recipe.start_share:
            self.start = {key: value.clone() for key, value in self.network.module.state_dict().items()}

    def _some_faces(self) -> Iterator[Tensor]:
        """Training rows as a training sees them, the same at each call: enough to count batch norms with."""
        torch.manual_seed(_seed_of(self.seed, 2))
        places = torch.randperm(len(self.training))[:FACES]
        for batch in torch.split(places, CHUNK):
            yield _to_input(self.augment(self.training.grey[batch].float()), self.recipe)

    def learn_from(
        self,
        teachers: Sequence[Path],
        on_faces: Callable[[int], None] = lambda _: None,
        real_teachers: Sequence[Path] = (),
    ) -> None:
        """Learn the teachers' answers, too; they are saved in the run's folder.

        Args:
            teachers: ONNX files with a card.
            on_faces: gets the number of Training rows that have been answered.
            real_teachers: whose answers on the real faces are learnt; none for the same.

        Raises:
            ModelError, RunError: a teacher cannot be used, or the folder cannot be written.
        """
        make_folder(self.run)
        grey = self.training.grey[:, 0].numpy()
        save_targets(self.run, predict_targets(teachers, grey, self.outputs, on_faces))
        if self.real is not None:
            answers = predict_targets(real_teachers or teachers, self.real.crop(), self.outputs)
            save_targets(self.run, answers, REAL_NAME)
        self.teachers = fingerprints([*teachers, *real_teachers])
        self._recall()

    def _recall(self) -> None:
        if not self.teachers:
            return
        each = (len(self.outputs), len(EMOTIONS))
        self.answers = load_targets(self.run, (len(self.training), *each))
        if self.real is not None:
            self.real.answers = load_targets(self.run, (len(self.real), *each), REAL_NAME)

    def resume(self) -> None:
        """Go on where the folder's checkpoint stands.

        Raises:
            RunError: there is none, it belongs to another recipe, seed, data or number of heads, or its weights do
                not fit the network.
        """
        saved = load_checkpoint(self.run)
        begun = (saved.recipe, saved.seed, saved.outputs, saved.rows, len(saved.history))
        if begun != (self.recipe, self.seed, self.outputs, self.rows, saved.step // self.steps_per_epoch):
            raise RunError(
                f"{self.run} was started with another recipe, seed or data",
                "resume with the same data and options, or choose another --out",
            )
        states: dict[str, dict[str, Any]] = {
            "network": saved.network,
            "average": saved.average,
            "optimizer": saved.optimizer,
        }
        self._load(states, f"the checkpoint of {self.run}")
        require_same(self.real, saved.real)
        self.begun, self.teachers, self.start = saved.begun, saved.teachers, saved.start
        self._recall()
        self.step, self.loss_sum, self.history = saved.step, saved.loss_sum, list(saved.history)
        if self.history:
            # it is an epoch behind, if there was no space for it
            write_history(self.run, self.history)

    def _load(self, states: Mapping[str, dict[str, Any]], what: str) -> None:
        parts = {"network": self.network.module, "average": self.average, "optimizer": self.optimizer}
        try:
            for name, state in states.items():
                parts[name].load_state_dict(state)
        except (RuntimeError, LookupError, TypeError, ValueError, AttributeError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"{what} does not fit this version: {reason}", "train again") from None

    def train(self, watcher: Watcher) -> bool:
        """Train to the end; returns False where the watcher stopped it (the checkpoint then stands there).

        Raises:
            RunError: the loss is no longer a number, the run's folder cannot be written, or a share of the weights that
                it began with is to be kept, and there are none.
        """
        if self.recipe.start_share and not self.start:
            raise RunError(f"the recipe {self.recipe.name} keeps a share of what it begins with", "name it: --start")
        make_folder(self.run)
        clock = Clock()
        while self.step < self.last_step:
            loss = self._take_step()
            self.step += 1
            self.loss_sum += loss
            watcher.on_step(self._progress(loss, clock.tick()))
            if self.step % self.steps_per_epoch == 0:
                self._end_epoch(watcher, clock)
            if self.step < self.last_step and watcher.wants_stop():
                self._save()
                return False
        return True

    def _take_step(self) -> float:
        """Learn from one batch; returns its loss."""
        epoch, place = divmod(self.step, self.steps_per_epoch)
        batch = self._order(epoch)[place * self.recipe.batch_size : (place + 1) * self.recipe.batch_size]
        torch.manual_seed(_seed_of(self.seed, 1 + self.step))
        rate = learning_rate(self.recipe, self.step / self.steps_per_epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        grey = self.augment(self.training.grey[batch].to(self.fabric.device).float())
        if self.real is None:
            loss = self._loss(self.network(_to_input(grey, self.recipe)).float(), batch)
        else:
            loss = self._loss_with_real(grey, batch, self.real)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        self.average.update_parameters(self.network.module)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise RunError(f"the loss is {value} at step {self.step}", "lower the recipe's learning rate")
        return value

    def _loss_with_real(self, grey: Tensor, batch: Tensor, real: RealFaces) -> Tensor:
        """The batch's loss and that of real faces beside it, weighted by how many they are."""
        count = count_beside(len(batch), self.recipe.real_share)
        drawn = real.draw(count, _seed_of(self.seed, 3, self.step), self.recipe.real_mix)
        faces = torch.cat([grey, drawn.grey.to(grey)])
        logits = self.network(_to_input(faces, self.recipe)).float()
        logits = logits.reshape(-1, len(faces), *logits.shape[1:])
        losses = real.loss(logits[:, len(batch) :], drawn, self.recipe.real_teacher_weight)
        share = self.recipe.real_weight * count / len(batch)
        return self._loss(logits[:, : len(batch)].flatten(0, 1), batch) + share * self._weigh(losses)

    def _loss(self, logits: Tensor, batch: Tensor) -> Tensor:
        """Cross-entropy against the labels of 2013, and against the votes where there are any.

        An ensemble's members answer one after the other, and each is told what it owes.
        """
        targets = [smoothed(self.training.labels[batch], self.recipe.label_smoothing)]
        if self.training.shares is not None:
            # rows without a vote for any of the seven are all zeros and so cost nothing
            targets.append(self.training.shares[batch])
        target = torch.stack(targets, dim=1)
        if self.answers is not None:
            target = torch.lerp(target, self.answers[batch], self.recipe.teacher_weight)
        said = logits.log_softmax(-1).reshape(-1, *target.shape)
        return self._weigh(-(target.to(logits.device) * said).sum(-1).mean(1).sum(0))

    def _weigh(self, losses: Tensor) -> Tensor:
        """The heads' losses (heads,) as one."""
        weights = losses.new_tensor([1.0, self.recipe.votes_weight])[: len(losses)]
        return (weights * losses).sum()

    def _order(self, epoch: int) -> Tensor:
        """The order of the Training rows in an epoch."""
        generator = torch.Generator().manual_seed(_seed_of(self.seed, 0, epoch))
        return torch.randperm(len(self.training), generator=generator)

    def _end_epoch(self, watcher: Watcher, clock: Clock) -> None:
        epoch = self.step // self.steps_per_epoch
        fer2013, ferplus = self._measure()
        result = EpochResult(
            epoch=epoch,
            loss=self.loss_sum / self.steps_per_epoch,
            learning_rate=learning_rate(self.recipe, self.step / self.steps_per_epoch),
            accuracy_fer2013=fer2013,
            accuracy_ferplus=ferplus,
            seconds=clock.lap(),
        )
        self.history.append(result)
        self.loss_sum = 0.0
        self._save()
        write_history(self.run, self.history)
        watcher.on_epoch(result)

    @torch.no_grad()
    def _measure(self) -> tuple[float | None, float | None]:
        """The averaged network's accuracy on PublicTest: labels of 2013, FER+'s majority; None where there is none."""
        faces = self.held_out
        if not len(faces):
            return None, None
        self.average.eval()
        said = []
        for grey in torch.split(faces.grey, 512):
            with self.fabric.autocast():
                logits = self.average(_to_input(grey.to(self.fabric.device).float(), self.recipe))
            said.append(logits.argmax(-1).cpu())
        answers = torch.cat(said)
        first = float((answers[:, 0] == faces.labels).float().mean())
        if faces.majority is None or not (faces.majority >= 0).any():
            return first, None
        counted = faces.majority >= 0
        return first, float((answers[:, -1] == faces.majority)[counted].float().mean())

    def _progress(self, loss: float, seconds_a_step: float) -> Progress:
        epoch, place = divmod(self.step - 1, self.steps_per_epoch)
        return Progress(
            epoch=epoch + 1,
            epochs=self.recipe.epochs,
            step=place + 1,
            steps=self.steps_per_epoch,
            loss=loss,
            seconds_left=seconds_a_step * (self.last_step - self.step),
        )

    def _save(self) -> None:
        save_checkpoint(
            self.run,
            Checkpoint(
                recipe=self.recipe,
                seed=self.seed,
                outputs=self.outputs,
                rows=self.rows,
                begun=self.begun,
                teachers=self.teachers,
                step=self.step,
                loss_sum=self.loss_sum,
                history=tuple(self.history),
                network=self.network.module.state_dict(),
                average=self.average.state_dict(),
                optimizer=self.optimizer.state_dict(),
                real="" if self.real is None else self.real.fingerprint,
                sources=() if self.real is None else self.real.sources,
                start=self.start,
            ),
        )


def smoothed(labels: Tensor, smoothing: float) -> Tensor:
    """(n,) labels → (n, 7) shares: the label's, less what is spread evenly over all (Szegedy et al. 2016)."""
    return one_hot(labels, len(EMOTIONS)).float() * (1 - smoothing) + smoothing / len(EMOTIONS)


def _to_input(grey: Tensor, recipe: Recipe) -> Tensor:
    return standardise(grey, recipe.mean, recipe.std).contiguous(memory_format=torch.channels_last)


def _seed_of(*parts: int) -> int:
    """One number out of several, such that neighbours have nothing in common."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
