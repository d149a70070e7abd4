"""The line from a frame to a photo, with doubles at its ports."""

from collections.abc import Sequence

import numpy as np
import pytest

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.core.frame import Frame, Image
from smartselfie.core.moment import Moment, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.trigger import Holding, Ready, Rule
from smartselfie.errors import AlbumError
from smartselfie.pipeline import Pipeline, read_faces
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedSource,
    blank,
    face_at,
    frames_at,
    scores,
)

HAPPY, NEUTRAL = scores(Emotion.HAPPY), scores(Emotion.NEUTRAL)
ONE_FACE = ScriptedDetector(lambda _: [face_at(10, 10, 20)])
NOBODY = ScriptedDetector(lambda _: [])


def line(
    script: Sequence[Emotions],
    *,
    detector: ScriptedDetector = ONE_FACE,
    items: Sequence[Frame | SourceLost | SourceBack] | None = None,
    album: MemoryAlbum | None = None,
    max_photos: int | None = None,
    rule: Rule | None = None,
) -> tuple[Pipeline, MemoryAlbum, ScriptedSource]:
    """A pipeline of doubles, one frame for each entry of the script unless told otherwise."""
    source = ScriptedSource(frames_at(30, len(script)) if items is None else items)
    album = album or MemoryAlbum()
    return Pipeline(source, detector, ScriptedClassifier(script), album, rule or Rule(), max_photos), album, source


def test_the_tenth_happy_frame_is_the_photo() -> None:
    pipeline, album, _ = line([NEUTRAL] * 5 + [HAPPY] * 20)
    moments = list(pipeline.moments())
    assert [photo.shot.frame.index for photo in album.photos] == [14]
    assert [moment.frame.index for moment in moments if moment.photos] == [14]
    photo = album.photos[0]
    assert (photo.shot.decided, photo.shot.why, photo.shot.source) == (14, "smile", "scripted")
    assert photo.shot.faces == moments[14].faces


def test_the_photo_is_the_frame_at_full_resolution_to_the_last_pixel() -> None:
    frames = frames_at(30, 12, np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8))
    pipeline, album, _ = line([HAPPY] * 12, items=frames)
    list(pipeline.moments())
    assert np.array_equal(album.photos[0].shot.frame.image, frames[9].image)


def test_the_count_is_reset_when_the_smile_is_lost() -> None:
    pipeline, album, _ = line([HAPPY] * 9 + [NEUTRAL] + [HAPPY] * 9)
    moments = list(pipeline.moments())
    assert moments[8].trigger.state == Holding(9, 0.0)
    assert moments[9].trigger.state == Ready()
    assert album.photos == []


def test_the_count_is_reset_when_the_face_is_gone() -> None:
    shown = iter([True] * 9 + [False] + [True] * 9)
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 20)] if next(shown) else [])
    pipeline, album, _ = line([HAPPY] * 19, detector=detector)
    moments = list(pipeline.moments())
    assert moments[9].faces == ()
    assert moments[9].trigger.state == Ready()
    assert album.photos == []


def test_every_frame_gives_a_moment_while_no_face_is_visible() -> None:
    pipeline, album, _ = line([HAPPY] * 40, detector=NOBODY)
    moments = list(pipeline.moments())
    assert [moment.frame.index for moment in moments] == list(range(40))
    assert all(moment.subject is None and not moment.happy for moment in moments)
    assert album.photos == []


def test_it_can_be_stopped_while_no_face_is_visible() -> None:
    source = ScriptedSource(frames_at(30, 1), live=True, fps=1000, endless=True)
    pipeline = Pipeline(source, NOBODY, ScriptedClassifier([HAPPY]), MemoryAlbum(), Rule())
    seen = 0
    for _ in pipeline.moments():
        seen += 1
        if seen == 5:
            pipeline.stop()
    assert seen == 5


def test_the_largest_face_decides() -> None:
    detector = ScriptedDetector(lambda _: [face_at(30, 5, 10), face_at(0, 5, 25)])

    class BySize:
        """Says happy of the first crop, neutral of the others; crops come largest first."""

        card = ScriptedClassifier([HAPPY]).card

        def classify(self, crops: Image) -> list[Emotions]:
            return [HAPPY, NEUTRAL][: len(crops)]

    pipeline = Pipeline(ScriptedSource(frames_at(30, 1)), detector, BySize(), MemoryAlbum(), Rule())
    (moment,) = pipeline.moments()
    assert [face.box.left for face in moment.faces] == [0, 30]
    assert moment.subject is moment.faces[0]
    assert moment.happy


def test_smiles_are_told_with_time_and_frame() -> None:
    pipeline, _, _ = line([NEUTRAL, HAPPY, HAPPY, NEUTRAL])
    events = [event for moment in pipeline.moments() for event in moment.events]
    assert events == [SmileBegan(1 / 30, 1), SmileLost(3 / 30, 3)]


def test_a_press_takes_the_next_frame_once_face_or_no_face() -> None:
    pipeline, album, _ = line([NEUTRAL] * 10, detector=NOBODY)
    moments: list[Moment] = []
    for moment in pipeline.moments():
        moments.append(moment)
        if moment.frame.index == 3:
            pipeline.shoot()
            pipeline.shoot()
    assert [(photo.shot.frame.index, photo.shot.why) for photo in album.photos] == [(4, "hand")]


def test_a_press_on_the_very_frame_of_the_smile_gives_one_photo() -> None:
    pipeline, album, _ = line([HAPPY] * 10)
    for moment in pipeline.moments():
        if moment.frame.index == 8:
            pipeline.shoot()
    assert [photo.shot.why for photo in album.photos] == ["smile"]


def test_it_ends_after_the_last_photo_that_was_asked_for() -> None:
    pipeline, album, source = line([HAPPY] * 30, max_photos=1)
    assert len(list(pipeline.moments())) == 10
    assert (pipeline.photos, pipeline.frames) == (1, 10)
    assert source.closed
    assert album.closed


def test_a_lost_camera_is_told_and_breaks_the_hold() -> None:
    items = [*frames_at(30, 5), SourceLost("pulled"), SourceBack(), *frames_at(30, 10)[5:]]
    pipeline, album, _ = line([HAPPY] * 10, items=items)
    moments = list(pipeline.moments())
    lost = moments[5]
    assert lost.lost
    assert lost.frame is moments[4].frame
    assert lost.events == (SmileLost(4 / 30, 4), SourceLost("pulled"))
    assert not moments[6].lost
    assert album.photos == []
    assert pipeline.frames == 10


def test_source_and_album_are_closed_when_a_photo_cannot_be_kept() -> None:
    album = MemoryAlbum(broken=True)
    pipeline, _, source = line([HAPPY] * 10, album=album)
    with pytest.raises(AlbumError):
        list(pipeline.moments())
    assert source.closed
    assert album.closed


def test_leaving_the_loop_closes_source_and_album() -> None:
    pipeline, album, source = line([NEUTRAL] * 10)
    moments = pipeline.moments()
    next(moments)
    moments.close()
    assert source.closed
    assert album.closed


def test_boxes_are_cut_to_the_picture_and_faces_come_from_left_to_right() -> None:
    detector = ScriptedDetector(lambda _: [face_at(50, 10, 30), face_at(-10, 0, 20)])
    faces = read_faces(blank(64, 48), detector, ScriptedClassifier([NEUTRAL]))
    assert [(face.box.left, face.box.width) for face in faces] == [(0, 10), (50, 14)]
