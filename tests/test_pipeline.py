"""The line from a frame to a photo, with doubles at its ports."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.core.events import Photo, Shot, SmileBegan, SmileLost, SourceBack, SourceLost
from smartselfie.core.types import DetectedFace, Frame, Image
from smartselfie.errors import AlbumError
from smartselfie.faces import read_faces
from smartselfie.moment import Moment
from smartselfie.pipeline import NewRule, NewSource, Pipeline, SetPaused, Shoot, Stop
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedEyes,
    ScriptedSource,
    blank,
    face_at,
    frames_at,
    mixed,
    rule_of,
    scores,
)
from smartselfie.trigger.rule import GroupRule, Reason, TriggerRule
from smartselfie.trigger.trigger import CoolingDown, Holding, Ready

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
    rule: TriggerRule | None = None,
) -> tuple[Pipeline, MemoryAlbum, ScriptedSource]:
    """A pipeline of doubles, one frame for each entry of the script unless told otherwise."""
    # at five frames a second none is steadied by another
    source = ScriptedSource(frames_at(5, len(script)) if items is None else items)
    album = album or MemoryAlbum()
    return (
        Pipeline(source, detector, ScriptedClassifier(script), album, rule or rule_of(), max_photos),
        album,
        source,
    )


def test_the_tenth_happy_frame_is_the_photo() -> None:
    pipeline, album, _ = line([NEUTRAL] * 5 + [HAPPY] * 20)
    moments = list(pipeline.moments())
    assert [photo.shot.frame.index for photo in album.photos] == [14]
    assert [moment.frame.index for moment in moments if moment.photos] == [14]
    photo = album.photos[0]
    assert (photo.shot.decided, photo.shot.why, photo.shot.source) == (14, "smile", "scripted")
    assert photo.shot.faces == moments[14].faces


def test_the_photo_is_the_frame_at_full_resolution_to_the_last_pixel() -> None:
    frames = frames_at(5, 12, np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8))
    near = ScriptedDetector(lambda _: [face_at(100, 100, 200)])
    pipeline, album, _ = line([HAPPY] * 12, items=frames, detector=near)
    list(pipeline.moments())
    assert np.array_equal(album.photos[0].shot.frame.image, frames[9].image)


def test_the_count_is_reset_when_the_smile_is_lost() -> None:
    pipeline, album, _ = line([HAPPY] * 9 + [NEUTRAL] + [HAPPY] * 9)
    moments = list(pipeline.moments())
    assert moments[8].trigger.state == Holding(9, 0.0)
    assert moments[9].trigger.state == Ready()
    assert album.photos == []


def test_the_count_is_reset_when_the_face_is_gone_for_longer_than_a_blink() -> None:
    shown = iter([True] * 9 + [False] * 2 + [True] * 9)
    detector = ScriptedDetector(lambda _: [face_at(10, 10, 20)] if next(shown) else [])
    pipeline, album, _ = line([HAPPY] * 20, detector=detector)
    moments = list(pipeline.moments())
    assert moments[9].trigger.state == Holding(9, 0.0)
    assert moments[10].faces == ()
    assert moments[10].trigger.state == Ready()
    assert album.photos == []


def test_every_frame_gives_a_moment_while_no_face_is_visible() -> None:
    pipeline, album, _ = line([HAPPY] * 40, detector=NOBODY)
    moments = list(pipeline.moments())
    assert [moment.frame.index for moment in moments] == list(range(40))
    assert all(moment.subject is None and not moment.happy for moment in moments)
    assert album.photos == []


def test_it_can_be_stopped_while_no_face_is_visible() -> None:
    source = ScriptedSource(frames_at(30, 1), live=True, fps=1000, endless=True)
    pipeline = Pipeline(source, NOBODY, ScriptedClassifier([HAPPY]), MemoryAlbum(), rule_of())
    seen = 0
    for _ in pipeline.moments():
        seen += 1
        if seen == 5:
            pipeline.send(Stop())
    assert seen == 5


def test_the_largest_face_decides() -> None:
    detector = ScriptedDetector(lambda _: [face_at(30, 5, 10), face_at(0, 5, 25)])

    class BySize:
        """Says happy of the first crop, neutral of the others; crops come largest first."""

        card = ScriptedClassifier([HAPPY]).card

        def classify(self, crops: Image) -> list[Emotions]:
            return [HAPPY, NEUTRAL][: len(crops)]

    pipeline = Pipeline(ScriptedSource(frames_at(30, 1)), detector, BySize(), MemoryAlbum(), rule_of())
    (moment,) = pipeline.moments()
    assert [face.box.left for face in moment.faces] == [0, 30]
    assert [face.id for face in moment.faces] == [1, 2]
    assert moment.subject is moment.faces[0]
    assert moment.happy
    everyone = Pipeline(
        ScriptedSource(frames_at(5, 20)), detector, BySize(), MemoryAlbum(), rule_of(group=GroupRule.EVERYONE)
    )
    assert not any(moment.photos for moment in everyone.moments())


def test_smiles_are_told_with_time_and_frame() -> None:
    pipeline, _, _ = line([NEUTRAL, HAPPY, HAPPY, NEUTRAL])
    events = [event for moment in pipeline.moments() for event in moment.events]
    assert events == [SmileBegan(1 / 5, 1, 1), SmileLost(3 / 5, 3, 1)]


def test_a_press_takes_the_next_frame_once_face_or_no_face() -> None:
    pipeline, album, _ = line([NEUTRAL] * 10, detector=NOBODY)
    moments: list[Moment] = []
    for moment in pipeline.moments():
        moments.append(moment)
        if moment.frame.index == 3:
            pipeline.send(Shoot())
            pipeline.send(Shoot())
    assert [(photo.shot.frame.index, photo.shot.why) for photo in album.photos] == [(4, "hand")]


def test_a_press_just_before_or_after_a_change_takes_its_photo() -> None:
    rule = rule_of(hold_frames=50)
    for commands in ([Shoot(), NewRule(rule)], [NewRule(rule), Shoot()]):
        pipeline, album, _ = line([NEUTRAL] * 10, detector=NOBODY)
        for moment in pipeline.moments():
            if moment.frame.index == 3:
                for command in commands:
                    pipeline.send(command)
        assert [(photo.shot.frame.index, photo.shot.why) for photo in album.photos] == [(4, "hand")]


def test_a_press_on_the_very_frame_of_the_smile_gives_one_photo() -> None:
    pipeline, album, _ = line([HAPPY] * 10)
    for moment in pipeline.moments():
        if moment.frame.index == 8:
            pipeline.send(Shoot())
    assert [photo.shot.why for photo in album.photos] == ["smile"]


def test_it_ends_after_the_last_photo_that_was_asked_for() -> None:
    pipeline, album, source = line([HAPPY] * 30, max_photos=1)
    assert len(list(pipeline.moments())) == 10
    assert (pipeline.photos, pipeline.frames) == (1, 10)
    assert source.closed
    assert album.closed


def test_a_lost_camera_is_told_and_breaks_the_hold() -> None:
    items = [*frames_at(5, 5), SourceLost("pulled"), SourceBack(), *frames_at(5, 10)[5:]]
    pipeline, album, _ = line([HAPPY] * 10, items=items)
    moments = list(pipeline.moments())
    lost = moments[5]
    assert lost.lost
    assert lost.frame is moments[4].frame
    assert lost.events == (SmileLost(4 / 5, 4, 1), SourceLost("pulled"))
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


def test_photos_that_were_kept_are_told_before_one_that_could_not_be() -> None:
    last = threading.Event()

    class SlowAndFullForOne(MemoryAlbum):
        def save(self, shot: Shot) -> Photo:
            assert last.wait(5)
            if shot.frame.index == 19:
                raise AlbumError("the disk is full", "free some space")
            return super().save(shot)

    album = SlowAndFullForOne()
    source = ScriptedSource(frames_at(5, 40), live=True)
    script = ([NEUTRAL] * 5 + [HAPPY] * 5) * 4
    pipeline = Pipeline(
        source, ONE_FACE, ScriptedClassifier(script), album, rule_of(hold_frames=5, cooldown=0.0), best_of=0
    )
    told: list[int] = []
    with pytest.raises(AlbumError, match="full"):  # noqa: PT012
        for moment in pipeline.moments():
            told.extend(photo.shot.frame.index for photo in moment.photos)
            if moment.frame.index == 39:
                last.set()
    assert [photo.shot.frame.index for photo in album.photos] == [9, 29, 39]
    assert told == [9, 29, 39]


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


def test_the_best_frame_of_the_hold_is_kept_with_the_faces_that_are_on_it() -> None:
    levels = [0.6, 0.7, 0.8, 0.95, 0.93, 0.93, 0.93, 0.93, 0.93, 0.93]
    source = ScriptedSource(frames_at(20, 10))
    album = MemoryAlbum()
    script = [mixed(happy=level) for level in levels]
    moments = list(Pipeline(source, ONE_FACE, ScriptedClassifier(script), album, rule_of()).moments())
    (photo,) = album.photos
    assert (photo.shot.frame.index, photo.shot.decided) == (3, 9)
    assert photo.shot.faces == moments[3].faces
    assert np.array_equal(photo.shot.frame.image, moments[3].frame.image)


RISING = [0.05] * 10 + [0.6 + 0.02 * step for step in range(20)] + [0.97] * 30


def rising(items: list[Frame] | None = None, max_photos: int | None = None) -> tuple[Pipeline, MemoryAlbum]:
    """Somebody whose smile goes on growing after its hold is full, at 30 frames a second."""
    script, album = [mixed(happy=level) for level in RISING], MemoryAlbum()
    source = ScriptedSource(frames_at(30, len(script)) if items is None else items)
    return Pipeline(source, ONE_FACE, ScriptedClassifier(script), album, rule_of(), max_photos), album


def test_while_the_smile_grows_a_later_frame_than_the_shutters_is_kept() -> None:
    pipeline, album = rising()
    moments = list(pipeline.moments())
    (photo,) = album.photos
    decided = next(m.frame.index for m in moments if m.trigger.reason is Reason.READY)
    assert photo.shot.decided == decided
    assert decided < photo.shot.frame.index <= decided + 18
    assert photo.shot.faces == moments[photo.shot.frame.index].faces
    # it is told when it is kept; cooldown and countdown began with the shutter
    (told,) = (moment for moment in moments if moment.photos)
    assert photo.shot.frame.index < told.frame.index <= decided + 19
    assert moments[decided].trigger.state == CoolingDown(moments[decided].frame.at + 3.0)


def decided_frame() -> int:
    pipeline, _ = rising()
    return next(m.frame.index for m in pipeline.moments() if m.trigger.reason is Reason.READY)


def test_what_ends_while_the_best_frame_is_chosen_keeps_the_photo() -> None:
    decided = decided_frame()
    pipeline, album = rising(frames_at(30, decided + 4))
    moments = list(pipeline.moments())
    assert [photo.shot.frame.index for photo in album.photos] == [decided + 3]
    assert len(moments[-1].photos) == 1

    pipeline, album = rising()
    for moment in pipeline.moments():
        if moment.frame.index == decided + 2:
            break  # as Ctrl-C does
    pipeline.close()
    assert [photo.shot.decided for photo in album.photos] == [decided]

    frames = frames_at(30, 60)
    pipeline, album = rising([*frames[: decided + 3], SourceLost("unplugged"), SourceBack(), *frames[decided + 3 :]])
    list(pipeline.moments())
    assert album.photos[0].shot.frame.index == decided + 2

    pipeline, album = rising()
    for moment in pipeline.moments():
        if moment.frame.index == decided + 2:
            pipeline.send(SetPaused(True))
    assert [photo.shot.frame.index for photo in album.photos] == [decided + 2]


def test_the_last_of_so_many_photos_is_chosen_before_the_end() -> None:
    pipeline, album = rising(max_photos=1)
    moments = list(pipeline.moments())
    (photo,) = album.photos
    assert photo.shot.frame.index > photo.shot.decided
    assert moments[-1].photos == (photo,)


def test_a_press_of_the_button_while_the_best_frame_is_chosen_makes_no_photo_too_many() -> None:
    decided = decided_frame()
    for most, expected in ((1, ["smile"]), (2, ["smile", "hand"])):
        pipeline, album = rising(max_photos=most)
        for moment in pipeline.moments():
            if moment.frame.index == decided + 2:
                pipeline.send(Shoot())
        assert [photo.shot.why for photo in album.photos] == expected


def test_without_a_ring_the_frame_at_which_the_shutter_fires_is_kept() -> None:
    album = MemoryAlbum()
    script = [mixed(happy=level) for level in [0.9] * 9 + [0.6]]
    pipeline = Pipeline(
        ScriptedSource(frames_at(20, 10)), ONE_FACE, ScriptedClassifier(script), album, rule_of(), best_of=0
    )
    list(pipeline.moments())
    assert [photo.shot.frame.index for photo in album.photos] == [9]


def test_frames_before_the_hold_are_never_kept() -> None:
    script = [mixed(happy=0.95), NEUTRAL, *[mixed(happy=0.7)] * 10]
    pipeline, album, _ = line(script)
    list(pipeline.moments())
    assert album.photos[0].shot.frame.index >= 2


def test_eyes_are_told_and_put_a_photo_off() -> None:
    album = MemoryAlbum()
    eyes = ScriptedEyes([0.9] * 5 + [0.02] * 8 + [0.9] * 9)
    source = ScriptedSource(frames_at(20, 20))
    pipeline = Pipeline(source, ONE_FACE, ScriptedClassifier([HAPPY]), album, rule_of(), eyes=eyes)
    moments = list(pipeline.moments())
    assert [moment.faces[0].eyes_open for moment in moments[4:6]] == [0.9, 0.02]
    assert moments[10].trigger.reason is Reason.EYES_CLOSED
    (photo,) = album.photos
    # a quarter of a second after they have opened
    assert photo.shot.decided == 12 + 5
    assert photo.shot.faces[0].eyes_open == 0.9


def test_without_landmarks_the_eyes_are_unknown() -> None:
    plain = replace(face_at(10, 10, 20), landmarks=())
    (face,) = read_faces(blank(), ScriptedDetector(lambda _: [plain]), ScriptedClassifier([HAPPY]), ScriptedEyes([0.5]))
    assert face.eyes_open is None


class SlowAlbum(MemoryAlbum):
    """Keeps a photo only when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = threading.Event()

    def save(self, shot: Shot) -> Photo:
        assert self.allowed.wait(30)
        return super().save(shot)


