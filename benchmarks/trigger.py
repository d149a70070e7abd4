"""The trigger on clips with timelines, from recordings: missed, false, latency, and what each of its rules does.

    python -m benchmarks.trigger CLIPS… [--model FILE.onnx] [--cache FOLDER] [--show] [--ablate]

CLIPS are folders or zips as `smartselfie replay` reads them; a column `kind` groups the result, `levels` and `shut` (as
`benchmarks.acted_clips` writes them) say how high the smile is and how far an eye is shut, by frame. Every clip is
looked at once for each model, and remembered in FOLDER; then the trigger alone is played: as it was filmed, at 10
frames a second at most, and with a fifth of the frames dropped. In the table each of the three has missed smiles of
those expected, and false photos; then come the median latency, the height of the smiles that were saved, by the
greatest height within reach, and how many eyes were shut on them. `--show` names what was missed and false, `--ablate`
leaves out or changes each rule and constant in turn. The last line is JSON.
"""

import argparse
import csv
import importlib
import io
import json
import random
import statistics
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from benchmarks.ablations import ABLATIONS, Change
from benchmarks.recorded import Recorder, Recording
from smartselfie.core.events import Photo, Shot
from smartselfie.evaluation.replay import SLACK, Replay, watch_video
from smartselfie.evaluation.timeline import Shows, open_videos
from smartselfie.moment import Moment
from smartselfie.settings.schema import Settings
from smartselfie.trigger.best_frame import PendingShot
from smartselfie.trigger.frame_chooser import FrameChooser
from smartselfie.trigger.rule import TriggerRule
from smartselfie.trigger.tracker import Tracker
from smartselfie.trigger.trigger import Fire, Trigger

# How a clip is played: at most so many frames a second, and the share that is dropped.
VIEWS: dict[str, tuple[float | None, float]] = {"as filmed": (None, 0.0), "10 fps": (10.0, 0.0), "drop": (None, 0.2)}

# Percent from which an eye counts as shut.
HALF_SHUT = 50.0


class Playback:
    """Plays a recording to the trigger; a pipeline without a camera, networks and a disk."""

    def __init__(self, recording: Recording, rule: TriggerRule, best_of: float = 1.0) -> None:
        """Nothing is played yet."""
        self._recording, self.rule, self._best_of = recording, rule, best_of

    def moments(self) -> Iterator[Moment]:
        """A Moment for every frame, and one for a photo that is still being chosen at the end."""
        trigger, chooser, last = Trigger(self.rule), FrameChooser(self.rule, self._best_of), None
        for frame, faces in zip(self._recording.frames, self._recording.faces, strict=True):
            trigger, signals = trigger.update(frame.at, faces)
            fire = next((signal for signal in signals if isinstance(signal, Fire)), None)
            chosen = chooser.update(frame, faces, trigger, fire)
            subject = next((face for face in faces if face.id == trigger.subject), None)
            last = Moment(frame, faces, subject, False, trigger, tuple(map(self._photo, chosen)))
            yield last
        if last is not None and (left := chooser.finish()):
            yield replace(last, events=tuple(map(self._photo, left)))

    def _photo(self, shot: PendingShot) -> Photo:
        name = self._recording.clip.name
        kept = Shot(shot.best.frame, shot.decided.index, shot.best.faces, "smile", {}, "", name)
        return Photo(Path(f"{shot.best.frame.index}.jpg"), kept)


def thin(recording: Recording, fps: float | None, drop: float) -> Recording:
    """The recording as a slower or a busier camera would have given it; the same at every run."""
    chance, due, keep = random.Random(recording.clip.name), 0.0, []
    for frame in recording.frames:
        late = fps is None or frame.at >= due - 1e-6
        if late and fps is not None:
            due = max(due, frame.at - 0.5 / fps) + 1.0 / fps
        keep.append(late and chance.random() >= drop)
    return recording.thinned(keep)


