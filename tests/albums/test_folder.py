"""Photos on the disk: whole, never overwritten, never lost."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.albums.folder import FolderAlbum, NoAlbum
from smartselfie.albums.gallery import Gallery
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Shot
from smartselfie.core.types import Box, Face, Frame
from smartselfie.errors import AlbumError
from smartselfie.testing import frames_at, scores

NOON = datetime(2026, 11, 23, 5, 20, 11, 123456)  # noqa: DTZ001 - local time is what photos are named by


def shot(index: int = 126, taken: datetime | None = None, source: str = "party") -> Shot:
    ramp = np.linspace(0, 255, 320 * 240 * 3).astype(np.uint8).reshape(240, 320, 3)
    face = Face(Box(10, 20, 30, 40), scores(Emotion.HAPPY), 0.98)
    return Shot(Frame(ramp, 4.2, index, taken), index, (face,), "smile", {"frames": 10.0}, "compact", source)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_photo_of_a_live_source_is_named_by_its_time(tmp_path: Path) -> None:
    photo = FolderAlbum(tmp_path / "album").save(shot(taken=NOON))
    assert photo.path == tmp_path / "album" / "2026-11-23_05-20-11.123.jpg"
    assert names(tmp_path / "album") == ["2026-11-23_05-20-11.123.jpg", "2026-11-23_05-20-11.123.json"]


def test_a_photo_of_a_clip_is_named_by_its_frame(tmp_path: Path) -> None:
    assert FolderAlbum(tmp_path).save(shot()).path.name == "party_000126.jpg"


def test_the_photo_has_every_pixel_at_high_quality(tmp_path: Path) -> None:
    made = shot()
    with Pictures.open(FolderAlbum(tmp_path).save(made).path) as picture:
        back = np.asarray(picture)[..., ::-1].astype(int)
    assert back.shape == (240, 320, 3)
    assert np.abs(back - made.frame.image.astype(int)).mean() < 2


def test_exif_says_when_it_was_taken(tmp_path: Path) -> None:
    with Pictures.open(FolderAlbum(tmp_path).save(shot(taken=NOON)).path) as picture:
        exif = picture.getexif()
        details = exif.get_ifd(0x8769)
    assert exif[0x0132] == details[0x9003] == "2026:11:23 05:20:11"
    assert details[0x9291] == "123"


def test_exif_of_a_clips_photo_says_when_it_was_written(tmp_path: Path) -> None:
    with Pictures.open(FolderAlbum(tmp_path, clock=lambda: NOON).save(shot()).path) as picture:
        exif = picture.getexif()
    assert exif[0x0132] == "2026:11:23 05:20:11"
    assert 0x9003 not in exif.get_ifd(0x8769)


def test_the_sidecar_says_when_why_and_with_what(tmp_path: Path) -> None:
    photo = FolderAlbum(tmp_path).save(shot(taken=NOON))
    notes = json.loads(photo.path.with_suffix(".json").read_text())
    assert notes["taken"].startswith("2026-11-23T05:20:11.123")
    assert (notes["why"], notes["model"], notes["rule"], notes["decided"]) == (
        "smile",
        "compact",
        {"frames": 10.0},
        126,
    )
    assert notes["faces"][0]["emotions"]["happy"] == 0.9
    assert notes["faces"][0]["box"] == [10, 20, 30, 40]


def test_without_sidecar_there_is_only_the_photo(tmp_path: Path) -> None:
    FolderAlbum(tmp_path, sidecar=False).save(shot())
    assert names(tmp_path) == ["party_000126.jpg"]


def test_a_photo_is_never_overwritten_not_even_after_a_restart(tmp_path: Path) -> None:
    first = FolderAlbum(tmp_path).save(shot())
    before = first.path.read_bytes()
    again = [FolderAlbum(tmp_path).save(shot(index=126)).path.name for _ in range(2)]
    assert again == ["party_000126_2.jpg", "party_000126_3.jpg"]
    assert first.path.read_bytes() == before


def test_a_sidecar_of_somebody_elses_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "party_000126.json").write_text("mine")
    assert FolderAlbum(tmp_path).save(shot()).path.name == "party_000126_2.jpg"
    assert (tmp_path / "party_000126.json").read_text() == "mine"


def test_where_there_are_no_hard_links_photos_are_still_whole_and_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no hard links on this disk")

    monkeypatch.setattr(os, "link", refuse)
    album = FolderAlbum(tmp_path, sidecar=False)
    first, second = album.save(shot()), album.save(shot())
    assert names(tmp_path) == ["party_000126.jpg", "party_000126_2.jpg"]
    assert first.path.read_bytes() != b""
    assert second.path.stat().st_size == first.path.stat().st_size


def test_an_album_that_cannot_be_made_is_refused_before_anybody_smiles(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AlbumError, match="cannot be written"):
        FolderAlbum(tmp_path / "file" / "album")


FULL_DISK = """
import resource, sys
from pathlib import Path
from smartselfie.albums.folder import FolderAlbum, NoAlbum
from smartselfie.albums.gallery import Gallery
from smartselfie.errors import AlbumError
sys.path.insert(0, sys.argv[3])
from test_folder import shot
album = FolderAlbum(Path(sys.argv[1]), rescue=[Path(name) for name in sys.argv[2].split(":") if name])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    album.save(shot())
except AlbumError as error:
    print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a Unix thing")
