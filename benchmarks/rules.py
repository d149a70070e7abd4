"""The five rules for groups on the same evening: how many groups get their photo, and how many smile on it.

    python -m benchmarks.rules PHOTOS.zip [--groups 400] [--seed 2013]

PHOTOS holds small photos of one face each and a labels.csv (file, label: smile or non_smile). The whole line reads each
of them once. Out of these readings groups of one to six people are put together, as they stand before a booth: all are
serious at first, most begin to smile within two seconds of one another and smile for three or more, one in eight never
does, and every third group has somebody small in the background. The trigger sees them at 15 frames a second for eight
seconds. Told are, for each rule, the share of groups with a photo, the share of the people in front who smile on it,
the seconds from the last smile of those who smile at all, and the product of the first two. The last line is JSON.
"""

import argparse
import csv
import io
import json
import random
import statistics
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from smartselfie.core.types import Box, Face, largest
from smartselfie.faces import read_faces
from smartselfie.factory import make_classifier, make_detector, make_eyes
from smartselfie.settings.schema import Settings
from smartselfie.trigger.rule import GroupRule
from smartselfie.trigger.trigger import Fire, Trigger

FPS, SECONDS = 15, 8
RULES: tuple[GroupRule | int, ...] = (*GroupRule, 2)


@dataclass(frozen=True, slots=True)
class Guest:
    """Readings of a serious and a smiling face, and when the one turns into the other; never where that is None."""

    calm: Face
    smiling: Face
    since: float | None
    until: float
    side: float
    behind: bool

    def smiles(self, at: float) -> bool:
        """Whether the smile is on at that time."""
        return self.since is not None and self.since <= at < self.until


def readings(path: Path) -> dict[str, list[Face]]:
    """Each photo's largest face, by label."""
    detector, classifier, eyes = make_detector(Settings(far_faces=True)), make_classifier(), make_eyes()
    read: dict[str, list[Face]] = {"smile": [], "non_smile": []}
    with zipfile.ZipFile(path) as archive:
        for row in csv.DictReader(io.StringIO(archive.read("labels.csv").decode())):
            image = cv2.imdecode(np.frombuffer(archive.read(row["file"]), np.uint8), cv2.IMREAD_COLOR)
            faces = read_faces(np.asarray(image, np.uint8), detector, classifier, eyes)
            if faces:
                read[row["label"]] += filter(None, [largest(faces)])
    return read


def gather(random_: random.Random, read: dict[str, list[Face]]) -> list[Guest]:
    """A group."""
    guests, start = [], random_.uniform(1.5, 2.5)
    for _ in range(random_.randint(1, 6)):
        since = None if random_.random() < 1 / 8 else start + random_.uniform(0, 2)
        until = 99.0 if since is None else since + random_.uniform(3, 5)
        calm, smiling = random_.choice(read["non_smile"]), random_.choice(read["smile"])
        guests.append(Guest(calm, smiling, since, until, random_.uniform(85, 130), behind=False))
    if random_.random() < 1 / 3:
        calm, smiling = random_.choice(read["non_smile"]), random_.choice(read["smile"])
        guests.append(Guest(calm, smiling, None, 99.0, 30.0, behind=True))
    return guests


def shot_of(guests: list[Guest], who: GroupRule | int) -> float | None:
    """When the first photo is taken, if one is."""
    trigger = Trigger(Settings(rule=who).trigger_rule)
    for index in range(FPS * SECONDS):
        at, faces = index / FPS, []
        for place, guest in enumerate(guests):
            face = guest.smiling if guest.smiles(at) else guest.calm
            quality = None if face.quality is None else replace(face.quality, share=guest.side / 640)
            box = Box(200.0 * place, 100.0, guest.side, guest.side)
            faces.append(replace(face, box=box, id=place + 1, quality=quality))
        trigger, signals = trigger.update(at, faces)
        if any(isinstance(signal, Fire) for signal in signals):
            return at
    return None


def main() -> None:
    """Read, gather, watch and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--groups", type=int, default=400)
    parser.add_argument("--seed", type=int, default=2013)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.groups} groups", flush=True)
    read, random_ = readings(arguments.photos), random.Random(arguments.seed)
    groups = [gather(random_, read) for _ in range(arguments.groups)]
    told = {}
    for who in RULES:
        taken, smiling, late = 0, [], []
        for guests in groups:
            at = shot_of(guests, who)
            if at is None:
                continue
            front = [guest for guest in guests if not guest.behind]
            last = max((guest.since for guest in front if guest.since is not None), default=at)
            taken += 1
            smiling.append(sum(guest.smiles(at) for guest in front) / len(front))
            late.append(at - last)
        share, people = taken / len(groups), statistics.fmean(smiling)
        told[str(who)] = {
            "groups_with_a_photo": round(share, 3),
            "people_who_smile_on_it": round(people, 3),
            "seconds_after_the_last_smile": round(statistics.median(late), 2),
            "product": round(share * people, 3),
        }
        print(who, told[str(who)], flush=True)
    print(json.dumps({"seed": arguments.seed, "groups": arguments.groups, "rules": told}))


if __name__ == "__main__":
    main()