def follow_people(recording: Recording) -> Recording:
    """The recording with everybody's numbers, which no rule of the trigger changes."""
    tracker, followed = Tracker(), []
    for frame, found in zip(recording.frames, recording.faces, strict=True):
        tracker, ids = tracker.update(frame.at, [face.box for face in found])
        followed.append(tuple(replace(face, id=person) for face, person in zip(found, ids, strict=True)))
    return replace(recording, faces=tuple(followed))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of some clips.

    Attributes:
        expected, missed: smiles.
        false: photos whose kept frame, or whose shutter, falls where nobody smiles.
        latencies: seconds from a smile's start to the shutter, where the start is known.
        heights: how high the smile on the kept frames is, by how high it gets from a second before the shutter to
            0.6 s after it, where that is known; 0 to 1.
        shut: kept frames with an eye that is shut, where that is known.
        named: what was missed and false.
    """

    expected: int
    missed: int
    false: int
    latencies: tuple[float, ...]
    heights: tuple[float, ...]
    shut: int
    named: tuple[str, ...]


def judge(replay: Replay, levels: Sequence[float], shut: Sequence[float]) -> Result:
    """Count what came of one clip."""
    clip, named, false, heights, blind = replay.video, [], 0, [], 0
    for photo in replay.taken:
        if Shows.NO_SMILE in (photo.shows, clip.shows(photo.decided, SLACK)):
            false += 1
            named.append(f"false: {clip.name} at {photo.decided}, kept {photo.frame}")
            continue
        if levels:
            rate = photo.frame / photo.at if photo.at else 25.0
            reach = levels[max(0, photo.decided - round(rate)) : photo.decided + round(0.6 * rate) + 1]
            heights.append(levels[photo.frame] / max(1e-6, *reach))
            blind += shut[photo.frame] >= HALF_SHUT
    named += [f"missed: {clip.name} {span.first}-{span.last}" for span in replay.missed]
    late = tuple(photo.latency for photo in replay.taken if photo.latency is not None)
    return Result(replay.expected, len(replay.missed), false, late, tuple(heights), blind, tuple(named))


def together(results: Sequence[Result]) -> Result:
    """The sum."""
    return Result(
        sum(each.expected for each in results),
        sum(each.missed for each in results),
        sum(each.false for each in results),
        tuple(one for each in results for one in each.latencies),
        tuple(one for each in results for one in each.heights),
        sum(each.shut for each in results),
        tuple(one for each in results for one in each.named),
    )


def as_row(result: Result) -> dict[str, float | int | None]:
    """The numbers of a table."""
    late = sorted(result.latencies)
    return {
        "expected": result.expected,
        "missed": result.missed,
        "false": result.false,
        "latency": round(statistics.median(late), 2) if late else None,
        "latency_p90": round(late[min(len(late) - 1, int(0.9 * len(late)))], 2) if late else None,
        "height": round(statistics.fmean(result.heights), 3) if result.heights else None,
        "shut": result.shut,
    }


class Bench:
    """Recordings of many clips, played again and again."""

    def __init__(self) -> None:
        """Nothing is recorded yet."""
        self._clips: list[tuple[str, Recording, list[float], list[float]]] = []

    def add(self, recorder: Recorder, path: Path) -> None:
        """Record the clips of a folder or a zip."""
        columns = _by_frame(path)
        with open_videos(path) as clips:
            for clip in clips:
                recording = recorder.record(clip)
                for view, (fps, drop) in VIEWS.items():
                    seen = follow_people(recording if view == "as filmed" else thin(recording, fps, drop))
                    self._clips.append((view, seen, *columns[clip.name]))

    def play(self, rule: TriggerRule, views: Collection[str] = tuple(VIEWS)) -> dict[tuple[str, str], Result]:
        """These views of every kind, each with what came of it."""
        found: dict[tuple[str, str], list[Result]] = {}
        for view, recording, levels, shut in self._clips:
            if view not in views:
                continue
            replayed = watch_video(recording.clip, Playback(recording, rule), whole=view == "as filmed")
            found.setdefault((view, recording.clip.kind), []).append(judge(replayed, levels, shut))
        return {key: together(results) for key, results in found.items()}


def _by_frame(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    """The columns `levels` and `shut`; empty where there are none."""
    if path.is_dir():
        text = (path / "labels.csv").read_text()
    else:
        with zipfile.ZipFile(path) as archive:
            text = archive.read("labels.csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))

    def numbers(text: str | None) -> list[float]:
        return [float(each) for each in (text or "").split()]

    return {row["file"]: (numbers(row.get("levels")), numbers(row.get("shut"))) for row in rows}


@contextmanager
def changed(changes: Mapping[str, object]) -> Iterator[None]:
    """The program with some of its constants or functions (`module:NAME` or `module:Class.name`) replaced."""
    with ExitStack() as stack:
        for name, value in changes.items():
            module, _, path = name.partition(":")
            *parts, attribute = path.split(".")
            target: object = importlib.import_module(f"smartselfie.{module}")
            for part in parts:
                target = getattr(target, part)
            stack.enter_context(patch.object(target, attribute, value))
        yield


def main() -> None:
    """Record, play and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "smartselfie-recordings")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--ablate", action="store_true")
    arguments = parser.parse_args()
    recorder, rule = Recorder(arguments.cache, arguments.model), Settings().trigger_rule
    benches = {}
    for path in arguments.clips:
        benches[path.stem] = Bench()
        benches[path.stem].add(recorder, path)
    told: dict[str, object] = {}
    for name, bench in benches.items():
        played = bench.play(rule)
        told[name] = {
            view: as_row(together([each for key, each in played.items() if key[0] == view])) for view in VIEWS
        }
        for kind in dict.fromkeys(kind for _, kind in played):
            row = {view: as_row(played[view, kind]) for view in VIEWS}
            cells = "  ".join(f"{each['missed']}/{each['expected']} {each['false']}" for each in row.values())
            first = row["as filmed"]
            print(f"{name[:12]:12} {kind:32} {cells}   {first['latency']} {first['height']} {first['shut']}")
        for view in VIEWS:
            print(name, view, told[name][view])  # type: ignore[index]
        if arguments.show:
            for key, each in played.items():
                for line in each.named:
                    print(f"  {key[0]:9} {line}")
    if arguments.ablate:
        told["ablations"] = ablate(benches, rule)
    print(json.dumps(told))


# The views that are played again for each change.
ABLATED = ("as filmed",)


def ablate(benches: dict[str, Bench], rule: TriggerRule) -> dict[str, object]:
    """Leave out and change each rule in turn; a line for each, `ABLATED` together."""
    told: dict[str, object] = {}
    for name, change in {"as it is": Change(), **ABLATIONS}.items():
        with changed(change.names):
            row = {
                data: as_row(together(list(bench.play(replace(rule, **change.rule), ABLATED).values())))
                for data, bench in benches.items()
            }
        told[name] = row
        cells = "  ".join(
            f"{each['missed']:3}/{each['expected']} {each['false']:3} {each['latency']} {each['latency_p90']}"
            f" {each['height']} {each['shut']}"
            for each in row.values()
        )
        print(f"{name:40} {cells}", flush=True)
    return told


if __name__ == "__main__":
    main()
