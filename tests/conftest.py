"""What several tests need."""

import os

import pytest

from smartselfie.core.frame import Frame, Image
from smartselfie.sources.demo import DemoSource


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Neither the user's settings nor the user's album are touched by a test."""
    for name in list(os.environ):
        if name.startswith("SMARTSELFIE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path))


@pytest.fixture(scope="session")
def demo() -> list[Image]:
    """The frames of the built-in demo: first nobody, then a face that does not smile, then one that does."""
    return [item.image for item in DemoSource().frames() if isinstance(item, Frame)]
