"""The live meter of `watch`: all seven scores, how far everybody is, and why no photo comes yet, in the terminal."""

import click

from smartselfie.cli.screen import bar
from smartselfie.core.emotion import Emotion
from smartselfie.core.moment import Moment
from smartselfie.core.reason import Reason
from smartselfie.core.trigger import Holding, Resting
from smartselfie.core.wire import people_to_json

WIDTH = 30
MOST_PEOPLE = 8
"""Lines for single people; more would push the scores off the screen."""

WORDS = {
    Reason.TOO_FAR: "too far away",
    Reason.TURNED_AWAY: "turned away",
    Reason.BLURRED: "out of focus",
    Reason.TOO_DARK: "too dark",
    Reason.NO_FACE: "no face",
    Reason.NOT_SMILING: "waiting for a smile",
    Reason.HOLDING: "holding",
    Reason.SMILE_MORE: "smile a little more",
    Reason.WAITING: "waiting for one more",
    Reason.EYES_CLOSED: "eyes closed",
    Reason.RESTING: "resting",
    Reason.STILL_SMILING: "photographed; waiting for a new smile",
    Reason.LOST: "the camera is lost",
    Reason.READY: "ready",
}


def draw_meter(moment: Moment) -> list[str]:
    """The meter as lines: the seven scores of the largest who counts, everybody's hold where there are several, the
    reason why no photo comes, and how to leave; face or no face.
    """
    lines = []
    for emotion in Emotion:
        score = 0.0 if moment.subject is None else moment.subject.emotions[emotion]
        line = f"{emotion:8}  {bar(score, WIDTH)}  {score:4.0%}"
        winning = moment.subject is not None and moment.subject.emotion is emotion
        lines.append(click.style(line, fg="yellow", bold=True) if winning else line)
    people = people_to_json(moment)
    if len(people) > 1:
        for person in people[:MOST_PEOPLE]:
            words = WORDS[Reason(person["why_not"])]
            lines.append(f"person {person['id']:<3}{bar(person['progress'], WIDTH)}  {words}")
    dropped = f"   {moment.dropped} dropped" if moment.dropped else ""
    return [*lines, f"{moment.frame.at:7.1f} s   {_state(moment)}{dropped}   Ctrl-C to leave"]


def _state(moment: Moment) -> str:
    trigger = moment.trigger
    if moment.lost:
        return WORDS[Reason.LOST]
    match trigger.state:
        case Holding() if trigger.reason is Reason.HOLDING:
            return f"smile {int(trigger.progress * trigger.rule.frames + 1e-6)}/{trigger.rule.frames}"
        case Resting(until) if trigger.reason is Reason.RESTING:
            return f"resting {max(0.0, until - moment.frame.at):.1f} s"
        case _ if trigger.reason is Reason.READY:
            return "photo!"
        case _:
            return WORDS[trigger.reason]