def test_a_full_disk_leaves_nothing_half_written_behind(tmp_path: Path) -> None:
    """The limit of a file's size stands in for the full disk: the write fails in its middle."""
    album, rescue = tmp_path / "album", tmp_path / "rescue"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(album), str(rescue), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert "could not be kept" in done.stdout
    assert names(album) == []
    assert names(rescue) == []


def test_a_photo_that_the_album_cannot_take_is_saved_elsewhere(tmp_path: Path) -> None:
    album_folder, rescue = tmp_path / "album", tmp_path / "rescue"
    album = FolderAlbum(album_folder, rescue=[rescue])
    album_folder.rmdir()
    album_folder.write_text("somebody put a file in the album's place")
    with pytest.raises(AlbumError, match="it was saved as") as caught:
        album.save(shot())
    (saved,) = rescue.glob("*.jpg")
    assert str(saved) in caught.value.message
    with Pictures.open(saved) as picture:
        assert picture.size == (320, 240)


def test_the_album_that_writes_nothing_names_photos_as_the_folder_would(tmp_path: Path) -> None:
    shot = Shot(frames_at(30, 1)[0], 0, (), "smile", {}, "scripted", "clip")
    written = FolderAlbum(tmp_path, rescue=()).save(shot)
    assert NoAlbum().save(shot).path.name == written.path.name == "clip_000000.jpg"
    NoAlbum().close()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "source",
    ["x" * 245, "ü" * 150, "party 12:30", "a\\b", ".evening", "...", "caf\udce9", 'a*?"<>|b', "tab\tnew\nline"],
)
def test_a_photo_is_called_after_its_video_by_a_name_that_every_disk_and_page_takes(
    tmp_path: Path, source: str
) -> None:
    first, second = (FolderAlbum(tmp_path).save(shot(source=source)).path for _ in range(2))
    assert first != second
    assert set(Gallery(tmp_path).names()) == {first.name, second.name}
    assert not set('\\/:*?"<>|\n\t') & set(first.name)
    assert len(second.with_suffix(".json").name.encode()) < 255


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_rescue_folder_that_somebody_else_put_there_is_not_used(tmp_path: Path) -> None:
    foreign, open_to_all, own, album = (tmp_path / name for name in ("foreign", "open", "own", "album"))
    foreign.mkdir()
    (tmp_path / "link").symlink_to(foreign)
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    failing = FolderAlbum(album, rescue=[tmp_path / "link", open_to_all, own])
    shutil.rmtree(album)
    album.touch()
    with pytest.raises(AlbumError, match="own"):
        failing.save(shot())
    assert not list(foreign.iterdir())
    assert not list(open_to_all.iterdir())
    assert [path.suffix for path in sorted(own.iterdir())] == [".jpg", ".json"]
    assert own.stat().st_mode & 0o777 == 0o700
