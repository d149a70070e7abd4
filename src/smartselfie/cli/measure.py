"""`smartselfie measure`: how well smiles are recognised on labelled faces, group by group."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.cli.parameters import PATH, json_flag, option
from smartselfie.cli.terminal import print_table

if TYPE_CHECKING:
    from smartselfie.evaluation.groups import Group, Rate


@click.command()
@click.argument("faces", type=PATH, metavar="FACES")
@option("--model", PATH, "MODEL.onnx", "Emotion model.", shown="the bundled one")
@option("--part parts", None, "NAME", "Only rows of this part, such as val.", multiple=True)
@click.option("--line", is_flag=True, help="Find the faces as analyze does, instead of using the squares of the table.")
@option("--output", None, "NAME", "One output of the model, such as fer2013.", shown="combined")
@json_flag("one line of JSON")
def command(
    *, faces: Path, model: Path | None, parts: tuple[str, ...], line: bool, output: str | None, as_json: bool
) -> None:
    """Measure "happy" at 0.5 on labelled faces, by the groups that the columns of their table make.

    FACES is a folder or archive of images of one face each, with a labels.csv: file, label (smile, smile_closed,
    no_smile, open_mouth, grimace, or one of the seven emotions), and any columns to group by, such as sex or beard. In
    brackets are 95 % intervals; ! marks a group that is recognised less well than all.

    Example: smartselfie measure real_faces.zip --part val
    """
    from smartselfie.core.emotion import HAPPY
    from smartselfie.datasets.labelled import read_labelled
    from smartselfie.evaluation import groups as measuring
    from smartselfie.factory import make_classifier, make_detector
    from smartselfie.settings.schema import Settings

    classifier = make_classifier(model)
    if output is not None and (line or output not in classifier.card.outputs):
        raise click.UsageError(f"--output is one of {', '.join(classifier.card.outputs)}, and not for --line")
    labelled = read_labelled(faces, parts)
    not_found = measuring.Rate(0, len(labelled))
    if line:
        detector = make_detector(Settings(), thorough=True)
        scores, found = measuring.predict_found(labelled, detector, classifier)
        not_found = measuring.Rate(int((~found).sum()), len(labelled))
    else:
        scores = measuring.predict_crops(labelled, classifier, output)
    groups, seven = measuring.measure_groups(labelled, scores[:, HAPPY]), measuring.measure_seven(labelled, scores)
    if as_json:
        click.echo(json.dumps(measuring.groups_to_json(groups, seven, not_found)))
    else:
        _print_groups(groups, seven, not_found)


def _print_groups(groups: "list[Group]", seven: "dict[str, Rate] | None", not_found: "Rate") -> None:
    rows = [["", "n", "right", "AUC", "called happy falsely", "smiles missed", "calibration error"]]
    for group in groups:
        area = "–" if group.auc is None else f"{group.auc:.4f}"
        name = f"{group.name} !" if group.worse else group.name
        right, false, missed = (_percent(rate) for rate in (group.right, group.false, group.missed))
        rows.append([name, str(group.right.n), right, area, false, missed, f"{group.calibration:.3f}"])
    print_table(rows)
    if not_found.count:
        click.echo(f"\nNo face was found on {not_found.count} of {not_found.n} images.")
    if seven is not None:
        click.echo("\nHow often the highest of the seven scores is right:")
        print_table([[name, _percent(rate), f"{rate.count} of {rate.n}"] for name, rate in seven.items()], header=False)


def _percent(rate: "Rate") -> str:
    if rate.share is None:
        return "–"
    low, high = rate.interval
    return f"{100 * rate.share:.1f} % ({100 * low:.1f}–{100 * high:.1f})"
