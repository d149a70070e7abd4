"""What the actors of `benchmarks.acted_clips` do: looks and shut eyes over time, and what should come of each clip."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

# Names of pictures by person and emotion.
Pictures = Mapping[tuple[str, str], Sequence[str]]

TEETH = ("KA1", "KA2", "KA3", "KM1", "KM2", "KM3", "KM4", "KR2", "MK1", "MK3", "NA1", "NA2", "NA3", "TM2", "YM2", "YM3")
# Happy pictures whose smile nobody would dispute, by eye; the other nine are doubtful.
CLOSED_LIPS = ("KL1", "KL2", "KL3", "MK2", "TM3", "YM1")

# Shares of a smile from which a frame is one, and from which it may be.
BEGINS, DOUBTED = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """What a face shows: the picture of its upper and of its lower half, how much it smiles, and a moustache."""

    upper: str
    lower: str
    smiles: float = 0.0
    moustache: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What one head does: looks and shut eyes (left, right) by time, in seconds; in between they blend."""

    looks: tuple[tuple[float, Look], ...]
    eyes: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    bounce: float = 0.0

    def smiles(self, at: float) -> float:
        """How much of a smile there is at that time, from 0 to 1."""
        before, after, share = between(self.looks, at)
        return before.smiles + share * (after.smiles - before.smiles)

    def shut(self, at: float) -> float:
        """How far the more closed of the eyes is shut at that time, from 0 to 1."""
        return max(self.lids(at))

    def lids(self, at: float) -> tuple[float, float]:
        """How far the left and the right eye are shut at that time, from 0 to 1."""
        times = [time for time, _, _ in self.eyes]
        left, right = (float(np.interp(at, times, [each[side] for each in self.eyes])) for side in (1, 2))
        return left, right


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to be made.

    Attributes:
        kind: what it tries.
        scripts: what each head does, the largest first.
        expected: whether it should give a photo: yes, no or ambiguous.
        sizes: of the heads, as a share of what fills the picture's height.
    """

    kind: str
    scripts: tuple[Script, ...]
    expected: str
    sizes: tuple[float, ...] = (1.0,)
    seconds: float = field(default=4.0)


def between(looks: Sequence[tuple[float, Look]], at: float) -> tuple[Look, Look, float]:
    for (first, before), (last, after) in pairwise(looks):
        if at < last:
            return before, after, min(1.0, max(0.0, (at - first) / (last - first)))
    return looks[-1][1], looks[-1][1], 0.0


def takes_of(person: str, pictures: Pictures, chance: random.Random) -> Iterator[Take]:
    """Everything that one actor does."""
    calm, happy = (_look(chance.choice(pictures[person, each])) for each in ("neutral", "happy"))
    sad, fear, disgust, angry = (
        _look(chance.choice(pictures[person, each])) for each in ("sad", "fear", "disgust", "angry")
    )
    surprise = _look(chance.choice(pictures[person, "surprise"]))
    start = chance.uniform(1.2, 1.8)
    teeth = [f"happy/{name}" for name in TEETH if name.startswith(person)]
    lips = [f"happy/{name}" for name in CLOSED_LIPS if name.startswith(person)]
    for many, kind in ((teeth, "smile"), (lips, "closed_lips")):
        if many:
            yield from _smiles(kind, calm, sad, fear, disgust, _look(chance.choice(many), 1.0), start, chance)
    happy = _look(chance.choice(teeth)) if teeth else happy
    grin = Look(calm.upper, happy.lower)
    one, both = ((start, 0, 0), (start + 0.1, 1, 0)), ((start, 0, 0), (start + 0.1, 1, 1))
    if chance.random() < 0.5:
        one = tuple((at, right, left) for at, left, right in one)  # type: ignore[assignment]
    wincing = Look(chance.choice((angry, disgust, sad)).upper, chance.choice((fear, disgust)).lower)
    length = chance.uniform(0.6, 1.0)
    end = start + 0.1 + length
    yield Take("wink_with_teeth", (Script(_there_and_back(calm, grin, start, end, 0.12), _shut(one, end)),), "no")
    yield Take("wince", (Script(_there_and_back(calm, wincing, start, end + 1, 0.15), _shut(both, end + 1)),), "no")
    wincing = Look(angry.upper, happy.lower)
    yield Take("wince_with_teeth", (Script(_there_and_back(calm, wincing, start, end, 0.15), _shut(both, end)),), "no")
    yield Take("eyes_shut", (Script(((0.0, calm),), _shut(both, start + 1.6)),), "no")
    blinks = tuple((at, much, much) for time in (0.6, 1.3, 1.6, 2.4, 3.1) for at, much in _blink(time))
    yield Take("blinks", (Script(((0.0, calm),), blinks),), "no")
    mouths = [calm, *(Look(calm.upper, each.lower) for each in (surprise, fear, disgust, calm))]
    yield Take("speaking", (Script(_speech(mouths, chance)),), "no")
    with_teeth = [calm, grin, *(Look(calm.upper, each.lower) for each in (surprise, fear, surprise))]
    yield Take("speaking_with_teeth", (Script(_speech(with_teeth, chance)),), "no")
    yield Take("moustache", (Script(((0.0, Look(calm.upper, calm.lower, moustache=True)),)),), "no")
    for each, name in ((sad, "sad"), (angry, "angry"), (disgust, "disgust"), (fear, "fear"), (surprise, "surprise")):
        yield Take(name, (Script(_there_and_back(calm, each, start, start + 1.8, 0.3)),), "no")
    if teeth:
        yield from _weeping(sad, fear, _look(chance.choice(teeth), 1.0), start)


def _weeping(sad: Look, fear: Look, smile: Look, start: float) -> Iterator[Take]:
    """Mouths that look like a smile's under eyes that do not: crying with teeth, then laughing out of it."""
    teeth = Look(sad.upper, smile.lower)
    sobs = [(start + 0.3 + 0.3 * step, (teeth, fear)[step % 2]) for step in range(8)]
    begin = ((0.0, sad), (start, sad), *sobs)
    yield Take("crying_with_teeth", (Script((*begin, (start + 3.0, sad))),), "no", seconds=5.0)
    for name, seconds in (("quickly", 0.4), ("slowly", 1.6)):
        looks = (*begin, (start + 2.6, teeth), (start + 2.6 + seconds, smile))
        yield Take(f"crying_with_teeth_to_smile_{name}", (Script(looks),), "yes", seconds=start + 4.6 + seconds)


