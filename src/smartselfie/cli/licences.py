"""`smartselfie licences`: under which terms everything stands that is part of the program or installed for it."""

import json
import re
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution

import click

from smartselfie.cli.parameters import json_flag, print_json
from smartselfie.cli.terminal import print_table

PACKAGE = "smartselfie"
# What comes with the program and has no card; the pictures' README has their sources.
OTHERS = (
    ("face_detection_yunet_2023mar_dynamic.onnx", "MIT"),
    ("demo_pictures", "public domain: works of the United States government"),
)
# What libraries bring inside, which their metadata does not say.
INSIDE = {"av": "inside it FFmpeg, LGPL-3.0-or-later, with x264 and x265, GPL-2.0-or-later"}


@click.command()
@json_flag("one line of JSON per part")
def command(as_json: bool) -> None:
    """List the licences of what is part of the program, and of every library that is installed for it.

    A library's licence is what its own metadata says.

    Example: smartselfie licences
    """
    rows = [("bundled", name, "", licence) for name, licence in (*OTHERS, *_models())]
    rows += [("library", *each) for each in sorted(_installed())]
    if as_json:
        for row in rows:
            print_json(dict(zip(("kind", "name", "version", "licence"), row, strict=True)))
        return
    print_table([["", "name", "version", "licence"], *map(list, rows)], left=4)


def _models() -> Iterator[tuple[str, str]]:
    for card in (resources.files(PACKAGE) / "models").iterdir():
        if card.name.endswith(".card.json"):
            said = json.loads(card.read_text(encoding="utf-8"))["licence"]
            yield card.name.replace(".card.json", ".onnx"), said if isinstance(said, str) else said["weights"]


def _installed() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of the program and of what it needs, and of what that needs in turn."""
    waiting, seen = [PACKAGE], set()
    while waiting:
        name = re.sub("[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            # needed on another system, or by an extra that is not installed
            continue
        yield name, found.version, "; ".join(filter(None, (_licence_of(found.metadata), INSIDE.get(name))))
        # of the program itself the extras, too; a library's extras nobody asked for
        wanted = [each for each in found.requires or () if name == PACKAGE or "extra ==" not in each]
        waiting += [match[0] for each in wanted if (match := re.match(r"[\w.-]+", each))]


def _licence_of(metadata: PackageMetadata) -> str:
    classifiers = [each for each in metadata.get_all("Classifier") or () if each.startswith("License ::")]
    texts = [each.strip().partition("\n")[0] for each in metadata.get_all("License") or ()]
    said = metadata.get_all("License-Expression") or [each.rpartition(" :: ")[2] for each in classifiers] or texts
    return ", ".join(said) or "not said"
