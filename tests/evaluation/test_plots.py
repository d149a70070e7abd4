"""The diagrams: what is drawn is what was measured, and nothing is fetched."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.parsers.expat import ParserCreate

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import Evaluation, Labels, Predictions
from smartselfie.evaluation.metrics import measure
from smartselfie.evaluation.plots import SIDE, draw_confusion, draw_reliability, draw_smile_roc, write_figures


def evaluated(scores: np.ndarray, true: np.ndarray) -> Evaluation:
    counted = true >= 0
    pixels = np.zeros((len(true), 48, 48), np.uint8)
    rows = Dataset(pixels, true, np.full(len(true), "PublicTest"), np.arange(len(true)))
    predictions = Predictions(Split.PUBLIC_TEST, rows, {"ferplus": scores}, None, "a <net>", 1, 1)
    metrics = measure(scores[counted], true[counted])
    return Evaluation(predictions, Labels.FERPLUS, "ferplus", true, scores, metrics, None)


@pytest.fixture
def found() -> Evaluation:
    """Seven rows of each emotion with random scores, and a row that does not count."""
    random = np.random.default_rng(0)
    scores = random.dirichlet(np.ones(7), 50)
    return evaluated(scores, np.append(np.arange(49) % 7, -1))


@pytest.mark.parametrize("draw", [draw_confusion, draw_reliability, draw_smile_roc])
def test_each_diagram_is_well_formed_and_fetches_nothing(found: Evaluation, draw: Callable[[Evaluation], str]):
    drawn = draw(found)
    parser = ParserCreate()
    parser.Parse(drawn, True)
    assert "a &lt;net&gt;" in drawn
    assert drawn.replace("http://www.w3.org/2000/svg", "").count("http") == 0


def test_each_cell_of_the_confusion_tells_its_count(found: Evaluation):
    cells = re.findall(r"<title>(\w+), said (\w+): (\d+) of 7</title>", draw_confusion(found))
    assert len(cells) == 49
    for true, said, count in cells:
        down, across = [name.value for name in EMOTIONS].index(true), [name.value for name in EMOTIONS].index(said)
        assert found.metrics.confusion[down, across] == int(count)


def test_the_bins_of_the_reliability_diagram_hold_every_row_that_counts(found: Evaluation):
    told = re.findall(r'<title>[\d. to]+: (\d+) rows[^<]*</title><rect class="full" x="[\d.]+" y="[\d.]+" '
                      r'width="[\d.]+" height="[\d.]+" fill-opacity=".45"', draw_reliability(found))  # fmt: skip
    assert sum(map(int, told)) == found.metrics.n == 49


def test_the_curve_of_a_perfect_smile_goes_up_and_then_across():
    scores = np.full((14, 7), 0.02)
    true = np.arange(14) % 7
    scores[np.arange(14), true] = 0.88
    (points,) = re.findall(r'points="([^"]+)"', draw_smile_roc(evaluated(scores, true)))
    pairs = [tuple(map(float, point.split(","))) for point in points.split()]
    left, low = pairs[0]
    assert pairs == [(left, low), (left, low - SIDE), (left + SIDE, low - SIDE)]


def test_without_a_smile_there_is_no_area_to_tell():
    scores = np.full((3, 7), 1 / 7)
    assert "AUC unknown" in draw_smile_roc(evaluated(scores, np.array([0, 1, 2])))


def test_figures_that_cannot_be_written_are_named(found: Evaluation, tmp_path: Path):
    (tmp_path / "file").write_text("in the folder's place")
    with pytest.raises(DataError, match="cannot be written"):
        write_figures(tmp_path / "file", [found])


@pytest.mark.parametrize(
    "output", ["../../up", "x/../../../up", "/absolute", "..", "a\0b", "..\\..\\up", "x" * 400, "C:evil", ""]
)
def test_an_outputs_name_never_leads_out_of_the_folder(found: Evaluation, tmp_path: Path, output: str):
    folder = tmp_path / "one" / "two" / "figures"
    written = write_figures(folder, [replace(found, output=output)])
    everything = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(written) == sorted(everything)
    assert all(path.parent == folder for path in written)
    assert len(written) == 3


def test_outputs_whose_names_become_the_same_do_not_replace_each_other(found: Evaluation, tmp_path: Path):
    written = write_figures(tmp_path, [replace(found, output="a/b"), replace(found, output="a b")])
    assert len(set(written)) == len(list(tmp_path.iterdir())) == 6


def test_a_models_name_is_text_in_a_figure(found: Evaluation):
    hostile = "</title><script>alert(1)</script>"
    assert "<script" not in draw_confusion(
        replace(found, predictions=replace(found.predictions, name=hostile), output=hostile)
    )
