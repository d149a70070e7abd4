"""What several tests need."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import overload

import hypothesis
import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS
from smartselfie.core.types import Image
from smartselfie.datasets.dataset import Dataset
from smartselfie.factory import make_detector
from smartselfie.inference.card import SEAL, seal
from smartselfie.settings.schema import Settings
from smartselfie.sources import demo as demo_module
from smartselfie.testing import CARD

# read by FFmpeg when it is first used, which in the tests may be to write a clip; the program sets it when it opens one
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# on a busy machine an example may take its time; what hangs is ended by pytest's own limit
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, a file stays in one of them, and so do all that drive a browser."""
    for item in items:
        browser = item.get_closest_marker("browser") is not None
        item.add_marker(pytest.mark.xdist_group("browser" if browser else str(item.path)))


# Whoever starts the tests may have had these ignored, as `nohup` and a shell's background do; the programs under test
# would inherit that.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Neither the user's settings nor the user's album are touched by a test."""
    for name in list(os.environ):
        if name.startswith("SMARTSELFIE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path))


class DemoFrames(Sequence[Image]):
    """The demo's frames by their numbers, each drawn when it is asked for: together they weigh over a gigabyte."""

    def __init__(self) -> None:
        self._scene, self._noise = demo_module._draw_scene(), demo_module._make_noise()

    def __len__(self) -> int:
        return demo_module.FRAMES

    @overload
    def __getitem__(self, number: int) -> Image: ...

    @overload
    def __getitem__(self, number: slice) -> list[Image]: ...

    def __getitem__(self, number: int | slice) -> Image | list[Image]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        return demo_module._render_frame(self._scene, self._noise, range(len(self))[number])


@pytest.fixture(scope="session")
def demo() -> DemoFrames:
    """The frames of the built-in demo: first nobody, then a face that does not smile, then one that does."""
    return DemoFrames()


@pytest.fixture(scope="session")
def smiling(demo: Sequence[Image]) -> Image:
    """The frame in the middle of the time in which the demo's last face is held."""
    detector = make_detector(Settings())
    shown = [index for index in range(0, len(demo), 10) if detector.detect(demo[index])]
    image = demo[shown[-len(shown) // 4]]
    image.flags.writeable = False
    return image


@pytest.fixture(scope="session")
def draw_data() -> Callable[..., Dataset]:
    """Makes prepared data of noise in which each emotion has a bar of its own: something a network can learn."""

    def draw(training: int = 70, public: int = 28, private: int = 0, *, votes: bool = True, seed: int = 0) -> Dataset:
        random = np.random.default_rng(seed)
        sizes = {"Training": training, "PublicTest": public, "PrivateTest": private}
        n = sum(sizes.values())
        labels = np.arange(n, dtype=np.int64) % len(EMOTIONS)
        pixels = random.integers(60, 120, (n, 48, 48), np.uint8)
        for picture, label in zip(pixels, labels, strict=True):
            picture[6 * label + 2 : 6 * label + 6] += 100
        given = np.zeros((n, 10), np.uint8)
        # FER+'s columns of angry, disgust, fear, happy, sad, surprise, neutral
        given[np.arange(n), np.array([4, 5, 6, 1, 3, 2, 0])[labels]] = 10
        splits = np.repeat(list(sizes), list(sizes.values()))
        rows = np.concatenate([np.arange(size, dtype=np.int64) for size in sizes.values()])
        return Dataset(pixels, labels, splits, rows, given if votes else None)

    return draw


@pytest.fixture
def tiny_network() -> Callable[..., bytes]:
    """Makes an ONNX file whose output number k says, for any face, 0.9 for the emotion number k + 3.

    Every part of it can be made wrong.
    """
    onnx = pytest.importorskip("onnx") if "CI" not in os.environ else __import__("onnx")
    from onnx import TensorProto, helper, numpy_helper

    def make(
        *,
        outputs: Sequence[str] = ("fer2013",),
        given: Sequence[str] | None = None,
        classes: int = 7,
        input_name: str = "faces",
        input_shape: Sequence[str | int] = ("n", 1, 48, 48),
        metadata: dict[str, str] | None = None,
        logits: bool = False,
        weight: float = 0.0,
    ) -> bytes:
        weights = tuple(1 / len(outputs) for _ in outputs)
        card = replace(CARD, outputs=tuple(outputs), combined=weights, name="tiny").to_metadata()
        given = outputs if given is None else given
        area = int(np.prod([side for side in input_shape[1:] if isinstance(side, int)]))
        parts, nodes = [], [helper.make_node("Flatten", [input_name], ["flat"])]
        for place, name in enumerate(given):
            # with weight 0 the bias alone speaks: softmax of log(0.9) and log(0.1 / 6)
            bias = np.full(classes, np.log(0.1 / 6), np.float32)
            bias[(place + 3) % classes] = np.log(0.9)
            slope = np.zeros((area, classes), np.float32)
            # one on average, and more to the right: a face and its mirror image differ
            slope[:, 0] = weight * np.tile(np.linspace(0, 2, 48), area // 48 + 1)[:area]
            parts += [numpy_helper.from_array(slope, f"w{place}"), numpy_helper.from_array(bias, f"b{place}")]
            raw = name if logits else f"raw{place}"
            nodes.append(helper.make_node("Gemm", ["flat", f"w{place}", f"b{place}"], [raw]))
            if not logits:
                nodes.append(helper.make_node("Softmax", [raw], [name], axis=-1))
        graph = helper.make_graph(
            nodes,
            "tiny",
            [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, list(input_shape))],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, [input_shape[0], classes]) for name in given],
            parts,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        helper.set_model_props(model, card if metadata is None else metadata)
        onnx.checker.check_model(model)
        content = bytes(model.SerializeToString())
        return seal(content) if metadata is None or SEAL in metadata else content

    return make
