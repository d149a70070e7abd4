"""The three diagrams of an evaluation as SVG: confusion matrix, reliability diagram, ROC of the smile.

Each stands by itself, in a page or as a file, needs nothing from elsewhere, and follows the reader's light or dark
scheme. Drawn by hand, since the run time has no plotting library and text and boxes are all they are made of.
"""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

import numpy as np

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import Evaluation
from smartselfie.evaluation.metrics import BINS, SMILE, reliability, roc
from smartselfie.files import atomic_write, free_names

STYLE = """<style>
.diagram{--ink:#1d2433;--soft:#667085;--line:#d5dae3;--full:#2456c9;--mark:#c2570c}
@media(prefers-color-scheme:dark){.diagram{--ink:#e6e9ef;--soft:#9aa4b5;--line:#3b4354;--full:#3f7bf0;--mark:#f2994a}}
.diagram text{fill:var(--ink);font:12px system-ui,sans-serif}.diagram .soft{fill:var(--soft)}
.diagram .small{font-size:9.5px}.diagram .over{fill:#fff}.diagram .line{stroke:var(--line);fill:none}
.diagram .full{fill:var(--full)}.diagram .curve{stroke:var(--full);fill:none;stroke-width:2}
.diagram .mark{fill:var(--mark)}.diagram .rule{stroke:var(--soft);stroke-dasharray:4 4;fill:none}
</style>"""

SIDE = 252
"""Of the square that the curves are drawn in, in units of the picture."""

LEFT, TOP = 44, 14

DIAGONAL = f'<path class="rule" d="M{LEFT} {TOP + SIDE}l{SIDE} {-SIDE}"/>'


def draw_confusion(found: Evaluation) -> str:
    """What each class's rows were called: a row a class, in percent of its rows, with the counts below."""
    cell, left, top = 46, 66, 40
    parts = [_text(left + 3.5 * cell, 12, "said", "middle", "soft")]
    for place, emotion in enumerate(EMOTIONS):
        parts.append(_text(left + (place + 0.5) * cell, top - 8, emotion, "middle", "small"))
        parts.append(_text(left - 8, top + (place + 0.5) * cell + 4, emotion, "end"))
    for down, row in enumerate(found.metrics.confusion.tolist()):
        for across, count in enumerate(row):
            share = count / sum(row) if sum(row) else 0.0
            x, y = left + across * cell, top + down * cell
            over = "over" if share > 0.5 else ""
            told = f"{EMOTIONS[down]}, said {EMOTIONS[across]}: {count} of {sum(row)}"
            parts.append(
                f'<g><title>{told}</title><rect class="full" x="{x + 1}" y="{y + 1}" width="{cell - 2}" '
                f'height="{cell - 2}" rx="5" fill-opacity="{0.05 + 0.95 * share:.3f}"/>'
                + _text(x + cell / 2, y + cell / 2 + 1, f"{100 * share:.0f}", "middle", over)
                + _text(x + cell / 2, y + cell / 2 + 14, str(count), "middle", f"small {over or 'soft'}")
                + "</g>"
            )
    title = f"Confusion matrix in percent of each true class's rows: {describe(found)}"
    return _svg(left + 7 * cell + 4, top + 7 * cell + 4, title, parts)