def _smiles(
    kind: str, calm: Look, sad: Look, fear: Look, disgust: Look, smile: Look, start: float, chance: random.Random
) -> Iterator[Take]:
    def script(
        begin: Look, seconds: float, eyes: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    ) -> Script:
        looks = ((0.0, begin), (start, begin), (start + seconds, smile))
        return Script(looks, eyes)

    blinks = tuple((at, much, much) for time in (0.0, 0.5, 1.0, 1.7) for at, much in _blink(start + 0.2 + time))
    both = ((start + 0.3, 0.0, 0.0), (start + 0.4, 1.0, 1.0))
    yield Take(kind, (script(calm, 0.35),), "yes")
    yield Take(f"{kind}_grows", (script(calm, 2.4),), "yes", seconds=5.5)
    yield Take(f"{kind}_blinks", (script(calm, 0.3, blinks),), "yes")
    yield Take(f"{kind}_eyes_shut", (script(calm, 0.3, _shut(both, start + 1.4)),), "yes", seconds=5.0)
    short = _there_and_back(calm, smile, start, start + 1.6, 0.3)
    yield Take(f"{kind}_short", (Script(short),), "yes", seconds=4.0)
    weeping = Look(chance.choice((sad, disgust)).upper, chance.choice((fear, disgust)).lower)
    for name, seconds in (("quickly", 0.4), ("slowly", 2.0)):
        looks = ((0.0, sad), (0.6, sad), (1.0, weeping), (2.4, weeping), (2.4 + seconds, smile))
        yield Take(f"crying_to_{kind}_{name}", (Script(looks),), "yes", seconds=4.4 + seconds)


