"""Who counts: background faces, and those that cannot be read, do not hold up or make a photo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from smartselfie.core.types import Face
from smartselfie.trigger.person import Person
from smartselfie.trigger.rule import GroupRule, Reason, TriggerRule

SMALL = 0.03
"""A face whose longer side is less than this share of the picture's is too far."""

BACKGROUND = 0.4
"""So is one whose side is less than this share of the largest face's."""

TURNED = 0.25
"""Frontality below which a face is turned away, by about 45°."""

BLURRED = 0.2
"""Sharpness, as a share of the largest face's, below which a smaller face is out of focus."""

DARK = 28.0
"""Mean grey value below which a face is too dark to be read."""


def ineligibility(face: Face, faces: Iterable[Face]) -> Reason | None:
    """Why somebody does not count, or None for who does.

    Args:
        face: the one in question.
        faces: everybody on the frame.
    """
    # of faces of one size the sharper one, so that their order does not matter
    largest = max(faces, key=lambda each: (_side(each), 0.0 if each.quality is None else each.quality.sharpness))
    if _side(face) < BACKGROUND * _side(largest):
        return Reason.TOO_FAR
    if face.quality is None:
        return None
    sharpest = 0.0 if face is largest or largest.quality is None else largest.quality.sharpness
    quality = face.quality
    limits = (
        (Reason.TOO_FAR, quality.share, SMALL),
        (Reason.TOO_DARK, quality.brightness, DARK),
        (Reason.TURNED_AWAY, quality.frontality, TURNED),
        (Reason.BLURRED, quality.sharpness, BLURRED * sharpest),
    )
    return next((reason for reason, value, limit in limits if value < limit), None)


def _side(face: Face) -> float:
    return max(face.box.width, face.box.height)


LARGER = 1.3
"""Another face must have this many times the area of the largest so far to take its place."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of everybody on one frame.

    Attributes:
        subject: number of the largest face that counts, or None.
        asked: those whose smiles the rule looks at.
        frames, since: of the hold that is furthest behind among the smiles it takes; 0 frames where there are too few.
        progress: of that hold, 0 to 1.
        reason: what is missing.
        chosen: numbers of those for whom the best frame is chosen.
    """

    subject: int | None
    asked: tuple[Person, ...]
    frames: int
    since: float
    progress: float
    reason: Reason
    chosen: tuple[int, ...]


def evaluate_group(people: Sequence[Person], rule: TriggerRule, before: int | None) -> Verdict:
    """Apply the rule.

    Args:
        people: everybody who is followed, in any order.
        rule: whose smiles it takes.
        before: the subject of the frame before; stays it until somebody is clearly larger.
    """
    present = sorted((person for person in people if not person.gone), key=lambda person: person.id)
    counted = [person for person in present if person.eligible]
    if not counted:
        largest = max(present, key=_area, default=None)
        why = Reason.NO_FACE if largest is None else largest.ineligible or Reason.NO_FACE
        return Verdict(None, (), 0, 0.0, 0.0, why, ())
    subject = _subject(counted, before)
    asked, needed = _asked(counted, subject, rule)
    if rule.group is GroupRule.MAJORITY and len(counted) == 2 * (needed - 1) and _smile_behind(present):
        needed -= 1
    # who is furthest stands first; the last of as many as it takes holds up the others
    ranked = sorted(asked, key=lambda person: (person.ready(rule), person.progress(rule)), reverse=True)
    ready = [person for person in ranked if person.ready(rule)]
    reason = _reason(ranked, ready, needed, rule)
    chosen = ready if rule.group in (GroupRule.ANYONE, GroupRule.LARGEST) else counted
    last = ranked[needed - 1] if len(ranked) >= needed else None
    if last is None or last.smile is None or reason is Reason.STILL_SMILING:
        frames, since, progress = 0, 0.0, 0.0
    else:
        frames, since, progress = last.smile.frames, last.smile.since, last.progress(rule)
    ids = tuple(person.id for person in chosen)
    return Verdict(subject.id, tuple(asked), frames, since, progress, reason, ids)


def _reason(ranked: Sequence[Person], ready: Sequence[Person], needed: int, rule: TriggerRule) -> Reason:
    smiling = [person for person in ranked if person.smile is not None]
    if not smiling:
        return Reason.NOT_SMILING
    if len(smiling) < needed:
        return Reason.WAITING
    # at least one smile must be new since the last photo, or the same photo would be taken again and again
    if all(person.spent for person in smiling):
        return Reason.STILL_SMILING
    # of those that are full one must be new, too; it may be on its way
    if len(ready) < needed:
        return ranked[needed - 1].unready(rule)
    if all(person.spent for person in ready):
        return Reason.HOLDING
    return Reason.EYES_CLOSED if rule.eyes_open and any(person.eyes.closed for person in ready) else Reason.READY


def _asked(counted: list[Person], subject: Person, rule: TriggerRule) -> tuple[list[Person], int]:
    """Whose smiles are looked at, and how many of them it takes."""
    match rule.group:
        case GroupRule.LARGEST:
            return [subject], 1
        case GroupRule.ANYONE:
            return counted, 1
        case GroupRule.EVERYONE:
            return counted, len(counted)
        case GroupRule.MAJORITY:
            return counted, len(counted) // 2 + 1
        case int() as number:
            return counted, number
        case other:
            assert_never(other)


def _smile_behind(present: Sequence[Person]) -> bool:
    """Whether somebody smiles who is too far away to count: half of the others and they are the majority."""
    return any(person.ineligible in (Reason.TOO_FAR, Reason.BLURRED) and person.smile is not None for person in present)


def _subject(counted: list[Person], before: int | None) -> Person:
    largest = max(counted, key=_area)
    known = next((person for person in counted if person.id == before), None)
    return largest if known is None or _area(largest) > LARGER * _area(known) else known


def _area(person: Person) -> float:
    return person.face.box.area
