"""How quick the gallery is with 10,000 photos: the first page, the next, another order, a thumbnail made and found.

Run it with `python -m benchmarks.gallery [NUMBER]`.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from PIL import Image as Pictures

from smartselfie.albums.gallery import Gallery, Order
from smartselfie.core.types import Frame
from smartselfie.sources.demo import DemoSource


def fill(folder: Path, number: int) -> None:
    """So many 1280×720 photos with their sidecars; all but the first are second names of it."""
    first = folder / "0.jpg"
    image = next(item.image for item in DemoSource().frames() if isinstance(item, Frame))
    Pictures.fromarray(image[:, :, ::-1]).save(first, quality=95)
    for index in range(number):
        photo = folder / f"{index}.jpg"
        if index:
            os.link(first, photo)
        faces = [{"emotions": {"happy": index / number}}]
        photo.with_suffix(".json").write_text(json.dumps({"faces": faces}))
    os.utime(folder, (1e9, 1e9))  # as a folder that has been left alone for a while


def main() -> None:
    """Fill a folder, ask, print milliseconds."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, number)
        gallery = Gallery(folder)
        asked: dict[str, Callable[[], object]] = {
            "first_page": lambda: gallery.page(Order.TIME, 0, 60),
            "next_page": lambda: gallery.page(Order.TIME, 60, 60),
            "by_smile": lambda: gallery.page(Order.SMILE, 0, 60),
            "by_smile_next": lambda: gallery.page(Order.SMILE, 60, 60),
            "thumbnail_made": lambda: gallery.thumbnail("0.jpg"),
            "thumbnail_found": lambda: gallery.thumbnail("0.jpg"),
        }
        took: dict[str, float] = {}
        for what, ask in asked.items():
            begun = perf_counter()
            ask()
            took[what] = round((perf_counter() - begun) * 1000, 2)
    print(json.dumps({"photos": number, "milliseconds": took}))


if __name__ == "__main__":
    main()
