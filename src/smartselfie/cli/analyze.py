"""`smartselfie analyze`: the faces on photos, videos and folders."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.api import FaceAnalyzer
from smartselfie.batch import Analysis, AnnotatedFolder, Failure, analyze_files, find_files
from smartselfie.cli.options import setting_options
from smartselfie.cli.parameters import COUNT, PATH, json_flag, option, print_json
from smartselfie.cli.terminal import counted, print_note
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Face
from smartselfie.errors import AlbumError
from smartselfie.faces import doubt
from smartselfie.factory import make_classifier, make_detector
from smartselfie.files import atomic_write, plain
from smartselfie.serialize import CSV_COLUMNS, face_to_json, face_to_row
from smartselfie.settings.load import load_settings

if TYPE_CHECKING:
    from _csv import Writer as CsvWriter

# Why a face's scores should not be relied on.
DOUBTS = {"small": "too small", "dark": "too dark", "turned": "turned away"}
CSV_MARK = ",".join(CSV_COLUMNS).encode()


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")
@json_flag("one line of JSON per image or frame")
@option("--csv csv_file", PATH, "FILE", "Write one line per face; - for stdout.")
@option("--annotated", PATH, "DIR", "Save copies with the faces drawn in.")
@option("--every", COUNT, "N", "Of videos, every Nth frame.", 1)
@setting_options(["detector", "model"])
def command(
    paths: tuple[Path, ...],
    as_json: bool,
    csv_file: Path | None,
    annotated: Path | None,
    every: int,
    config: Path | None,
    **flags: object,
) -> int:
    """Find and score the faces in photos, videos and folders with all their subfolders.

    A file that cannot be read is named, the rest goes on, and the exit code is 1 at the end. The last line, on stderr,
    counts files, faces, smiles (in a video, people) and what was not read.

    Example: smartselfie analyze ~/Pictures --csv smiles.csv
    """
    settings = load_settings(flags, config)
    analyzer = FaceAnalyzer(
        detector=make_detector(settings, thorough=True),
        quick=make_detector(settings),
        classifier=make_classifier(settings.model),
    )
    to_stdout = csv_file == Path("-")
    if to_stdout and as_json:
        raise click.UsageError("--json and --csv - both write to stdout")
    tally = Tally()
    with ExitStack() as stack:
        table = None if csv_file is None else stack.enter_context(_csv_table(csv_file))
        items = find_files(paths, annotated)
        folder = None if annotated is None else stack.enter_context(AnnotatedFolder(annotated, items, every))
        for result in analyze_files(items, analyzer, every):
            tally.add(result)
            if isinstance(result, Failure):
                _print_failure(result, as_json)
                continue
            if not to_stdout:
                _print_analysis(result, as_json)
            if table is not None:
                for face in result.faces:
                    table.writerow(face_to_row(str(result.item.path), result.frame, result.at, face))
            if folder is not None:
                folder.add(result)
    print_note(tally.in_words())
    return 1 if tally.failed else 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What the closing line says: files read, everybody on them, who of them smiled, whose scores can be relied on at
    least once, files that could not be read.

    Somebody on a photo is its path and a number, on a video its path and the number of the person.
    """

    read: set[Path] = field(default_factory=set)
    faces: set[tuple[Path, int]] = field(default_factory=set)
    smiles: set[tuple[Path, int]] = field(default_factory=set)
    sure: set[tuple[Path, int]] = field(default_factory=set)
    failed: set[Path] = field(default_factory=set)

    def add(self, result: Analysis | Failure) -> None:
        """Count one more image, frame or failure."""
        path = result.item.path
        if isinstance(result, Failure):
            self.failed.add(path)
            return
        self.read.add(path)
        for place, face in enumerate(result.faces):
            who = path, place if face.id is None else face.id
            self.faces.add(who)
            if doubt(face) is None:
                self.sure.add(who)
            if face.emotion is Emotion.HAPPY:
                self.smiles.add(who)

    def in_words(self) -> str:
        """The line."""
        line = f"{counted(len(self.read), 'file')}, {counted(len(self.faces), 'face')}, "
        line += counted(len(self.smiles), "smile")
        unsure = len(self.faces - self.sure)
        line += f"; not sure of {counted(unsure, 'face')} (small, dark or turned away)" if unsure else ""
        missing = f"; {counted(len(self.failed), 'file')} not read or not to the end (named above)"
        return line + (missing if self.failed else "")


@contextmanager
def _csv_table(path: Path) -> Iterator["CsvWriter"]:
    """The table, whole at the end or not at all; `-` is stdout."""
    hint = "choose another file for --csv"
    if not path.parent.is_dir():
        raise AlbumError(f"{path} cannot be written: no such folder", hint)
    to_stdout = nullcontext(sys.stdout.buffer)
    with to_stdout if path == Path("-") else atomic_write(path, AlbumError, hint, CSV_MARK) as file:
        # a name that UTF-8 cannot hold is written with escapes
        text = io.TextIOWrapper(file, "utf-8", "backslashreplace", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(CSV_COLUMNS)
        yield writer
        text.detach()


def _print_analysis(analysis: Analysis, as_json: bool) -> None:
    path = str(analysis.item.path)
    if as_json:
        height, width = analysis.image.shape[:2]
        line = {
            "source": path,
            "frame": analysis.frame,
            "at": None if analysis.at is None else round(analysis.at, 6),
            "width": width,
            "height": height,
            "faces": [{**face_to_json(face), "unsure": doubt(face)} for face in analysis.faces],
        }
        print_json(line)
        return
    where = path if analysis.frame is None else f"{path}, frame {analysis.frame}"
    said = ", ".join(map(_in_words, analysis.faces))
    click.echo(f"{plain(where)}: {said or 'no face'}")


def _in_words(face: Face) -> str:
    why = doubt(face)
    return f"{face.emotion} {face.emotions[face.emotion]:.0%}" + (f" (not sure: {DOUBTS[why]})" if why else "")


def _print_failure(failure: Failure, as_json: bool) -> None:
    if as_json:
        line = {"source": str(failure.item.path), "error": failure.error.message}
        print_json(line)
    click.echo(f"smartselfie: {plain(str(failure.error))}", err=True)
