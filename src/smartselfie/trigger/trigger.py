"""When the shutter fires: a pure state machine over analysed frames.

Everybody has a hold of their own (`person.py`); the rule says whose holds it takes (`group.py`).

                  enough smile                       enough holds are full: FIRE
        ┌───────┐ ──────────▶ ┌────────────────────┐ ──────────────────────▶ ┌───────────────────────────┐
        │ Ready │             │ Holding            │                         │ CoolingDown               │
        │       │ ◀────────── │ frames, since      │                         │ until                     │
        └───────┘  too few    │ (eyes closed: waits│                         └───────────────────────────┘
            ▲      (or a gap) │  `eyes_wait` long) │                             │ cooldown over and at least one
            │                 └────────────────────┘                             │ smile is new since the photo,
            └────────────────────────────────────────────────────────────────────┘ or none lasts

A smile begins at the threshold and ends below a lower one, on scores that are steadied over a tenth of a second. A hold
is N consecutive analysed frames of a smile and, where asked, at least T seconds from its first to its last; while the
smile fades it is not full, and one that grew out of distress must last a second unless it is sure. A face that
is lost for a blink keeps its hold; more than `gap` seconds without any frame break all, so that a stalled camera never
fires; a camera that is always slower is given twice its pace. Time is the frames' own: the machine reads no clock, and
a clip decides as the live camera did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from smartselfie.core.emotion import Emotions
from smartselfie.core.types import Face
from smartselfie.trigger.group import Verdict, evaluate_group, ineligibility
from smartselfie.trigger.person import Person
from smartselfie.trigger.rule import LEAVE, Reason, TriggerRule
from smartselfie.trigger.tracker import MEMORY

PACE = 3
"""So many steps from frame to frame tell a slow camera from a stalled one: the quickest of them is its pace."""

PATIENCE = 2.0
"""Times its pace is how long a slow camera may be without a frame, `MEMORY` seconds at most."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Too few of those who count are smiling; the next smile begins a hold."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Smiles are being held: how many frames of the hold that is furthest behind, and when the first of them was."""

    frames: int
    since: float


@dataclass(frozen=True, slots=True)
class CoolingDown:
    """A photo was taken; the next hold begins after `until`, and with a smile that is new since."""

    until: float


State = Ready | Holding | CoolingDown


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody who counts began to smile."""

    id: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody who counts stopped smiling, or is gone."""

    id: int


@dataclass(frozen=True, slots=True)
class Fire:
    """A photo is to be taken of these people."""

    ids: tuple[int, ...]


Signal = Began | Lost | Fire


@dataclass(frozen=True, slots=True)
class Trigger:
    """The state after a frame; `update` gives the next one.

    Attributes:
        rule: when to take a photo.
        state: how far it is.
        people: everybody who is followed, also those who are gone for a moment.
        subject: number of the largest face that counts, or None.
        reason: the one thing that is missing for a photo.
        progress: how far the hold is, from 0 to 1.
        seen_at: time of the newest frame.
        waited: seconds for which a photo has been put off because of closed eyes, or None; time in which there were too
            few smiles for one does not count.
        steps: seconds from frame to frame, the last `PACE` of them.
    """

    rule: TriggerRule
    state: State = Ready()
    people: tuple[Person, ...] = ()
    subject: int | None = None
    reason: Reason = Reason.NO_FACE
    progress: float = 0.0
    seen_at: float | None = None
    waited: float | None = None
    steps: tuple[float, ...] = ()

    def update(self, at: float, faces: Iterable[Face]) -> tuple["Trigger", tuple[Signal, ...]]:
        """Take in one analysed frame.

        Args:
            at: the frame's time in seconds; a time before the last frame's counts as a gap.
            faces: everybody on it, each with the number of the person (`Face.id`), in any order.

        Returns:
            The next trigger, and what the frame changed, in order.
        """
        step = None if self.seen_at is None else at - self.seen_at
        before = self._broken() if step is not None and not 0 <= step <= self._longest_step() else self
        cooling = isinstance(self.state, CoolingDown) and at < self.state.until
        people = _follow(before.people, at, tuple(faces), self.rule, counting=not cooling)
        signals = _changes(self.people, before.people) + _changes(before.people, people)
        verdict = evaluate_group(people, self.rule, self.subject)
        now = replace(
            before,
            people=people,
            subject=verdict.subject,
            reason=verdict.reason,
            progress=verdict.progress,
            seen_at=at,
            steps=self.steps if step is None else (*self.steps, step)[-PACE:],
        )
        if cooling:
            return replace(now, reason=Reason.COOLDOWN, progress=0.0, waited=None), signals
        return _decide(now, at, verdict, signals, passed=step or 0.0)

    def people_of(self, ids: Iterable[int]) -> tuple[Person, ...]:
        """Those of the people who have these numbers."""
        wanted = set(ids)
        return tuple(person for person in self.people if person.id in wanted)

    def needs_eyes(self, at: float, emotions: Iterable[Emotions]) -> bool:
        """Whether a decision, or the choice of a frame, may depend on how open eyes are at that time.

        So it is while somebody smiles who may be photographed, and from time to time, to know what is usual for whom.

        Args:
            at: the frame's time.
            emotions: of everybody on it.
        """
        if not self.rule.eyes_open:
            return False
        if any(person.eyes.unknown(at) for person in self.people if not person.missing):
            return True
        if isinstance(self.state, CoolingDown) and at < self.state.until:
            return False
        smiles = any(person.smile is not None and not person.spent for person in self.people)
        return smiles or any(self.rule.level(each) >= LEAVE * self.rule.smile for each in emotions)

    def shot_by_hand(self, at: float) -> "Trigger":
        """A photo was asked for by hand: whatever was being held is spent, and the cooldown begins."""
        people = tuple(person.photographed() for person in self.people)
        return replace(
            self,
            state=CoolingDown(at + self.rule.cooldown),
            people=people,
            reason=Reason.COOLDOWN,
            progress=0.0,
            seen_at=at,
            waited=None,
        )

    def put_off(self, until: float) -> "Trigger":
        """No photo before that time: somebody counts down to one, and a smile's would come in between."""
        if isinstance(self.state, CoolingDown):
            until = max(until, self.state.until)
        return replace(self, state=CoolingDown(until), waited=None)

    def lose_sight(self) -> tuple["Trigger", tuple[Signal, ...]]:
        """The source is lost: holds are broken; a cooldown goes on, and does not count as the smile being gone."""
        broken = self._broken()
        return replace(broken, seen_at=None, steps=(), reason=Reason.LOST, progress=0.0), _changes(
            self.people, broken.people
        )

    def with_rule(self, rule: TriggerRule) -> "Trigger":
        """The same under another rule, between two frames; a cooldown that has become shorter ends earlier."""
        people, state = self.people, self.state
        if (rule.expression, rule.scale) != (self.rule.expression, self.rule.scale):
            # levels of the one say nothing of the other
            people = tuple(person.judged_anew() for person in people)
        if isinstance(state, CoolingDown) and rule.cooldown < self.rule.cooldown:
            state = CoolingDown(state.until - self.rule.cooldown + rule.cooldown)
        return replace(self, rule=rule, people=people, state=state)

    def start_anew(self, at: float) -> tuple["Trigger", tuple[Signal, ...]]:
        """Another source, whose time begins at 0: nobody on it is known; what `at` leaves of a cooldown goes on."""
        left = self.state.until - at if isinstance(self.state, CoolingDown) else 0.0
        state = CoolingDown(left) if left > 0 else Ready()
        return Trigger(self.rule, state), _changes(self.people, ())

    def _longest_step(self) -> float:
        """Seconds from the newest frame to the next that break no hold."""
        pace = min(self.steps) if len(self.steps) == PACE else 0.0
        return max(self.rule.gap, min(MEMORY, PATIENCE * pace))

    def _broken(self) -> "Trigger":
        """Every hold is broken."""
        state = Ready() if isinstance(self.state, Holding) else self.state
        people = tuple(person.interrupted() for person in self.people)
        return replace(self, state=state, people=people, waited=None)


