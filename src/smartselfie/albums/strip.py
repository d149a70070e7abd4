"""A strip as photo booths print it: photos one under the other on white, and the day below."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, ImageOps

from smartselfie.errors import PictureError
from smartselfie.images import encode_image, read_thumbnail

# As many as a strip has room for.
PHOTOS = 4
WIDTH, HEIGHT = 600, 450
BORDER = 30
# Pixels for the date, between the last photo and the lower border.
FOOT = 50
QUALITY = 90


def make_strip(photos: Sequence[Path]) -> bytes | None:
    """The photos as one JPEG, from top to bottom, with the local date on which the last of them was written.

    One that cannot be read is left out; None where none is left.
    """
    read = [part for part in map(_read, photos) if part is not None]
    if not read:
        return None
    step = HEIGHT + BORDER
    strip = Pillow.new("RGB", (BORDER + WIDTH + BORDER, BORDER + len(read) * step + FOOT), "white")
    for place, (image, _) in enumerate(read):
        strip.paste(image, (BORDER, BORDER + place * step))
    date = f"{read[-1][1]:%Y-%m-%d}"
    middle = (strip.width / 2, strip.height - (BORDER + FOOT) / 2)
    ImageDraw.Draw(strip).text(middle, date, "#555555", ImageFont.load_default(26), anchor="mm")
    return encode_image(strip, "JPEG", quality=QUALITY)


def _read(photo: Path) -> tuple[Pillow.Image, datetime] | None:
    """The photo upright, its middle at 4:3, and when it was written."""
    try:
        written = datetime.fromtimestamp(photo.stat().st_mtime, UTC).astimezone()
        image = read_thumbnail(photo, WIDTH)
    except (OSError, OverflowError, ValueError, PictureError):
        return None
    return ImageOps.fit(image, (WIDTH, HEIGHT), Pillow.Resampling.LANCZOS), written
