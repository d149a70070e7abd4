import threading
from itertools import islice
from pathlib import Path

import pytest

from smartselfie.errors import DataError
from smartselfie.files import atomic_write, free_names, link_if_free, partial_beside, write_through


def test_a_file_gets_its_name_only_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with atomic_write(path) as file:
        file.write(b"whole")
        assert not path.exists()
        assert [other.name[0] for other in path.parent.iterdir()] == ["."]
    assert path.read_bytes() == b"whole"
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        file.write(b"half" * (1 // file.write(b"")))
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_is_the_callers_kind_of_error_with_its_hint(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "a"
    with pytest.raises(DataError, match="cannot be written: ") as caught, atomic_write(path, DataError, "another"):
        raise AssertionError
    assert caught.value.hint == "another"
    with pytest.raises(OSError, match=r"ot a directory|exists"), atomic_write(path):
        raise AssertionError


def test_a_reader_that_has_left_is_not_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), atomic_write(tmp_path / "a", DataError, "?"):
        raise BrokenPipeError
    assert not list(tmp_path.iterdir())


def test_two_threads_that_write_one_file_do_not_mix(tmp_path: Path) -> None:
    path, both_open = tmp_path / "a", threading.Barrier(2)

    def write(letter: bytes) -> None:
        with atomic_write(path) as file:
            both_open.wait()
            file.write(letter * 1000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in (b"a" * 1000, b"b" * 1000)


def test_names_are_free_one_after_the_other_and_dots_in_them_stay() -> None:
    names = [path.name for path in islice(free_names(Path("x/05-20-11.123.jpg")), 3)]
    assert names == ["05-20-11.123.jpg", "05-20-11.123_2.jpg", "05-20-11.123_3.jpg"]


def test_a_name_that_is_taken_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with partial_beside(tmp_path / "a") as partial:
        write_through(partial, b"new")
        assert not link_if_free(partial, tmp_path / "a")
        assert link_if_free(partial, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert (tmp_path / "b").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 2