def draw_reliability(found: Evaluation) -> str:
    """The reliability diagram: how often the answers are right, by how sure they are; below, how many there are."""
    counted = found.true >= 0
    scores, true = found.scores[counted], found.true[counted]
    bins = reliability(scores.max(axis=1), scores.argmax(axis=1) == true)
    parts, width = [*_axes("highest score", "share that is right"), DIAGONAL], SIDE / BINS
    base, most = TOP + SIDE + 86, max(each.n for each in bins)
    for place, each in enumerate(bins):
        x = LEFT + place * width
        told = f"{place / BINS:.2f} to {(place + 1) / BINS:.2f}: {each.n} rows"
        if each.accuracy is not None and each.confidence is not None:
            told += f", mean score {each.confidence:.3f}, right {each.accuracy:.3f}"
            high, sure = each.accuracy * SIDE, LEFT + each.confidence * SIDE
            parts.append(
                f'<g><title>{told}</title><rect class="full" x="{x + 1:.1f}" y="{TOP + SIDE - high:.1f}" '
                f'width="{width - 2:.1f}" height="{high:.1f}" fill-opacity=".75"/>'
                f'<circle class="mark" cx="{sure:.1f}" cy="{TOP + SIDE - high:.1f}" r="3"/></g>'
            )
        tall = 40 * each.n / most
        parts.append(
            f'<g><title>{told}</title><rect class="full" x="{x + 1:.1f}" y="{base - tall:.1f}" '
            f'width="{width - 2:.1f}" height="{tall:.1f}" fill-opacity=".45"/></g>'
        )
    parts.append(f'<path class="line" d="M{LEFT} {base}h{SIDE}"/>')
    parts.append(_text(LEFT + SIDE / 2, base + 16, "rows", "middle", "soft"))
    parts.append(_text(LEFT + 8, TOP + 18, f"calibration error {100 * found.metrics.ece:.1f} %"))
    title = f"Reliability diagram, {BINS} bins; orange: each bin's mean score: {describe(found)}"
    return _svg(LEFT + SIDE + 14, base + 24, title, parts)


def draw_smile_roc(found: Evaluation) -> str:
    """The ROC of the score of "happy" against the rest, with the point that the threshold 0.5 takes."""
    counted = found.true >= 0
    happy = EMOTIONS.index(Emotion.HAPPY)
    score, smiling = found.scores[counted][:, happy], found.true[counted] == happy
    alarms, hits = roc(score, smiling)
    # to half a unit: finer steps cannot be seen, and would make the file several times as long
    points = dict.fromkeys(
        f"{LEFT + round(2 * SIDE * x) / 2:g},{TOP + SIDE - round(2 * SIDE * y) / 2:g}"
        for x, y in zip(alarms, hits, strict=True)
    )
    area = found.metrics.smile.auc
    parts = [
        *_axes("others called smiles", "smiles found"),
        DIAGONAL,
        f'<polyline class="curve" points="{" ".join(points)}"/>',
        _text(LEFT + SIDE - 8, TOP + SIDE - 28, "AUC unknown" if area is None else f"AUC {area:.4f}", "end"),
    ]
    if smiling.any() and not smiling.all():
        x, y = float((score >= SMILE)[~smiling].mean()), float((score >= SMILE)[smiling].mean())
        parts.append(f'<circle class="mark" cx="{LEFT + SIDE * x:.1f}" cy="{TOP + SIDE * (1 - y):.1f}" r="4.5"/>')
        told = f"at {SMILE}: {100 * y:.1f} % found, {100 * x:.1f} % false"
        parts.append(_text(LEFT + SIDE - 8, TOP + SIDE - 10, told, "end", "soft"))
    return _svg(LEFT + SIDE + 14, TOP + SIDE + 40, f"ROC of the smile: {describe(found)}", parts)


def describe(found: Evaluation) -> str:
    """What was measured, in words."""
    return f"{found.name}, {found.output} on {found.split} by {found.labels}, {found.metrics.n} rows"


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
            with atomic_write(path, DataError, "choose another folder") as file:
                file.write((draw(found) + "\n").encode())
            written.append(path)
    return written


def plain_name(text: str) -> str:
    """What of a text may stand in a file's name and in a page's anchor: a model calls its outputs as it likes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:80]


def _axes(across: str, up: str) -> list[str]:
    """The square, its numbers, and what they mean."""
    parts = [f'<rect class="line" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>']
    for tick in np.linspace(0, 1, 6).tolist():
        x, y = LEFT + SIDE * tick, TOP + SIDE * (1 - tick)
        parts.append(_text(x, TOP + SIDE + 14, f"{tick:.1f}", "middle", "soft small"))
        parts.append(_text(LEFT - 6, y + 3, f"{tick:.1f}", "end", "soft small"))
    middle = TOP + SIDE / 2
    parts.append(_text(LEFT + SIDE / 2, TOP + SIDE + 32, across, "middle", "soft"))
    parts.append(f'<g transform="rotate(-90 12 {middle})">{_text(12, middle, up, "middle", "soft")}</g>')
    return parts


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    marked = f' class="{kind.strip()}"' if kind.strip() else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{marked}>{escape(words)}</text>'


def _svg(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img"><title>{escape(title)}</title>{STYLE}{"".join(parts)}</svg>'
    )
