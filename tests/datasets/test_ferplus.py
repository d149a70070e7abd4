"""FER+'s votes: read, joined row by row, and turned into labels as Barsoum et al. 2016 say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import Fer2013
from smartselfie.datasets.ferplus import COLUMNS, distribution, join, majority, no_face, read_votes
from smartselfie.datasets.reader import read as read_fer2013
from smartselfie.errors import DataError

HEADER = "Usage,Image name," + ",".join(COLUMNS)
PIXELS = " ".join(["7"] * 2304)


def votes(**given: int) -> np.ndarray:
    row = np.zeros((1, len(COLUMNS)), np.uint8)
    for name, count in given.items():
        row[0, COLUMNS.index(name)] = count
    return row


def label(**given: int) -> Emotion | None:
    (place,) = majority(votes(**given))
    return None if place < 0 else EMOTIONS[place]


def write(path: Path, rows: Sequence[str], header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path


def fer2013(path: Path, rows: Sequence[str]) -> Fer2013:
    path.write_text("\n".join(["emotion,pixels,Usage", *rows]) + "\n")
    return read_fer2013(path)


@pytest.mark.parametrize(
    ("column", "emotion"),
    [
        ("anger", Emotion.ANGRY),
        ("disgust", Emotion.DISGUST),
        ("fear", Emotion.FEAR),
        ("happiness", Emotion.HAPPY),
        ("sadness", Emotion.SAD),
        ("surprise", Emotion.SURPRISE),
        ("neutral", Emotion.NEUTRAL),
    ],
)
def test_each_column_means_its_emotion_in_our_order(column: str, emotion: Emotion):
    assert label(**{column: 10}) is emotion
    assert EMOTIONS[int(distribution(votes(**{column: 10}))[0].argmax())] is emotion


def test_more_than_half_is_a_majority_and_exactly_half_is_not():
    assert label(happiness=6, neutral=4) is Emotion.HAPPY
    assert label(happiness=5, neutral=3, surprise=2) is None


def test_a_tie_has_no_majority():
    assert label(happiness=5, neutral=5) is None


def test_single_votes_are_dropped_before_counting():
    # of 10 votes 5 are no majority, but 5 of the 7 that remain are
    assert label(sadness=5, neutral=2, anger=1, fear=1, disgust=1) is Emotion.SAD


def test_single_votes_alone_make_no_majority():
    assert label(happiness=1) is None
    assert label() is None


@pytest.mark.parametrize("first", ["contempt", "unknown", "NF"])
def test_rows_whose_first_choice_is_none_of_the_seven_are_left_out(first: str):
    assert label(**{first: 8, "happiness": 2}) is None


@pytest.mark.parametrize("other", ["contempt", "unknown", "NF"])
def test_votes_for_none_of_the_seven_still_count_against_a_majority(other: str):
    assert label(**{other: 4, "happiness": 6}) is Emotion.HAPPY
    assert label(**{other: 4, "happiness": 4, "neutral": 2}) is None


def test_no_face_is_the_first_choice_alone_or_tied():
    assert no_face(votes(NF=6, happiness=4)).tolist() == [True]
    assert no_face(votes(NF=5, happiness=5)).tolist() == [True]
    assert no_face(votes(NF=4, happiness=6)).tolist() == [False]
    assert no_face(votes()).tolist() == [False]


def test_shares_are_of_the_seven_without_single_votes():
    shares = distribution(votes(happiness=6, neutral=2, anger=1, contempt=5))[0]
    assert shares[EMOTIONS.index(Emotion.HAPPY)] == pytest.approx(0.75)
    assert shares[EMOTIONS.index(Emotion.NEUTRAL)] == pytest.approx(0.25)
    assert shares.sum() == pytest.approx(1)


def test_single_votes_count_in_the_shares_where_nothing_else_is_left():
    shares = distribution(votes(happiness=1, sadness=1, unknown=8))[0]
    assert shares[EMOTIONS.index(Emotion.HAPPY)] == pytest.approx(0.5)


def test_a_row_without_votes_for_the_seven_has_shares_of_zero():
    assert distribution(votes(unknown=10)).tolist() == [[0.0] * 7]


def test_votes_are_read_per_split_in_order(tmp_path: Path):
    rows = [
        "Training,a.png,4,0,0,1,3,2,0,0,0,0",
        "PublicTest,b.png,0,10,0,0,0,0,0,0,0,0",
        "Training,,0,0,0,0,0,0,0,0,0,10",
    ]
    read = read_votes(write(tmp_path / "new.csv", rows))
    assert read[Split.TRAINING].tolist() == [[4, 0, 0, 1, 3, 2, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]]
    assert read[Split.PUBLIC_TEST].tolist() == [[0, 10, 0, 0, 0, 0, 0, 0, 0, 0]]
    assert read[Split.PRIVATE_TEST].shape == (0, 10)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    path = write(tmp_path / "new.csv", ["Training,,0,10,0,0,0,0,0,0,0,0"], encoding="utf-8-sig")
    assert len(read_votes(path)[Split.TRAINING]) == 1


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("Training,a,4,0,0", "line 2"),
        ("Training,a,x,0,0,1,3,2,0,0,0,0", "line 2.*'x'"),
        ("Training,a,-1,0,0,1,3,2,0,0,0,0", "line 2: a vote is outside 0 to 255"),
        ("Testing,a,4,0,0,1,3,2,0,0,0,0", "line 2.*'Testing'"),
    ],
)
def test_a_row_of_votes_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, row: str, found: str):
    with pytest.raises(DataError, match=found):
        read_votes(write(tmp_path / "new.csv", [row]))


def test_another_csv_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="has no column Usage, neutral"):
        read_votes(write(tmp_path / "new.csv", ["1"], header="a"))
    with pytest.raises(DataError, match="no such file"):
        read_votes(tmp_path / "none.csv")


def test_broken_rows_do_not_shift_the_votes_of_those_behind_them(tmp_path: Path):
    source = fer2013(
        tmp_path / "fer.csv",
        [f"3,{PIXELS},Training", "3,1 2,Training", f"0,{PIXELS},PublicTest", f"4,{PIXELS},Training"],
    )
    given = {
        Split.TRAINING: np.array([[1] * 10, [2] * 10, [3] * 10], np.uint8),
        Split.PUBLIC_TEST: np.array([[4] * 10], np.uint8),
        Split.PRIVATE_TEST: np.array([[5] * 10] * 7, np.uint8),
    }
    assert join(source, given)[:, 0].tolist() == [1, 4, 3]


def test_a_split_of_another_length_is_refused_with_both_numbers(tmp_path: Path):
    source = fer2013(tmp_path / "fer.csv", [f"3,{PIXELS},Training"] * 2)
    given = {split: np.zeros((5, 10), np.uint8) for split in Split}
    with pytest.raises(DataError, match="Training has 2 rows here but 5 in FER"):
        join(source, given)
