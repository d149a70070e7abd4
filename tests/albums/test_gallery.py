"""Photos as people look at them: sorted, small, thrown away and brought back."""

import io
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image as Pictures

from smartselfie.albums.folder import FolderAlbum
from smartselfie.albums.gallery import Gallery, Order
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Shot
from smartselfie.core.types import Box, Face, Frame
from smartselfie.testing import blank, scores

HOUR = 3600.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


def put(folder: Path, name: str, written: float = 1000.0, smiles: list[float] | None = None) -> Path:
    path = folder / name
    path.write_bytes(b"a photo")
    os.utime(path, (written, written))
    if smiles is not None:
        faces = [{"emotions": {"happy": smile}} for smile in smiles]
        path.with_suffix(".json").write_text(json.dumps({"faces": faces}))
    return path


def names(gallery: Gallery, order: Order = Order.TIME) -> list[str]:
    total, found = gallery.page(order)
    assert total == len(found)
    return [entry.name for entry in found]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def taken_by_us(folder: Path, index: int) -> Path:
    face = Face(Box(1, 1, 9, 9), scores(Emotion.HAPPY))
    return FolderAlbum(folder).save(Shot(Frame(blank(), 1.0, index), index, (face,), "smile", {}, "m", "party")).path


def test_photos_are_sorted_by_time_or_by_smile_and_those_without_a_score_come_last(tmp_path: Path) -> None:
    put(tmp_path, "old.jpg", 1000, [0.9, 0.7])
    put(tmp_path, "new.jpg", 3000, [0.5])
    put(tmp_path, "unread.jpg", 2000)
    put(tmp_path, "empty.jpg", 500, [])
    gallery = Gallery(tmp_path)
    assert names(gallery) == ["new.jpg", "unread.jpg", "old.jpg", "empty.jpg"]
    assert names(gallery, Order.SMILE) == ["old.jpg", "new.jpg", "empty.jpg", "unread.jpg"]
    assert [entry.smile for entry in gallery.page(Order.SMILE)[1]] == [pytest.approx(0.8), 0.5, 0.0, None]


@pytest.mark.parametrize("notes", ["", "[]", '{"faces": 3}', '{"faces": [{"emotions": {}}]}', '{"faces": null}'])
def test_a_damaged_sidecar_is_none(tmp_path: Path, notes: str) -> None:
    put(tmp_path, "a.jpg").with_suffix(".json").write_text(notes)
    assert [entry.smile for entry in Gallery(tmp_path).page()[1]] == [None]


