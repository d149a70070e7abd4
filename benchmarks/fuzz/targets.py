"""What is fed: for each kind of input small valid ones, and the part of the program that reads them."""

import gzip
import io
import json
import os
import random
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL.ExifTags import Base

from benchmarks.fuzz.mutations import mutate
from benchmarks.fuzz.served import conversations, requests, serve
from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Dataset, Split, load, save
from smartselfie.datasets.ferplus import read_votes
from smartselfie.datasets.labelled import read_labelled
from smartselfie.datasets.reader import read
from smartselfie.errors import SmartselfieError
from smartselfie.evaluation.timeline import open_videos
from smartselfie.images import decode_image, read_thumbnail
from smartselfie.inference.card import EYES_KEY, KEY, read_card, read_eye_card
from smartselfie.metadata import without_metadata
from smartselfie.settings.load import load_settings, save_settings
from smartselfie.sources import open_source
from smartselfie.testing import CARD
from smartselfie.training.recipe import read_recipe

# Given an empty folder, what reads an input.
Feed = Callable[[Path], AbstractContextManager[Callable[[bytes], object]]]

# Frames of a video that are read.
FRAMES = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input.

    Attributes:
        share: of a thousand inputs, how many are of this kind.
        make: the next input; everything it draws comes from the chance that it is given.
        feed: makes what reads an input, given an empty folder; what that raises beside our errors is a fault.
    """

    share: int
    make: Callable[[random.Random], bytes]
    feed: Feed


def _simple(
    read_one: Callable[[bytes, Path], object],
) -> Callable[[Path], AbstractContextManager[Callable[[bytes], object]]]:
    @contextmanager
    def feed(folder: Path) -> Iterator[Callable[[bytes], object]]:
        yield lambda content: read_one(content, folder)

    return feed


def _mutated(seeds: Callable[[], Sequence[bytes]]) -> Callable[[random.Random], bytes]:
    made: list[bytes] = []

    def make(chance: random.Random) -> bytes:
        if not made:
            made.extend(seeds())
        return mutate(made, chance)

    return make


def _face(side: int = 24) -> Pillow.Image:
    shades = np.add.outer(np.arange(side) * 7 % 256, np.arange(side) * 5 % 256).astype(np.uint8)
    return Pillow.fromarray(shades)


def _encoded(image: Pillow.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pictures() -> list[bytes]:
    """A small picture of each kind that Pillow writes, in several modes."""
    grey, found = _face(), []
    colours = grey.convert("RGB")
    for kind in (
        "JPEG",
        "PNG",
        "GIF",
        "BMP",
        "WEBP",
        "TIFF",
        "PPM",
        "TGA",
        "ICO",
        "JPEG2000",
        "PCX",
        "SGI",
        "DDS",
        "AVIF",
    ):
        try:
            found.append(_encoded(colours, kind))
        except (OSError, KeyError):
            continue
    found += [_encoded(grey.convert(mode), "PNG") for mode in ("1", "L", "P", "LA", "RGBA", "I;16")]
    found += [_encoded(grey.convert(mode), "TIFF") for mode in ("1", "CMYK", "F", "I", "LAB")]
    found += [_encoded(colours, "JPEG", progressive=True), _encoded(grey.convert("CMYK"), "JPEG")]
    frames = [grey, grey.rotate(90), grey.rotate(180)]
    found += [_encoded(grey, kind, save_all=True, append_images=frames) for kind in ("GIF", "PNG", "WEBP", "TIFF")]
    return found


def _read_picture(content: bytes, folder: Path) -> None:
    path = folder / "picture"
    path.write_bytes(content)
    read_thumbnail(path, 16)
    decode_image(content, "picture")


def with_exif(chance: random.Random) -> bytes:
    """A JPEG or PNG whose EXIF holds odd tags, types, counts, offsets and values."""
    order, tags = chance.choice("<>"), []
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        tag = chance.choice((*Base, chance.randrange(65536)))
        value = chance.choice((0, 1, 6, 9, 255, 2**16, 2**31, 2**32 - 1, chance.getrandbits(32)))
        count = chance.choice((0, 1, 1, 1, 2, 5, 2**31, 2**32 - 1))
        tags.append(struct.pack(order + "HHII", int(tag), chance.choice((*range(14), 255)), count, value))
    after = chance.choice((0, 8, 26, 2**32 - 1))
    told = chance.choice((len(tags), 0, 65535))
    tiff = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, told) + b"".join(tags)
    exif = b"Exif\0\0" + tiff + struct.pack(order + "I", after) + chance.randbytes(chance.choice((0, 16, 300)))
    kind = chance.choice(("JPEG", "JPEG", "PNG", "WEBP"))
    content = _encoded(_face(16).convert("RGB"), kind, exif=exif)
    return mutate([content], chance) if chance.random() < 0.3 else content


def _read_exif(content: bytes, folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        without_metadata(content)
    _read_picture(content, folder)


def tables() -> list[bytes]:
    """FER-2013, FER+, labels of faces and timelines, as people have them."""
    pixels = " ".join(str(each % 256) for each in range(48 * 48))
    rows = [f"{label},{pixels},{usage}" for label, usage in ((0, "Training"), (3, "PublicTest"), (6, "PrivateTest"))]
    fer = "\n".join(["emotion,pixels,Usage", *rows]).encode()
    names = "neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    votes = f"Usage,Image name,{names}\nTraining,a.png,4,0,0,1,3,2,0,0,0,0\nPublicTest,,0,10,0,0,0,0,0,0,0,0\n".encode()
    faces = b"file,label,part,left,top,width,height\na.jpg,happy,train,1,2,30,40\nb.jpg,not happy,val,0,0,10,10\n"
    clips = b"file,timeline_by_eye,shot_expected\na.mp4,neutral 0-32; smile 35-49; ambiguous 50-51,yes\nb.mp4,,no\n"
    return [fer, fer.replace(b",", b";"), gzip.compress(fer), b"\xef\xbb\xbf" + fer, votes, faces, clips]


def _read_tables(content: bytes, folder: Path) -> None:
    path = folder / "labels.csv"
    path.write_bytes(content)
    for reader in (read, read_votes, read_labelled):
        _ours(partial(reader, path))
    with suppress(SmartselfieError), open_videos(folder):
        pass


def _ours(call: Callable[[], object]) -> None:
    """One of several readers: that it refuses the input ends nothing."""
    with suppress(SmartselfieError):
        call()


def archives() -> list[bytes]:
    """Prepared data, and zips of pictures with labels."""
    pixels, rows = np.zeros((3, 48, 48), np.uint8), np.arange(3)
    splits = np.array([split.value for split in Split])
    with TemporaryDirectory() as folder:
        path = Path(folder, "faces.npz")
        save(Dataset(pixels, np.array([0, 3, 6]), splits, rows, np.ones((3, 10), np.uint8)), path)
        prepared = path.read_bytes()
    plain, target = io.BytesIO(), io.BytesIO()
    np.savez(plain, pixels=pixels, labels=rows, splits=splits, rows=rows, emotions=np.array(EMOTIONS))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train/happy/1.png", _encoded(_face(48), "PNG"))
        archive.writestr("test/sad/2.jpg", _encoded(_face(48), "JPEG"))
        archive.writestr("labels.csv", "file,label,part\ntrain/happy/1.png,happy,val\n")
    return [prepared, plain.getvalue(), target.getvalue(), gzip.compress(prepared)]


def _read_archives(content: bytes, folder: Path) -> None:
    path = folder / "faces.npz"
    path.write_bytes(content)
    for reader in (load, read, read_labelled):
        _ours(partial(reader, path))


def cards() -> list[bytes]:
    """The metadata of models."""
    with _bundled("compact.card.json") as emotions, _bundled("eyes.card.json") as eyes:
        return [json.dumps(CARD.to_json()).encode(), emotions, eyes]


@contextmanager
def _bundled(name: str) -> Iterator[bytes]:
    yield resources.files("smartselfie.models").joinpath(name).read_bytes()


def _read_cards(content: bytes, _: Path) -> None:
    text = content.decode("utf-8", "surrogateescape")
    for reader, key in ((read_card, KEY), (read_eye_card, EYES_KEY)):
        _ours(partial(reader, {key: text}, "model.onnx"))


SETTINGS = b"""# mine
hold = 12
smile = "big"
rule = "everyone"
camera = 0
album = "~/Pictures"
calibration = [0.1, 0.9]
eyes_open = true

