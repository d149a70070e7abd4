"""`smartselfie prepare`: FER-2013 as people have it, into arrays."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.cli.parameters import FILE, PATH, json_flag, option
from smartselfie.errors import DataError

if TYPE_CHECKING:
    from smartselfie.datasets.audit import Audit


@click.command()
@click.argument("source", type=PATH, metavar="SRC")
@click.argument("out", type=FILE, metavar="OUT.npz")
@option("--ferplus", PATH, "FILE", "FER+'s fer2013new.csv, with ten votes per face.")
@option("--test-as", ["PublicTest", "PrivateTest"], None, 'The split that "test" stands for.', "PrivateTest")
@option("--report", FILE, "FILE.html", "Write the audit as a page; it shows faces.")
@json_flag("the audit as one line of JSON")
def command(*, source: Path, out: Path, ferplus: Path | None, test_as: str, report: Path | None, as_json: bool) -> None:
    """Turn FER-2013, or labelled faces of your own, into training data, and show what is odd about it.

    SRC is a CSV with emotion, pixels, Usage (fer2013.csv, icml_face_data.csv; also compressed or in an archive),
    or images as SPLIT/CLASS/FILE in a folder or archive. Square faces of other sizes are scaled to 48×48. A part called
    "test" becomes PrivateTest, which training never reads, unless --test-as says otherwise.

    Broken rows are left out. Each is named with its place and what is wrong, and the exit code is 1.

    Example: smartselfie prepare fer2013.tar.gz faces.npz --ferplus fer2013new.csv --report audit.html
    """
    from smartselfie.cli.terminal import show_progress
    from smartselfie.datasets import audit as auditing
    from smartselfie.datasets import dataset, reader
    from smartselfie.datasets.dataset import Split
    from smartselfie.datasets.ferplus import join, read_votes
    from smartselfie.evaluation.audit_report import write_audit_report
    from smartselfie.evaluation.render import check_writable

    outputs = [out] if report is None else [out, report]
    _refuse_overwriting(outputs, [source] if ferplus is None else [source, ferplus])
    if report is not None:
        check_writable(report)
    votes = None if ferplus is None else read_votes(ferplus)
    with show_progress(None) as progress:
        read = reader.read(source, lambda rows: progress.update(rows, f"{rows:,} rows"), Split(test_as))
    for broken in read.broken:
        click.echo(f"{source}, {broken.where}: {broken.reason}", err=True)
    data = read.dataset if votes is None else replace(read.dataset, votes=join(read, votes))
    dataset.save(data, out)
    with show_progress(None) as progress:
        progress.update(len(data), "looking for twins")
        found = auditing.audit(data)
    if report is not None:
        write_audit_report(report, data, found)
    if as_json:
        click.echo(json.dumps(auditing.audit_to_json(found) | {"broken": len(read.broken)}))
    else:
        _print_audit(found, len(read.broken))
        for path in outputs:
            click.echo(f"written: {path}")
    if read.broken:
        rows = "1 row is" if len(read.broken) == 1 else f"{len(read.broken)} rows are"
        raise DataError(f"{rows} broken and left out of {out}", "fix the rows named above, or continue without them")


def _refuse_overwriting(written: list[Path], sources: list[Path]) -> None:
    """Refuse to write over what is to be read, or twice to one place."""
    places = [path.resolve() for path in written]
    for path, place in zip(written, places, strict=True):
        if place in [source.resolve() for source in sources]:
            raise DataError(f"{path} is the input", "choose another name")
        if places.count(place) > 1:
            raise DataError(f"{path} is named twice", "choose another name for one")


def _print_audit(found: "Audit", broken: int) -> None:
    from smartselfie.cli.terminal import print_table
    from smartselfie.core.emotion import EMOTIONS

    rows = [["split", *EMOTIONS, "rows"]]
    for split, counts in found.splits.items():
        rows.append([split, *(str(counts[emotion]) for emotion in EMOTIONS), str(sum(counts.values()))])
    print_table(rows)
    click.echo(f"{len(found.blank)} blank images, {broken} broken rows")
    click.echo("rows with a twin (pixels correlate above 0.99), and how many of them have a different label:")
    for (one, other), told in found.twins.items():
        click.echo(f"  {one} in {other}: {told.rows}, {told.differ}")
    votes = found.votes
    if votes is not None:
        click.echo(f"FER+: {votes.majority} rows with a majority, {votes.no_face} without a face")
        for split, rows_differ in votes.differ.items():
            click.echo(f"  {split}: the majority is not the label of 2013 on {rows_differ}")