def _follow(
    people: tuple[Person, ...], at: float, faces: tuple[Face, ...], rule: TriggerRule, *, counting: bool
) -> tuple[Person, ...]:
    """Everybody after a frame; whoever has been gone for long is forgotten."""
    known = {person.id: person for person in people}
    seen = []
    for face in faces:
        if face.id is None:
            raise ValueError("faces need the numbers of their people")
        before = known.pop(face.id, None)
        failed_limit = ineligibility(face, faces)
        person = Person(face.id, face, at, met_at=at) if before is None else before
        seen.append(person.update(at, face, rule, counting=counting, failed_limit=failed_limit))
    missed = (person.miss(at) for person in known.values() if 0 <= at - person.seen_at <= MEMORY)
    return tuple(sorted((*seen, *missed), key=lambda person: person.id))


def _decide(
    now: Trigger, at: float, verdict: Verdict, signals: tuple[Signal, ...], *, passed: float
) -> tuple[Trigger, tuple[Signal, ...]]:
    """What the verdict makes of the state, outside the cooldown; `passed` is the time since the frame before."""
    holding = Holding(verdict.frames, verdict.since)
    if now.waited is not None:
        waited: float | None = now.waited + passed
    else:
        waited = 0.0 if verdict.reason is Reason.EYES_CLOSED else None
    long = waited is not None and waited >= now.rule.eyes_wait - 1e-6
    match verdict.reason:
        case Reason.READY:
            return _fire(now, at, verdict, signals)
        case Reason.EYES_CLOSED if long:
            return _fire(now, at, verdict, signals)
        case Reason.STILL_SMILING:
            until = now.state.until if isinstance(now.state, CoolingDown) else at
            return replace(now, state=CoolingDown(until), waited=None), signals
        case Reason.EYES_CLOSED | Reason.HOLDING | Reason.SMILE_MORE:
            # the wait for open eyes goes on while a hold wavers: it is bounded in all
            return replace(now, state=holding, waited=waited), signals
        case Reason.WAITING:
            # somebody who passes by, or a face that is none, does not begin the wait for open eyes anew
            return replace(now, state=Ready()), signals
        case _:
            return replace(now, state=Ready(), waited=None), signals


def _fire(now: Trigger, at: float, verdict: Verdict, signals: tuple[Signal, ...]) -> tuple[Trigger, tuple[Signal, ...]]:
    fired = replace(now.shot_by_hand(at), reason=Reason.READY, progress=1.0)
    return fired, (*signals, Fire(verdict.chosen))


def _changes(before: tuple[Person, ...], after: tuple[Person, ...]) -> tuple[Signal, ...]:
    """Whose smiles went and came, among those who count."""
    was, now = (
        {person.id for person in people if person.eligible and person.smile is not None} for people in (before, after)
    )
    return (*(Lost(each) for each in sorted(was - now)), *(Began(each) for each in sorted(now - was)))
