"""An evaluation as a page: one file that needs nothing from elsewhere, for every labeling that the data has.

It shows faces of the data (the most confident mistakes), so it can be passed on only as far as the data can.
"""

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from smartselfie.core.emotion import EMOTIONS
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import READING, Answers, Evaluation, score_all
from smartselfie.evaluation.plots import calibration, confusion, smile_roc
from smartselfie.files import written_whole
from smartselfie.inference.card import ModelCard

NAME = "index.html"
MISTAKES = 24
"""So many of the most confident mistakes are shown."""

MARK = '<meta name="generator" content="smartselfie evaluate">'
"""By this an older report is told from somebody else's page."""

WORDS = {"fer2013": "the labels of 2013", "ferplus": "FER+'s majority"}

STYLE = """
:root{color-scheme:light dark;--paper:#fbfcfe;--card:#fff;--ink:#1d2433;--soft:#667085;--line:#e3e7ee;--full:#2456c9}
@media(prefers-color-scheme:dark){:root{--paper:#12151c;--card:#1a1f29;--ink:#e6e9ef;--soft:#9aa4b5;--line:#2c3342;
--full:#3f7bf0}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1180px;margin:0 auto;padding:2rem 1.25rem 4rem}h1{margin:0 0 .25rem;font-size:1.7rem}
h2{margin:3rem 0 .25rem;font-size:1.3rem}h3{margin:0 0 .75rem;font-size:.95rem;font-weight:600}
p{max-width:80ch;margin:.25rem 0 1rem;color:var(--soft)}a{color:var(--full)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.card{padding:1.1rem 1.25rem;margin:1rem 0;overflow-x:auto}
.row{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));margin:1rem 0}.row .card{margin:0}
.row svg{max-width:100%;height:auto;display:block;margin:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft)}th:first-child,td:first-child{text-align:left}tr:last-child td{border-bottom:0}
i{display:inline-block;width:5.5rem;height:.5rem;margin-left:.6rem;border-radius:4px;background:var(--line)}
i::before{content:"";display:block;height:100%;width:var(--share);border-radius:4px;background:var(--full)}
.faces{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:1rem .75rem}
figure{margin:0;font-size:12.5px;line-height:1.35}figure img{width:100%;border-radius:8px;display:block}
figcaption{margin-top:.35rem}figcaption span{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.25rem;margin:0}dt{color:var(--soft)}dd{margin:0}
"""


def write_report(folder: Path, answers: Answers, card: ModelCard) -> Path:
    """Write the page into a folder, which is made where it is missing; an older report there is replaced.

    Returns:
        The page's path.

    Raises:
        DataError: the place cannot be written, or holds a page that is no report.
    """
    path = folder / NAME
    try:
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace")[:1000]:
            raise DataError(f"{path} is another page", "choose another folder for --report")
        page = _page(answers, score_all(answers), card)
        with written_whole(path) as file:
            file.write(page.encode())
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}", "choose another folder for --report") from None
    return path


def _page(answers: Answers, evaluations: Sequence[Evaluation], card: ModelCard) -> str:
    title = f"{escape(answers.name)} on {answers.split}"
    sections = "".join(_section(found, answers) for found in evaluations)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{MARK}'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{len(answers.rows):,} rows; {answers.parameters:,} parameters, {answers.size / 1e6:.1f} MB</p>"
        f"{_summary(evaluations)}{sections}{_about(card)}</main></body></html>\n"
    )


def _summary(evaluations: Sequence[Evaluation]) -> str:
    rows = []
    for found in evaluations:
        metrics, smile = found.metrics, found.metrics.smile
        name = f'<a href="#{_anchor(found)}">{_title(found)}</a>'
        cells = (
            *(name, f"{metrics.n:,}", _percent(metrics.accuracy), _percent(found.accuracy_without_twins)),
            *(_percent(metrics.macro_f1), f"{metrics.nll:.3f}", _percent(metrics.ece)),
            "–" if smile.auc is None else f"{smile.auc:.4f}",
            f"{100 * smile.hits.precision:.1f} / {100 * smile.hits.recall:.1f}",
        )
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    heads = (
        *("", "rows", "accuracy", "no twins", "macro F1", "nats", "calibration", "smile AUC"),
        "right / found, %",
    )
    return (
        f'<div class="card">{_table(heads, rows)}</div><p>Twins are rows that also stand in Training; nats are the '
        "mean negative logarithm of the label's score; calibration is the expected error over 15 bins of the highest "
        "score; a smile is a score of happy of 0.5 or more.</p>"
    )


def _section(found: Evaluation, answers: Answers) -> str:
    diagrams = (("Confusion, %", confusion(found)), ("Reliability", calibration(found)), ("Smile", smile_roc(found)))
    cards = "".join(f'<div class="card"><h3>{name}</h3>{svg}</div>' for name, svg in diagrams)
    return (
        f'<h2 id="{_anchor(found)}">{_title(found)}</h2><p>{_explained(found)}</p><div class="row">{cards}</div>'
        f'<div class="card"><h3>Per class</h3>{_classes(found)}</div>'
        f'<div class="card"><h3>The most confident mistakes</h3>{_mistakes(found, answers)}</div>'
    )


def _title(found: Evaluation) -> str:
    return f"What users see, by {WORDS[found.labels]}" if found.output == READING else f"By {WORDS[found.labels]}"


def _explained(found: Evaluation) -> str:
    counted = f"{found.metrics.n:,} of {len(found.true):,} rows count"
    what = "the outputs mixed as the card says" if found.output == READING else f"the output {escape(found.output)}"
    return f"{counted}; read is {what}."


def _anchor(found: Evaluation) -> str:
    return f"{found.output}-{found.labels}"


def _classes(found: Evaluation) -> str:
    rows = []
    for emotion, hits in found.metrics.per_class.items():
        bars = (
            f'<td>{100 * rate:.1f} <i style="--share:{100 * rate:.1f}%"></i></td>'
            for rate in (hits.precision, hits.recall, hits.f1)
        )
        rows.append(f"<td>{emotion}</td>{''.join(bars)}<td>{hits.n:,}</td>")
    return _table(("emotion", "precision, %", "recall, %", "F1, %", "rows"), rows)


def _mistakes(found: Evaluation, answers: Answers) -> str:
    said, sure = found.scores.argmax(axis=1), found.scores.max(axis=1)
    wrong = np.flatnonzero((found.true >= 0) & (said != found.true))
    figures = []
    for place in wrong[np.argsort(-sure[wrong], kind="stable")][:MISTAKES]:
        picture = io.BytesIO()
        Pictures.fromarray(answers.rows.pixels[place]).save(picture, "PNG", optimize=True)
        told = f"{EMOTIONS[said[place]]} {100 * sure[place]:.0f} %"
        truth = EMOTIONS[found.true[place]]
        figures.append(
            f'<figure><img alt="A face called {told}; the label is {truth}" '
            f'src="data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}">'
            f"<figcaption>{told}<br><span>label: {truth}<br>row {found.rows[place]}</span></figcaption></figure>"
        )
    return f'<div class="faces">{"".join(figures)}</div>' if figures else "<p>There are none.</p>"


def _about(card: ModelCard) -> str:
    told = {
        "data": card.data,
        "origin": card.origin,
        "precision": card.precision,
        "intended use": card.intended_use,
        "limits": card.limits,
        "known biases": card.biases,
        "licence of the code": card.licence.code,
        "licence of the weights": card.licence.weights,
        "licence of the data": card.licence.data,
    }
    lines = "".join(f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in told.items())
    return f'<h2>What the network says of itself</h2><div class="card"><dl>{lines}</dl></div>'


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"
