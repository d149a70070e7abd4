"""A browser's camera: frames come in when they are wanted, and the still at the shutter."""

import asyncio
import io
import threading

import httpx
import numpy as np
import pytest
from PIL import Image as Pictures
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from smartselfie.booth import browser_camera
from smartselfie.booth.browser_camera import FRAME_PIXELS, BrowserCamera, Page, StillAlbum, enlarged, read_jpeg
from smartselfie.booth.routes.camera import BAD_FRAME, BUSY, NOT_WANTED, _take_frames
from smartselfie.core.emotion import Emotion
from smartselfie.core.events import Shot, SourceBack, SourceLost
from smartselfie.core.types import Box, Face, Frame
from smartselfie.errors import PictureError
from smartselfie.testing import MemoryAlbum, blank, scores


def jpeg(width=64, height=48, colour="gray"):
    buffer = io.BytesIO()
    Pictures.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def give(booth):
    return connect(f"ws://127.0.0.1:{booth.port}/camera", origin=booth.url)


def close_code(line):
    with pytest.raises(ConnectionClosed) as closed:
        line.recv(timeout=20)
    return closed.value.rcvd.code


def test_frames_are_asked_for_as_they_are_taken(serve):
    camera = BrowserCamera()
    with serve(camera=camera) as booth, give(booth) as page:
        assert [page.recv(timeout=20) for _ in range(2)] == ["next", "next"]
        for index in range(5):
            page.send(jpeg())
            assert page.recv(timeout=20) == "next"
            booth.wait_for(
                lambda want=index: (
                    getattr(booth.live.newest, "moment", None) is not None
                    and booth.live.newest.moment.frame.index == want
                )
            )
        with pytest.raises(TimeoutError):
            page.recv(timeout=0.2)


def test_the_photo_is_the_still_of_the_shutter_at_full_resolution(serve):
    camera = BrowserCamera()
    with serve(emotion=Emotion.HAPPY, camera=camera) as booth, give(booth) as page:
        told = ""
        while not told.startswith("still"):
            told = page.recv(timeout=20)
            if told == "next":
                page.send(jpeg())
        address = booth.url + told.split()[1]
        assert httpx.post(address, content=jpeg(1920, 1440, "orange")).status_code == 204
        assert httpx.post(address, content=jpeg()).status_code == 404
        booth.wait_for(lambda: len(booth.kept.photos) == 1)
    shot = booth.kept.photos[0].shot
    assert shot.frame.image.shape == (1440, 1920, 3)
    # found at 10, 8 with a side of 24 on 64 × 48
    assert shot.faces[0].box == Box(300, 240, 720, 720)


def test_without_a_still_the_small_frame_is_kept(monkeypatch, caplog):
    monkeypatch.setattr(browser_camera, "STILL_TIME", 0.01)
    album = MemoryAlbum()
    shot = Shot(Frame(blank(), 1.0, 3), 3, (), "hand", {}, "m", "browser")
    camera = BrowserCamera()
    StillAlbum(album, lambda: camera).save(shot)
    camera.attach(Page(next=lambda: None, still=lambda: None))
    StillAlbum(album, lambda: camera).save(shot)
    assert [photo.shot for photo in album.photos] == [shot, shot]
    assert "sent no full picture" in caplog.text


def test_one_page_at_a_time_gives_its_picture(serve):
    camera = BrowserCamera()
    with serve(camera=camera) as booth:
        with give(booth) as first:
            assert first.recv(timeout=20) == "next"
            with give(booth) as second:
                assert close_code(second) == BUSY
        booth.wait_for(lambda: camera._page is None)
        with give(booth) as third:
            assert third.recv(timeout=20) == "next"


def test_nobodys_frames_are_wanted_while_another_camera_is_chosen(serve):
    with serve() as booth, give(booth) as page:
        assert close_code(page) == NOT_WANTED


