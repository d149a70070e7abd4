"""Every setting of booth and watch, declared once.

A field's annotation has its type, its bounds and what is said `About` it; its value is the default. From it come the
option, the environment variable, the key of the TOML file, the schema of the API, the form on the page and the table
in docs/settings.md.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from smartselfie.core.emotion import Emotion
from smartselfie.errors import ConfigError
from smartselfie.settings.setting import FACES, PAGE, PHOTOS, SOURCE, TRIGGER, Setting, Slider, read_declarations
from smartselfie.trigger.rule import LEAST_STRETCH, SMILES, GroupRule, TriggerRule

Language = Literal["auto", "en", "de", "es", "fr", "pt", "hi", "zh", "ja"]
# The languages of the page.
LANGUAGES: tuple[str, ...] = get_args(Language)[1:]


# Scheme, host and port, as a browser names a website; it ends up in a header.
ORIGIN = r"^https?://[A-Za-z0-9.\[\]:-]+$"


def _pin(pin: SecretStr) -> SecretStr:
    if not re.fullmatch("auto|[0-9]{4,12}", pin.get_secret_value()):
        raise ValueError
    return pin


def _network(name: str) -> str:
    if not 1 <= len(name.encode(errors="surrogateescape")) <= 32:
        raise ValueError
    return name


def _wifi_password(password: SecretStr) -> SecretStr:
    if not 8 <= len(password.get_secret_value()) <= 63:
        raise ValueError
    return password


def _address(address: SecretStr) -> SecretStr:
    parts = urlsplit(address.get_secret_value())
    usable = parts.scheme in ("http", "https") and re.fullmatch(r"[^\s\0-\x20\x7f]+", parts.hostname or "")
    # asking for the port raises where it is none
    if not usable or parts.port == 0:
        raise ValueError
    return address


def _smile(said: object) -> object:
    """A threshold's name as its number."""
    return SMILES.get(said, said) if isinstance(said, str) else said


def _tongue(said: object) -> object:
    """A language without its country: `de-AT` is German."""
    return re.split("[-_]", said.lower())[0] if isinstance(said, str) else said


def _number(said: object) -> object:
    """A number of people may be written as text."""
    return int(said) if isinstance(said, str) and said.isdecimal() else said


def _pair(said: object) -> object:
    """Two numbers written as text with a comma between."""
    return said.split(",") if isinstance(said, str) else said


