"""What training needs is asked for before it begins."""

import pytest

from smartselfie.errors import RunError
from smartselfie.training.needs import MODULES, require_libraries


def test_with_everything_there_nothing_is_said() -> None:
    require_libraries(lambda _: True)


def test_all_that_is_missing_is_named_at_once_with_the_command_that_brings_it() -> None:
    with pytest.raises(RunError, match="training needs torch, onnx, not installed") as caught:
        require_libraries(lambda module: module not in ("torch", "onnx"))
    assert caught.value.hint == "pip install 'smartselfie[train]'"
    assert len(MODULES) == len(set(MODULES))
