"""Some thousand hostile inputs of every kind; `python -m benchmarks.fuzz` feeds a million."""

from dataclasses import asdict

import pytest

from benchmarks.fuzz.driver import fuzz, make
from benchmarks.fuzz.targets import KINDS

pytestmark = pytest.mark.slow


def test_no_hostile_input_of_any_kind_raises_prints_hangs_or_takes_much_memory() -> None:
    tried = fuzz(None, 2000, 5.0, tuple(KINDS))
    assert {name: each.faults for name, each in tried.items() if each.faults} == {}
    assert sum(each.inputs for each in tried.values()) >= 2000
    # what is refused was read: inputs are hostile, and not all of them
    assert 0 < tried["picture"].refused < tried["picture"].inputs, asdict(tried["picture"])


def test_an_input_is_the_same_whenever_it_is_made() -> None:
    for kind in KINDS:
        assert make(kind, 7) == make(kind, 7)
        assert len({make(kind, number) for number in range(20)}) > 10
