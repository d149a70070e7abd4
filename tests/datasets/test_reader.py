"""FER-2013 in every form that people have it, and archives that mean no good."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.datasets import archive
from smartselfie.datasets.dataset import Split
from smartselfie.datasets.fer2013 import BrokenRow
from smartselfie.datasets.reader import read
from smartselfie.errors import DataError

Files = dict[str, bytes]
PIXELS = " ".join(["7"] * 2304)
CSV = f"emotion,pixels,Usage\n3,{PIXELS},Training\n0,{PIXELS},PublicTest\n".encode()


def picture(grey: int = 90, size: tuple[int, int] = (48, 48), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Pictures.new("L", size, grey).save(file, kind)
    return file.getvalue()


def folder(path: Path, files: Files) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def tarred(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


Pack = Callable[[Path, Files], Path]
FORMS = pytest.mark.parametrize("pack", [folder, zipped, tarred])


@FORMS
def test_the_one_csv_is_found_among_other_files(tmp_path: Path, pack: Pack):
    files = {
        "fer2013/README": b"read me",
        "fer2013/fer2013.csv": CSV,
        "example_submission.csv": b"id,emotion\n1,0\n",
        "__MACOSX/fer2013/._fer2013.csv": CSV,
        "fer2013/.hidden.csv": CSV,
    }
    found = read(pack(tmp_path / "any", files))
    assert found.dataset.labels.tolist() == [3, 0]
    assert found.in_order


@FORMS
def test_several_csvs_are_refused_by_name(tmp_path: Path, pack: Pack):
    with pytest.raises(DataError, match=r"holds a\.csv, b\.csv: it is not clear which one you mean"):
        read(pack(tmp_path / "any", {"a.csv": CSV, "b.csv": CSV}))


@FORMS
def test_pictures_are_read_by_split_and_class_in_the_order_of_their_names(tmp_path: Path, pack: Pack):
    files = {
        "images/train/happy/2.png": picture(20),
        "images/train/happy/1.jpg": picture(10, kind="JPEG"),
        "images/train/Anger/9.png": picture(30),
        "images/validation/disgusted/a.png": picture(40),
        "images/test/6/b.bmp": picture(50, kind="BMP"),
        "images/train/labels.txt": b"not a picture",
    }
    found = read(pack(tmp_path / "any", files))
    data = found.dataset
    assert data.pixels[:, 5, 5].tolist() == [30, 10, 20, 40, 50]
    assert data.labels.tolist() == [0, 3, 3, 1, 6]
    assert data.splits.tolist() == ["Training"] * 3 + ["PublicTest", "PrivateTest"]
    assert data.rows.tolist() == [0, 1, 2, 0, 0]
    assert not found.in_order, "so that no votes are joined to them"


def test_the_folders_of_the_three_usages_are_known_and_test_is_what_is_said(tmp_path: Path):
    files = {f"{split}/fear/1.png": picture() for split in ("Training", "PublicTest", "PrivateTest")}
    assert read(folder(tmp_path / "all", files)).dataset.splits.tolist() == list(Split)
    test = folder(tmp_path / "test", {"test/fear/1.png": picture()})
    assert read(test).dataset.splits.tolist() == ["PrivateTest"]
    assert read(test, test=Split.PUBLIC_TEST).dataset.splits.tolist() == ["PublicTest"]


def test_pictures_of_other_sizes_and_in_colour_become_grey_faces_of_48(tmp_path: Path):
    file = io.BytesIO()
    Pictures.new("RGB", (224, 224), (60, 60, 60)).save(file, "PNG")
    data = read(
        folder(tmp_path, {"train/sad/1.png": file.getvalue(), "train/sad/2.png": picture(70, (20, 20))})
    ).dataset
    assert data.pixels.shape == (2, 48, 48)
    assert data.pixels[:, 9, 9].tolist() == [60, 70]


@FORMS
def test_a_broken_picture_is_named_and_keeps_its_number(tmp_path: Path, pack: Pack):
    files = {
        "train/sad/1.png": b"no picture",
        "train/sad/2.png": picture(),
        "train/sad/3.png": picture(size=(48, 60)),
        "train/sad/4.png": picture(size=(4, 4)),
        "train/sad/5.png": picture(size=(3000, 3000)),
        "train/sad/6.png": b"",
    }
    found = read(pack(tmp_path / "any", files))
    assert found.dataset.rows.tolist() == [1]
    assert found.sizes[Split.TRAINING] == 6
    assert found.broken == (
        BrokenRow("train/sad/1.png", "is not an image that can be read"),
        BrokenRow("train/sad/3.png", "48×60 is not a square with sides of 8 to 512 pixels"),
        BrokenRow("train/sad/4.png", "4×4 is not a square with sides of 8 to 512 pixels"),
        BrokenRow("train/sad/5.png", "has too many pixels"),
        BrokenRow("train/sad/6.png", "is empty"),
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("train/contempt/1.png", "a folder contempt, which is not one of the seven emotions"),
        ("extra/sad/1.png", "a folder extra, which is not a split"),
        ("sad/1.png", "holds sad/1.png, which is not in a folder SPLIT/CLASS"),
    ],
)
def test_pictures_in_folders_that_mean_nothing_are_refused(tmp_path: Path, name: str, reason: str):
    with pytest.raises(DataError, match=reason):
        read(zipped(tmp_path / "any.zip", {"train/sad/0.png": picture(), name: picture()}))


def test_a_csv_and_pictures_together_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds a\.csv and images: it is not clear"):
        read(folder(tmp_path, {"a.csv": CSV, "train/sad/1.png": picture()}))


@FORMS
def test_files_of_another_kind_are_refused(tmp_path: Path, pack: Pack):
    with pytest.raises(DataError, match="holds neither a CSV of emotion, pixels, Usage nor folders of images"):
        read(pack(tmp_path / "any", {"notes.txt": b"hello", "test.csv": b"pixels\n1 2 3\n"}))


@pytest.mark.parametrize("name", ["../fer2013.csv", "/etc/fer2013.csv", "a/../../b.csv", "C:/fer2013.csv", "..\\b.csv"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_paths_that_lead_out_are_refused(tmp_path: Path, pack: Pack, name: str):
    with pytest.raises(DataError, match="holds a path that leads out of it"):
        read(pack(tmp_path / "any", {"fer2013.csv": CSV, name: CSV}))


def test_links_that_lead_out_are_refused(tmp_path: Path):
    link = tarfile.TarInfo("fer2013.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "any.tar", "w") as file:
        file.addfile(link)
    with pytest.raises(DataError, match="leads out of it"):
        read(tmp_path / "any.tar")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_bombs_are_refused_by_their_size_and_their_number(tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch):
    path = pack(tmp_path / "any", {f"{number}.csv": bytes(100_000) for number in range(3)})
    monkeypatch.setattr(archive, "MOST_BYTES", 250_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        read(path)
    monkeypatch.setattr(archive, "MOST_BYTES", 1 << 30)
    monkeypatch.setattr(archive, "MOST_FILES", 2)
    with pytest.raises(DataError, match="a million files"):
        read(path)


def test_a_picture_with_more_bytes_than_a_face_has_is_broken(tmp_path: Path):
    found = read(zipped(tmp_path / "any.zip", {"train/sad/1.png": bytes(17 << 20), "train/sad/2.png": picture()}))
    assert found.broken == (BrokenRow("train/sad/1.png", "it has more than 16 MiB"),)


def test_an_encrypted_zip_is_refused(tmp_path: Path):
    path = zipped(tmp_path / "any.zip", {"fer2013.csv": CSV})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is encrypted"):
        read(path)


def test_a_zip_packed_in_a_way_that_is_unknown_here_is_refused(tmp_path: Path):
    path = zipped(tmp_path / "any.zip", {"fer2013.csv": CSV})
    content = bytearray(path.read_bytes())
    content[8] = 97
    content[content.rindex(b"PK\x01\x02") + 10] = 97
    path.write_bytes(content)
    with pytest.raises(DataError, match="compression that is not known"):
        read(path)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_however_an_archive_is_damaged_it_is_read_or_refused_in_one_line(tmp_path: Path, pack: Pack):
    noise = np.random.default_rng(0).integers(0, 256, (20, 2304))
    rows = "".join(f"{number % 7},{' '.join(map(str, row))},Training\n" for number, row in enumerate(noise))
    whole = pack(tmp_path / "any", {"fer2013.csv": b"emotion,pixels,Usage\n" + rows.encode()}).read_bytes()
    draw, said = np.random.default_rng(1), list[str]()
    for attempt in range(60):
        damaged = bytearray(whole[: int(draw.integers(2, len(whole)))] if attempt % 3 == 0 else whole)
        for at in draw.integers(0, len(damaged), 3):
            damaged[at] = int(draw.integers(256))
        (tmp_path / "damaged").write_bytes(damaged)
        try:
            read(tmp_path / "damaged")
        except DataError as error:
            said.append(error.message)
    assert len(said) > 50
    assert [message for message in said if "\n" in message] == []


def test_a_gzipped_csv_is_no_archive(tmp_path: Path):
    (tmp_path / "fer2013.csv.gz").write_bytes(gzip.compress(CSV))
    assert len(read(tmp_path / "fer2013.csv.gz").dataset) == 2


TEXT = CSV.decode()
FORMS = {
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "said to be semicolons": b"sep=;\r\n" + TEXT.replace(",", ";").encode(),
    "lower case": TEXT.replace("Usage", "usage").encode(),
    "upper case": TEXT.replace("emotion,pixels,Usage", "EMOTION,PIXELS,USAGE").encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16, CRLF": TEXT.replace("\n", "\r\n").encode("utf-16"),
    "a byte order mark": TEXT.encode("utf-8-sig"),
    "fractions": TEXT.replace("\n3,", "\n3.0,").replace("\n0,", "\n0.0,").encode(),
    "quotes": f'"emotion","pixels","Usage"\n"3","{PIXELS}","Training"\n"0","{PIXELS}","PublicTest"\n'.encode(),
    "an index": f",emotion,pixels,Usage\n0,3,{PIXELS},Training\n1,0,{PIXELS},PublicTest\n".encode(),
    "another order": f"Usage,pixels,emotion\nTraining,{PIXELS},3\nPublicTest,{PIXELS},0\n".encode(),
    "gzip": gzip.compress(CSV),
    "xz": lzma.compress(CSV),
    "bzip2": bz2.compress(CSV),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_a_csv_is_read_in_every_form_that_people_have(tmp_path: Path, content: bytes):
    (tmp_path / "faces").write_bytes(content)
    found = read(tmp_path / "faces")
    assert (found.dataset.labels.tolist(), found.broken) == ([3, 0], ())


def test_a_csv_without_usage_is_for_training(tmp_path: Path):
    (tmp_path / "train.csv").write_text(f"emotion,pixels\n3,{PIXELS}\n")
    assert read(tmp_path / "train.csv").dataset.splits.tolist() == ["Training"]


def tar_bytes(files: Files, mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as packed:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return file.getvalue()


NESTED = {
    "fer2013.csv.gz": gzip.compress(CSV),
    "fer2013.csv.xz": lzma.compress(CSV),
    "fer2013.tar.gz": tar_bytes({"fer2013/fer2013.csv": CSV}, "w:gz"),
    "fer2013.tar": tar_bytes({"fer2013.csv": CSV}, "w:"),
    "fer2013.tar.xz": tar_bytes({"fer2013.csv": CSV}, "w:xz"),
}


@pytest.mark.parametrize(("name", "content"), NESTED.items(), ids=NESTED)
def test_what_an_archive_in_an_archive_holds_counts_where_nothing_else_does(tmp_path: Path, name: str, content: bytes):
    beside = {"train.csv": f"emotion,pixels\n1,{PIXELS}\n".encode(), "test.csv": f"pixels\n{PIXELS}\n".encode()}
    assert read(zipped(tmp_path / "a.zip", {name: content, **beside})).dataset.labels.tolist() == [3, 0]
    with_another = {name: content, "icml_face_data.csv": CSV.replace(b"\n3,", b"\n5,")}
    assert read(zipped(tmp_path / "b.zip", with_another)).dataset.labels.tolist() == [5, 0]


FOREIGN = {
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z archive"),
    "RAR": (b"Rar!\x1a\x07" + bytes(40), "RAR archive"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(40), "archive"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
    "PDF": (b"%PDF-1.4\n", "PDF"),
    "a page": (b"<!DOCTYPE html>\n<html>", "HTML"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "an image"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "Latin": ("émotion,pixels,Usage\n".encode("latin-1"), "not a CSV"),
}


@pytest.mark.parametrize(("content", "found"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_table_is_refused_for_what_it_is(tmp_path: Path, content: bytes, found: str):
    (tmp_path / "fer2013.csv").write_bytes(content)
    with pytest.raises(DataError, match=found):
        read(tmp_path / "fer2013.csv")


def test_a_workbook_is_refused_and_a_pipe_is_not_waited_for(tmp_path: Path):
    with pytest.raises(DataError, match="Excel"):
        read(zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<workbook/>"}))
    os.mkfifo(tmp_path / "pipe")
    for path, reason in ((tmp_path / "pipe", "a pipe"), (tmp_path / ("a" * 300), "too long"), (Path("a\0"), "null")):
        with pytest.raises(DataError, match=reason):
            read(path)


@pytest.mark.parametrize("name", ["suprise", "Surprised", "5", "5_surprise", "05 - surprise"])
def test_classes_are_known_by_the_names_that_go_round(tmp_path: Path, name: str):
    assert read(folder(tmp_path, {f"train/{name}/1.png": picture()})).dataset.labels.tolist() == [5]


def test_a_zip_with_backslashes_and_a_sample_beside_the_folders_are_read(tmp_path: Path):
    files = {"train\\angry\\1.png": picture(), "test\\sad\\2.png": picture(), "sample.png": picture()}
    assert read(zipped(tmp_path / "a.zip", files)).dataset.labels.tolist() == [0, 4]
