"""`smartselfie prepare`: FER-2013 as people have it, into arrays."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.errors import DataError

if TYPE_CHECKING:
    from smartselfie.data.audit import Audit


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="SRC")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.npz")
@click.option(
    "--ferplus", type=click.Path(path_type=Path), metavar="FILE", help="FER+'s fer2013new.csv: ten votes a face."
)
@click.option("--json", "as_json", is_flag=True, help="The summary as one line of JSON on stdout.")
def command(source: Path, out: Path, ferplus: Path | None, as_json: bool) -> None:
    """Turn FER-2013's CSV (fer2013.csv or icml_face_data.csv, also gzipped) into arrays.

    Every broken row is named with its line and reason, and left out; the exit code then is 1.

    Example: smartselfie prepare fer2013.csv faces.npz --ferplus fer2013new.csv
    """
    from dataclasses import replace

    from smartselfie.cli.progress import telling
    from smartselfie.data import dataset, fer2013
    from smartselfie.data.audit import audit
    from smartselfie.data.ferplus import join, read_votes

    if out.resolve() in [path.resolve() for path in (source, ferplus) if path is not None]:
        raise DataError(f"{out} is what is to be read", "choose another name for OUT.npz")
    votes = None if ferplus is None else read_votes(ferplus)
    with telling(None) as teller:
        read = fer2013.read(source, lambda rows: teller.move(rows, f"{rows:,} rows"))
    for broken in read.broken:
        click.echo(f"{source}, line {broken.line}: {broken.reason}", err=True)
    data = read.dataset if votes is None else replace(read.dataset, votes=join(read, votes))
    dataset.save(data, out)
    found = audit(data)
    if as_json:
        click.echo(json.dumps(_as_json(found, len(read.broken))))
    else:
        _show(found, len(read.broken), out)
    if read.broken:
        rows = "1 row is" if len(read.broken) == 1 else f"{len(read.broken)} rows are"
        raise DataError(f"{rows} broken and left out of {out}", "mend the lines named above, or go on without them")


def _as_json(found: "Audit", broken: int) -> dict[str, object]:
    return {
        "rows": found.rows,
        "splits": {split: dict(counts) for split, counts in found.splits.items()},
        "blank": found.blank,
        "broken": broken,
        "ferplus": None if found.votes is None else {"no_face": found.votes.no_face, "majority": found.votes.majority},
    }


def _show(found: "Audit", broken: int, out: Path) -> None:
    from smartselfie.cli.screen import columns
    from smartselfie.core.emotion import EMOTIONS

    rows = [["split", *EMOTIONS, "rows"]]
    for split, counts in found.splits.items():
        rows.append([split, *(str(counts[emotion]) for emotion in EMOTIONS), str(sum(counts.values()))])
    click.echo("\n".join(columns(rows)))
    click.echo(f"{found.blank} blank pictures, {broken} broken rows")
    if found.votes is not None:
        click.echo(f"FER+: {found.votes.majority} rows with a majority, {found.votes.no_face} without a face")
    click.echo(f"written: {out}")
