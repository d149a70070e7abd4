"""Pages out of Jinja2 templates: what comes from data and models is escaped, a value that is missing is an error."""

import base64
import io
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from smartselfie.errors import DataError
from smartselfie.files import atomic_write

HINT = "choose another --report"
# Every page of ours holds it near its beginning, and only such a page is replaced.
MARK = b'<meta name="generator" content="smartselfie'


def check_writable(path: Path) -> None:
    """Make sure that a page can be written there, before minutes are spent on what it is to show.

    Raises:
        DataError: it cannot.
    """
    try:
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}", HINT) from None


def write_page(path: Path, template: str, **values: object) -> None:
    """Fill a template, and write it whole or not at all.

    Raises:
        DataError: the place cannot be written.
    """
    page = render(template, **values)
    with atomic_write(path, DataError, HINT, MARK) as file:
        file.write(page.encode())


def render(template: str, **values: object) -> str:
    """Fill a template of this package."""
    # here, since no other command needs it
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("smartselfie.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{100 * share:.2f} %"
    environment.filters["number"] = "{:,}".format
    environment.filters["base64"] = lambda content: base64.b64encode(content).decode()
    environment.filters["png"] = _png
    return environment.get_template(template).render(values)


def _png(image: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Pillow.fromarray(image).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