def live_line(album: MemoryAlbum, script: Sequence[Emotions], rule: TriggerRule) -> Pipeline:
    return Pipeline(
        ScriptedSource(frames_at(5, len(script)), live=True), ONE_FACE, ScriptedClassifier(script), album, rule
    )


def test_a_slow_disk_delays_no_decision_of_a_live_source_and_loses_no_photo() -> None:
    album = SlowAlbum()
    script = ([HAPPY] * 2 + [NEUTRAL]) * 4
    pipeline = live_line(album, script, rule_of(hold_frames=2, cooldown=0.0))
    fired, told = [], []
    for moment in pipeline.moments():
        if moment.trigger.reason is Reason.READY:
            fired.append(moment.frame.index)
        told += [photo.shot.decided for photo in moment.photos]
        if moment.frame.index == len(script) - 1 and not album.allowed.is_set():
            assert told == []
            album.allowed.set()
    assert fired == told == [1, 4, 7, 10]
    assert pipeline.photos == 4
    assert album.closed


def test_a_photo_that_a_slow_disk_still_writes_is_kept_when_the_loop_is_left() -> None:
    album = SlowAlbum()
    moments = live_line(album, [HAPPY] * 5, rule_of(hold_frames=2)).moments()
    for moment in moments:
        if moment.trigger.reason is Reason.READY:
            break
    threading.Timer(0.1, album.allowed.set).start()
    moments.close()
    assert len(album.photos) == 1
    assert album.closed


