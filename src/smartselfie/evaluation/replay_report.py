"""A replay as one HTML file: for each clip the scores over time, the timeline, what the trigger did, and the photos."""

import base64
import html
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

import cv2
import numpy as np

from smartselfie.core.types import Image
from smartselfie.errors import DataError
from smartselfie.evaluation.replay import Point, Replay, Taken, Total
from smartselfie.evaluation.timeline import Shows, Span
from smartselfie.files import written_whole
from smartselfie.trigger.rule import Reason

WIDTH, HEIGHT, LEFT, STRIP = 960.0, 170.0, 34.0, 12.0
PREVIEW = 360
"""Pixels of a photo's longer side on the page."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --paper: #fbfaf7; --line: #d8d4cb; --soft: #6b7280;
  --happy: #d97706; --steady: #b45309; --doubt: #6d28d9; --eyes: #0e7490; --good: #15803d; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #16181d; --line: #3a3f4a; --soft: #9aa3b2;
  --happy: #fbbf24; --steady: #f59e0b; --doubt: #a78bfa; --eyes: #22d3ee; --good: #4ade80; --bad: #f87171; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 1000px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .3rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; }
td:first-child, th:first-child { text-align: left; }
svg { width: 100%; height: auto; display: block; } text { fill: var(--soft); font-size: 11px; }
figure { display: inline-block; margin: .5rem .8rem 0 0; } figure img { border-radius: 6px; max-width: 100%; }
figcaption, .soft { color: var(--soft); font-size: .85rem; } .bad { color: var(--bad); } .good { color: var(--good); }
"""


def check_page(path: Path) -> None:
    """Make sure that a page can be written there, before minutes are spent on what it is to show.

    Raises:
        DataError: it cannot.
    """
    try:
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path} cannot be written: {error.strerror}", "choose another --report")


def write_page(path: Path, replays: Sequence[Replay], everything: Total) -> None:
    """Write the page, whole or not at all; pictures are inside it.

    Raises:
        DataError: the place cannot be written.
    """
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>smartselfie replay</title>",
        "<meta name='viewport' content='width=device-width'>",
        f"<style>{STYLE}</style><h1>What the trigger did</h1>",
        _summary(everything),
        _table(replays),
        *(_clip(each) for each in replays),
        "</html>\n",
    ]
    try:
        with written_whole(path) as file:
            file.write("\n".join(parts).encode())
    except OSError as error:
        raise _unwritable(path, error) from None


def _summary(everything: Total) -> str:
    median = "unknown" if everything.median_latency is None else f"{everything.median_latency:.2f} s"
    return (
        f"<p>{everything.clips} clips, {everything.seconds:.0f} seconds: {everything.expected} photos expected, "
        f"<b>{everything.taken} taken, {everything.missed} missed, {everything.false} false</b> "
        f"({everything.false_per_hour or 0:.1f} an hour); from the start of a smile to the shutter {median} (median)."
        "</p>"
        "<p class='soft'>Curves of the largest face that counts: <b style='color:var(--happy)'>smile</b> "
        "(faint: every frame; strong: steadied), <b style='color:var(--doubt)'>what speaks against it</b>, "
        "<b style='color:var(--eyes)'>eyes open</b>. Upper strip: the timeline, smiles filled, open parts hatched. "
        "Lower strip: what was missing, filled while a smile is held. Lines: the shutter; dots: the kept frame.</p>"
    )


def _table(replays: Sequence[Replay]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(each.clip.name)}<td>{each.seconds:.1f} s<td>{each.expected}<td>{each.caught}"
        f"<td>{_marked(len(each.missed))}<td>{_marked(len(each.false))}"
        for each in replays
    )
    return f"<table><tr><th>clip<th>length<th>expected<th>taken<th>missed<th>false{rows}</table>"


def _marked(count: int) -> str:
    return f"<b class='bad'>{count}</b>" if count else "0"


def _clip(played: Replay) -> str:
    name, expected = html.escape(played.clip.name), played.clip.expected.value
    photos = "".join(_photo(photo) for photo in played.taken)
    return f"<h2>{name} <span class='soft'>photo expected: {expected}</span></h2>{_chart(played)}{photos}"


