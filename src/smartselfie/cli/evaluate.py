"""`smartselfie evaluate`: what an emotion network is worth on prepared data."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.cli.parameters import FILE, FOLDER, PATH, json_flag, option
from smartselfie.cli.terminal import print_table

if TYPE_CHECKING:
    from smartselfie.evaluation.evaluate import Evaluation

SPLITS = ("Training", "PublicTest", "PrivateTest")
LABELS = ("fer2013", "ferplus")


@click.command()
@click.argument("data", type=PATH, metavar="DATA.npz")
@option("--model", PATH, "MODEL.onnx", "Emotion model.", shown="the bundled one")
@option("--split", SPLITS, None, "Split to measure on.", "PublicTest")
@option("--labels", LABELS, None, "Labels to measure by.", "fer2013")
@click.option("--combined", is_flag=True, help="Measure the combined output, which users see.")
@click.option("--reading", is_flag=True, help="The old name of --combined.")
@option("--predictions", FILE, "FILE.csv", "Write all scores, one line per row.")
@option("--report", FOLDER, "DIR", "Write a page with diagrams and the most confident mistakes.")
@option("--figures", FOLDER, "DIR", "Write only the diagrams, as SVG files without faces.")
@json_flag("one line of JSON")
def command(
    *,
    data: Path,
    model: Path | None,
    split: str,
    labels: str,
    combined: bool,
    reading: bool,
    predictions: Path | None,
    report: Path | None,
    figures: Path | None,
    as_json: bool,
) -> None:
    """Measure an emotion model on a split of prepared data.

    If the model has two outputs, the one that matches --labels is measured. By FER+, only rows with a majority for one
    of the seven emotions count. The report shows faces from the data: share it only if you may share the data.

    Example: smartselfie evaluate faces.npz --labels ferplus --report report
    """
    from smartselfie.datasets import dataset
    from smartselfie.datasets.dataset import Split
    from smartselfie.evaluation import evaluate as measuring
    from smartselfie.evaluation.plots import write_figures
    from smartselfie.evaluation.report import write_report
    from smartselfie.factory import make_classifier

    if reading:
        click.echo("--reading is now called --combined", err=True)
    classifier = make_classifier(model)
    scores = measuring.predict_split(dataset.load(data), Split(split), classifier)
    found = measuring.score_predictions(scores, measuring.Labels(labels), combined=combined or reading)
    if predictions is not None:
        measuring.write_predictions(predictions, found)
    written = [] if report is None else [write_report(report, scores, classifier.card)]
    if figures is not None:
        written += write_figures(figures, measuring.score_all(scores))
    if as_json:
        click.echo(json.dumps(measuring.evaluation_to_json(found)))
    else:
        _print_evaluation(found)
    for path in written:
        click.echo(f"written: {path}", err=as_json)


def _print_evaluation(found: "Evaluation") -> None:
    metrics, alone, smile = found.metrics, found.accuracy_without_twins, found.metrics.smile
    model = found.predictions
    calibration, hits = _percent(metrics.ece), smile.hits
    rates = f"precision {_percent(hits.precision)}, recall {_percent(hits.recall)}, F1 {_percent(hits.f1)}"
    lines = (
        f"{model.name}: {model.parameters:,} parameters, {model.size:,} bytes; output read: {found.output}",
        f"{model.split} by {found.labels}: {metrics.n} rows",
        f"accuracy {_percent(metrics.accuracy)}; without twins of Training rows {_percent(alone)}",
        f"macro F1 {_percent(metrics.macro_f1)}, likelihood {metrics.nll:.3f} nats, calibration error {calibration}",
        f"smile: AUC {_number(smile.auc)}, {rates}",
    )
    for line in lines:
        click.echo(line)
    click.echo("\nPer class, and what its rows were taken for:")
    print_table(_rows(found))


def _rows(found: "Evaluation") -> list[list[str]]:
    """Each class: how well it is told, and what its rows were called."""
    rows = [["true", "precision", "recall", "F1", "n", *(emotion[:3] for emotion in found.metrics.per_class)]]
    for (emotion, hits), row in zip(found.metrics.per_class.items(), found.metrics.confusion, strict=True):
        rates = (f"{100 * rate:.1f}" for rate in (hits.precision, hits.recall, hits.f1))
        rows.append([emotion, *rates, str(hits.n), *(str(count) for count in row)])
    return rows


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.2f} %"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}"
