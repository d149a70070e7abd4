"""Files and folders, one after the other, and what is drawn onto a copy of a picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from smartselfie.api import FaceAnalyzer
from smartselfie.batch import Analysis, Failure, Item, analyze_files, draw_faces, find_files
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Box, DetectedFace, Face, Image
from smartselfie.testing import ScriptedClassifier, ScriptedDetector, blank, face_at, scores


@pytest.fixture
def analyzer() -> FaceAnalyzer:
    """Sees one happy face on everything."""
    return FaceAnalyzer(
        detector=ScriptedDetector(lambda _: [face_at(2, 2, 8)]), classifier=ScriptedClassifier([scores(Emotion.HAPPY)])
    )


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pictures.new("RGB", (20, 16), (90, 90, 90)).save(path)
    return path


def video(path: Path, frames: int = 6) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for index in range(frames):
        writer.write(np.full((48, 64, 3), 4 * index, np.uint8))
    writer.release()
    return path


def test_folders_are_searched_recursively_by_name_for_pictures_and_videos(tmp_path: Path) -> None:
    for name in ("b.jpg", "a/z.png", "a/y.JPG", ".hidden.jpg", ".cache/x.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "c.mp4").write_bytes(b"x")
    places = [item.place.as_posix() for item in find_files([tmp_path])]
    assert places == ["b.jpg", "c.mp4", "a/y.JPG", "a/z.png"]


def test_a_file_that_is_named_twice_is_read_once_and_a_missing_one_stays(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    items = find_files([path, tmp_path, tmp_path / "none.jpg"])
    assert [item.path.name for item in items] == ["a.png", "none.jpg"]


def test_a_file_with_an_odd_ending_is_read_where_it_is_named(tmp_path: Path, analyzer: FaceAnalyzer) -> None:
    path = picture(tmp_path / "a.png").rename(tmp_path / "a.data")
    (analysis,) = analyze_files(find_files([path]), analyzer)
    assert isinstance(analysis, Analysis)


def test_one_bad_file_stops_nothing(tmp_path: Path, analyzer: FaceAnalyzer) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_bytes(b"broken")
    (tmp_path / "c.mp4").write_bytes(b"broken")
    picture(tmp_path / "d.png")
    results = list(analyze_files(find_files([tmp_path]), analyzer))
    assert [type(result) for result in results] == [Analysis, Failure, Failure, Analysis]
    assert [result.item.path.name for result in results] == ["a.png", "b.jpg", "c.mp4", "d.png"]


def test_of_a_video_every_frame_is_read_or_each_nth(tmp_path: Path, analyzer: FaceAnalyzer) -> None:
    item = Item(video(tmp_path / "clip.avi"), Path("clip.avi"))
    every = [result for result in analyze_files([item], analyzer) if isinstance(result, Analysis)]
    third = [result for result in analyze_files([item], analyzer, every=3) if isinstance(result, Analysis)]
    assert [analysis.frame for analysis in every] == [0, 1, 2, 3, 4, 5]
    assert [analysis.frame for analysis in third] == [0, 3]
    assert every[3].at == pytest.approx(0.3, abs=0.002)
    assert every[0].faces[0].emotion is Emotion.HAPPY
    assert {analysis.faces[0].id for analysis in every} == {1}


def test_frames_of_a_video_are_searched_thoroughly_only_where_nobody_is_found_and_once_a_second(tmp_path: Path) -> None:
    def looks(quick: list[DetectedFace], every: int = 1) -> tuple[int, list[int]]:
        seen: list[Image] = []
        detector = ScriptedDetector(lambda image: seen.append(image) or [face_at(2, 2, 8)])
        analyzer = FaceAnalyzer(
            detector=detector,
            quick=ScriptedDetector(lambda _: quick),
            classifier=ScriptedClassifier([scores(Emotion.HAPPY)]),
        )
        results = list(analyze_files([Item(path, Path("clip.avi"))], analyzer, every))
        return len(seen), [each.frame for each in results if isinstance(each, Analysis) and each.faces]

    path = video(tmp_path / "clip.avi", 25)  # 10 frames a second
    assert looks([face_at(2, 2, 8)]) == (0, list(range(25)))
    assert looks([]) == (3, [0, 10, 20])
    assert looks([], every=12) == (3, [0, 12, 24])


def test_a_truncated_video_gives_its_frames_and_then_a_failure(tmp_path: Path, analyzer: FaceAnalyzer) -> None:
    whole = video(tmp_path / "whole.avi", 60).read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    results = list(analyze_files([Item(tmp_path / "cut.avi", Path("cut.avi"))], analyzer))
    assert len(results) > 10
    assert isinstance(results[-1], Failure)
    assert all(isinstance(result, Analysis) for result in results[:-1])


def test_the_picture_itself_is_not_changed() -> None:
    image = blank(640, 480)
    drawn = draw_faces(image, (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY)),))
    assert np.array_equal(image, blank(640, 480))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_without_a_face_nothing_is_drawn() -> None:
    assert np.array_equal(draw_faces(blank(), ()), blank())


def test_the_box_is_drawn_on_the_faces_edge() -> None:
    drawn = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY)),))
    assert (drawn[150:250, 200] != 128).any(axis=1).all()
    assert (drawn[150:250, 100:190] == 128).all()


def test_bars_are_as_long_as_their_scores() -> None:
    happy = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY, 0.95)),))
    unsure = draw_faces(blank(640, 480), (Face(Box(200, 100, 150, 180), scores(Emotion.HAPPY, 0.5)),))
    yellow = np.array([40, 200, 255])
    beside = np.s_[150:156, 400:460]  # the row of "happy"
    assert (happy[beside] == yellow).all(axis=2).sum() > (unsure[beside] == yellow).all(axis=2).sum() + 50


def test_faces_at_every_edge_of_every_size_can_be_drawn() -> None:
    for size in ((1, 1), (20, 30), (1280, 720)):
        image = blank(*size)
        faces = tuple(
            Face(Box(left, top, size[0] / 2, size[1] / 2), scores(Emotion.SAD))
            for left in (0, size[0] / 2)
            for top in (0, size[1] / 2)
        )
        assert draw_faces(image, faces).shape == image.shape
