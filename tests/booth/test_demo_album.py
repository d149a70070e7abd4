"""A demo that nobody asked for keeps its photos to itself."""

from pathlib import Path

import pytest

from smartselfie.albums.folder import FolderAlbum
from smartselfie.booth.booth import Booth
from smartselfie.booth.current_source import StandIn
from smartselfie.booth.demo_album import DemoAlbum
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Shot
from smartselfie.core.types import Frame
from smartselfie.pipeline import Pipeline
from smartselfie.settings.schema import Settings
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    blank,
    frames_at,
    rule_of,
    scores,
)


@pytest.mark.parametrize(
    ("source", "stands_in", "apart"), [("demo", True, True), ("demo", False, False), ("camera", True, False)]
)
def test_only_a_demo_in_place_of_a_camera_is_kept_apart(
    tmp_path: Path, source: str, *, stands_in: bool, apart: bool
) -> None:
    album = DemoAlbum(FolderAlbum(tmp_path), tmp_path / "demo", sidecar=False, stands_in=lambda: stands_in)
    photo = album.save(Shot(Frame(blank(), 1.0, 3), 3, (), "hand", {}, "m", source))
    album.close()
    assert photo.path.parent == (tmp_path / "demo" if apart else tmp_path)
    assert (tmp_path / "demo").exists() is apart


@pytest.mark.parametrize("asked", [None, "demo"])
def test_the_page_shows_the_album_of_the_demo_and_says_that_it_is_one_only_where_nobody_asked_for_it(
    tmp_path: Path, asked: str | None
) -> None:
    def camera() -> ScriptedSource:
        return ScriptedSource(frames_at(15, 1), fps=15.0, live=True, endless=True)

    booth = Booth(
        Settings(source=asked, album=tmp_path),
        open_source=lambda name, _: StandIn(camera()) if asked is None and name == "demo" else camera(),
        cameras=tuple,
        build=lambda source, _: Pipeline(
            source,
            ScriptedDetector(lambda _: []),
            ScriptedClassifier([scores(Emotion.NEUTRAL)]),
            MemoryAlbum(),
            rule_of(),
        ),
    )
    booth.start()
    try:
        newest = booth.broadcast.wait_for(lambda newest: newest.moment is not None, 20)
        assert newest is not None
        assert newest.demo is (asked is None)
        assert booth.gallery.folder == (tmp_path / "demo" if asked is None else tmp_path)
        booth.settings.change({"source": "browser"})
        assert booth.gallery.folder == tmp_path
        assert booth.broadcast.wait_for(lambda newest: not newest.demo, 20)
    finally:
        booth.close()
