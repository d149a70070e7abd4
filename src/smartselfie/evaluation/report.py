"""An evaluation as a page: one file that needs nothing from elsewhere, for every labelling that the data has.

It shows faces of the data (the most confident mistakes), so it can be passed on only as far as the data can.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from smartselfie.core.emotion import EMOTIONS
from smartselfie.evaluation.evaluate import Evaluation, Predictions, score_all
from smartselfie.evaluation.plots import draw_confusion, draw_reliability, draw_smile_roc, plain_name
from smartselfie.evaluation.render import write_page
from smartselfie.inference.card import ModelCard

NAME = "index.html"
# So many of the most confident mistakes are shown.
MISTAKES = 24


def write_report(folder: Path, predictions: Predictions, card: ModelCard) -> Path:
    """Write the page into a folder, which is made where it is missing; an older report there is replaced.

    Returns:
        The page's path.

    Raises:
        DataError: the place cannot be written, or holds a page that is no report.
    """
    path = folder / NAME
    sections = [_section(found, predictions) for found in score_all(predictions)]
    title = f"{predictions.name} on {predictions.split}"
    write_page(path, "report.html", title=title, predictions=predictions, sections=sections, card=card)
    return path


def _section(found: Evaluation, predictions: Predictions) -> dict[str, object]:
    """One labelling of one output, for the template."""
    return {
        "found": found,
        "anchor": plain_name(f"{found.output}-{found.labels}"),
        "diagrams": {
            "Confusion, %": draw_confusion(found),
            "Reliability": draw_reliability(found),
            "Smile": draw_smile_roc(found),
        },
        "mistakes": _mistakes(found, predictions),
    }


def _mistakes(found: Evaluation, predictions: Predictions) -> Iterator[dict[str, object]]:
    predicted, score = found.scores.argmax(axis=1), found.scores.max(axis=1)
    wrong = np.flatnonzero((found.true >= 0) & (predicted != found.true))
    for place in wrong[np.argsort(-score[wrong], kind="stable")][:MISTAKES]:
        yield {
            "predicted": EMOTIONS[predicted[place]],
            "score": score[place],
            "label": EMOTIONS[found.true[place]],
            "row": predictions.rows.rows[place],
            "pixels": predictions.rows.pixels[place],
        }