def test_a_live_photo_that_cannot_be_kept_is_raised() -> None:
    with pytest.raises(AlbumError):
        list(live_line(MemoryAlbum(broken=True), [HAPPY] * 5, rule_of(hold_frames=2)).moments())


def test_the_source_is_not_asked_for_more_once_enough_photos_are_under_way() -> None:
    source = ScriptedSource(frames_at(5, 30), live=True)
    album = MemoryAlbum()
    pipeline = Pipeline(source, ONE_FACE, ScriptedClassifier([HAPPY]), album, rule_of(), 1)
    assert [photo.shot.decided for moment in pipeline.moments() for photo in moment.photos] == [9]
    assert pipeline.frames == 10


def test_dropped_frames_are_told() -> None:
    items = [replace(frame, dropped=2 * frame.index) for frame in frames_at(5, 4)]
    pipeline, _, _ = line([NEUTRAL] * 4, items=items)
    assert [moment.dropped for moment in pipeline.moments()] == [0, 2, 4, 6]
    assert pipeline.dropped == 6


def test_two_people_who_cross_keep_their_numbers_and_their_holds() -> None:
    def find(image: Image) -> list[DetectedFace]:
        index = int(image[0, 0, 0])
        return [face_at(8 * index, 40, 30), face_at(240 - 8 * index, 44, 28)]

    source = ScriptedSource(frames_at(20, 30, blank(320, 120)))
    pipeline = Pipeline(source, ScriptedDetector(find), ScriptedClassifier([NEUTRAL]), MemoryAlbum(), rule_of())
    last = list(pipeline.moments())[-1]
    assert [(face.id, face.box.left) for face in last.faces] == [(2, 8), (1, 232)]


