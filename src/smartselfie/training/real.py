"""Faces of real people beside FER-2013 in every batch, whose labels say little but whether a face is happy.

A partial label is learnt by the sum of what it allows (Cour et al. 2011, Learning from Partial Labels): a face that
does not smile costs -log(1 - p(happy)), whatever else it is. Teachers decide how what is allowed is shared out (Hinton
et al. 2015), so that the other six do not drift. Faces that networks take for what they are not are drawn
more often.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS, HAPPY
from smartselfie.core.types import Box
from smartselfie.datasets.dataset import SIDE
from smartselfie.datasets.labelled import LabelledFace, read_labelled
from smartselfie.errors import RunError
from smartselfie.training.augment import Augment

# Of a table with the column `part`, the rows that may be learnt.
PART = "train"

# How far a detector's square is off: its side by these factors, its middle by this share, its tilt by degrees.
SCALE, SHIFT, TURN = (0.85, 1.15), 0.07, 5.0

# Changes on top of it; the crop itself has moved already.
KINDS = ("flip", "coarse", "blur", "light", "lamp", "noise", "jpeg", "cover")

# Teachers' scores below it count as this much.
LEAST = 1e-5

# How much blue, green and red count in grey; each is varied by `TINT`, as cameras and lamps do.
GREY = (0.114, 0.587, 0.299)
TINT = (0.6, 1.4)

# By what is true of a face, how many times as often as others it is drawn; of several their product.
OFTEN: tuple[tuple[dict[str, str], float], ...] = (
    ({"label": "open_mouth"}, 2.0),
    ({"label": "grimace"}, 4.0),
    ({"label": "smile_closed"}, 2.5),
    ({"label": "angry"}, 2.0),
    ({"label": "sad"}, 2.0),
    ({"label": "surprise"}, 2.0),
    ({"source": "uk"}, 1.4),
    ({"source": "us"}, 1.4),
    ({"old": "1"}, 1.5),
    ({"skin": "dark"}, 2.0),
    ({"skin": "dark", "sex": "woman"}, 2.0),
    ({"glasses": "1"}, 1.2),
    ({"beard": "1"}, 1.5),
    # of bearded faces few smile: a beard would pass for a reason not to
    ({"beard": "1", "label": "smile"}, 2.0),
    ({"beard": "1", "label": "smile_closed"}, 1.5),
)

MOST_OFTEN = 8.0

# Mixup's alpha: most faces that are mixed are nearly one of the two.
MIX = 0.4


class RealFaces:
    """The faces, what their labels allow, and how to draw some of them.

    Attributes:
        faces: n of them.
        fingerprint: differs where faces or labels differ.
        allowed: (n, 7) which emotions each label allows.
        partial: (n,) whether a label is only about happy.
        answers: (n, heads, 7) the teachers' scores, by which what is allowed is shared out, or None.
    """

    def __init__(self, faces: Sequence[LabelledFace], fingerprint: str) -> None:
        """`fingerprint` must differ where faces or labels differ."""
        self.faces, self.fingerprint = list(faces), fingerprint
        self.allowed = torch.stack([_allowed(face) for face in faces])
        self.partial = torch.tensor([face.emotion in (None, HAPPY) for face in faces])
        self.answers: Tensor | None = None
        self.augment = Augment(KINDS)
        rates = np.array([draw_rate(face) for face in faces])
        self._odds = rates / rates.sum()

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def sources(self) -> tuple[tuple[str, int], ...]:
        """Where the faces come from, as their table's column `source` says, and how many of each."""
        return tuple(sorted(Counter(face.facts.get("source", "") for face in self.faces).items()))

    @classmethod
    def from_file(cls, path: Path) -> "RealFaces":
        """The part `PART` of a folder or archive, as `datasets.labelled` reads it.

        Raises:
            DataError: it cannot be read, or has no such faces.
        """
        faces = read_labelled(path, (PART,))
        listed = "\n".join(f"{face.facts['file']} {face.label}" for face in faces)
        return cls(faces, hashlib.sha256(listed.encode()).hexdigest())

    def crop(self) -> NDArray[np.uint8]:
        """(n, 48, 48) grey: each face as the run time would cut it."""
        return np.stack([crop_face(face.image, face.square, SIDE, face.tilt) for face in self.faces])

    def draw(self, count: int, seed: int, mix: float = 0.0) -> "Drawn":
        """Some faces, each cut as a detector would that is a little off.

        Args:
            count: how many.
            seed: repeats them; the changes of `Augment` are drawn from torch's own random numbers.
            mix: the share of them over which another of them is laid (mixup, Zhang et al. 2018).
        """
        random = np.random.default_rng(seed)
        places = random.choice(len(self.faces), count, p=self._odds)
        crops = np.stack([_jittered(self.faces[place], random) for place in places])
        grey = self.augment(torch.from_numpy(crops[:, None]).float())
        partners = random.permutation(count)
        share = np.where(random.random(count) < mix, random.beta(MIX, MIX, count), 1.0)
        part = torch.from_numpy(share).float()
        grey = torch.lerp(grey[torch.from_numpy(partners)], grey, part[:, None, None, None])
        return Drawn(grey, torch.from_numpy(places), torch.from_numpy(places[partners]), part)

    def loss(self, logits: Tensor, drawn: "Drawn", trust: float = 0.0) -> Tensor:
        """The mean loss of logits (members, n, heads, 7) on the faces drawn: a number for each head.

        `trust` is how much the teachers' score of happy counts beside the label, 0 to 1.
        """
        part = drawn.part.to(logits.device)[None, :, None]
        logs = logits.float().log_softmax(-1)
        losses = part * self._losses(logs, drawn.places, trust)
        if bool((drawn.part < 1).any()):
            losses = losses + (1 - part) * self._losses(logs, drawn.partners, trust)
        return losses.mean(1).sum(0)

    def _losses(self, logs: Tensor, places: Tensor, trust: float) -> Tensor:
        """(members, n, heads) what logarithms of scores cost on the faces at these places."""
        allowed = self.allowed[places].to(logs.device)[:, None]
        if self.answers is None:
            return -logs.masked_fill(~allowed, -math.inf).logsumexp(-1)
        answers = self.answers[places].to(logs.device)
        # a teacher may be so sure of the contrary that nothing is left to share out
        share = answers.clamp_min(LEAST).masked_fill(~allowed, 0)
        # minus the logarithm of what is allowed together, and what sharing it out costs, are one cross-entropy
        target = share / share.sum(-1, keepdim=True)
        only_happiness = self.partial[places].to(logs.device)[:, None, None]
        target = torch.where(only_happiness, torch.lerp(target, answers, trust), target)
        return -(target * logs).sum(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """n faces for one step.

    Attributes:
        grey: (n, 1, 48, 48) floating point, 0…255.
        places: (n,) which faces they are.
        partners: (n,) which faces are laid over them.
        part: (n,) how much each is itself, 0 to 1; the rest is its partner.
    """

    grey: Tensor
    places: Tensor
    partners: Tensor
    part: Tensor


def _allowed(face: LabelledFace) -> Tensor:
    """(7,) which emotions the label allows."""
    if face.emotion is not None:
        return torch.arange(len(EMOTIONS)) == face.emotion
    return torch.arange(len(EMOTIONS)) != HAPPY


def draw_rate(face: LabelledFace) -> float:
    """How many times as often as a plain face this one is drawn."""
    facts = {**face.facts, "label": face.label}
    times = [factor for wanted, factor in OFTEN if wanted.items() <= facts.items()]
    return min(MOST_OFTEN, math.prod(times))


def _jittered(face: LabelledFace, random: np.random.Generator) -> NDArray[np.uint8]:
    """(48, 48) grey, from colours weighed a little differently each time."""
    tint = np.array(GREY) * random.uniform(*TINT, 3)
    weights = np.asarray(tint / tint.sum(), np.float32)
    grey = np.asarray(np.clip(face.image.astype(np.float32) @ weights + 0.5, 0, 255), np.uint8)
    side = face.square.width * random.uniform(*SCALE)
    x, y = (middle + face.square.width * random.uniform(-SHIFT, SHIFT) for middle in face.square.centre)
    tilt = face.tilt if abs(face.tilt) > 4 else 0.0
    return crop_face(grey, Box(x - side / 2, y - side / 2, side, side), SIDE, tilt + random.normal(0, TURN))


def count_beside(batch_size: int, share: float) -> int:
    """How many real faces stand beside a batch of FER-2013, such that they are this share of the whole."""
    return round(batch_size * share / (1 - share))


def require_same(real: RealFaces | None, begun: str) -> None:
    """Refuse to go on with other faces than a run was begun with.

    Raises:
        RunError: they are others.
    """
    if begun and real is None:
        raise RunError("the run was started with real faces", "name their file with --real")
    if real is not None and real.fingerprint != begun:
        raise RunError("the run was started with other real faces, or none", "name the same file with --real")
