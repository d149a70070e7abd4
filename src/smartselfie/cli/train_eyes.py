"""`smartselfie train-eyes`: the small network that tells open eyes from closed ones."""

from pathlib import Path

import click

from smartselfie.cli.parameters import COUNT, FILE, PATH, SEED, option


@click.command("train-eyes")
@click.argument("eyes", type=PATH, metavar="EYES")
@click.argument("model", type=FILE, metavar="MODEL.onnx")
@option("--epochs", COUNT, "N", "Passes over the crops.", 120)
@option("--seed", SEED, "N", "The same seed repeats a training exactly.", 0)
def command(eyes: Path, model: Path, epochs: int, seed: int) -> None:
    """Train the eye model on EYES, a folder or zip of crops with a labels.csv (file, label: open or closed).

    It is measured on the files below val/; people shown there are left out of the training. This takes minutes on one
    core.

    Example: smartselfie train-eyes eye_crops.zip eyes.onnx
    """
    from smartselfie.cli.terminal import show_progress
    from smartselfie.training.requirements import require_libraries

    require_libraries()
    from smartselfie.datasets.eyes import read_eyes
    from smartselfie.training.eyes import EyeRecipe, export_eyes, train_eyes

    training, validation = read_eyes(eyes)
    recipe = EyeRecipe(epochs=epochs)
    with show_progress(epochs) as progress:

        def on_epoch(epoch: int, loss: float) -> None:
            progress.update(epoch, f"epoch {epoch}/{epochs}, loss {loss:.3f}")
            if epoch % 10 == 0 or epoch == epochs:
                progress.print_line(f"epoch {epoch}/{epochs}: loss {loss:.3f}")

        network = train_eyes(training, recipe, seed, on_epoch)
    card = export_eyes(network, model, recipe, seed, training, validation)
    click.echo(f"written: {model}, {model.stat().st_size:,} bytes, {card.parameters:,} parameters")
    for name, value in card.metrics.items():
        click.echo(f"  {name} {value:g}")
