"""The three diagrams of an evaluation as SVG: confusion matrix, reliability diagram, ROC of the smile.

Each stands by itself, in a page or as a file, needs nothing from elsewhere, and follows the reader's light or dark
scheme. They come out of `templates/diagram.svg`: the run time has no plotting library, and text and boxes are all they
are made of.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import Evaluation
from smartselfie.evaluation.metrics import BINS, SMILE, reliability_bins, roc_curve
from smartselfie.evaluation.render import render
from smartselfie.files import atomic_write, free_names

# Of the square that the curves are drawn in, in units of the image.
SIDE = 252

LEFT, TOP = 44, 14


def draw_confusion(found: Evaluation) -> str:
    """What each class's rows were called: a row a class, in percent of its rows, with the counts below."""
    title = "Confusion matrix in percent of each true class's rows"
    return _draw("confusion", found, title, (392, 366), names=EMOTIONS, table=found.metrics.confusion.tolist())


def draw_reliability(found: Evaluation) -> str:
    """The reliability diagram: how often the answers are right, by how sure they are; below, how many there are."""
    counted = found.true >= 0
    scores, true = found.scores[counted], found.true[counted]
    bins = reliability_bins(scores.max(axis=1), scores.argmax(axis=1) == true)
    title = f"Reliability diagram, {BINS} bins; orange: each bin's mean score"
    return _draw("reliability", found, title, (310, 376), bins=bins, error=found.metrics.ece)


def draw_smile_roc(found: Evaluation) -> str:
    """The ROC of the score of "happy" against the rest, with the point that the threshold 0.5 takes."""
    counted = found.true >= 0
    happy = EMOTIONS.index(Emotion.HAPPY)
    score, smiling = found.scores[counted][:, happy], found.true[counted] == happy
    # to half a unit: finer steps cannot be seen, and would make the file several times as long
    points = dict.fromkeys(
        f"{LEFT + round(2 * SIDE * x) / 2:g},{TOP + SIDE - round(2 * SIDE * y) / 2:g}"
        for x, y in zip(*roc_curve(score, smiling), strict=True)
    )
    at = None
    if smiling.any() and not smiling.all():
        at = float((score >= SMILE)[~smiling].mean()), float((score >= SMILE)[smiling].mean())
    area = found.metrics.smile.auc
    return _draw("roc", found, "ROC of the smile", (310, 306), points=" ".join(points), area=area, at=at)


def _draw(kind: str, found: Evaluation, title: str, size: tuple[int, int], **values: object) -> str:
    model, split = found.predictions.name, found.predictions.split
    told = f"{title}: {model}, {found.output} on {split} by {found.labels}, {found.metrics.n} rows"
    values |= {"kind": kind, "title": told, "left": LEFT, "top": TOP, "side": SIDE}
    return render("diagram.svg", width=size[0], height=size[1], **values)


def write_figures(folder: Path, evaluations: Iterable[Evaluation]) -> list[Path]:
    """Write each evaluation's diagrams as files such as `confusion-ferplus.svg`; older ones are replaced.

    No face is shown, so they can be published where the data cannot.

    Raises:
        DataError: the place cannot be written.
    """
    written: list[Path] = []
    for found in evaluations:
        which = found.labels.value if found.output == found.labels else plain_name(f"{found.output}-{found.labels}")
        kinds = {"confusion": draw_confusion, "reliability": draw_reliability, "roc": draw_smile_roc}
        for kind, draw in kinds.items():
            path = next(name for name in free_names(folder / f"{kind}-{which}.svg") if name not in written)
            with atomic_write(path, DataError, "choose another folder", b'class="diagram"') as file:
                file.write((draw(found) + "\n").encode())
            written.append(path)
    return written


def plain_name(text: str) -> str:
    """What of a text may stand in a file's name and in a page's anchor: a model calls its outputs as it likes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:80]
