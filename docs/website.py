"""Builds the documentation as a website in build/site: `make site`, or `python docs/website.py`.

The Markdown stays as people read it in the repository. A copy of it is made in build/pages, in which the README is the
first page; links to files that are no pages are left out. ProperDocs then builds the site, strictly: a link or an
anchor that is missing ends it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES, SITE = ROOT / "build" / "pages", ROOT / "build" / "site"
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
# What a page is beside its text: pictures.
FILES = {".jpg", ".png", ".svg"}


def copied() -> dict[Path, Path]:
    """Where each page and picture lies in the copy, by where it lies in the repository; both from the root."""
    pages = {Path(name): Path("index.md" if name == "README.md" else name.lower()) for name in TOP}
    for path in sorted((ROOT / "docs").rglob("*")):
        here = path.relative_to(ROOT)
        if path.suffix in {".md", *FILES}:
            # a README of a folder is its first page, too
            name = "index.md" if path.name == "README.md" else path.name
            pages[here] = here.relative_to("docs").with_name(name)
    return pages


def rewritten(text: str, page: Path, pages: dict[Path, Path]) -> str:
    """The text of a page with links that lead where the copy has what they mean."""

    def link(found: re.Match[str]) -> str:
        shown, target, anchor = found[1], found[2], found[3] or ""
        if re.match(r"\w+:", target):
            return found[0]
        there = Path(os.path.normpath(page.parent / target))
        if there not in pages:
            return shown if not shown.startswith("!") else ""
        to = os.path.relpath(pages[there], pages[page].parent)
        return f"{shown}({Path(to).as_posix()}{anchor})"

    def plain(found: re.Match[str]) -> str:
        done = link(found)
        return done[1:-1] if done == found[1] else done

    return re.sub(r"(!?\[[^\]]*\])\(([^)\s#]+)(#[^)]*)?\)", plain, text)


def main() -> int:
    """Build the site; returns the generator's exit code."""
    shutil.rmtree(PAGES, ignore_errors=True)
    pages = copied()
    for here, there in pages.items():
        to = PAGES / there
        to.parent.mkdir(parents=True, exist_ok=True)
        if here.suffix == ".md":
            text = (ROOT / here).read_text(encoding="utf-8")
            to.write_text(rewritten(text, here, pages), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / here, to)
    shutil.copyfile(ROOT / "src" / "smartselfie" / "booth" / "static" / "icon-192.png", PAGES / "icon-192.png")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "--config-file", "properdocs.yml"]
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603
    if done.returncode == 0:
        print(f"written: {(SITE / 'index.html').relative_to(ROOT)}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