def test_another_rule_holds_from_the_next_frame_and_keeps_the_hold() -> None:
    pipeline, album, _ = line([HAPPY] * 20, rule=rule_of(hold_frames=100))
    for moment in pipeline.moments():
        if moment.frame.index == 4:
            assert moment.trigger.state == Holding(5, 0.0)
            pipeline.send(NewRule(rule_of(hold_frames=6)))
    assert [photo.shot.decided for photo in album.photos] == [5]


@pytest.mark.parametrize("found", [[face_at(10, 10, 20)], []])
def test_another_rule_holds_for_the_frame_whose_faces_are_still_being_looked_for(found: list[DetectedFace]) -> None:
    def find(_: Image) -> list[DetectedFace]:
        if pipeline.frames == 1:
            pipeline.send(NewRule(rule_of(hold_frames=7)))
        return found

    pipeline, _, _ = line([HAPPY] * 2, detector=ScriptedDetector(find))
    assert [moment.trigger.rule.hold_frames for moment in pipeline.moments()] == [7, 7]


def test_a_rule_that_comes_after_the_look_at_the_eyes_waits_for_the_next_frame() -> None:
    class Slow(ScriptedEyes):
        def openness(self, crops: NDArray[np.uint8]) -> list[float]:
            pipeline.send(NewRule(rule_of(hold_frames=7)))
            return super().openness(crops)

    source = ScriptedSource(frames_at(5, 2))
    classifier = ScriptedClassifier([HAPPY])
    pipeline = Pipeline(source, ONE_FACE, classifier, MemoryAlbum(), rule_of(), eyes=Slow([1.0]))
    assert [moment.trigger.rule.hold_frames for moment in pipeline.moments()] == [10, 7]


