"""`smartselfie prepare`: CSV in, arrays out, every broken row named."""

import json
from pathlib import Path

import pytest

from smartselfie.cli.main import main
from smartselfie.datasets import dataset, ferplus

Capsys = pytest.CaptureFixture[str]
PIXELS = " ".join(str(value % 256) for value in range(48 * 48))
GOOD = [f"3,{PIXELS},Training", f"0,{PIXELS},Training", f"6,{PIXELS},PublicTest"]


def csv_of(path: Path, rows: list[str], header: str = "emotion,pixels,Usage") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def votes_of(path: Path, splits: list[str]) -> Path:
    header = "Usage,Image name," + ",".join(ferplus.COLUMNS)
    path.write_text("\n".join([header, *(f"{split},fer.png,0,9,1,0,0,0,0,0,0,0" for split in splits)]) + "\n")
    return path


def prepare(*arguments: Path | str) -> int:
    return main(["prepare", *map(str, arguments)])


def test_good_rows_become_arrays_with_a_summary(tmp_path: Path, capsys: Capsys) -> None:
    out = tmp_path / "faces.npz"
    assert prepare(csv_of(tmp_path / "fer.csv", GOOD), out) == 0
    assert len(dataset.load(out)) == 3
    printed = capsys.readouterr()
    assert "Training" in printed.out
    assert "0 broken rows" in printed.out
    assert f"written: {out}" in printed.out


def test_the_summary_as_json_is_one_line(tmp_path: Path, capsys: Capsys) -> None:
    assert prepare(csv_of(tmp_path / "fer.csv", GOOD), tmp_path / "faces.npz", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["broken"], told["splits"]["Training"]["happy"]) == (3, 0, 1)


def test_broken_rows_are_named_with_line_and_reason_and_the_rest_is_written(tmp_path: Path, capsys: Capsys) -> None:
    rows = [GOOD[0], f"9,{PIXELS},Training", "3,1 2 3,Training", GOOD[2]]
    source = csv_of(tmp_path / "fer.csv", rows)
    assert prepare(source, tmp_path / "faces.npz") == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{source}, line 3: emotion '9'")
    assert lines[1].startswith(f"{source}, line 4: 3 pixels instead of 48×48")
    assert "2 rows are broken and left out" in lines[-1]
    assert len(dataset.load(tmp_path / "faces.npz")) == 2


def test_votes_are_joined(tmp_path: Path, capsys: Capsys) -> None:
    votes = votes_of(tmp_path / "votes.csv", ["Training", "Training", "PublicTest"])
    assert prepare(csv_of(tmp_path / "fer.csv", GOOD), tmp_path / "faces.npz", "--ferplus", votes) == 0
    joined = dataset.load(tmp_path / "faces.npz").votes
    assert joined is not None
    assert joined[:, 1].tolist() == [9, 9, 9]
    assert "3 rows with a majority" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "no column"),
        ("a,b\n1,2\n", "no column"),
        ("emotion,pixels,Usage\n", "no valid row"),
        (None, "no such file"),
    ],
)
def test_a_bad_file_gets_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: Capsys, content: str | None, found: str
) -> None:
    source = tmp_path / "fer.csv"
    if content is not None:
        source.write_text(content)
    assert prepare(source, tmp_path / "faces.npz") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert found in line
    assert not (tmp_path / "faces.npz").exists()


def test_votes_of_another_set_are_refused_with_both_numbers_and_nothing_is_written(
    tmp_path: Path, capsys: Capsys
) -> None:
    votes = votes_of(tmp_path / "votes.csv", ["Training", "PublicTest"])
    assert prepare(csv_of(tmp_path / "fer.csv", GOOD), tmp_path / "faces.npz", "--ferplus", votes) == 1
    assert "Training has 2 rows here but 1 in FER+" in capsys.readouterr().err
    assert not (tmp_path / "faces.npz").exists()


def test_what_is_to_be_read_is_never_overwritten(tmp_path: Path, capsys: Capsys) -> None:
    source = csv_of(tmp_path / "fer.csv", GOOD)
    votes = votes_of(tmp_path / "votes.csv", ["Training", "Training", "PublicTest"])
    before = source.read_bytes(), votes.read_bytes()
    assert prepare(source, tmp_path / "." / "fer.csv") == 1
    assert prepare(source, votes, "--ferplus", votes) == 1
    assert "is the input" in capsys.readouterr().err
    assert (source.read_bytes(), votes.read_bytes()) == before


def test_a_place_that_cannot_be_written_gets_one_line(tmp_path: Path, capsys: Capsys) -> None:
    source = csv_of(tmp_path / "fer.csv", GOOD)
    assert prepare(source, source / "faces.npz") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line
    assert prepare(source, tmp_path) == 2
    assert prepare(source, ".") == 2


def test_the_audit_tells_of_twins_and_of_differing_labels_and_writes_a_page(tmp_path: Path, capsys: Capsys) -> None:
    votes = votes_of(tmp_path / "votes.csv", ["Training", "Training", "PublicTest"])
    page = tmp_path / "audit.html"
    more = ("--ferplus", votes, "--report", page)
    assert prepare(csv_of(tmp_path / "fer.csv", GOOD), tmp_path / "faces.npz", *more) == 0
    printed = capsys.readouterr().out
    assert "  Training in PublicTest: 2, 2" in printed
    assert "Training: the majority is not the label of 2013 on 1" in printed
    assert f"written: {page}" in printed
    assert "<h1>3 faces</h1>" in page.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, capsys: Capsys) -> None:
    source = csv_of(tmp_path / "fer.csv", GOOD)
    assert prepare(source, tmp_path / "faces.npz", "--report", tmp_path / "nowhere" / "audit.html") == 1
    assert "cannot be written" in capsys.readouterr().err
    assert prepare(source, tmp_path / "one.html", "--report", tmp_path / "one.html") == 1
    assert "is named twice" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fer.csv"]


def test_votes_are_not_joined_to_pictures_which_have_lost_their_order(tmp_path: Path, capsys: Capsys) -> None:
    place = tmp_path / "faces" / "train" / "sad"
    place.mkdir(parents=True)
    (place / "1.pgm").write_bytes(b"P5 48 48 255\n" + bytes(48 * 48))
    votes = votes_of(tmp_path / "votes.csv", ["Training"])
    assert prepare(tmp_path / "faces", tmp_path / "faces.npz", "--ferplus", votes) == 1
    assert "have lost FER-2013's order" in capsys.readouterr().err
    assert not (tmp_path / "faces.npz").exists()
    assert prepare(tmp_path / "faces", tmp_path / "faces.npz") == 0
    assert dataset.load(tmp_path / "faces.npz").labels.tolist() == [4]


def test_what_is_called_test_can_be_looked_at_when_that_is_said(tmp_path: Path) -> None:
    source = csv_of(tmp_path / "own.csv", [f"sad,{PIXELS},test"])
    for said, split in (((), "PrivateTest"), (("--test-as", "PublicTest"), "PublicTest")):
        assert prepare(source, tmp_path / "faces.npz", *said) == 0
        assert dataset.load(tmp_path / "faces.npz").splits.tolist() == [split]
