"""What training needs is asked for before it begins."""

import re

import pytest

from smartselfie.errors import RunError
from smartselfie.training.requirements import MODULES, require_compiler, require_libraries


def test_with_everything_there_nothing_is_said() -> None:
    require_libraries(lambda _: True)


def test_all_that_is_missing_is_named_at_once_with_the_command_that_brings_it() -> None:
    with pytest.raises(RunError, match="training needs torch, onnx, not installed") as caught:
        require_libraries(lambda module: module not in ("torch", "onnx"))
    # what works wherever the program came from: no package of its own name is looked for in an index
    assert re.fullmatch(r"pip install 'torch>=[\d.]+' 'onnx>=[\d.]+'; first, without a GPU: .*/cpu", caught.value.hint)
    with pytest.raises(RunError) as caught:
        require_libraries(lambda module: module != "lightning_fabric")
    assert re.fullmatch(r"pip install 'lightning-fabric>=[\d.]+'", caught.value.hint)
    assert len(MODULES) == len(set(MODULES))


def test_the_compiler_that_is_asked_for_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "mycc")
    require_compiler(lambda name: f"/bin/{name}")
    with pytest.raises(RunError, match="no C\\+\\+ compiler mycc"):
        require_compiler(lambda _: None)
    monkeypatch.delenv("CXX")
    with pytest.raises(RunError, match=r"no C\+\+ compiler (g\+\+|clang\+\+|cl) was found") as caught:
        require_compiler(lambda _: None)
    assert "--compile" in caught.value.hint
