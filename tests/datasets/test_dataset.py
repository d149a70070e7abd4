"""The prepared file: written whole, read back the same, and nothing foreign taken for it."""

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Dataset, Split, load, save
from smartselfie.errors import DataError

Draw = Callable[..., Dataset]


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("votes", [True, False])
def test_what_is_saved_is_loaded_again(draw_data: Draw, tmp_path: Path, votes: bool):
    data = draw_data(7, 5, 3, votes=votes)
    save(data, tmp_path / "deep" / "faces.npz")
    again = load(tmp_path / "deep" / "faces.npz")
    for name in ("pixels", "labels", "splits", "rows"):
        assert (getattr(again, name) == getattr(data, name)).all()
    assert (again.votes == data.votes).all() if votes else again.votes is None


def test_a_split_keeps_its_rows_in_order(draw_data: Draw):
    data = draw_data(7, 5, 3)
    public = data.of(Split.PUBLIC_TEST)
    assert len(public) == 5
    assert public.rows.tolist() == [0, 1, 2, 3, 4]
    assert (public.pixels == data.pixels[7:12]).all()
    assert public.votes is not None
    assert (public.votes == data.votes[7:12]).all()


def test_an_older_file_is_replaced_and_nothing_half_written_stays(draw_data: Draw, tmp_path: Path):
    path = tmp_path / "faces.npz"
    for _ in range(2):
        save(draw_data(), path)
        assert len(load(path)) == 98
    assert [file.name for file in tmp_path.iterdir()] == ["faces.npz"]
    path.write_text("somebody's")
    with pytest.raises(DataError, match="did not write it"):
        save(draw_data(), path)
    assert path.read_text() == "somebody's"


def test_a_place_that_cannot_be_written_is_named(draw_data: Draw, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        save(draw_data(), tmp_path / "file" / "faces.npz")
    folder = tmp_path / "faces.npz"
    folder.mkdir()
    with pytest.raises(DataError, match="cannot be written"):
        save(draw_data(), folder)
    assert not list(tmp_path.glob("*.partial"))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"no such file: .*none.npz"):
        load(tmp_path / "none.npz")


def _damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200:400] = bytes(200)
    path.write_bytes(content)


def _truncated(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _foreign(path: Path) -> None:
    np.savez(path, x=np.zeros(3))


def _one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def _pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps({"pixels": 1}))


def _text(path: Path) -> None:
    path.write_text("emotion,pixels,Usage\n")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [_damaged, _truncated, _foreign, _one_array, _pickled, _text, _empty])
def test_what_prepare_did_not_write_is_refused(draw_data: Draw, tmp_path: Path, spoil: Callable[[Path], None]):
    path = tmp_path / "faces.npz"
    save(draw_data(), path)
    spoil(path)
    with pytest.raises(DataError, match="damaged or was not prepared by smartselfie"):
        load(path)


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_objects_in_the_file_are_never_unpickled(draw_data: Draw, tmp_path: Path):
    path = tmp_path / "faces.npz"
    save(draw_data(), path)
    trace = tmp_path / "unpickled"
    arrays = arrays_of(path) | {"rows": np.array([Trap(trace)] * 98, object)}
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(DataError, match="was not prepared by smartselfie"):
        load(path)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("pixels", np.zeros((98, 64, 64), np.uint8)),
        ("pixels", np.zeros((98, 48, 48), np.float32)),
        ("pixels", np.zeros((97, 48, 48), np.uint8)),
        ("labels", np.full(98, 7, np.int64)),
        ("labels", np.zeros((98, 1), np.int64)),
        ("labels", np.zeros(98, np.float64)),
        ("splits", np.array(["Test"] * 98)),
        ("splits", np.zeros(98, np.int64)),
        ("rows", np.zeros(3, np.int64)),
        ("votes", np.zeros((98, 7), np.uint8)),
    ],
)
def test_arrays_of_the_wrong_shape_type_or_range_are_refused(
    draw_data: Draw, tmp_path: Path, name: str, array: np.ndarray
):
    path = tmp_path / "faces.npz"
    save(draw_data(), path)
    arrays = arrays_of(path) | {name: array}
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(DataError, match="wrong shape, type or range"):
        load(path)


def test_labels_in_another_order_are_refused(draw_data: Draw, tmp_path: Path):
    path = tmp_path / "faces.npz"
    save(draw_data(), path)
    arrays = arrays_of(path)
    arrays["emotions"] = np.sort(arrays["emotions"])
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(DataError, match="different labels or a different order"):
        load(path)


def test_arrays_as_windows_and_others_write_them_are_read(draw_data: Draw, tmp_path: Path):
    arrays = draw_data().arrays() | {"emotions": np.array(EMOTIONS)}
    odd = {"labels": arrays["labels"].astype(np.int32), "rows": arrays["rows"].astype(np.uint16)}
    np.savez(tmp_path / "a.npz", **arrays | odd | {"splits": arrays["splits"].astype(np.bytes_)})
    assert load(tmp_path / "a.npz").labels.dtype == np.int64


def promise(shape: str) -> bytes:
    """An array's head that promises a shape, and nothing behind it."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode()


@pytest.mark.parametrize("shape", ["(9999999998208,)", "(2000000000,)", "(-1,)", "(1, 'x')", "(" * 500, "10**9,"])
def test_an_array_that_promises_too_much_is_refused_before_memory_is_taken(draw_data: Draw, tmp_path: Path, shape: str):
    save(draw_data(), tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz") as whole, zipfile.ZipFile(tmp_path / "b.npz", "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, promise(shape) if name == "pixels.npy" else whole.read(name))
    with pytest.raises(DataError, match="damaged"):
        load(tmp_path / "b.npz")


@pytest.mark.parametrize("name", ["pixels", "labels", "splits", "rows", "emotions"])
@pytest.mark.parametrize("kind", [[("a", "i4")], "f8", "M8[s]", "c8", "V3", "?"])
def test_arrays_of_other_kinds_are_refused(draw_data: Draw, tmp_path: Path, name: str, kind: object):
    arrays = draw_data().arrays() | {"emotions": np.array(EMOTIONS)}
    np.savez(tmp_path / "a.npz", **arrays | {name: np.zeros(arrays[name].shape, kind)})
    with pytest.raises(DataError):
        load(tmp_path / "a.npz")
