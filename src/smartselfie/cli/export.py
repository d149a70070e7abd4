"""`smartselfie export`: a trained run as ONNX, with its card inside."""

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("model", type=click.Path(path_type=Path, dir_okay=False), metavar="MODEL.onnx")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DATA.npz",
    help="Prepared data: what the network is worth on PublicTest goes into its card.",
)
@click.option("--name", help="What the network is called.  [the recipe's name]")
@click.option("--mirrored", is_flag=True, help="Average over the face and its mirror image, in twice the time.")
def command(run: Path, model: Path, data: Path | None, name: str | None, mirrored: bool) -> None:
    """Write a run's network, finished or not, as one ONNX file that carries its card.

    The file is tried in ONNX Runtime against the trained network, and written whole or not at all; the card stands
    beside it, too, as MODEL.card.json.

    Example: smartselfie export runs/compact compact.onnx --data faces.npz
    """
    from smartselfie.training.needs import require_libraries

    require_libraries()
    from smartselfie.data import dataset
    from smartselfie.training.export import export

    faces = None if data is None else dataset.load(data)
    written = export(run, model, data=faces, name=name, mirrored=mirrored)
    card = written.card
    click.echo(
        f"written: {model}, {written.size:,} bytes, {card.parameters:,} parameters, "
        f"at most {written.difference:.1g} from the trained network"
    )
    for metric, value in card.metrics.items():
        click.echo(f"  {metric} {value:g}")
