"""Who is who from frame to frame: faces are followed by where they go and how large they are.

Each face that was seen keeps its number, its place and its speed. On the next frame every one is expected a little
further on its way, and the faces found are shared out so that, all together, they lie as near as possible to where they
were expected: first among those who were there a moment ago, then, what is left, among those who were missing, so that
nobody is taken for somebody who left. Whoever is not found is expected further on for `MEMORY` seconds, so that a
blink of the detector or somebody passing in front does not make a new person.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from smartselfie.core.types import Box, Face

MEMORY = 2.0
"""Seconds for which somebody who is not found is looked for."""

STEADINESS = 0.15
"""Seconds over which a speed is averaged; boxes tremble."""

COASTING = 0.5
"""Seconds after which somebody who is not found is expected to have stopped."""

REACH, REACH_A_SECOND, REACH_MOST = 0.6, 2.0, 1.5
"""How far from where it is expected a face may be, in lengths of its side: at once, more a second, at the most."""


@dataclass(frozen=True, slots=True)
class Track:
    """One face: its number, where it was last found and when, and its speed in pixels a second."""

    id: int
    box: Box
    at: float
    speed: tuple[float, float] = (0.0, 0.0)

    def expected(self, at: float) -> tuple[float, float]:
        """Where its middle should be at that time."""
        x, y = self.box.centre
        time = COASTING * (1 - math.exp(-max(0.0, at - self.at) / COASTING))
        return x + self.speed[0] * time, y + self.speed[1] * time

    def found(self, box: Box, at: float) -> "Track":
        """The track after it was found there."""
        time = at - self.at
        if time <= 0:
            return Track(self.id, box, at, self.speed)
        weight = 1 - math.exp(-time / STEADINESS)
        moved = [(now - before) / time for now, before in zip(box.centre, self.box.centre, strict=True)]
        x, y = (old + (new - old) * weight for old, new in zip(self.speed, moved, strict=True))
        return Track(self.id, box, at, (x, y))

    def distance(self, box: Box, at: float) -> float:
        """How unlike it a box is: distance in lengths of its side, and difference in size; infinite beyond reach."""
        x, y = self.expected(at)
        own, other = (max(each.width, each.height, 1.0) for each in (self.box, box))
        away = math.hypot(box.centre[0] - x, box.centre[1] - y) / ((own + other) / 2)
        unlike = away + abs(math.log(other / own))
        return unlike if unlike <= min(REACH_MOST, REACH + REACH_A_SECOND * (at - self.at)) else math.inf


@dataclass(frozen=True, slots=True)
class Tracker:
    """Everybody who is followed; `update` gives the next state. Numbers start at 1 and are never given twice."""

    tracks: tuple[Track, ...] = ()
    next_id: int = 1

    def number(self, at: float, faces: Sequence[Face]) -> tuple["Tracker", tuple[Face, ...]]:
        """`update` for faces that have been read: the next state, and the faces with their people's numbers."""
        tracker, ids = self.update(at, [face.box for face in faces])
        return tracker, tuple(replace(face, id=person) for face, person in zip(faces, ids, strict=True))

    def update(self, at: float, boxes: Sequence[Box]) -> tuple["Tracker", tuple[int, ...]]:
        """Take in the faces of one frame.

        Args:
            at: its time in seconds; where it runs backwards everybody is new.
            boxes: the faces, in any order.

        Returns:
            The next state, and the person's number for each box.
        """
        known = [track for track in self.tracks if 0 <= at - track.at <= MEMORY]
        newest = max((track.at for track in known), default=at)
        ids, tracks, next_id = [0] * len(boxes), {track.id: track for track in known}, self.next_id
        for there in (True, False):
            some = [track for track in known if (track.at == newest) is there]
            left = [place for place in range(len(boxes)) if ids[place] == 0]
            partners = assign([[track.distance(boxes[place], at) for track in some] for place in left])
            for place, partner in zip(left, partners, strict=True):
                if partner is not None:
                    track = some[partner].found(boxes[place], at)
                    ids[place], tracks[track.id] = track.id, track
        # new numbers from left to right, whatever the order of the boxes
        for place in sorted(range(len(boxes)), key=lambda place: (boxes[place].left, boxes[place].top)):
            if ids[place] == 0:
                ids[place], tracks[next_id] = next_id, Track(next_id, boxes[place], at)
                next_id += 1
        return Tracker(tuple(tracks.values()), next_id), tuple(ids)


def assign(costs: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row the column that it gets, so that as many as possible get one and the sum of the costs is least.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), row by row; infinite costs are never chosen.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    finite = sum(cost for row in costs for cost in row if math.isfinite(cost))
    # a spare column for every row: dearer than all that is possible together, cheaper than what is not
    spare = 1.0 + finite
    table = [[cost if math.isfinite(cost) else 2 * spare * rows for cost in row] + [spare] * rows for row in costs]
    work = _Assignment([0.0] * (rows + 1), [0.0] * (columns + rows + 1), [0] * (columns + rows + 1))
    for row in range(1, rows + 1):
        work.place(row, table)
    found: list[int | None] = [None] * rows
    for column, row in enumerate(work.owner[1 : columns + 1]):
        if row:
            found[row - 1] = column
    return found


@dataclass(slots=True)
class _Assignment:
    """Prices of rows and columns, and which row owns which column; all count from 1, 0 is nobody."""

    row_price: list[float]
    column_price: list[float]
    owner: list[int]

    def place(self, row: int, table: list[list[float]]) -> None:
        """Give one more row a column, moving others to make room where that is cheapest."""
        width = len(self.owner)
        self.owner[0], column = row, 0
        least, reached, came_from = [math.inf] * width, [False] * width, [0] * width
        while self.owner[column]:
            reached[column] = True
            here, nearest = self.owner[column], 0
            for other in range(1, width):
                if not reached[other]:
                    cost = table[here - 1][other - 1] - self.row_price[here] - self.column_price[other]
                    if cost < least[other]:
                        least[other], came_from[other] = cost, column
                    if nearest == 0 or least[other] < least[nearest]:
                        nearest = other
            self._raise_prices(least[nearest], least, reached)
            column = nearest
        while column:
            self.owner[column] = self.owner[came_from[column]]
            column = came_from[column]

    def _raise_prices(self, by: float, least: list[float], reached: list[bool]) -> None:
        for column in range(len(self.owner)):
            if reached[column]:
                self.row_price[self.owner[column]] += by
                self.column_price[column] -= by
            else:
                least[column] -= by