def test_what_comes_and_goes_behind_its_back_is_seen(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    assert names(gallery) == []
    put(tmp_path, "a.jpg", 1000)
    assert names(gallery) == ["a.jpg"]
    put(tmp_path, "b.jpg", 2000)
    (tmp_path / "a.jpg").unlink()
    (tmp_path / "b.json").write_text('{"faces": [{"emotions": {"happy": 0.4}}]}')
    assert [(entry.name, entry.smile) for entry in gallery.page()[1]] == [("b.jpg", 0.4)]


def test_a_folder_that_has_settled_is_not_read_again_until_it_changes(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", 1000)
    os.utime(tmp_path, (1000, 1000))
    gallery = Gallery(tmp_path)
    assert names(gallery) == ["a.jpg"]
    put(tmp_path, "b.jpg", 2000)
    os.utime(tmp_path, (1000, 1000))
    assert names(gallery) == ["a.jpg"]
    os.utime(tmp_path, (2000, 2000))
    assert names(gallery) == gallery.names() == ["b.jpg", "a.jpg"]


def test_a_page_is_a_part_of_the_order(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"{number}.jpg", 1000 + number, [1 - number / 10])
    gallery = Gallery(tmp_path)
    for order, first in ((Order.TIME, ["4.jpg", "3.jpg"]), (Order.SMILE, ["0.jpg", "1.jpg"])):
        total, found = gallery.page(order, 0, 2)
        assert (total, [entry.name for entry in found]) == (5, first)
        assert len(gallery.page(order, 4, 2)[1]) == 1
        assert gallery.page(order, 9, 2) == (5, [])


def test_a_thumbnail_is_small_upright_and_made_once(tmp_path: Path) -> None:
    picture = Pictures.new("RGB", (1200, 800), "navy")
    exif = Pictures.Exif()
    exif[0x0112] = 6  # taken on its side
    picture.save(tmp_path / "a.jpg", exif=exif)
    gallery = Gallery(tmp_path)
    first = gallery.thumbnail("a.jpg")
    assert first is not None
    with Pictures.open(io.BytesIO(first)) as small:
        assert small.size == (320, 480)
    kept = tmp_path / ".thumbnails" / "a.jpg"
    kept.write_bytes(b"kept")
    assert gallery.thumbnail("a.jpg") == b"kept"
    os.utime(kept, (1, 1))  # older than the photo: another photo has that name now
    assert gallery.thumbnail("a.jpg") == first


def test_a_damaged_photo_has_no_thumbnail(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    assert Gallery(tmp_path).thumbnail("a.jpg") is None
    assert Gallery(tmp_path).thumbnail("../a.jpg") is None


def test_where_no_thumbnail_can_be_kept_there_still_is_one(tmp_path: Path) -> None:
    Pictures.new("RGB", (600, 400)).save(tmp_path / "a.jpg")
    (tmp_path / ".thumbnails").write_text("a file in its place")
    assert Gallery(tmp_path).thumbnail("a.jpg") is not None


def noted(folder: Path, number: int, people: list[int], *, at: float, written: float, source: str = "camera") -> None:
    """A photo whose sidecar says who is on it."""
    put(folder, f"{number}.jpg", 1000 + number)
    when = datetime.fromtimestamp(written, UTC).isoformat()
    notes = {"source": source, "at": at, "written": when, "faces": [{"id": person} for person in people]}
    (folder / f"{number}.json").write_text(json.dumps(notes))


def test_a_strip_is_the_photo_under_up_to_three_taken_before_it_of_the_same_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "smartselfie.albums.gallery.make_strip", lambda photos: " ".join(path.stem for path in photos).encode()
    )
    # the evening before: the same numbers, other people
    noted(tmp_path, 0, [1], at=50.0, written=10_000.0)
    for number, people in enumerate(([1], [1, 2], [3], [2], [1, 4], [1], []), 1):
        noted(tmp_path, number, people, at=10.0 * number, written=90_000.0 + 10 * number)
    noted(tmp_path, 8, [1], at=80.0, written=90_080.0, source="demo")
    put(tmp_path, "9.jpg", 1009)
    (tmp_path / "9.json").write_text("[]")
    gallery = Gallery(tmp_path)
    assert gallery.strip_of("6.jpg") == b"1 2 5 6"
    assert gallery.strip_of("4.jpg") == b"2 4"
    for alone in ("0", "1", "3", "7", "8", "9"):
        assert gallery.strip_of(f"{alone}.jpg") == alone.encode()
    gallery.move_to(tmp_path / "other")
    assert gallery.strip_of("4.jpg") is None
    gallery.move_to(tmp_path)
    assert gallery.strip_of("4.jpg") == b"2 4"
    assert gallery.strip_of("66.jpg") is None
    assert gallery.strip_of("../4.jpg") is None


def test_a_deleted_photo_comes_back_with_all_that_lay_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", 1000, [0.5])
    (tmp_path / "a.gif").write_bytes(b"clip")
    gallery = Gallery(tmp_path)
    ticket = gallery.discard("a.jpg")
    assert ticket is not None
    assert files(tmp_path) == []
    assert names(gallery) == []
    assert gallery.restore(ticket) == "a.jpg"
    assert files(tmp_path) == ["a.gif", "a.jpg", "a.json"]
    assert [(entry.written, entry.clip) for entry in gallery.page()[1]] == [(1000, True)]
    assert gallery.restore(ticket) is None


def test_a_photo_that_comes_back_never_takes_anothers_name(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", 1000, [0.5])
    gallery = Gallery(tmp_path)
    ticket = gallery.discard("a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"another")
    assert ticket is not None
    assert gallery.restore(ticket) == "a_2.jpg"
    assert (tmp_path / "a.jpg").read_bytes() == b"another"
    assert files(tmp_path) == ["a.jpg", "a_2.jpg", "a_2.json"]


def test_photos_deleted_at_the_same_moment_do_not_get_mixed_up(tmp_path: Path) -> None:
    clock = Clock()
    gallery = Gallery(tmp_path, clock=clock)
    for name in ("a.jpg", "b.jpg"):
        put(tmp_path, name).write_bytes(name.encode())
    first, second = gallery.discard("a.jpg"), gallery.discard("b.jpg")
    assert first is not None
    assert second is not None
    assert (gallery.restore(second), gallery.restore(first)) == ("b.jpg", "a.jpg")
    assert (tmp_path / "b.jpg").read_bytes() == b"b.jpg"


@pytest.mark.parametrize("ticket", ["", "1", "../x", "..", "12a", "1/../1"])
def test_a_ticket_that_was_never_given_brings_nothing_back(tmp_path: Path, ticket: str) -> None:
    assert Gallery(tmp_path).restore(ticket) is None


def test_the_trash_empties_itself_after_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    gallery = Gallery(tmp_path, clock=clock)
    put(tmp_path, "a.jpg")
    ticket = gallery.discard("a.jpg")
    clock.now += HOUR - 1
    gallery.tidy()
    assert (tmp_path / ".trash" / str(ticket) / "a.jpg").is_file()
    clock.now += 2
    gallery.tidy()
    assert list((tmp_path / ".trash").iterdir()) == []


def test_old_photos_of_ours_are_deleted_and_nobody_elses(tmp_path: Path) -> None:
    clock = Clock()
    old, young = taken_by_us(tmp_path, 1), taken_by_us(tmp_path, 2)
    foreign = tmp_path / "holiday.jpg"
    Pictures.new("RGB", (60, 40)).save(foreign)
    broken = put(tmp_path, "broken.jpg")
    for path, age in ((old, 5 * HOUR), (young, HOUR), (foreign, 5 * HOUR), (broken, 5 * HOUR)):
        os.utime(path, (clock.now - age, clock.now - age))
    gallery = Gallery(tmp_path, clock=clock)
    gallery.thumbnail(old.name)
    assert gallery.tidy(None) == 0
    assert gallery.tidy(2 * HOUR) == 1
    assert files(tmp_path) == sorted(["broken.jpg", "holiday.jpg", young.name, f"{young.stem}.json"])
    assert list((tmp_path / ".thumbnails").iterdir()) == []
    assert names(gallery) == [young.name, *sorted(["holiday.jpg", "broken.jpg"], reverse=True)]


@pytest.mark.parametrize(
    "notes",
    [
        "[" * 200_000,
        '{"faces": [{"emotions": {"happy": ' + "9" * 400 + "}}]}",
        '{"faces": [{"emotions": {"happy": 1e999}}]}',
        '{"faces": [{"emotions": {"happy": NaN}}]}',
        '{"faces": [{"emotions": {"happy": -5}}]}',
        '{"faces": [' + " " * (2 << 20) + "]}",
        '{"faces": {"a": 1}}',
        "\udcff",
    ],
    ids=range(8),
)
def test_a_sidecar_of_somebody_else_gives_no_score_and_costs_no_other_photo(tmp_path: Path, notes: str) -> None:
    put(tmp_path, "a.jpg", 1000, [0.5])
    put(tmp_path, "b.jpg").with_suffix(".json").write_text(notes, errors="surrogateescape")
    for order in Order:
        _, entries = Gallery(tmp_path).page(order)
        assert {entry.name: entry.smile for entry in entries} == {"a.jpg": 0.5, "b.jpg": None}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
def test_odd_names_are_shown_and_those_that_are_not_utf8_with_their_bytes_as_numbers(tmp_path: Path) -> None:
    odd = ["12:30.jpg", "a\\b.jpg", "new\nline.jpg", "ü" * 100 + ".jpg"]
    for name in (*odd, "caf\udce9.jpg", ".hidden.jpg", "a.JPG"):
        put(tmp_path, name)
    gallery = Gallery(tmp_path)
    assert sorted(names(gallery)) == sorted([*odd, "caf\\xe9.jpg"])
    assert all(gallery.find(name) for name in odd)
    assert not any(map(gallery.find, ("a" * 300 + ".jpg", "../a.jpg", "caf\udce9.jpg", "a\0.jpg", ".hidden.jpg", "")))


def test_times_that_no_calendar_has_are_listed_all_the_same(tmp_path: Path) -> None:
    for name, written in (("old.jpg", -1e6), ("first.jpg", 0), ("late.jpg", 1e11)):
        put(tmp_path, name, written)
    assert names(Gallery(tmp_path))[0] == "late.jpg"
    assert len(names(Gallery(tmp_path))) == 3


def test_thumbnails_of_photos_that_somebody_deleted_by_hand_go_as_well(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        taken_by_us(tmp_path, 1).rename(tmp_path / name)
    gallery = Gallery(tmp_path)
    assert gallery.thumbnail("a.jpg")
    assert gallery.thumbnail("b.jpg")
    (tmp_path / "a.jpg").unlink()
    gallery.tidy()
    assert files(tmp_path / ".thumbnails") == ["b.jpg"]


def test_what_a_killed_program_was_writing_is_removed_after_an_hour(tmp_path: Path) -> None:
    (tmp_path / ".thumbnails").mkdir()
    mine = [put(tmp_path, ".party.jpg-4711.partial"), put(tmp_path / ".thumbnails", ".a.jpg-12.partial")]
    fresh, other = tmp_path / ".b.jpg-7.partial", put(tmp_path, ".b.partial")
    fresh.touch()
    Gallery(tmp_path).tidy()
    assert not any(path.exists() for path in mine)
    assert fresh.exists()
    assert other.exists()


def test_a_clock_that_is_set_deletes_no_photo_before_its_time_and_keeps_none_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, wall = [0.0], [1_000_000_000.0]
    monkeypatch.setattr("smartselfie.files.time.time", lambda: wall[0])
    monkeypatch.setattr("smartselfie.files.time.clock_gettime", lambda _: counted[0])
    gallery = Gallery(tmp_path)
    early = taken_by_us(tmp_path, 1)
    os.utime(early, (wall[0], wall[0]))
    wall[0] += 30 * 24 * HOUR
    late = taken_by_us(tmp_path, 2)
    os.utime(late, (wall[0], wall[0]))
    assert gallery.tidy(2 * HOUR) == 0
    counted[0] = 1.9 * HOUR
    assert gallery.tidy(2 * HOUR) == 0
    counted[0] = 2.1 * HOUR
    assert gallery.tidy(2 * HOUR) == 2


def test_the_middle_of_the_faces_is_told_as_parts_of_the_photo(tmp_path):
    faces = [{"emotions": {"happy": 0.9}, "box": box} for box in ([0, 10, 10, 10], [40, 30, 10, 10])]
    odd = ([{"box": "x"}], [{"box": [1, 2]}], [], "none", [{"box": [1e9, 0, 1, 1]}], [{"box": [float("nan")] * 4}])
    for number, noted in enumerate((faces, *odd)):
        Pictures.new("RGB", (100, 50)).save(tmp_path / f"{number}.jpg")
        (tmp_path / f"{number}.json").write_text(json.dumps({"faces": noted}))
    told = {entry.name: entry.focus for entry in Gallery(tmp_path).page()[1]}
    assert told == {"0.jpg": (0.25, 0.5), **{f"{number}.jpg": None for number in range(1, 7)}}


def test_photos_of_the_last_hours_can_be_asked_for(tmp_path):
    for hours in range(3):
        Pictures.new("RGB", (8, 8)).save(tmp_path / f"{hours}.jpg")
        os.utime(tmp_path / f"{hours}.jpg", (time.time() - 3600 * hours,) * 2)
    gallery = Gallery(tmp_path)
    assert [gallery.page(within=3600.0 * hours + 60)[0] for hours in range(3)] == [1, 2, 3]
    assert gallery.page(within=60)[1][0].name == "0.jpg"