def _stretch(pair: tuple[float, float]) -> tuple[float, float]:
    low, high = pair
    if not (low >= 0 and low + LEAST_STRETCH <= high <= 1):
        raise ValueError
    return pair


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Settings:
    """What booth and watch can be told. A value that is not possible raises a ConfigError."""

    source: Annotated[
        str | None,
        SOURCE(
            "Camera, video, folder or address to open.",
            metavar="SOURCE",
            unset="the first camera that works",
            live=True,
            booth_only=True,
            secret=True,
        ),
    ] = None
    resolution: Annotated[
        Annotated[str, Field(pattern="^[0-9]{2,5}x[0-9]{2,5}$")] | None,
        SOURCE(
            "Resolution to ask the camera for.",
            metavar="WIDTHxHEIGHT",
            allowed="such as 1280x720",
            unset="the best that works",
        ),
    ] = None
    rotate: Annotated[
        Literal[0, 90, 180, 270], BeforeValidator(_number), SOURCE("Turn the camera's image clockwise, in degrees.")
    ] = 0
    fps: Annotated[float, Field(gt=0, le=1000), SOURCE("Frame rate for image folders.")] = 30.0
    rule: Annotated[
        GroupRule | Annotated[int, Field(ge=1)],
        BeforeValidator(_number),
        TRIGGER(
            "Whose smiles count.",
            metavar="RULE",
            allowed=f"{', '.join(GroupRule)} or a number of people",
            live=True,
            offered=(2, 3, 4),
        ),
    ] = GroupRule.MAJORITY
    smile: Annotated[
        float,
        Field(gt=0, lt=1),
        BeforeValidator(_smile),
        TRIGGER("How big the smile must be.", metavar="SIZE", live=True, named=SMILES),
    ] = SMILES["normal"]
    expression: Annotated[Emotion, TRIGGER("Expression to wait for.", metavar="EMOTION", live=True)] = Emotion.HAPPY
    eyes_open: Annotated[bool, TRIGGER("Wait for open eyes before taking a photo.", live=True)] = True
    eyes_wait: Annotated[float, Field(ge=0, le=60), TRIGGER("Longest wait for open eyes.", metavar="SECONDS")] = 1.5
    hold: Annotated[
        int, Field(ge=1, le=1000), TRIGGER("Smiling frames in a row before the photo.", live=True, slider=Slider(60, 1))
    ] = 10
    hold_seconds: Annotated[
        float,
        Field(ge=0, le=60),
        TRIGGER("Shortest time that a smile must last.", metavar="SECONDS", live=True, slider=Slider(5, 0.25)),
    ] = 0.0
    rest: Annotated[
        float,
        Field(ge=0, le=3600),
        TRIGGER("Pause between photos.", metavar="SECONDS", live=True, slider=Slider(30, 1)),
    ] = 3.0
    calibration: Annotated[
        tuple[float, float],
        BeforeValidator(_pair),
        AfterValidator(_stretch),
        TRIGGER(
            "Your neutral and smiling scores; see calibrate.",
            metavar="LOW,HIGH",
            allowed=f"two scores, at least {LEAST_STRETCH} apart",
        ),
    ] = (0.0, 1.0)
    max_photos: Annotated[
        Annotated[int, Field(ge=1)] | None, TRIGGER("Stop after this many photos.", metavar="N", unset="no limit")
    ] = None
    detector: Annotated[Literal["yunet", "haar"], FACES("Face detector.")] = "yunet"
    far_faces: Annotated[bool, FACES("Always look for small, distant faces, too (yunet).")] = False
    model: Annotated[Path | None, FACES("Emotion model.", metavar="FILE", unset="the bundled one")] = None
    album: Annotated[
        Path | None, PHOTOS("Folder for the photos.", metavar="DIR", unset="smartselfie in your pictures folder")
    ] = None
    best_of: Annotated[
        float,
        Field(ge=0, le=5),
        PHOTOS("Save the best frame of this long before the shutter; 0 saves the last one.", metavar="SECONDS"),
    ] = 1.0
    sidecar: Annotated[bool, PHOTOS("Save a .json file with details next to each photo.")] = True
    clip: Annotated[bool, PHOTOS("Save a short clip with each photo.", live=True, booth_only=True)] = False
    clip_format: Annotated[Literal["mp4", "gif"], PHOTOS("Kind of clip: a video, or a GIF.", booth_only=True)] = "mp4"
    on_photo: Annotated[
        str | None,
        PHOTOS('Command to run for each photo, e.g. "lp {path}".', metavar="COMMAND", unset="none", secret=True),
    ] = None
    webhook: Annotated[
        Annotated[SecretStr, AfterValidator(_address)] | None,
        PHOTOS(
            "Address to send each photo's event to, without the image.",
            metavar="URL",
            allowed="http:// or https://",
            unset="none",
            secret=True,
        ),
    ] = None
    delete_after: Annotated[
        Annotated[float, Field(gt=0, le=87600)] | None,
        PHOTOS("Delete photos for good after this time.", metavar="HOURS", unset="never", booth_only=True),
    ] = None
    countdown: Annotated[
        int,
        Field(ge=0, le=10),
        PAGE("Time from pressing the button to the photo.", metavar="SECONDS", live=True, slider=Slider(10, 1)),
    ] = 0
    mirror: Annotated[bool, PAGE("Mirror the view; photos are never mirrored.", live=True, booth_only=False)] = True
    sounds: Annotated[bool, PAGE("Play sounds on the page.", live=True)] = True
    language: Annotated[
        Language,
        BeforeValidator(_tongue),
        PAGE("Language; auto follows each browser.", metavar="LANGUAGE", live=True),
    ] = "auto"
    return_after: Annotated[
        float,
        Field(ge=0, le=3600),
        PAGE(
            "Back to the live view when nobody touches the page; 0 stays.",
            metavar="SECONDS",
            live=True,
            slider=Slider(300, 10),
        ),
    ] = 90.0
    host: Annotated[str, PAGE("Address to serve the page on.", metavar="ADDRESS")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535), PAGE("Port to serve the page on, or the next free one.")] = 8765
    frame_from: Annotated[
        Annotated[str, Field(pattern=ORIGIN)] | None,
        PAGE(
            "Website that may show the page in a frame.",
            metavar="ORIGIN",
            allowed="such as https://party.example",
            unset="none",
        ),
    ] = None
    open: Annotated[bool, PAGE("Open the page in the browser.")] = True
    kiosk: Annotated[bool, PAGE("Kiosk mode: full screen, locked, retries after errors.")] = False
    lan: Annotated[bool, PAGE("Let phones on your network join by scanning a QR code.")] = False
    wifi: Annotated[
        Annotated[str, AfterValidator(_network)] | None,
        PAGE(
            "Wi-Fi network to show as a code beside the code for phones.",
            metavar="NAME",
            allowed="1 to 32 bytes",
            unset="none",
        ),
    ] = None
    wifi_password: Annotated[
        Annotated[SecretStr, AfterValidator(_wifi_password)] | None,
        PAGE("Password of that network.", metavar="PASSWORD", allowed="8 to 63 characters", unset="none", secret=True),
    ] = None
    guest_http: Annotated[bool, PAGE("With --lan: guests' links over plain http; no phone warns.")] = False
    pin: Annotated[
        Annotated[SecretStr, AfterValidator(_pin)] | None,
        PAGE(
            "PIN of the host; auto makes one.",
            metavar="DIGITS",
            allowed="4 to 12 digits, or auto",
            unset="none",
            secret=True,
        ),
    ] = None
    consent: Annotated[bool, PAGE("Ask guests before the first photo.")] = False

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_words(cls, said: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            raise (
                SETTINGS[name].refusal(first["input"], first["type"], name) if name in SETTINGS else unknown(name, name)
            ) from None

    @property
    def album_folder(self) -> Path:
        """Where photos go.

        Raises:
            ConfigError: the user whose folder it is in does not exist, or has no home.
        """
        try:
            if self.album is not None:
                return self.album.expanduser()
            return platformdirs.user_pictures_path() / "smartselfie"
        except RuntimeError:
            where = "your home folder" if self.album is None else f"the home folder in {self.album}"
            raise ConfigError(f"album: {where} cannot be found", "name another --album") from None

    @property
    def size(self) -> tuple[int, int] | None:
        """The resolution as (width, height)."""
        if self.resolution is None:
            return None
        width, height = self.resolution.split("x")
        return int(width), int(height)

    @property
    def trigger_rule(self) -> TriggerRule:
        """What the trigger goes by."""
        return TriggerRule(
            hold_frames=self.hold,
            hold_seconds=self.hold_seconds,
            smile=self.smile,
            cooldown=self.rest,
            group=self.rule,
            expression=self.expression,
            eyes_open=self.eyes_open,
            eyes_wait=self.eyes_wait,
            # one person's smile says nothing of their anger
            scale=self.calibration if self.expression is Emotion.HAPPY else (0.0, 1.0),
        )


# Every setting by its name.
SETTINGS: Mapping[str, Setting] = read_declarations(Settings)
NAMES = tuple(SETTINGS)


def unknown(name: str, origin: str) -> ConfigError:
    """A name that is no setting, with the one that was probably meant."""
    spelled = origin.rsplit(": ", 1)[-1]
    meant = get_close_matches(name, NAMES, 1)
    hint = f"there are: {', '.join(NAMES)}"
    if meant:
        # as it is written there: in capitals in the environment
        hint = f"did you mean {spelled.replace(name, meant[0]).replace(name.upper(), meant[0].upper())}?"
    return ConfigError(f"{origin}: there is no such setting", hint)
