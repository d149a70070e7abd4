"""FER-2013's CSV: read as people have it, and every broken row named."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from smartselfie.datasets import table
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import BrokenRow
from smartselfie.datasets.reader import read
from smartselfie.errors import DataError

PIXELS = " ".join(["7"] * 2304)
GOOD = f"3,{PIXELS},Training"


def write(path: Path, rows: Sequence[str], header: str = "emotion,pixels,Usage", encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path


def ramp(start: int) -> str:
    return " ".join(str((start + place) % 256) for place in range(2304))


def test_rows_are_read_in_order_with_label_split_and_pixels(tmp_path: Path):
    rows = [f"0,{ramp(0)},Training", f"6,{ramp(5)},PublicTest", f"3,{ramp(9)},Training", f"1,{ramp(2)},PrivateTest"]
    data = read(write(tmp_path / "fer.csv", rows)).dataset
    assert data.labels.tolist() == [0, 6, 3, 1]
    assert data.splits.tolist() == ["Training", "PublicTest", "Training", "PrivateTest"]
    assert data.rows.tolist() == [0, 0, 1, 0]
    assert data.pixels.shape == (4, 48, 48)
    assert data.pixels[1].ravel().tolist() == [(5 + place) % 256 for place in range(2304)]
    assert data.votes is None


def test_blanks_in_the_column_names_and_another_order_of_columns_do_no_harm(tmp_path: Path):
    path = write(tmp_path / "icml_face_data.csv", [f"3,Training,{ramp(1)}"], header="emotion, Usage, pixels")
    data = read(path).dataset
    assert data.labels.tolist() == [3]
    assert data.pixels[0, 0, :3].tolist() == [1, 2, 3]


def test_blanks_around_values_do_no_harm(tmp_path: Path):
    assert read(write(tmp_path / "fer.csv", [f" 3 , {PIXELS} , Training "])).dataset.labels.tolist() == [3]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    assert len(read(write(tmp_path / "fer.csv", [GOOD], encoding="utf-8-sig")).dataset) == 1


def test_line_ends_of_windows_do_no_harm(tmp_path: Path):
    path = tmp_path / "fer.csv"
    path.write_bytes(f"emotion,pixels,Usage\r\n{GOOD}\r\n".encode())
    assert len(read(path).dataset) == 1


@pytest.mark.parametrize("name", ["fer2013.csv.gz", "fer2013.csv"])
def test_a_gzipped_file_is_read_whatever_its_name(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(gzip.compress(f"emotion,pixels,Usage\n{GOOD}\n".encode()))
    assert len(read(path).dataset) == 1


def test_a_truncated_gzip_is_refused(tmp_path: Path):
    path = tmp_path / "fer.csv.gz"
    noise = "\n".join(
        f"3,{' '.join(map(str, row))},Training" for row in np.random.default_rng(0).integers(0, 256, (9, 2304))
    )
    whole = gzip.compress(f"emotion,pixels,Usage\n{noise}\n".encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="truncated or damaged"):
        read(path)


def test_a_gzip_with_a_damaged_middle_is_refused(tmp_path: Path):
    path = tmp_path / "fer.csv.gz"
    content = bytearray(gzip.compress(f"emotion,pixels,Usage\n{GOOD}\n".encode() * 200))
    content[40:60] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(DataError):
        read(path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"7,{PIXELS},Training", "emotion '7' is not a number from 0 to 6"),
        (f"-1,{PIXELS},Training", "emotion '-1' is not a number from 0 to 6"),
        (f"contempt,{PIXELS},Training", "emotion 'contempt' is not a number from 0 to 6"),
        (f",{PIXELS},Training", "emotion (missing) is not a number from 0 to 6"),
        (f"{'9' * 5000},{PIXELS},Training", f"emotion '{'9' * 20}…' is not a number from 0 to 6"),
        (f"3,{PIXELS} 7,Training", "2305 pixels instead of 48×48"),
        ("3,1 2 3,Training", "3 pixels instead of 48×48"),
        ("3,,Training", "0 pixels instead of 48×48"),
        (f"3,{PIXELS[:-1]}x,Training", "pixels are not all whole numbers"),
        (f"3,{PIXELS[:-1]}0.5,Training", "pixels are not all whole numbers"),
        (f"3,{PIXELS[:-1]}256,Training", "a pixel is outside 0 to 255"),
        (f"3,{PIXELS[:-1]}-1,Training", "a pixel is outside 0 to 255"),
        (f"3,{PIXELS[:-1]}{'9' * 30},Training", "pixels are not all whole numbers"),
        (f"3,{PIXELS},everything", "Usage 'everything' is not one of Training, PublicTest, PrivateTest"),
        (f"3,{PIXELS}", "Usage (missing) is not one of Training, PublicTest, PrivateTest"),
        ("3", "Usage (missing) is not one of Training, PublicTest, PrivateTest"),
    ],
)
def test_a_broken_row_is_named_with_its_line_and_reason_and_left_out(tmp_path: Path, row: str, reason: str):
    found = read(write(tmp_path / "fer.csv", [GOOD, row, GOOD]))
    assert found.broken == (BrokenRow("line 3", reason),)
    assert len(found.dataset) == 2


def test_a_broken_row_keeps_its_number_in_its_split(tmp_path: Path):
    found = read(write(tmp_path / "fer.csv", [GOOD, f"9,{PIXELS},Training", GOOD]))
    assert found.dataset.rows.tolist() == [0, 2]
    assert found.sizes[Split.TRAINING] == 3


def test_empty_lines_are_no_rows_but_count_as_lines(tmp_path: Path):
    found = read(write(tmp_path / "fer.csv", ["", GOOD, "", "8,1,Training", ""]))
    assert found.broken == (BrokenRow("line 5", "emotion '8' is not a number from 0 to 6"),)
    assert found.sizes[Split.TRAINING] == 2


def test_a_file_without_a_good_row_is_refused_with_the_first_reason(tmp_path: Path):
    with pytest.raises(
        DataError, match="has no valid row; line 2: 3 pixels instead of a square with sides of 8 to 512"
    ):
        read(write(tmp_path / "fer.csv", ["3,1 2 3,Training"]))


@pytest.mark.parametrize("content", [b"", b"emotion,pixels,Usage\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "fer.csv"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read(path)


def test_missing_columns_are_named(tmp_path: Path):
    with pytest.raises(DataError, match="has no column emotion"):
        read(write(tmp_path / "fer.csv", ["1"], header="pixels"))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"no such file: .*none.csv"):
        read(tmp_path / "none.csv")


def test_an_empty_folder_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="holds neither a CSV"):
        read(tmp_path)


def test_a_picture_is_refused_as_no_csv(tmp_path: Path):
    path = tmp_path / "cat.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    with pytest.raises(DataError, match="not a CSV"):
        read(path)


def test_progress_is_told_every_thousand_rows_and_at_the_end(tmp_path: Path):
    told: list[int] = []
    read(write(tmp_path / "fer.csv", [GOOD, *["9,1,Training"] * 2100]), told.append)
    assert told == [1000, 2000, 2101]


def test_emotions_and_usage_may_be_words_of_ones_own(tmp_path: Path):
    rows = [f"happiness,{PIXELS},train", f"ANGER,{PIXELS},Validation", f"6,{PIXELS},Private Test"]
    data = read(write(tmp_path / "own.csv", rows)).dataset
    assert data.labels.tolist() == [3, 0, 6]
    assert data.splits.tolist() == ["Training", "PublicTest", "PrivateTest"]


def test_what_is_called_test_is_private_unless_it_is_said_otherwise(tmp_path: Path):
    path = write(tmp_path / "own.csv", [f"3,{PIXELS},Test"])
    assert read(path).dataset.splits.tolist() == ["PrivateTest"]
    assert read(path, test=Split.PUBLIC_TEST).dataset.splits.tolist() == ["PublicTest"]


@pytest.mark.parametrize("side", [8, 96, 224])
def test_faces_of_another_size_are_scaled(tmp_path: Path, side: int):
    pixels = np.zeros((side, side), np.uint8)
    pixels[:, side // 2 :] = 200
    face = read(write(tmp_path / "own.csv", [f"3,{' '.join(map(str, pixels.ravel()))},Training"])).dataset.pixels[0]
    assert face.shape == (48, 48)
    assert face[:, :18].max() < 10
    assert face[:, -18:].min() > 190


def test_the_first_good_row_sets_the_size_of_all(tmp_path: Path):
    small = " ".join(["9"] * 47 * 47)
    found = read(write(tmp_path / "fer.csv", ["3,1 2 3,Training", GOOD, f"3,{small},Training"]))
    assert [row.where for row in found.broken] == ["line 2", "line 4"]
    assert found.broken[1].reason == "2209 pixels instead of 48×48"


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path):
    path = tmp_path / "fer.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"emotion,pixels,Usage\n3,")
        for _ in range(64):
            file.write(b"0 " * (1 << 19))
    with pytest.raises(DataError, match="a line of more than"):
        read(path)


def test_more_text_than_any_such_file_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "MOST_CHARACTERS", 20_000)
    with pytest.raises(DataError, match="more than 8 GiB of text"):
        read(write(tmp_path / "fer.csv", [GOOD] * 9))
