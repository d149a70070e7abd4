"""A network read back out of the file that it was exported into."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.datasets.dataset import Dataset
from smartselfie.errors import ModelError, RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.training.export import export
from smartselfie.training.loop import Trainer
from smartselfie.training.recipe import Recipe
from smartselfie.training.records import Watcher

Train = Callable[..., Trainer]


@pytest.mark.slow
@pytest.mark.parametrize(("network", "int8"), [("compact", False), ("compact", True), ("wide", False)])
def test_it_answers_as_the_file_does(
    make_trainer: Train, small: Recipe, draw_data: Callable[..., Dataset], tmp_path: Path, network: str, int8: bool
) -> None:
    recipe, data = replace(small, network=network, epochs=1), draw_data()
    first = make_trainer(run="first", recipe=recipe)
    first.train(Watcher())
    file = tmp_path / "first.onnx"
    export(first.run, file, data=data, int8=int8)
    again = make_trainer(run="again", recipe=recipe)
    again.start_from(file)
    assert "the file of Trained" in again.begun
    # an epoch at a rate of nearly nothing leaves it as it began
    again.recipe = replace(recipe, learning_rate=1e-9)
    again.train(Watcher())
    export(again.run, tmp_path / "again.onnx", data=data)
    faces = data.pixels
    one, two = (OnnxClassifier.from_file(tmp_path / f"{name}.onnx").outputs(faces) for name in ("first", "again"))
    for name, scores in one.items():
        # both are calibrated on the same rows; what is left is the rounding of 8 bits
        assert np.abs(scores - two[name]).max() < (0.2 if int8 else 0.05)


@pytest.mark.slow
def test_another_shape_or_a_foreign_file_is_refused(make_trainer: Train, small: Recipe, tmp_path: Path) -> None:
    wide = make_trainer(run="wide", recipe=replace(small, network="wide", epochs=1))
    wide.train(Watcher())
    export(wide.run, tmp_path / "wide.onnx")
    with pytest.raises(RunError, match="1 networks side by side"):
        make_trainer(run="other").start_from(tmp_path / "wide.onnx")
    with pytest.raises(RunError, match="another shape"):
        make_trainer(run="third", recipe=replace(small, network="slim")).start_from(tmp_path / "wide.onnx")
    (tmp_path / "foreign.onnx").write_bytes(b"nonsense")
    with pytest.raises(ModelError):
        make_trainer(run="fourth").start_from(tmp_path / "foreign.onnx")