[on_photo]
"""


def settings() -> list[bytes]:
    """What people write into config.toml, and recipes of a training."""
    recipes = resources.files("smartselfie.training.recipes")
    return [
        SETTINGS,
        SETTINGS.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + SETTINGS,
        SETTINGS.decode().encode("utf-16"),
    ] + [each.read_bytes() for each in recipes.iterdir() if each.name.endswith(".toml")]


def _read_settings(content: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(content)
    _ours(partial(load_settings, {}, path))
    _ours(partial(save_settings, path, {"hold": 7}))
    path.write_bytes(content)
    _ours(partial(read_recipe, path))


def videos() -> list[bytes]:
    """Five frames in each container that OpenCV writes."""
    found = []
    # FFmpeg reads it when it is first used
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    with TemporaryDirectory() as folder:
        for name, code in (("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v")):
            writer = cv2.VideoWriter(f"{folder}/{name}", cv2.VideoWriter.fourcc(*code), 25, (64, 48))
            for shade in range(5):
                writer.write(np.full((48, 64, 3), shade * 50, np.uint8))
            writer.release()
            found.append(Path(folder, name).read_bytes())
    grey = _face(32)
    return [*found, _encoded(grey, "GIF", save_all=True, append_images=[grey.rotate(90)])]


def _read_video(content: bytes, folder: Path) -> None:
    path = folder / "clip.mp4"
    path.write_bytes(content)
    with closing(open_source(str(path), size=None, rotate=0, fps=30.0)) as source:
        for _ in islice(source.frames(), FRAMES):
            pass


KINDS: dict[str, Kind] = {
    "picture": Kind(250, _mutated(pictures), _simple(_read_picture)),
    "exif": Kind(250, with_exif, _simple(_read_exif)),
    "table": Kind(150, _mutated(tables), _simple(_read_tables)),
    "archive": Kind(100, _mutated(archives), _simple(_read_archives)),
    "card": Kind(100, _mutated(cards), _simple(_read_cards)),
    "settings": Kind(100, _mutated(settings), _simple(_read_settings)),
    "http": Kind(30, _mutated(requests), serve),
    "websocket": Kind(10, _mutated(conversations), serve),
    "video": Kind(10, _mutated(videos), _simple(_read_video)),
}
