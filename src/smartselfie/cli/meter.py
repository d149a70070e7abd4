"""The live meter of `watch`: all seven scores and the count towards the photo, in the terminal."""

from typing import assert_never

import click

from smartselfie.cli.screen import bar
from smartselfie.core.emotion import Emotion
from smartselfie.core.moment import Moment
from smartselfie.core.trigger import Holding, Ready, Resting

WIDTH = 30


def draw_meter(moment: Moment) -> list[str]:
    """The meter as lines: the seven scores of whoever counts, the state, and how to leave; face or no face."""
    lines = []
    for emotion in Emotion:
        score = 0.0 if moment.subject is None else moment.subject.emotions[emotion]
        line = f"{emotion:8}  {bar(score, WIDTH)}  {score:4.0%}"
        winning = moment.subject is not None and moment.subject.emotion is emotion
        lines.append(click.style(line, fg="yellow", bold=True) if winning else line)
    return [*lines, f"{moment.frame.at:7.1f} s   {_state(moment)}   Ctrl-C to leave"]


def _state(moment: Moment) -> str:
    if moment.lost:
        return "the camera is lost"
    match moment.trigger.state:
        case Holding(frames):
            return f"smile {frames}/{moment.trigger.rule.frames}"
        case Resting(until):
            return f"resting {max(0.0, until - moment.frame.at):.1f} s"
        case Ready():
            return "no face" if moment.subject is None else "waiting for a smile"
        case other:
            assert_never(other)
