"""Every setting of booth and watch, with its default and its limits."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.dataclasses import dataclass

from smartselfie.core.emotion import Emotion
from smartselfie.trigger.rule import LEAST_STRETCH, SMILES, GroupRule

PREFIX = "SMARTSELFIE_"
SECRET = frozenset({"pin", "webhook"})
"""Never printed."""
Language = Literal["auto", "en", "de", "es", "fr", "pt", "hi", "zh", "ja"]


def _resolution(text: str) -> str:
    match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if match is None:
        raise ValueError("must be WIDTHxHEIGHT, as in 1280x720")
    return text


def _pin(pin: SecretStr) -> SecretStr:
    if not re.fullmatch("[0-9]{4,12}", pin.get_secret_value()):
        raise ValueError("must be 4 to 12 digits")
    return pin


def _smile(said: object) -> object:
    """A threshold's name as its number."""
    if isinstance(said, str) and said in SMILES:
        return SMILES[said]
    try:
        return float(str(said))
    except ValueError:
        raise ValueError(f"must be {', '.join(SMILES)} or a number between 0 and 1") from None


def _who(said: object) -> GroupRule | int:
    """Whose smiles it takes; a number may be written as text."""
    if isinstance(said, str) and said in list(GroupRule):
        return GroupRule(said)
    # bool is an int to Python
    if isinstance(said, int | str) and not isinstance(said, bool) and str(said).isdecimal() and int(said) >= 1:
        return int(said)
    raise ValueError(f"must be {', '.join(GroupRule)} or a whole number from 1")


def _pair(said: object) -> object:
    """Two numbers written as text with a comma between."""
    return said.split(",") if isinstance(said, str) else said


def _stretch(pair: tuple[float, float]) -> tuple[float, float]:
    low, high = pair
    if not (low >= 0 and low + LEAST_STRETCH <= high <= 1):
        raise ValueError(
            f"must be two scores from 0 to 1, the smile's at least {LEAST_STRETCH} above the neutral face's"
        )
    return pair


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Settings:
    """What booth and watch can be told; every name is also a key of the TOML file and, in capitals behind
    `SMARTSELFIE_`, of the environment.

    Attributes:
        hold: consecutive happy frames that make a photo.
        hold_seconds: that the smile must last at least.
        smile: the score from which "happy" counts: slight, normal, big, or a number.
        rule: whose smiles it takes: `largest` face, `anyone`, `everyone`, `majority`, or so many people.
        expression: what is waited for in place of a smile, any of the seven.
        calibration: what the network says of one person's neutral face and of their smile, as `smartselfie calibrate`
            measures it; (0, 1) is nobody in particular.
        eyes_open: whether a photo is put off while somebody's eyes are closed.
        eyes_wait: for at most so many seconds.
        best_of: seconds before the shutter whose best frame is kept; 0 keeps the frame at which it fires.
        rest: seconds after a photo without another.
        max_photos: ends after so many; None for no end.
        detector: who finds the faces.
        far_faces: whether `yunet` always looks for faces below an eighth of the picture's height, not only where it
            finds no larger one.
        haar_scale, haar_neighbours: the cascade's scale factor and the number of neighbouring hits it wants.
        model: an emotion network; None for the one that ships.
        album: folder of the photos; None for `smartselfie` in the user's pictures folder.
        sidecar: whether a `.json` with when and why lies beside each photo.
        mirror: whether the view is mirrored; photos never are.
        rotate: degrees clockwise that bring the camera's picture upright.
        resolution: what to ask a camera for; None tries sensible ones.
        fps: frames a second of an image folder.
        host, port: where the page is served.
        open: whether the page is opened in the browser.
        source: what the booth shows where its command line names nothing; None for the first camera.
        language: of the page; `auto` follows each browser.
        sounds: whether the page makes any.
        countdown: seconds from the button to the photo.
        kiosk: whether the booth is left alone: full screen, no way out without the PIN, and what fails is tried again.
        lan: whether phones of the local network can be paired with the booth.
        pin: digits without which the page changes no setting, deletes nothing and does not end the booth.
        consent: whether guests are asked before the first photo, and new guests again.
        delete_after: hours after which photos are deleted for good; None keeps them.
        clip: whether a short clip of the moment lies beside each photo.
        on_photo: a command to run for every photo.
        webhook: a web address to post every photo's event to.
    """

    hold: Annotated[int, Field(ge=1, le=1000)] = 10
    hold_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    smile: Annotated[float, BeforeValidator(_smile), Field(gt=0, lt=1)] = 0.5
    rule: Annotated[GroupRule | int, BeforeValidator(_who)] = GroupRule.MAJORITY
    expression: Emotion = Emotion.HAPPY
    calibration: Annotated[tuple[float, float], BeforeValidator(_pair), AfterValidator(_stretch)] = (0.0, 1.0)
    eyes_open: bool = True
    eyes_wait: Annotated[float, Field(ge=0, le=60)] = 1.5
    best_of: Annotated[float, Field(ge=0, le=5)] = 1.0
    rest: Annotated[float, Field(ge=0, le=3600)] = 3.0
    max_photos: Annotated[int, Field(ge=1)] | None = None
    detector: Literal["yunet", "haar"] = "yunet"
    far_faces: bool = False
    haar_scale: Annotated[float, Field(ge=1.01, le=2)] = 1.1
    haar_neighbours: Annotated[int, Field(ge=0, le=50)] = 5
    model: Path | None = None
    album: Path | None = None
    sidecar: bool = True
    mirror: bool = True
    rotate: Literal[0, 90, 180, 270] = 0
    resolution: Annotated[str, AfterValidator(_resolution)] | None = None
    fps: Annotated[float, Field(gt=0, le=1000)] = 30.0
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    open: bool = True
    source: str | None = None
    language: Language = "auto"
    sounds: bool = True
    countdown: Annotated[int, Field(ge=0, le=10)] = 0
    kiosk: bool = False
    lan: bool = False
    pin: Annotated[SecretStr, AfterValidator(_pin)] | None = None
    consent: bool = False
    delete_after: Annotated[float, Field(gt=0, le=87600)] | None = None
    clip: bool = False
    on_photo: str | None = None
    webhook: SecretStr | None = None

    @property
    def album_folder(self) -> Path:
        """Where photos go."""
        if self.album is not None:
            return self.album.expanduser()
        return Path(platformdirs.user_pictures_dir()) / "smartselfie"

    @property
    def size(self) -> tuple[int, int] | None:
        """The resolution as (width, height)."""
        if self.resolution is None:
            return None
        width, height = self.resolution.split("x")
        return int(width), int(height)


NAMES = tuple(field.name for field in fields(Settings))