@pytest.mark.parametrize("frame", [b"", b"GIF89a", jpeg()[:40], jpeg(2100, 1100), "text"])
def test_what_is_no_small_jpeg_ends_the_line(serve, frame):
    camera = BrowserCamera()
    with serve(camera=camera) as booth, give(booth) as page:
        assert [page.recv(timeout=20) for _ in range(2)] == ["next", "next"]
        page.send(frame)
        assert close_code(page) == BAD_FRAME
        booth.wait_for(lambda: camera._page is None)


def test_a_frame_that_is_too_long_ends_the_line(serve):
    with serve(camera=BrowserCamera()) as booth, give(booth) as page:
        assert page.recv(timeout=20) == "next"
        page.send(bytes(600_000))
        booth.wait_for(lambda: booth.booth.source._page is None)


def test_an_error_while_the_page_is_told_is_raised_and_ends_the_line():
    class Broken:
        async def send_text(self, _text):
            raise ZeroDivisionError

        async def receive_bytes(self):
            await asyncio.Event().wait()

    async def take():
        told = asyncio.Queue()
        told.put_nowait("next")
        await _take_frames(Broken(), BrowserCamera(), Page(next=lambda: None, still=lambda: None), told)

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(take())
    assert raised.group_contains(ZeroDivisionError)


def test_another_sites_page_cannot_give_frames(serve):
    with serve(camera=BrowserCamera()) as booth, pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{booth.port}/camera", origin="https://evil.example")


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = jpeg(9000, 9000)
    assert len(bomb) < 2_000_000
    with pytest.raises(PictureError, match="too many pixels"):
        read_jpeg(bomb, FRAME_PIXELS)


def test_a_jpeg_becomes_a_picture_in_opencvs_order():
    image = read_jpeg(jpeg(10, 6, "red"), FRAME_PIXELS)
    assert image.shape == (6, 10, 3)
    assert image[3, 5, 2] > 240
    assert image[3, 5, 0] < 20


def test_a_still_that_lies_on_its_side_is_turned_upright():
    buffer, exif = io.BytesIO(), Pictures.Exif()
    exif[274] = 6
    Pictures.new("RGB", (10, 6)).save(buffer, "JPEG", exif=exif)
    assert read_jpeg(buffer.getvalue(), FRAME_PIXELS).shape == (10, 6, 3)


def test_a_page_that_goes_away_is_told_and_so_is_its_return(monkeypatch):
    monkeypatch.setattr(browser_camera, "SILENCE", 0.05)
    camera = BrowserCamera()
    items = camera.frames()
    assert isinstance(next(items), SourceLost)
    threading.Timer(0.05, camera.push, (blank(),)).start()
    assert isinstance(next(items), SourceBack)
    frame = next(items)
    assert (frame.at, frame.index) == (0.0, 0)
    assert frame.taken is not None
    camera.close()
    assert list(items) == []
    assert not camera.attach(Page(next=lambda: None, still=lambda: None))


def test_only_the_newest_frame_is_kept():
    camera = BrowserCamera()
    for grey in (1, 2, 3):
        camera.push(blank(value=grey))
    assert next(camera.frames()).image[0, 0, 0] == 3


def test_boxes_follow_the_larger_picture():
    face = Face(Box(10, 20, 30, 40), scores(Emotion.HAPPY))
    shot = Shot(Frame(blank(100, 100), 1.0, 3), 3, (face,), "smile", {}, "m", "browser")
    large = enlarged(shot, np.zeros((400, 200, 3), np.uint8))
    assert large.faces[0].box == Box(20, 80, 60, 160)
    assert large.frame.at == 1.0


def test_who_has_the_place_and_gives_nothing_loses_it_to_the_next_and_cannot_push_any_more(monkeypatch):
    camera, image = BrowserCamera(), blank()
    silent, other = (Page(next=lambda: None, still=lambda: None) for _ in range(2))
    assert camera.attach(silent)
    assert not camera.attach(other)
    monkeypatch.setattr("smartselfie.booth.browser_camera.SEAT_TIME", 0.0)
    assert camera.attach(other)
    assert not camera.push_from(silent, image)
    assert camera.push_from(other, image)
    camera.detach(silent)
    assert camera.push_from(other, image)
