"""The built-in demo."""

import hashlib
import re
from collections.abc import Sequence
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Frame, Image
from smartselfie.sources import demo as demo_module
from smartselfie.sources.demo import FRAMES, DemoSource

PICTURES = Path(demo_module.__file__).parent / "demo_pictures"


@pytest.mark.slow
def test_it_is_the_same_to_the_last_byte_at_every_run(demo: Sequence[Image]) -> None:
    again = [item.image for item in DemoSource().frames() if isinstance(item, Frame)]
    assert len(again) == len(demo) == FRAMES
    assert all(np.array_equal(one, two) for one, two in zip(demo, again, strict=True))


@pytest.mark.slow
def test_it_is_as_large_and_as_quick_as_a_camera(demo: Sequence[Image]) -> None:
    assert {image.shape for image in demo} == {(720, 1280, 3)}
    assert DemoSource().fps == 30
    assert 12 <= FRAMES / 30 <= 16


@pytest.mark.slow
def test_no_two_frames_in_a_row_are_equal(demo: Sequence[Image]) -> None:
    assert all(not np.array_equal(one, two) for one, two in pairwise(demo))


@pytest.mark.slow
def test_first_nobody_then_no_smile_then_a_smile_then_nobody(demo: Sequence[Image]) -> None:
    from smartselfie.api import FaceAnalyzer

    analyzer = FaceAnalyzer()
    course = []
    for image in demo[::3]:
        faces = analyzer.analyze(image)
        assert len(faces) <= 1
        said = "nobody" if not faces else "smile" if faces[0].emotion is Emotion.HAPPY else "no smile"
        if not course or course[-1] != said:
            course.append(said)
    assert course == ["nobody", "no smile", "nobody", "smile", "nobody"]


@pytest.mark.slow
def test_repeated_it_goes_on_with_rising_times_until_it_is_closed() -> None:
    source = DemoSource(repeat=True)
    frames = source.frames()
    seen = [item for item in islice(frames, FRAMES + 3) if isinstance(item, Frame)]
    assert [frame.index for frame in seen] == list(range(FRAMES + 3))
    assert np.array_equal(seen[FRAMES].image, seen[0].image)
    assert seen[FRAMES].at > seen[FRAMES - 1].at
    source.close()
    assert list(frames) == []


def test_every_picture_stands_in_the_readme_with_its_checksum() -> None:
    readme = (PICTURES / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^## `([^`]+)`$.*?`([0-9a-f]{64})`", readme, re.MULTILINE | re.DOTALL))
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PICTURES.glob("*.jpg")}
    assert listed == there
    assert "the public domain" in readme
