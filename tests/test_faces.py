"""What need not be looked at: a camera's frames while nobody is there, and eyes on which no photo depends."""

import numpy as np
import pytest
from numpy.typing import NDArray

from smartselfie.core.emotion import Emotion, Emotions
from smartselfie.core.types import DetectedFace, Frame, Image
from smartselfie.faces import Attention
from smartselfie.moment import Moment
from smartselfie.pipeline import Pipeline, Shoot
from smartselfie.testing import (
    MemoryAlbum,
    ScriptedClassifier,
    ScriptedDetector,
    ScriptedEyes,
    ScriptedSource,
    face_at,
    frames_at,
    rule_of,
    scores,
)
from smartselfie.trigger.rule import Reason, TriggerRule

HAPPY, NEUTRAL = scores(Emotion.HAPPY), scores(Emotion.NEUTRAL)
FPS = 30


class Comings:
    """A detector before which somebody stands on some frames; notes which frames are looked at."""

    def __init__(self, *there: range) -> None:
        self.there, self.looked_at = there, list[int]()

    def detect(self, image: Image) -> list[DetectedFace]:
        index = int(image[0, 0, 0])
        self.looked_at.append(index)
        return [face_at(10, 10, 20)] if any(index in span for span in self.there) else []


def watch(detector: Comings, frames: list[Frame], *, live: bool = True, press: int | None = None) -> list[Moment]:
    pipeline = Pipeline(
        ScriptedSource(frames, live=live), detector, ScriptedClassifier([NEUTRAL]), MemoryAlbum(), rule_of()
    )
    moments = []
    for moment in pipeline.follow():
        moments.append(moment)
        if moment.frame.index == press:
            pipeline.send(Shoot())
    pipeline.close()
    return moments


def test_while_nobody_is_there_a_camera_is_looked_at_several_times_a_second() -> None:
    detector = Comings()
    moments = watch(detector, frames_at(FPS, 90))
    assert len(moments) == 90
    assert 5 * 3 <= len(detector.looked_at) <= 7 * 3


@pytest.mark.parametrize("came", range(40, 46))
def test_whoever_comes_is_seen_within_a_fifth_of_a_second_and_then_on_every_frame(came: int) -> None:
    detector = Comings(range(came, 90))
    moments = watch(detector, frames_at(FPS, 90))
    seen = [moment.frame.index for moment in moments if moment.faces]
    assert seen[0] - came <= 0.2 * FPS
    assert seen == list(range(seen[0], 90))


def test_whoever_is_lost_for_a_moment_is_looked_for_on_every_frame() -> None:
    detector = Comings(range(20), range(30, 60))
    watch(detector, frames_at(FPS, 60))
    assert detector.looked_at == list(range(60))


def test_a_slow_camera_and_a_clip_are_looked_at_on_every_frame() -> None:
    slow, clip = Comings(), Comings()
    watch(slow, frames_at(5, 20))
    watch(clip, frames_at(FPS, 60), live=False)
    assert slow.looked_at == list(range(20))
    assert clip.looked_at == list(range(60))


def test_a_press_of_the_shutter_is_looked_at() -> None:
    detector = Comings(range(50, 51))
    moments = watch(detector, frames_at(FPS, 90), press=49)
    assert moments[50].faces


def test_a_clock_that_is_set_back_hides_nobody() -> None:
    looked = Attention().update(100.0, found=False)
    assert not looked.wants(100.1)
    assert looked.wants(3.0)


class Eyes(ScriptedEyes):
    """Counts how often it is asked."""

    def __init__(self, script: list[float]) -> None:
        super().__init__(script)
        self.asked = 0

    def openness(self, crops: NDArray[np.uint8]) -> list[float]:
        self.asked += 1
        return super().openness(crops)


def read(
    script: list[Emotions], openness: list[float], rule: TriggerRule | None = None, faces: int = 1
) -> tuple[list[Moment], Eyes]:
    eyes = Eyes(openness)
    detector = ScriptedDetector(lambda _: [face_at(20 * number, 10, 16) for number in range(faces)])
    source = ScriptedSource(frames_at(FPS, len(script)))
    line = Pipeline(source, detector, ScriptedClassifier(script), MemoryAlbum(), rule or rule_of(), eyes=eyes)
    return list(line.moments()), eyes


def test_eyes_on_which_nothing_depends_are_looked_at_now_and_then() -> None:
    moments, eyes = read([NEUTRAL] * 90, [0.9])
    assert 3 * 3 <= eyes.asked <= 5 * 3
    assert sum(moment.faces[0].eyes_open is None for moment in moments) == 90 - eyes.asked


def test_eyes_are_looked_at_on_every_frame_of_a_smile_and_of_the_choice_after_it() -> None:
    moments, _ = read([NEUTRAL] * 30 + [HAPPY] * 30, [0.9])
    (fired,) = [index for index, moment in enumerate(moments) if moment.trigger.reason is Reason.READY]
    assert all(moment.faces[0].eyes_open is not None for moment in moments[30 : fired + 1])


def test_closed_eyes_are_seen_in_time_even_by_a_rule_of_one_frame() -> None:
    moments, _ = read([NEUTRAL] * 20 + [HAPPY] * 5, [0.9, 0.9, 0.9, 0.02], rule_of(hold_frames=1))
    reasons = {moment.trigger.reason for moment in moments}
    assert Reason.EYES_CLOSED in reasons
    assert Reason.READY not in reasons


def test_narrow_eyes_are_known_before_the_smile() -> None:
    moments, _ = read([NEUTRAL] * 60 + [HAPPY] * 12, [0.3])
    assert Reason.EYES_CLOSED not in {moment.trigger.reason for moment in moments[60:]}


def test_where_the_rule_asks_for_no_eyes_nobody_looks() -> None:
    _, eyes = read([HAPPY] * 30, [0.9], rule_of(eyes_open=False))
    assert eyes.asked == 0