def test_another_rule_forgets_neither_the_cooldown_nor_whose_smile_was_taken() -> None:
    for cooldown in (60.0, 0.0):
        pipeline, album, _ = line([HAPPY] * 40, rule=rule_of(hold_frames=3, cooldown=cooldown))
        for moment in pipeline.moments():
            if moment.frame.index == 5:
                pipeline.send(NewRule(rule_of(hold_frames=3, cooldown=cooldown, eyes_open=False)))
        assert [photo.shot.decided for photo in album.photos] == [2]


def test_a_shorter_cooldown_ends_the_one_that_runs_earlier() -> None:
    script = [HAPPY] * 3 + [NEUTRAL] * 3 + [HAPPY] * 20
    pipeline, album, _ = line(script, rule=rule_of(hold_frames=3, cooldown=60.0))
    for moment in pipeline.moments():
        if moment.frame.index == 4:
            pipeline.send(NewRule(rule_of(hold_frames=3, cooldown=2.0)))
    # two seconds after the photo of frame 2, at five frames a second, and three frames of a hold
    assert [photo.shot.decided for photo in album.photos] == [2, 14]


def test_another_expression_is_waited_for_anew() -> None:
    surprised = scores(Emotion.SURPRISE)
    pipeline, album, _ = line([HAPPY] * 5 + [surprised] * 10, rule=rule_of(hold_frames=3, cooldown=0.0))
    for moment in pipeline.moments():
        if moment.frame.index == 4:
            pipeline.send(NewRule(rule_of(hold_frames=3, cooldown=0.0, expression=Emotion.SURPRISE)))
    assert [photo.shot.decided for photo in album.photos] == [2, 7]


def test_another_source_takes_over_with_the_same_models_and_nobody_gets_a_number_twice() -> None:
    pipeline, album, first = line([NEUTRAL] * 40)
    second = ScriptedSource(frames_at(5, 4), name="second")
    moments = pipeline.moments()
    seen = []
    for moment in moments:
        seen.append((moment.frame.index, [face.id for face in moment.faces]))
        if len(seen) == 3:
            pipeline.send(NewSource(second))
            pipeline.send(Shoot())
    assert seen == [(0, [1]), (1, [1]), (2, [1]), (0, [2]), (1, [2]), (2, [2]), (3, [2])]
    assert [photo.shot.source for photo in album.photos] == ["second"]
    assert first.closed
    assert second.closed


