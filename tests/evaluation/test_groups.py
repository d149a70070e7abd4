"""Smiles on labelled faces, group by group."""

import numpy as np
import pytest

from smartselfie.core.types import Box
from smartselfie.datasets.labelled import LabelledFace
from smartselfie.evaluation.groups import Rate, measure_groups, measure_seven


def face(label: str, **facts: str) -> LabelledFace:
    return LabelledFace(np.zeros((8, 8, 3), np.uint8), label, Box(0, 0, 8, 8), 0.0, facts)


def test_wilsons_interval_is_that_of_his_formula_and_never_leaves_zero_to_one() -> None:
    # computed by hand for 1 of 20 and 95 %
    assert Rate(1, 20).interval == pytest.approx((0.00888, 0.23613), abs=1e-4)
    assert Rate(0, 10).interval[0] == 0
    assert Rate(10, 10).interval[1] == 1
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert Rate(0, 0).share is None


def test_false_and_missed_smiles_are_counted_over_all_and_by_group() -> None:
    faces = [
        face("smile", sex="man", skin="dark", old="0"),
        face("smile_closed", sex="woman", skin="dark", old="1"),
        face("no_smile", sex="man", skin="", old="1"),
        face("open_mouth", sex="woman", skin="light", old="0"),
    ]
    groups = {group.name: group for group in measure_groups(faces, np.array([0.9, 0.4, 0.6, 0.1]))}
    whole = groups["all"]
    assert (whole.right.count, whole.right.n) == (2, 4)
    assert (whole.false.count, whole.false.n, whole.missed.count, whole.missed.n) == (1, 2, 1, 2)
    assert whole.auc == pytest.approx(0.75)
    assert whole.calibration == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)
    assert {"label: smile", "sex: man", "skin: dark", "old", "sex, skin: man, dark"} <= set(groups)
    assert groups["old"].right == Rate(0, 2)
    # whose skin is not known is in no group of skin
    assert sum(group.right.n for name, group in groups.items() if name.startswith("skin")) == 3


def test_a_small_group_is_worse_only_beyond_chance_and_a_large_one_by_two_points() -> None:
    rare = [face("no_smile", hat="1")] * 10 + [face("no_smile", hat="0")] * 290
    wrong_once = np.where(np.arange(300) % 30 == 0, 0.9, 0.1)
    assert not any(group.worse for group in measure_groups(rare, wrong_once))
    wrong_often = np.where(np.arange(300) < 4, 0.9, 0.1)
    assert {group.name for group in measure_groups(rare, wrong_often) if group.worse} == {"hat"}
    many = [face("no_smile", town="a")] * 300 + [face("no_smile", town="b")] * 700
    some_wrong = np.where(np.arange(1000) % 20 < (np.arange(1000) < 300), 0.9, 0.1)
    assert {group.name for group in measure_groups(many, some_wrong) if group.worse} == {"town: a"}


def test_names_and_measures_make_no_groups() -> None:
    faces = [face("smile", person=f"p{place}", yaw=f"{place}", part="val") for place in range(20)]
    assert [group.name for group in measure_groups(faces, np.full(20, 0.9))] == ["all", "label: smile"]


def test_seven_emotions_are_counted_only_where_labels_mean_them() -> None:
    scores = np.eye(7)[[0, 3, 3]]
    rates = measure_seven([face("angry"), face("happy"), face("sad")], scores)
    assert rates is not None
    assert (rates["all"].count, rates["all"].n, rates["sad"].count) == (2, 3, 0)
    assert measure_seven([face("angry"), face("no_smile"), face("sad")], scores) is None
    assert measure_seven([face("smile")] * 3, scores) is None
