"""The eye network: learns, repeats itself, and is written as it was trained."""

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from smartselfie.cli.main import main  # noqa: E402
from smartselfie.datasets.eyes import EyeCrops  # noqa: E402
from smartselfie.errors import ModelError, RunError  # noqa: E402
from smartselfie.inference.classifiers import OnnxEyeClassifier  # noqa: E402
from smartselfie.inference.runtime import bundled_model  # noqa: E402
from smartselfie.training.eyes import (  # noqa: E402
    EyeRecipe,
    augment,
    export_eyes,
    openness,
    train_eyes,
)

SHORT = EyeRecipe(epochs=4, batch_size=32, averaging=0.8)


def drawn_eyes(count: int, seed: int = 0) -> EyeCrops:
    """Eyes with a dark iris, or a line."""
    random = np.random.default_rng(seed)
    pixels = random.integers(150, 190, (count, 24, 24)).astype(np.uint8)
    for index, eye in enumerate(pixels):
        if index % 2:
            cv2.circle(eye, (12, 12), 5, (30,), -1)
        else:
            cv2.line(eye, (3, 12), (20, 12), (60,), 1)
    return EyeCrops(pixels, np.arange(count) % 2 == 1, tuple(str(index) for index in range(count)))


@pytest.fixture(scope="module")
def trained():
    torch.set_num_threads(1)
    losses: list[float] = []
    network = train_eyes(drawn_eyes(256), SHORT, 7, lambda _, loss: losses.append(loss))
    return network, losses


@pytest.mark.slow
def test_it_learns_to_tell_open_eyes_from_closed_ones(trained) -> None:
    network, losses = trained
    eyes = drawn_eyes(40, seed=1)
    assert losses[-1] < losses[0]
    assert ((openness(network, eyes.pixels) > 0.5) == eyes.open).mean() > 0.9


def test_the_same_seed_gives_the_same_network() -> None:
    eyes, recipe = drawn_eyes(64), EyeRecipe(epochs=1, batch_size=32)
    first, second, other = (openness(train_eyes(eyes, recipe, seed), eyes.pixels) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_changes_keep_shape_and_range_and_change_something() -> None:
    eyes = torch.from_numpy(drawn_eyes(32).pixels[:, None].astype(np.float32))
    changed = augment(eyes)
    assert changed.shape == eyes.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert not torch.equal(changed, eyes)


@pytest.mark.slow
def test_what_is_written_says_what_was_trained_and_carries_its_card(trained, tmp_path: Path) -> None:
    network, _ = trained
    eyes, path = drawn_eyes(30, seed=2), tmp_path / "eyes.onnx"
    expected = openness(network, eyes.pixels)
    card = export_eyes(network, path, SHORT, 7, drawn_eyes(64), eyes)
    read = OnnxEyeClassifier(path.read_bytes(), "eyes.onnx")
    assert read.openness(eyes.pixels) == pytest.approx(expected.tolist(), abs=1e-4)
    assert read.openness(eyes.pixels[:0]) == []
    assert read.card == card
    # each eye is looked at once
    layers = sum(isinstance(layer, torch.nn.Conv2d) for layer in network.modules())
    assert sum(node.op_type == "Conv" for node in onnx.load(path).graph.node) == layers
    assert json.loads(path.with_suffix(".card.json").read_text())["metrics"]["n"] == 30
    assert card.metrics["accuracy"] == pytest.approx(((expected >= 0.5) == eyes.open).mean(), abs=1e-6)
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        export_eyes(network, tmp_path / "file" / "eyes.onnx", SHORT, 7, drawn_eyes(64), eyes)


def test_another_network_is_refused(tiny_network) -> None:
    for content in (b"nothing", tiny_network(), bundled_model("compact.onnx")):
        with pytest.raises(ModelError):
            OnnxEyeClassifier(content, "other.onnx")


def test_bad_crops_get_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-eyes", str(tmp_path / "none.zip"), str(tmp_path / "eyes.onnx")]) == 1
    assert "none.zip" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_trains_measures_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eyes = drawn_eyes(48)
    with zipfile.ZipFile(tmp_path / "eyes.zip", "w") as archive:
        rows = ["file,label"]
        for index, (eye, opened) in enumerate(zip(eyes.pixels, eyes.open, strict=True)):
            name = f"{'val' if index < 16 else 'train'}/person_{index}_0001_L.png"
            archive.writestr(name, cv2.imencode(".png", eye)[1].tobytes())
            rows.append(f"{name},{'open' if opened else 'closed'}")
        archive.writestr("labels.csv", "\n".join(rows))
    assert main(["train-eyes", str(tmp_path / "eyes.zip"), str(tmp_path / "eyes.onnx"), "--epochs", "1"]) == 0
    assert "n 16" in capsys.readouterr().out
    assert OnnxEyeClassifier((tmp_path / "eyes.onnx").read_bytes(), "eyes.onnx").card.metrics["people"] == 16
