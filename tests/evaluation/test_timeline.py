"""Timelines as people write them."""

import csv
import os
import zipfile
from pathlib import Path

import pytest

from smartselfie.errors import DataError
from smartselfie.evaluation.timeline import Expected, Shows, Span, Video, open_videos, parse_timeline

HEADER = "file,timeline_by_eye,shot_expected\n"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("neutral 5-32; ambiguous 33-34; smile 35-49", ["no smile 5-32", "open 33-34", "smile 35-49"]),
        ("not smiling 0-330; smile about 335-425 (+-10)", ["no smile 0-330", "smile 335-425 off 10"]),
        ("looking down, not smiling 0-30; smile 36-114 (dim, head down)", ["no smile 0-30", "smile 36-114"]),
        ("talks; smiles on and off about 0-150; mostly serious after 165", ["open 0-150 off 10", "open 165-"]),
        ("neutral; one blink 80-86; eyes open otherwise", ["no smile 80-86"]),
        ("ambiguous 106; laughs 107-120; calm from 130", ["open 106-106", "smile 107-120", "no smile 130-"]),
        ("bottles, hands", []),
        ("", []),
    ],
)
def test_a_timeline_becomes_spans(text: str, spans: list[str]) -> None:
    def told(span: Span) -> str:
        last = "" if span.last is None else span.last
        return f"{span.shows} {span.first}-{last}" + (f" off {span.off}" if span.off else "")

    assert [told(span) for span in parse_timeline(text)] == spans


@pytest.mark.parametrize(
    "text", ["smile 35 to 49", "smile 35–49", "neutral 0-3; smile 49-35", "smile 35..49", "2 smile 3-4"]
)
def test_what_seems_to_mean_frames_and_names_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"is not a span of frames|ends before it begins"):
        parse_timeline(text)


def test_numbers_that_are_no_frames_are_remarks() -> None:
    assert parse_timeline("smiles most of the time, outdoors, 3/4 view; 2 people") == ()


def clip(timeline: str, expected: str = "yes") -> Video:
    return Video("c", Path("c"), Expected(expected), parse_timeline(timeline))


def test_a_frame_shows_what_its_span_says_in_favour_of_a_smile_nearby() -> None:
    seen = clip("neutral 0-20; smile 21-30; ambiguous 31-33; neutral 34-60")
    told = {frame: seen.shows(frame, 3) for frame in (5, 18, 25, 33, 40, 99)}
    assert told == {
        5: Shows.NO_SMILE,
        18: Shows.SMILE,
        25: Shows.SMILE,
        33: Shows.SMILE,
        40: Shows.NO_SMILE,
        99: Shows.OPEN,
    }


def test_where_no_photo_is_expected_every_frame_is_without_a_smile() -> None:
    assert clip("smile 0-10", "no").shows(5, 3) is Shows.NO_SMILE
    assert clip("smile 0-10", "no").smiles == ()


def test_a_clip_that_should_give_a_photo_and_names_no_smile_may_give_it_anywhere() -> None:
    (smile,) = clip("smiles on and off 0-50").smiles
    assert smile.holds(49)
    assert clip("smiles on and off 0-50", "ambiguous").smiles == ()


def test_a_zip_and_a_folder_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "labels.csv").write_text(HEADER + 'a.mp4,"smile 3-9, wide",yes\n')
    with zipfile.ZipFile(tmp_path / "clips.zip", "w") as archive:
        archive.write(tmp_path / "clips" / "labels.csv", "labels.csv")
    for path in (tmp_path / "clips", tmp_path / "clips.zip"):
        with open_videos(path) as (only,):
            assert (only.name, only.expected, only.path.parent.is_dir()) == ("a.mp4", Expected.YES, True)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (None, "no labels.csv"),
        (HEADER, "names no videos"),
        (HEADER + "a.mp4,smile 1-2,perhaps\n", "line 2"),
        ("file,note\na.mp4,x\n", "no column timeline_by_eye, shot_expected"),
        (HEADER + "a.mp4,smile 1 to 2,yes\n", "line 2 of labels.csv: 'smile 1 to 2' is not a span"),
        (HEADER + "a.mp4," + "x" * 200_000 + ",yes\n", "too long"),
    ],
)
def test_labels_that_cannot_be_understood_are_refused(tmp_path: Path, labels: str | None, found: str) -> None:
    # the csv module's own limit, which reading faces in the same process raises
    csv.field_size_limit(131_072)
    if labels is not None:
        (tmp_path / "labels.csv").write_text(labels)
    with pytest.raises(DataError, match=found), open_videos(tmp_path):
        pass


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    os.mkfifo(tmp_path / "pipe")
    reasons = {"missing.zip": "no such file", "text.zip": "cannot be read", "pipe": "a pipe", "a" * 300: "too long"}
    for name, reason in reasons.items():
        with pytest.raises(DataError, match=reason), open_videos(tmp_path / name):
            pass


LABELS = HEADER + "a.mp4,smile 3-9,yes\n"
FORMS = {
    "semicolons": LABELS.replace(",", ";").encode(),
    "tabs": LABELS.replace(",", "\t").encode(),
    "said to be semicolons": b"sep=;\n" + LABELS.replace(",", ";").encode(),
    "UTF-16": LABELS.encode("utf-16"),
    "a byte order mark and CRLF": LABELS.replace("\n", "\r\n").encode("utf-8-sig"),
    "other case and blanks": LABELS.replace("file,", " File , ", 1).encode(),
    "quotes": b'"file","timeline_by_eye","shot_expected"\n"a.mp4","smile 3-9","yes"\n',
    "another order": b"x,shot_expected,timeline_by_eye,file\n1,yes,smile 3-9,a.mp4\n",
}


@pytest.mark.parametrize("labels", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("place", ["labels.csv", "clips/labels.csv", "clips\\labels.csv"])
def test_labels_are_read_as_people_save_and_pack_them(tmp_path: Path, labels: bytes, place: str) -> None:
    with zipfile.ZipFile(tmp_path / "clips.zip", "w") as archive:
        archive.writestr(place, labels)
    with open_videos(tmp_path / "clips.zip") as (only,):
        assert (only.name, only.expected, [span.first for span in only.spans]) == ("a.mp4", Expected.YES, [3])


def test_a_number_without_end_is_no_frame(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(HEADER + f"a.mp4,smile {'9' * 5000},yes\n")
    with pytest.raises(DataError, match="too long"), open_videos(tmp_path):
        pass