def takes_of_two(pictures: Pictures, chance: random.Random) -> Iterator[Take]:
    """Two people who laugh, one of them farther away."""
    first, second = chance.sample([name for name in TEETH if name[:2] != "KR"], 2)
    while first[:2] == second[:2]:
        second = chance.choice(TEETH)
    scripts = []
    for name in (first, second):
        calm, smile = _look(pictures[name[:2], "neutral"][0]), _look(f"happy/{name}", 1.0)
        less = Look(smile.upper, calm.lower, 0.5)
        start = chance.uniform(0.8, 1.3)
        laughing = [(start + 0.3 + 0.2 * step, (smile, less)[step % 2] if step < 9 else smile) for step in range(12)]
        laughing = [(at, smile if look is less and chance.random() < 0.5 else look) for at, look in laughing]
        scripts.append(Script(((0.0, calm), (start, calm), *laughing), bounce=0.3))
    for size in (0.55, 0.3, 0.2):
        yield Take(f"two_laughing_{round(100 * size / 0.6)}", tuple(scripts), "yes", (0.6, size), 4.5)
    calm = _look(pictures[second[:2], "neutral"][0])
    one = (scripts[0], Script(((0.0, calm),)))
    yield Take("one_smiles_one_behind", one, "yes", (0.6, 0.2), 4.5)
    yield Take("one_smiles_beside_one", one, "no", (0.6, 0.55), 4.5)


def _look(name: str, smiles: float = 0.0) -> Look:
    return Look(name, name, smiles)


def _there_and_back(calm: Look, other: Look, start: float, end: float, turn: float) -> tuple[tuple[float, Look], ...]:
    return (0.0, calm), (start, calm), (start + turn, other), (end, other), (end + turn, calm)


def _shut(closing: Sequence[tuple[float, float, float]], end: float) -> tuple[tuple[float, float, float], ...]:
    last, left, right = closing[-1]
    return (*closing, (max(last, end), left, right), (max(last, end) + 0.1, 0.0, 0.0))


def _blink(at: float) -> tuple[tuple[float, float], ...]:
    return (at, 0.0), (at + 0.07, 1.0), (at + 0.17, 1.0), (at + 0.27, 0.0)


def _speech(mouths: Sequence[Look], chance: random.Random) -> tuple[tuple[float, Look], ...]:
    at, looks = 0.5, [(0.0, mouths[0])]
    while at < 3.8:
        looks.append((at, chance.choice(mouths)))
        at += chance.uniform(0.08, 0.22)
    return tuple(looks)


def timeline(take: Take, fps: float) -> str:
    """What the clip shows, frame by frame, in the words of a labels.csv; of several people the most who smile."""
    spans: list[tuple[str, int, int]] = []
    for index in range(round(take.seconds * fps)):
        at = index / fps
        levels = levels_of(take, at)
        level = levels[min(len(levels) - 1, _needed(take) - 1)]
        word = "smile" if level >= BEGINS else "ambiguous" if level >= DOUBTED else "neutral"
        if spans and spans[-1][0] == word:
            spans[-1] = (word, spans[-1][1], index)
        else:
            spans.append((word, index, index))
    return "; ".join(f"{word} {first}-{last}" for word, first, last in spans)


def levels_of(take: Take, at: float) -> list[float]:
    """How much everybody smiles at that time, the most first."""
    return sorted((script.smiles(at) for script in take.scripts), reverse=True)


def _needed(take: Take) -> int:
    """How many must smile: of two of like size both."""
    return 2 if take.kind.startswith("two") and min(take.sizes) / max(take.sizes) > 0.45 else 1
