"""How well smiles are recognised on labelled faces, group by group: by label, source, and how people look."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartselfie.core.crop import crop_face
from smartselfie.core.emotion import EMOTIONS, HAPPY
from smartselfie.core.types import largest
from smartselfie.datasets.labelled import LabelledFace
from smartselfie.evaluation.metrics import SMILE, Flags, Scores, auc, calibration_error
from smartselfie.faces import read_faces
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.ports import FaceDetector

# Columns by which faces are not grouped.
NO_GROUPS = ("file", "part", "given", "person", "tilt", "square_left", "square_top", "square_side")

# A column of more values than that is a measure, or a name, and makes no groups.
MOST_VALUES = 8

# Columns that make groups together, too.
PAIRS = (("sex", "skin"),)

# A group of so many faces is worse where it is so much below all; a smaller one where all are beyond its interval.
LARGE, GAP = 200, 0.02


def predict_crops(faces: Sequence[LabelledFace], classifier: OnnxClassifier, output: str | None = None) -> Scores:
    """(n, 7) scores of each face in the square that its table gives: combined, or of one output by its name."""
    size = classifier.card.input_size
    crops = np.stack([crop_face(face.image, face.square, size, face.tilt) for face in faces])
    return classifier.scores(crops) if output is None else classifier.outputs(crops)[output].astype(np.float64)


def predict_found(
    faces: Sequence[LabelledFace], detector: FaceDetector, classifier: OnnxClassifier
) -> tuple[Scores, Flags]:
    """(n, 7) scores of the largest face that the detector finds on each image, and (n,) whether it finds one.

    Where it finds none, all seven scores are 0: no smile, and for seven classes wrong.
    """
    scores = np.zeros((len(faces), len(EMOTIONS)))
    for place, face in enumerate(faces):
        main = largest(read_faces(face.image, detector, classifier))
        if main is not None:
            scores[place] = list(main.emotions.values())
    return scores, scores.sum(axis=1) > 0


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `n`."""

    count: int
    n: int

    @property
    def share(self) -> float | None:
        """From 0 to 1, or None where n is 0."""
        return self.count / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies 95 times of 100 (Wilson 1927); from 0 to 1 where n is 0."""
        if not self.n:
            return 0.0, 1.0
        share, spread = self.count / self.n, 1.96**2 / self.n
        middle = (share + spread / 2) / (1 + spread)
        half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Group:
    """What "happy" at 0.5 is worth on some faces.

    Attributes:
        name: what they have in common, such as `sex: woman`.
        right: of all.
        false: called happy, of those who are not.
        missed: not called happy, of those who are.
        auc: of the score of happy; None where one side has no faces.
        calibration: the expected calibration error of happy against the rest (15 bins of equal width).
        worse: whether it is recognised less well than all, beyond `GAP` or chance.
    """

    name: str
    right: Rate
    false: Rate
    missed: Rate
    auc: float | None
    calibration: float
    worse: bool = False


def measure_groups(faces: Sequence[LabelledFace], happy: Scores) -> list[Group]:
    """All faces, then every group that the labels and facts make.

    Args:
        faces: n faces.
        happy: (n,) the score of happy, 0 to 1.
    """
    true = np.array([face.happy for face in faces])
    whole = _measure_group("all", happy, true)
    groups = [_measure_group(name, happy[chosen], true[chosen]) for name, chosen in _find_groups(faces)]
    return [whole, *(replace(group, worse=_is_worse(group.right, whole.right)) for group in groups)]


def _measure_group(name: str, happy: Scores, true: Flags) -> Group:
    smiles = happy >= SMILE
    return Group(
        name=name,
        right=_rate(smiles == true),
        false=_rate(smiles[~true]),
        missed=_rate(~smiles[true]),
        auc=auc(happy, true),
        calibration=calibration_error(happy, true),
    )


def _rate(flags: Flags) -> Rate:
    return Rate(int(flags.sum()), len(flags))


def _is_worse(group: Rate, whole: Rate) -> bool:
    share, total = group.share or 0.0, whole.share or 0.0
    return share < total - GAP if group.n >= LARGE else group.interval[1] < total


def _find_groups(faces: Sequence[LabelledFace]) -> list[tuple[str, Flags]]:
    """Names and members."""
    names = dict.fromkeys(name for face in faces for name in face.facts if name not in NO_GROUPS)
    columns = {"label": [face.label for face in faces]}
    columns |= {name: [face.facts.get(name, "") for face in faces] for name in names}
    for one, two in PAIRS:
        if one in columns and two in columns:
            pairs = zip(columns[one], columns[two], strict=True)
            columns[f"{one}, {two}"] = [f"{a}, {b}" if a and b else "" for a, b in pairs]
    found = []
    for name, column in columns.items():
        known = sorted(set(column) - {""})
        # of yes and no, only yes makes a group
        known = ["1"] if set(known) == {"0", "1"} else known
        if len(known) <= MOST_VALUES:
            values = np.array(column)
            found += [(name if value == "1" else f"{name}: {value}", values == value) for value in known]
    return found


def measure_seven(faces: Sequence[LabelledFace], scores: Scores) -> dict[str, Rate] | None:
    """How often the highest score is the label's, over all and by emotion; None where a label means no emotion."""
    true = [-1 if face.emotion is None else face.emotion for face in faces]
    if -1 in true or set(true) <= {HAPPY}:
        return None
    labels = np.array(true)
    right = scores.argmax(axis=1) == labels
    by_emotion = {emotion.value: _rate(right[labels == place]) for place, emotion in enumerate(EMOTIONS)}
    return {"all": _rate(right)} | by_emotion


def groups_to_json(groups: Sequence[Group], seven: dict[str, Rate] | None, not_found: Rate) -> dict[str, object]:
    """What `measure --json` prints."""
    return {
        "groups": {
            group.name: {
                **{name: _rate_to_json(getattr(group, name)) for name in ("right", "false", "missed")},
                "auc": None if group.auc is None else round(group.auc, 4),
                "calibration": round(group.calibration, 4),
                "worse": group.worse,
            }
            for group in groups
        },
        "seven": None if seven is None else {name: _rate_to_json(rate) for name, rate in seven.items()},
        "not_found": _rate_to_json(not_found),
    }


def _rate_to_json(rate: Rate) -> dict[str, object]:
    return {"count": rate.count, "n": rate.n, "interval": [round(end, 4) for end in rate.interval]}


def groups_to_card_metrics(groups: Sequence[Group]) -> dict[str, float]:
    """What a model card has of the groups, by names such as `faces/old/accuracy`, `…/false`, `…/missed` and `…/n`."""
    values: dict[str, float | None] = {}
    for group in groups:
        where = f"faces/{group.name}"
        values |= {
            f"{where}/n": group.right.n,
            f"{where}/accuracy": group.right.share,
            f"{where}/false": group.false.share,
            f"{where}/missed": group.missed.share,
            f"{where}/smile_auc": group.auc,
        }
    values[f"faces/{groups[0].name}/smile_ece"] = groups[0].calibration
    return {name: round(value, 6) for name, value in values.items() if value is not None}
