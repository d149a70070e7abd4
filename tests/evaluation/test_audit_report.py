"""The page of an audit."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.datasets.audit import audit
from smartselfie.datasets.dataset import Dataset
from smartselfie.errors import DataError
from smartselfie.evaluation.audit_report import write_audit_report

Draw = Callable[..., Dataset]


@pytest.mark.parametrize("votes", [True, False])
def test_the_page_shows_counts_and_faces_as_they_are(draw_data: Draw, tmp_path: Path, votes: bool):
    data = draw_data(14, 7, votes=votes)
    data.pixels[7] = data.pixels[1]  # twins, of which labels differ
    path = tmp_path / "audit.html"
    write_audit_report(path, data, audit(data))
    page = path.read_text(encoding="utf-8")
    assert "<h1>21 faces</h1>" in page
    assert page.count('<div class="card faces">') == 1
    assert ("FER+'s majority" in page) is votes
    assert not re.search(r"http|<script|<link|url\(|@import", page), "it needs nothing from elsewhere"
    drawn = [base64.b64decode(found) for found in re.findall(r'src="data:image/png;base64,([^"]+)"', page)]
    shown = []
    for content in drawn:
        with Pictures.open(io.BytesIO(content)) as opened:
            shown.append(np.asarray(opened))
    for face in data.pixels[:7]:
        assert any(np.array_equal(face, image) for image in shown)


def test_an_older_page_is_replaced_and_anything_else_is_not(draw_data: Draw, tmp_path: Path):
    data, path = draw_data(7, 0), tmp_path / "audit.html"
    write_audit_report(path, data, audit(data))
    write_audit_report(path, data, audit(data))
    path.write_text("my diary")
    with pytest.raises(DataError, match="it exists already"):
        write_audit_report(path, data, audit(data))
    assert path.read_text() == "my diary"
