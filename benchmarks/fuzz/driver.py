"""Feed the program's readers hostile inputs, and tell what is no error of ours.

    python -m benchmarks.fuzz [--inputs 1000000] [--minutes 180] [--state FILE.json] [--only KIND…]
    python -m benchmarks.fuzz --show KIND:NUMBER FILE

Inputs are made from small valid ones by a number, the same at every run, and go to what reads pictures, EXIF, tables,
archives of data, cards of models, settings, requests, WebSocket's messages and videos. A fault is every exception that
is no `SmartselfieError`, a line that a library prints, an answer of 500, an error that the server tells, a crash, more
than 20 seconds for one input, and memory beyond 2 GB. It goes on where `--state` says that it stopped, until so many
inputs were fed in all; `--show` writes one input to a file. The last line is JSON; the exit code is 1 where there is a
fault.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import BinaryIO

from benchmarks.fuzz.targets import KINDS
from smartselfie.cli.log import logging_set_up
from smartselfie.errors import SmartselfieError

# Inputs of all kinds together, by their shares, in one round; each kind of a round has a process of its own.
BLOCK = 20_000
# Seconds after which an input hangs, and bytes of memory that a process may have.
LONGEST, MOST = 20.0, 2 * 1024**3
# Faults of one kind that are told; the same line of the program counts once.
TOLD = 50
# Before the first input is read.
NONE = -1

# Inputs refused, faults by number, megabytes.
Found = tuple[int, list[tuple[int, str]], int]


@dataclass(slots=True)
class Tried:
    """How far one kind is.

    Attributes:
        inputs: so many were fed.
        refused: of them, so many with an error of ours.
        peak: megabytes of memory at most.
        faults: number of the input and what happened, for each place in the program once.
    """

    inputs: int = 0
    refused: int = 0
    peak: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def add_fault(self, number: int, said: str) -> None:
        """Remember a fault that is new."""
        if said not in self.faults.values() and len(self.faults) < TOLD:
            self.faults[str(number)] = said


def make(kind: str, number: int) -> bytes:
    """The input of that number."""
    return KINDS[kind].make(random.Random(f"{kind}:{number}"))


def feed(kind: str, numbers: range, at: "Synchronized[int]", out: "multiprocessing.Queue[Found]") -> None:
    """In a process of its own: feed these inputs; `at` is the one that is being read."""
    refused, faults, told = 0, [], 0
    with (
        tempfile.TemporaryDirectory() as folder,
        KINDS[kind].feed(Path(folder)) as read,
        logging_set_up(),
        printed() as said,
    ):
        for number in numbers:
            at.value = number
            try:
                read(make(kind, number))
            except SmartselfieError:
                refused += 1
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                faults.append((number, _where(error)))
            if (end := said.seek(0, os.SEEK_END)) > told:
                said.seek(told)
                faults.append((number, f"it prints: {said.read(200).decode(errors='replace').strip()}"))
                told = end
    out.put((refused, faults, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


@contextmanager
def printed() -> Iterator[BinaryIO]:
    """What libraries write to stderr inside, past Python."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield file
        finally:
            os.dup2(before, 2)
            os.close(before)


def _where(error: Exception) -> str:
    """The exception and the last line of ours that it passed."""
    place, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "smartselfie" in name:
            place = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}: {str(error)[:200]}"


def run_block(name: str, tried: Tried, count: int) -> None:
    """Feed the next inputs of a kind; a crash or a hang ends one process, and the next goes on behind that input."""
    end, context = tried.inputs + count, multiprocessing.get_context("spawn")
    while tried.inputs < end:
        at = context.Value("q", NONE)
        out: multiprocessing.Queue[Found] = context.Queue()
        process = context.Process(target=feed, args=(name, range(tried.inputs, end), at, out))
        process.start()
        told = _wait(process, at, out)
        if told is not None:
            refused, faults, peak = told
            tried.inputs, tried.refused = end, tried.refused + refused
            tried.peak = max(tried.peak, peak)
            for number, said in faults:
                tried.add_fault(number, said)
            if peak * 1024**2 > MOST:
                tried.add_fault(end, f"{peak} MB of memory")
        elif at.value == NONE:
            raise RuntimeError(f"nothing can be fed: {name}")
        else:
            tried.add_fault(at.value, "it hangs" if process.exitcode is None else f"it crashes: {process.exitcode}")
            process.kill()
            tried.inputs = at.value + 1
        process.join()


def _wait(process: "SpawnProcess", at: "Synchronized[int]", out: "multiprocessing.Queue[Found]") -> "Found | None":
    """What it found; None where it crashed, or reads one input for too long."""
    last, since = NONE, monotonic()
    while True:
        try:
            return out.get(timeout=0.5)
        except Empty:
            if not process.is_alive() and out.empty():
                return None
        if at.value != last:
            last, since = at.value, monotonic()
        elif monotonic() - since > (3 * LONGEST if last == NONE else LONGEST):
            return None


def fuzz(state: Path | None, inputs: int, minutes: float, names: Sequence[str]) -> dict[str, Tried]:
    """Feed until so many inputs were fed in all, or the time is up; `state` is written after each block."""
    known = json.loads(state.read_text()) if state is not None and state.exists() else {}
    tried = {name: Tried(**known.get(name, {})) for name in names}
    shares, until = sum(KINDS[name].share for name in names), monotonic() + 60 * minutes
    while (left := inputs - sum(each.inputs for each in tried.values())) > 0 and monotonic() < until:
        behind = min(names, key=lambda name: tried[name].inputs / KINDS[name].share)
        run_block(behind, tried[behind], min(left, -(-min(BLOCK, inputs) * KINDS[behind].share // shares)))
        if state is not None:
            told = {name: asdict(each) for name, each in tried.items()}
            state.write_text(json.dumps({**known, **told}, indent=1))
    return tried


def main() -> int:
    """Feed, or show one input."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=180.0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--only", nargs="+", choices=tuple(KINDS), default=tuple(KINDS))
    parser.add_argument("--show", nargs=2, metavar=("KIND:NUMBER", "FILE"))
    arguments = parser.parse_args()
    if arguments.show:
        kind, _, number = arguments.show[0].partition(":")
        Path(arguments.show[1]).write_bytes(make(kind, int(number)))
        return 0
    tried = fuzz(arguments.state, arguments.inputs, arguments.minutes, arguments.only)
    for name, each in tried.items():
        print(
            f"{name:10} {each.inputs:9,} inputs, {each.refused:9,} refused, {each.peak:5} MB, {len(each.faults)} faults"
        )
        for number, said in each.faults.items():
            print(f"  {name}:{number}  {said}")
    faults = sum(len(each.faults) for each in tried.values())
    total = sum(each.inputs for each in tried.values())
    print(json.dumps({"inputs": total, "faults": faults, "peak_mb": max(each.peak for each in tried.values())}))
    return 1 if faults else 0