def test_a_cooldown_goes_on_at_another_source_for_what_is_left_of_it() -> None:
    # photo at 0.4 s, cooldown of 1.9 s, another source at 1 s: 1.3 s are left there, and a hold takes three frames
    pipeline, album, _ = line([HAPPY] * 40, rule=rule_of(hold_frames=3, cooldown=1.9))
    moments = pipeline.moments()
    assert [next(moments).frame.index for _ in range(6)] == [0, 1, 2, 3, 4, 5]
    pipeline.send(NewSource(ScriptedSource(frames_at(5, 14), name="second")))
    list(moments)
    assert [(photo.shot.source, photo.shot.decided) for photo in album.photos] == [("scripted", 2), ("second", 9)]


def test_a_new_source_ends_the_wait_for_a_camera_that_gives_nothing() -> None:
    class Silent(ScriptedSource):
        def frames(self):  # type: ignore[no-untyped-def]
            assert self._closed.wait(20)
            yield from ()

    silent = Silent([], live=True)
    pipeline = Pipeline(silent, NOBODY, ScriptedClassifier([NEUTRAL]), MemoryAlbum(), rule_of())
    threading.Timer(0.05, pipeline.send, [NewSource(ScriptedSource(frames_at(5, 2)))]).start()
    assert [moment.frame.index for moment in pipeline.moments()] == [0, 1]


def test_between_two_sources_it_waits_and_does_not_end() -> None:
    pipeline, _, first = line([NEUTRAL] * 9)
    moments = pipeline.moments()
    assert next(moments).frame.index == 0
    pipeline.send(NewSource(None))
    threading.Timer(0.05, pipeline.send, [NewSource(ScriptedSource(frames_at(5, 2)))]).start()
    assert [moment.frame.index for moment in moments] == [0, 1]
    assert first.closed


def test_after_its_end_it_can_follow_another_source() -> None:
    pipeline, album, _ = line([NEUTRAL] * 2)
    assert len(list(pipeline.follow())) == 2
    assert not album.closed
    assert not pipeline.wait(0.01)
    pipeline.send(NewRule(rule_of(hold_frames=4)))
    assert not pipeline.wait(0.01)
    assert pipeline.rule.hold_frames == 4
    pipeline.send(NewSource(ScriptedSource(frames_at(5, 3))))
    assert pipeline.wait(10)
    assert len(list(pipeline.follow())) == 3
    pipeline.send(Stop())
    assert pipeline.wait(10)
    assert list(pipeline.follow()) == []
    pipeline.close()
    assert album.closed


def test_while_it_is_paused_frames_are_only_shown_and_a_press_before_or_meanwhile_is_forgotten() -> None:
    pipeline, album, _ = line([HAPPY] * 30)
    shown = []
    for moment in pipeline.moments():
        if moment.frame.index == 3:
            pipeline.send(Shoot())
            pipeline.send(SetPaused(True))
            pipeline.send(Shoot())
        if moment.frame.index == 15:
            pipeline.send(SetPaused(False))
        if moment.paused:
            shown.append(moment.frame.index)
            assert moment.faces == ()
    assert shown == list(range(4, 16))
    # half a second without a look breaks the hold
    assert [photo.shot.decided for photo in album.photos] == [25]


def test_an_album_that_hangs_holds_up_neither_the_end_nor_a_video(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartselfie.photo_writer.SAVE_TIME", 0.05)
    freed = threading.Event()

    class Hangs(MemoryAlbum):
        def save(self, shot: Shot) -> Photo:
            assert freed.wait(20)
            return super().save(shot)

    album = Hangs()
    pipeline, _, _ = line([HAPPY] * 12, album=album)
    with pytest.raises(AlbumError, match="has not answered"):
        list(pipeline.follow())
    assert not pipeline.close(0.05)
    freed.set()


def test_after_a_photo_that_could_not_be_saved_it_goes_on() -> None:
    class FullOnce(MemoryAlbum):
        def save(self, shot: Shot) -> Photo:
            if shot.decided == 1:
                raise AlbumError("the disk is full", "free some space")
            return super().save(shot)

    album = FullOnce()
    rule = rule_of(hold_frames=2, cooldown=0.0)
    pipeline, _, _ = line([HAPPY, HAPPY, NEUTRAL] * 4, album=album, rule=rule, max_photos=2)
    with pytest.raises(AlbumError):
        list(pipeline.follow())
    assert not pipeline.finished
    list(pipeline.follow())
    assert [photo.shot.decided for photo in album.photos] == [4, 7]
    assert pipeline.finished
    pipeline.close()
