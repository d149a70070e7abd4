"""What everybody who looks at eyes must do."""

import numpy as np
import pytest

from smartselfie.core.crop import EYE_SIZE
from smartselfie.factory import make_eyes
from smartselfie.ports import EyeClassifier
from smartselfie.testing import ScriptedEyes


@pytest.fixture(params=["onnx", "scripted"])
def eyes(request: pytest.FixtureRequest) -> EyeClassifier:
    return make_eyes() if request.param == "onnx" else ScriptedEyes([0.25, 0.75])


@pytest.mark.parametrize("count", [0, 1, 20])
def test_every_eye_gets_a_number_from_0_to_1(eyes: EyeClassifier, count: int) -> None:
    crops = np.random.default_rng(0).integers(0, 256, (count, EYE_SIZE, EYE_SIZE), np.uint8)
    said = eyes.openness(crops)
    assert len(said) == count
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in said)
