"""`smartselfie export`: a trained run as ONNX, with its card inside."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.cli.parameters import FILE, PATH, option

if TYPE_CHECKING:
    from smartselfie.training.export import Exported


@click.command()
@click.argument("source", type=PATH, metavar="RUN")
@click.argument("model", type=FILE, metavar="MODEL.onnx")
@option("--data", PATH, "DATA.npz", "Prepared data: measures the model on PublicTest and calibrates it.")
@option("--faces", PATH, "FACES", "Labelled faces of real people: measures the model on their part val, by group.")
@option("--with siblings", PATH, "RUN", "Run with another seed: the mean of the weights is written.", multiple=True)
@option("--name", None, "NAME", "Name of the model.", shown="the recipe's name")
@click.option("--mirrored", is_flag=True, help="Average over the face and its mirror image (twice as slow).")
@click.option("--int8", is_flag=True, help="Compute in 8 bits, calibrated on Training rows of --data.")
def command(
    *,
    source: Path,
    model: Path,
    data: Path | None,
    faces: Path | None,
    siblings: tuple[Path, ...],
    name: str | None,
    mirrored: bool,
    int8: bool,
) -> None:
    """Write the model of a run, finished or not, as one ONNX file that carries its card.

    RUN may also be an ONNX file with a card, to quantise it or to measure it again. The new file is checked against the
    trained model in ONNX Runtime. The card is also saved next to it, as MODEL.card.json.

    Example: smartselfie export runs/compact compact.onnx --data faces.npz
    """
    from smartselfie.training.requirements import require_libraries

    require_libraries()
    from smartselfie.datasets import dataset
    from smartselfie.datasets.labelled import read_labelled
    from smartselfie.training.export import export

    rows = None if data is None else dataset.load(data)
    unseen = [] if faces is None else read_labelled(faces, ("val",))
    written = export(source, model, data=rows, faces=unseen, siblings=siblings, name=name, mirrored=mirrored, int8=int8)
    card = written.card
    click.echo(
        f"written: {model}, {written.size:,} bytes, {card.parameters:,} parameters, {card.precision}, "
        f"at most {written.difference:.1g} from the {'network in float32' if int8 else 'trained network'}"
    )
    for metric, value in card.metrics.items():
        # by class or group there is too much to read here; the card has it, and the combined output's by its old name
        one_group = metric.startswith("faces/") and not metric.startswith("faces/all/")
        if "/reading/" not in metric and not one_group and metric.count("/") - ("/combined/" in metric) == 2:
            click.echo(f"  {metric} {value:g}")
    _show_loss(written)


def _show_loss(written: "Exported") -> None:
    """What the 8 bits cost."""
    for metric, value in (written.before or {}).items():
        if metric.endswith("/accuracy") and "/reading/" not in metric:
            now = written.card.metrics[metric]
            points = 100 * (now - value)
            click.echo(f"{metric}: {100 * value:.2f} % in float32, {100 * now:.2f} % in int8, {points:+.2f} points")
