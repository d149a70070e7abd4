"""What a file is: by its first bytes, and by the endings that people give to pictures and videos."""

import re
from enum import Enum
from pathlib import Path

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".avif", ".bmp", ".dib", ".tif", ".tiff", ".gif"}
    | {".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".jxl", ".heic", ".heif", ".hif", ".tga", ".psd"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".3g2", ".ts", ".mts", ".m2ts"}
    | {".ogv", ".mjpeg", ".flv", ".f4v", ".asf", ".vob", ".divx", ".mxf"}
)
# Cameras' raw data; where they look like a TIFF, that holds a thumbnail only.
RAW_SUFFIXES = frozenset({".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".pef", ".srw", ".raf"})

# Bytes that tell every kind; MPEG's transport streams need the most.
HEAD = 400


class Kind(Enum):
    """A kind of file by its content, in words for messages."""

    IMAGE = "an image"
    HEIF = "a HEIC or HEIF image"
    VIDEO = "a video"
    JPEG_XL = "a JPEG XL image"
    PDF = "a PDF document"
    SEVEN_ZIP = "a 7z archive"
    RAR = "a RAR archive"
    ARCHIVE = "an archive"
    MARKUP = "a page or drawing (HTML, SVG or XML)"
    LFS = "a Git LFS pointer, not the file itself"


# The first that matches counts.
_BEGINNINGS = {
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}|8BPS|II[*+]\0|MM\0[*+]": Kind.IMAGE,
    rb"\0\0\0\x0cjP  \r\n|\xff\x4f\xff\x51|.{4}ftypavi[fs]": Kind.IMAGE,
    rb".{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)": Kind.HEIF,
    rb"\xff\x0a|\0\0\0\x0cJXL ": Kind.JPEG_XL,
    rb".{4}ftyp(?!M4[AB] )|.{4}(moov|mdat|wide)|\x1aE\xdf\xa3|RIFF.{4}AVI |FLV\x01|\x30\x26\xb2\x75": Kind.VIDEO,
    rb"OggS|\0\0\x01[\xba\xb3]|\x47.{187}\x47|.{4}\x47.{191}\x47|\x06\x0e\x2b\x34\x02\x05": Kind.VIDEO,
    rb"%PDF": Kind.PDF,
    rb"7z\xbc\xaf\x27\x1c": Kind.SEVEN_ZIP,
    rb"Rar!": Kind.RAR,
    rb"PK\x03\x04|\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd": Kind.ARCHIVE,
    rb"(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|svg)": Kind.MARKUP,
    rb"version https://git-lfs": Kind.LFS,
}


def kind_of(head: bytes) -> Kind | None:
    """What begins with these bytes (`HEAD` of them, or all there are); None where nothing tells."""
    for pattern, kind in _BEGINNINGS.items():
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return kind
    return None


def is_media(path: Path) -> bool:
    """Whether a file of a folder is a picture or a video, by its ending or else by its content."""
    return path.suffix.lower() in VIDEO_SUFFIXES or is_image(path) or kind_of_file(path) is Kind.VIDEO


def is_image(path: Path) -> bool:
    """Whether a file of a folder is a picture, by its ending or else by its content."""
    known = IMAGE_SUFFIXES | RAW_SUFFIXES
    return path.suffix.lower() in known or kind_of_file(path) in (Kind.IMAGE, Kind.HEIF, Kind.JPEG_XL)


def is_video(path: Path) -> bool:
    """Whether it is a video by its content or, where that does not tell, by its ending."""
    kind = kind_of_file(path)
    return kind is Kind.VIDEO or (kind is None and path.suffix.lower() in VIDEO_SUFFIXES)


def kind_of_file(path: Path) -> Kind | None:
    """`kind_of` for a regular file; None, too, for what is none or cannot be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return kind_of(file.read(HEAD))
    except (OSError, ValueError):
        return None
