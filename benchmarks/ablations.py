"""The trigger's rules and constants, each left out or changed, for `benchmarks.trigger --ablate`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smartselfie.core.types import Face


@dataclass(frozen=True, slots=True)
class Change:
    """What stands in the place of constants or functions (`module:name` of smartselfie), and other settings."""

    names: Mapping[str, object] = field(default_factory=dict)
    rule: Mapping[str, Any] = field(default_factory=dict)


def _mean_of_both(face: Face) -> tuple[float, float] | None:
    return None if face.eyes_open is None else (face.eyes_open, face.eyes_open)


def _in_person(**constants: float) -> Change:
    return Change({f"trigger.person:{name}": value for name, value in constants.items()})


def _in_signals(**constants: float) -> Change:
    return Change({f"trigger.signals:{name}": value for name, value in constants.items()})


def _in_group(**constants: object) -> Change:
    return Change({f"trigger.group:{name}": value for name, value in constants.items()})


def _in_rule(**constants: float) -> Change:
    return Change({f"trigger.rule:{name}": value for name, value in constants.items()})


def _in_frame(**constants: float) -> Change:
    return Change({f"trigger.best_frame:{name}": value for name, value in constants.items()})


ABLATIONS: Mapping[str, Change] = {
    "no steadying": _in_signals(WINDOW=0.0),
    "steadied over 0.2 s": _in_signals(WINDOW=0.2),
    "a smile ends at its threshold": _in_rule(LEAVE=1.0),
    "a smile ends at half its threshold": _in_rule(LEAVE=0.5),
    "no doubt where a smile begins": _in_rule(DOUBT=1.0),
    "doubt from 0.15": _in_rule(DOUBT=0.15),
    "no baseline": Change({"trigger.signals:ScoreHistory.known_baseline": 0.0}),
    "baseline known after 1 s": _in_signals(KNOWN=1.0),
    "twice the rise above it": _in_rule(RISE=1.0),
    "no distress before a smile": _in_person(DISTRESS=9.0),
    "distress from 0.3": _in_person(DISTRESS=0.3),
    "distress over 1.4 s": _in_signals(BEFORE=1.4),
    "a doubtful smile is held 0.5 s": _in_person(LONGER=0.5),
    "a doubtful smile is held 1.5 s": _in_person(LONGER=1.5),
    "sure from 0.95": _in_person(SURE=0.95),
    "no fading": _in_person(FADED=0.0),
    "fading below a quarter": _in_person(FADED=0.25),
    "fading of the last 0.2 s": _in_person(LATELY=0.2),
    "no blink of the detector": _in_person(BLINK=0.0),
    "no glance aside": _in_person(GLANCE=0.0),
    "small faces count": _in_group(BACKGROUND=0.0, SMALL=0.0),
    "turned faces count": _in_group(TURNED=0.0),
    "blurred faces count": _in_group(BLURRED=0.0),
    "dark faces count": _in_group(DARK=0.0),
    "no smile behind": _in_group(_smile_behind=lambda _: False),
    "eyes not looked at": Change(rule={"eyes_open": False}),
    "the mean of both eyes": Change({"core.types:Face.eyes": property(_mean_of_both)}),
    "no moment after shut eyes": _in_signals(REOPENED=1e-3),
    "0.4 s after shut eyes": _in_signals(REOPENED=0.4),
    "no wait for eyes": Change(rule={"eyes_wait": 0.0}),
    "3 s of waiting for eyes": Change(rule={"eyes_wait": 3.0}),
    "closed from 0.3": _in_signals(CLOSED=0.3),
    "closed by the usual alone": _in_signals(LEAST=0.0),
    "the usual over 1.5 s": _in_signals(USUAL=1.5),
    "no frame after the shutter": _in_frame(AFTER=0.0),
    "growth within 0.25 s": _in_frame(STILL=0.25),
    "height by the score": _in_frame(FALL=60.0),
    "height alone": _in_frame(SMILE=1.0, EYES=0.0, SHARP=0.0, FACING=0.0, LIGHT=0.0),
    "plain: ten frames": Change(
        {
            "trigger.signals:WINDOW": 0.0,
            "trigger.rule:LEAVE": 1.0,
            "trigger.rule:DOUBT": 1.0,
            "trigger.signals:ScoreHistory.known_baseline": 0.0,
            "trigger.person:DISTRESS": 9.0,
            "trigger.person:FADED": 0.0,
        },
        {"eyes_open": False},
    ),
}