def _chart(played: Replay) -> str:
    length = max(played.seconds, 0.1)

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT) * at / length

    bottom = HEIGHT - STRIP - 18
    parts = [f"<svg viewBox='0 0 {WIDTH:.0f} {HEIGHT:.0f}' role='img' aria-label='scores over time'>"]
    parts.append(
        "<defs><pattern id='open' width='6' height='6' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
        "<rect width='2' height='6' fill='var(--happy)'/></pattern></defs>"
    )
    for share in (0.0, 0.5, 1.0):
        y = _y(share, bottom)
        parts.append(f"<line x1='{LEFT}' x2='{WIDTH}' y1='{y:.1f}' y2='{y:.1f}' stroke='var(--line)'/>")
        parts.append(f"<text x='2' y='{y + 4:.1f}'>{share:g}</text>")
    parts += [_span(span, played.points, x) for span in played.clip.spans]
    parts.append(_reasons(played.points, x, HEIGHT - STRIP - 14))
    curves: tuple[tuple[str, Callable[[Point], float | None], float], ...] = (
        ("var(--eyes)", lambda point: point.eyes, 0.5),
        ("var(--doubt)", lambda point: point.doubt, 0.8),
        ("var(--happy)", lambda point: point.smile, 0.35),
        ("var(--steady)", lambda point: point.steady, 1.0),
    )
    parts += [_curve(played.points, value, x, bottom, colour, strong) for colour, value, strong in curves]
    parts += [_shutter(photo, x, bottom) for photo in played.taken]
    parts.append(f"<text x='{LEFT}' y='{HEIGHT - 2}'>0 s</text>")
    parts.append(f"<text x='{WIDTH}' y='{HEIGHT - 2}' text-anchor='end'>{played.seconds:.1f} s</text></svg>")
    return "".join(parts)


def _y(share: float, bottom: float) -> float:
    return bottom - (bottom - STRIP - 6) * min(max(share, 0.0), 1.0)


def _span(span: Span, points: Sequence[Point], x: Callable[[float], float]) -> str:
    """A smile or an open part of the timeline."""
    if span.shows is Shows.NO_SMILE or not points:
        return ""
    step = points[-1].at / max(1, len(points) - 1)
    first, last = span.first * step, points[-1].at if span.last is None else (span.last + 1) * step
    fill = "var(--happy)" if span.shows is Shows.SMILE else "url(#open)"
    width = max(1.0, x(min(last, points[-1].at)) - x(first))
    return f"<rect x='{x(first):.1f}' y='0' width='{width:.1f}' height='{STRIP - 2}' fill='{fill}' opacity='.7'/>"


def _reasons(points: Sequence[Point], x: Callable[[float], float], y: float) -> str:
    """What was missing, frame by frame, as one box for each stretch."""
    parts, start = [], 0
    for place in range(1, len(points) + 1):
        if place == len(points) or points[place].reason is not points[start].reason:
            begin, end = points[start].at, points[min(place, len(points) - 1)].at
            reason = points[start].reason
            held = reason in (Reason.HOLDING, Reason.READY, Reason.EYES_CLOSED)
            fill = "var(--good)" if held else "var(--line)"
            width = max(1.0, x(end) - x(begin))
            parts.append(
                f"<rect x='{x(begin):.1f}' y='{y:.1f}' width='{width:.1f}' height='{STRIP - 2}' fill='{fill}' "
                f"opacity='{0.9 if held else 0.5}'><title>{reason.value.replace('_', ' ')}</title></rect>"
            )
            start = place
    return "".join(parts)


def _curve(
    points: Sequence[Point],
    value: Callable[[Point], float | None],
    x: Callable[[float], float],
    bottom: float,
    colour: str,
    strong: float,
) -> str:
    """One curve, broken where there is nothing to show."""
    path, pen = [], "M"
    for point in points:
        shown = value(point)
        if shown is None:
            pen = "M"
            continue
        path.append(f"{pen}{x(point.at):.1f} {_y(shown, bottom):.1f}")
        pen = "L"
    return f"<path d='{''.join(path)}' fill='none' stroke='{colour}' stroke-width='1.6' opacity='{strong}'/>"


def _shutter(photo: Taken, x: Callable[[float], float], bottom: float) -> str:
    colour = "var(--bad)" if photo.shows is Shows.NO_SMILE else "var(--good)"
    at = x(photo.decided_at)
    return (
        f"<line x1='{at:.1f}' x2='{at:.1f}' y1='{STRIP}' y2='{bottom}' stroke='{colour}' stroke-width='2'/>"
        f"<circle cx='{x(photo.at):.1f}' cy='{STRIP + 6}' r='4' fill='{colour}'/>"
    )


def _photo(photo: Taken) -> str:
    late = "" if photo.latency is None else f", {photo.latency:.2f} s after the smile began"
    stands = photo.standing
    verdict = "<b class='bad'>nobody smiles</b>" if photo.shows is Shows.NO_SMILE else photo.shows.value
    return (
        f"<figure><img alt='frame {photo.frame}' src='data:image/jpeg;base64,{_encoded(photo.image)}'>"
        f"<figcaption>frame {photo.frame}, fired at {photo.decided}{late}; timeline: {verdict}<br>"
        f"no worse than {stands.smile:.0%} of its hold's {stands.frames} frames in smile, {stands.sharpness:.0%} in "
        f"sharpness, {stands.eyes:.0%} in eyes</figcaption></figure>"
    )


def _encoded(image: Image) -> str:
    scale = min(1.0, PREVIEW / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return base64.b64encode(jpeg.tobytes()).decode()
