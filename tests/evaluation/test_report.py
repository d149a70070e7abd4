"""The page of an evaluation: everything in one file, the worst mistakes first."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.evaluation.evaluate import Predictions, predict_split
from smartselfie.evaluation.report import MISTAKES, write_report
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.testing import CARD

Draw = Callable[..., Dataset]


@pytest.fixture
def answers(draw_data: Draw, tiny_network: Callable[..., bytes]) -> Predictions:
    """Of a network with two outputs on 35 rows."""
    network = OnnxClassifier(tiny_network(outputs=("fer2013", "ferplus")), "two.onnx")
    return predict_split(draw_data(public=35), Split.PUBLIC_TEST, network)


def test_the_page_has_a_section_for_each_labeling_and_for_what_users_see(answers: Predictions, tmp_path: Path):
    page = write_report(tmp_path / "new" / "report", answers, CARD).read_text(encoding="utf-8")
    headings = re.findall(r"<h2 id=[^>]+>([^<]+)</h2>", page)
    assert headings == [
        "By the labels of 2013",
        "Combined output, by the labels of 2013",
        "By FER+'s majority",
        "Combined output, by FER+'s majority",
    ]
    assert page.count("<svg ") == 3 * len(headings)
    assert all(f'href="#{anchor}"' in page for anchor in re.findall(r'<h2 id="([^"]+)"', page))


def test_the_page_needs_nothing_from_elsewhere(answers: Predictions, tmp_path: Path):
    page = write_report(tmp_path, answers, CARD).read_text(encoding="utf-8")
    assert page.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    assert not re.search(r"<script|<link|url\(|@import|src=\"(?!data:)", page)


def test_the_most_confident_mistakes_are_shown_as_they_are_in_the_data(answers: Predictions, tmp_path: Path):
    said = np.full((35, 7), 0.1 / 6)
    said[np.arange(35), (answers.rows.labels + 1) % 7] = 0.9  # all wrong
    said[20], said[11] = np.roll(np.eye(7)[0], answers.rows.labels[20] + 2), answers.rows.labels[11] == np.arange(7)
    page = write_report(tmp_path, replace(answers, scores=answers.scores | {"fer2013": said}), CARD).read_text()
    section = page.split("<h2 id=")[1]
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', section)
    assert len(pictures) == MISTAKES
    with Pictures.open(io.BytesIO(base64.b64decode(pictures[0]))) as first:
        assert (np.asarray(first) == answers.rows.pixels[20]).all()
    rows = [int(row) for row in re.findall(r"row (\d+)</span>", section)]
    assert rows[0] == 20
    assert 11 not in rows


def test_a_network_without_mistakes_says_so(answers: Predictions, tmp_path: Path):
    right = np.eye(7)[answers.rows.labels]
    perfect = replace(answers, scores=dict.fromkeys(answers.scores, right))
    assert write_report(tmp_path, perfect, CARD).read_text().count("There are none.") == 4


def test_the_cards_words_are_escaped(answers: Predictions, tmp_path: Path):
    page = write_report(tmp_path, answers, replace(CARD, limits="<b>none</b>")).read_text()
    assert "&lt;b&gt;none&lt;/b&gt;" in page


@pytest.mark.slow
def test_an_older_report_is_replaced(answers: Predictions, tmp_path: Path):
    first = write_report(tmp_path, answers, CARD)
    second = write_report(tmp_path, replace(answers, name="newer"), CARD)
    assert first == second
    assert "newer" in second.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>../../../up"


def test_what_somebodys_model_says_of_itself_is_text_and_nothing_else(answers: Predictions, tmp_path: Path):
    """The name, the output's name and every sentence of the card come out of a file that anybody may have written."""
    scores = {HOSTILE: answers.scores["fer2013"], "combined": answers.scores["combined"]}
    card = replace(CARD, data=HOSTILE, origin=HOSTILE, biases=HOSTILE, licence=replace(CARD.licence, weights=HOSTILE))
    page = write_report(tmp_path / "report", replace(answers, name=HOSTILE, scores=scores), card).read_text()
    tags = [tag for tag, _ in parsed(page)]
    assert tags.count("script") == 0
    assert tags.count("img") == page.count("data:image/png")
    assert not [name for _, attributes in parsed(page) for name, _ in attributes if name.startswith("on")]
    anchors = re.findall(r'<h2 id="([^"]*)"', page)
    assert anchors
    assert all(re.fullmatch(r"[\w-]+", anchor) for anchor in anchors)
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def parsed(page: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """The page's tags with their attributes, as a browser reads them."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    Parser().feed(page)
    return found
