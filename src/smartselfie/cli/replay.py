"""`smartselfie replay`: the trigger against videos with timelines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smartselfie.cli.options import SettingsCommand, names_in, setting_options
from smartselfie.cli.parameters import FILE, PATH, SEED, FiniteRange, json_flag, option, print_json
from smartselfie.cli.terminal import counted, print_table, show_progress
from smartselfie.errors import SmartselfieError
from smartselfie.settings.load import load_settings
from smartselfie.settings.setting import Group

if TYPE_CHECKING:
    from smartselfie.evaluation.replay import Replay, Taken, Total
    from smartselfie.evaluation.timeline import Video


@click.command(cls=SettingsCommand)
@click.argument("videos", type=PATH, metavar="VIDEOS")
@option("--report", FILE, "FILE.html", "Write a page of results.")
@json_flag("one line of JSON per video and one for all")
@option("--at-most", FiniteRange(min=0.1), "FPS", "Highest frame rate.")
@option("--drop", FiniteRange(0, 0.95), "SHARE", "Share of the frames to drop.", 0.0)
@option("--seed", SEED, "N", "Seed for choosing the frames to drop.", 0)
@setting_options([*(name for name in names_in(Group.TRIGGER, Group.FACES) if name != "max_photos"), "best_of"])
def command(
    *,
    videos: Path,
    report: Path | None,
    as_json: bool,
    at_most: float | None,
    drop: float,
    seed: int,
    config: Path | None,
    **flags: object,
) -> int:
    """Run the trigger on VIDEOS, a folder or zip of videos with a labels.csv that says when people smile.

    It shows, for each video and in total: photos expected, taken, missed and false, the time from the start of a smile
    to the shutter, and how the saved frame compares with the others of its hold. Only the report is written.

    Example: smartselfie replay videos.zip --report replay.html
    """
    from smartselfie.evaluation.render import check_writable
    from smartselfie.evaluation.replay import replay, total
    from smartselfie.evaluation.replay_report import write_replay_report
    from smartselfie.evaluation.timeline import open_videos

    settings = load_settings(flags, config)
    if report is not None:
        # not after minutes of replay
        check_writable(report)
    if drop and not as_json:
        click.echo(f"{100 * drop:g} % of the frames are dropped, seed {seed}")

    def play(video: "Video") -> "Replay":
        played = replay(video, settings, fps=at_most, drop=drop, seed=seed)
        if as_json:
            print_json(_video_to_json(played))
        return played

    with open_videos(videos) as listed:
        done, failed = _play_all(listed, play)
    everything = total(done)
    if as_json:
        print_json({"failed": failed, "clips": everything.videos, **_rounded(asdict(everything))})
    else:
        _print_replays(done, everything)
    if report is not None:
        write_replay_report(report, done, everything)
    return 1 if failed else 0


def _play_all(videos: Sequence["Video"], play: "Callable[[Video], Replay]") -> "tuple[list[Replay], int]":
    """Every video that can be read, and how many cannot; those are told.

    Raises:
        SmartselfieError: none can.
    """
    done: list[Replay] = []
    failed: list[SmartselfieError] = []
    with show_progress(len(videos)) as progress:
        for number, video in enumerate(videos):
            progress.update(number, video.name)
            try:
                done.append(play(video))
            except SmartselfieError as error:
                failed.append(error)
                progress.print_line(f"{video.name}: {error}")
    if not done:
        raise failed[0]
    return done, len(failed)


def _video_to_json(played: "Replay") -> dict[str, object]:
    return {
        # the old name stays beside the new one
        "clip": played.video.name,
        "video": played.video.name,
        "shot_expected": played.video.expected.value,
        "seconds": round(played.seconds, 3),
        "expected": played.expected,
        "taken": played.caught,
        "missed": len(played.missed),
        "excused": len(played.excused),
        "false": len(played.false),
        "photos": [_photo_to_json(photo) for photo in played.taken],
    }


def _photo_to_json(photo: "Taken") -> dict[str, object]:
    return {
        "frame": photo.frame,
        "at": round(photo.at, 6),
        "decided": photo.decided,
        "decided_at": round(photo.decided_at, 6),
        "shows": photo.shows.value,
        "latency": None if photo.latency is None else round(photo.latency, 3),
        "standing": _rounded(asdict(photo.standing)),
    }


def _rounded(values: Mapping[str, object]) -> dict[str, object]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def _print_replays(done: list["Replay"], everything: "Total") -> None:
    rows = [
        ["video", "expected", "taken", "missed", "false", "saved frame (fired at, latency): smile, sharpness, eyes"]
    ]
    for played in done:
        counts = (played.expected, played.caught, len(played.missed), len(played.false))
        rows.append([played.video.name, *map(str, counts), "; ".join(_in_words(photo) for photo in played.taken)])
    print_table(rows)
    latency = "unknown" if everything.median_latency is None else f"{everything.median_latency:.2f} s"
    worst = "" if everything.worst_latency is None else f" (at most {everything.worst_latency:.2f} s)"
    click.echo(
        f"\n{counted(everything.videos, 'video')}, {everything.seconds:.0f} s: "
        f"{everything.expected} photos expected, "
        f"{everything.taken} taken, {everything.missed} missed, {everything.false} false "
        f"({everything.false_per_hour or 0:.1f} per hour)"
    )
    if everything.excused:
        click.echo(f"excused: {everything.excused} smiles during a cooldown or shorter than a hold")
    click.echo(f"from the start of the smile to the shutter: median {latency}{worst}")


def _in_words(photo: "Taken") -> str:
    late = "" if photo.latency is None else f", {photo.latency:.2f} s"
    stands = photo.standing
    shares = ", ".join(f"{100 * share:.0f} %" for share in (stands.smile, stands.sharpness, stands.eyes))
    return f"{photo.frame} ({photo.decided}{late}): {shares}"
