"""`smartselfie calibrate`: look neutral, now smile; kept in the settings file."""

from collections.abc import Callable
from pathlib import Path

import click

from smartselfie.cli.options import SettingsCommand, names_in, setting_options
from smartselfie.cli.parameters import FiniteRange, option
from smartselfie.core.emotion import Emotion
from smartselfie.core.types import Frame, largest
from smartselfie.faces import read_faces
from smartselfie.factory import make_classifier, make_detector, make_source
from smartselfie.ports import EmotionClassifier, FaceDetector, FrameSource
from smartselfie.settings.load import default_config_file, load_settings, save_settings
from smartselfie.settings.setting import Group
from smartselfie.trigger.rule import calibrate

# Seconds to get into each of the two faces before it is measured.
SETTLE = 1.5

WORDS = ("look neutral", "now smile")


@click.command(cls=SettingsCommand)
@click.argument("source", default="0")
@option("--seconds", FiniteRange(0.5, 30), "SECONDS", "Time for each of the two.", 3.0)
@click.option("--forget", is_flag=True, help="Remove the calibration.")
@setting_options(names_in(Group.SOURCE, Group.FACES))
def command(source: str, seconds: float, forget: bool, config: Path | None, **flags: object) -> None:
    """Learn your neutral face and your smile from SOURCE: a camera's number or name, or a video.

    The two scores are saved as `calibration` in the settings file. From then on, --smile is measured on the way from
    your neutral face to your smile. Nothing else is saved, no image.

    Example: smartselfie calibrate 0
    """
    path = default_config_file() if config is None else config
    if forget:
        save_settings(path, {"calibration": [0, 1]})
        click.echo(f"calibration removed from {path}")
        return
    settings = load_settings(flags, config if config is None or config.is_file() else None)
    detector, classifier = make_detector(settings), make_classifier(settings.model)
    opened = make_source(source, settings)
    neutral, smile = measure(opened, detector, classifier, seconds, lambda words: click.echo(words, err=True))
    low, high = calibrate(neutral, smile)
    save_settings(path, {"calibration": [low, high]})
    click.echo(f"neutral {low:g}, smile {high:g}: saved in {path}")


def measure(
    source: FrameSource,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    seconds: float,
    say: Callable[[str], None],
) -> tuple[list[float], list[float]]:
    """The largest face's scores for "happy", frame by frame, while it looks neutral and while it smiles.

    Args:
        source: is closed.
        detector: finds the face.
        classifier: reads it.
        seconds: of each of the two, after `SETTLE` seconds to get into it.
        say: tells what to do, when it is time.

    Raises:
        SourceError: the source turns out to be unusable.
    """
    scores: tuple[list[float], list[float]] = ([], [])
    told = 0
    try:
        for frame in source.frames():
            if not isinstance(frame, Frame):
                continue
            part, into = divmod(frame.at, SETTLE + seconds)
            if part >= len(scores):
                break
            while told <= part:
                say(WORDS[told])
                told += 1
            face = largest(read_faces(frame.image, detector, classifier))
            if face is not None and into >= SETTLE:
                scores[int(part)].append(face.emotions[Emotion.HAPPY])
    finally:
        source.close()
    return scores
