"""What is looked after while nobody does."""

import os
from time import time

import httpx

from smartselfie.albums.gallery import Gallery
from smartselfie.booth.retention import ROOM, Retention


def test_a_disk_that_is_nearly_full_is_told_and_so_is_room_again(serve, tmp_path):
    free = [ROOM - 1]
    with serve() as booth, booth.viewer() as page:
        housekeeping = Retention(Gallery(tmp_path), booth.live, None, free=lambda _: free[0], every=0.01)
        housekeeping.start()
        while not page.get()[0]["disk_low"]:
            pass
        free[0] = ROOM
        while page.get()[0]["disk_low"]:
            pass
        housekeeping.close()


def test_old_photos_go_and_every_page_hears_of_it(serve, tmp_path):
    from tests.albums.test_gallery import taken_by_us

    photo = taken_by_us(tmp_path, 1)
    os.utime(photo, (time() - 7200, time() - 7200))
    with serve() as booth:
        version = booth.live.newest.version
        housekeeping = Retention(Gallery(tmp_path), booth.live, 1.0, every=0.01)
        housekeeping.start()
        booth.wait_for(lambda: booth.live.newest.version > version)
        housekeeping.close()
    assert not photo.exists()


def test_an_album_that_is_gone_does_not_stop_it(serve, tmp_path):
    with serve() as booth:
        gallery = Gallery(tmp_path / "gone")
        housekeeping = Retention(gallery, booth.live, 1.0, free=lambda _: 0, every=0.01)
        housekeeping.start()
        gallery.folder.mkdir()
        booth.wait_for(lambda: booth.live.newest.disk_low)
        housekeeping.close()


def test_a_bug_in_a_round_is_shown_on_the_page_until_a_round_works_again(serve, tmp_path, monkeypatch):
    monkeypatch.setattr("smartselfie.worker.LONGEST_PAUSE", 0.01)
    broken = [True]

    class Breaking(Gallery):
        def tidy(self, _delete_after):
            if broken:
                raise ZeroDivisionError
            return 0

    with serve() as booth, booth.viewer() as page:
        housekeeping = Retention(Breaking(tmp_path), booth.live, 1.0, every=0.01)
        housekeeping.start()
        while not (shown := page.get()[0])["problems"]:
            pass
        assert [(problem["worker"], problem["hint"]) for problem in shown["problems"]] == [
            ("deletion of old photos", "see the terminal")
        ]
        assert httpx.get(booth.url + "/api/state").json()["problems"] == shown["problems"]
        broken.clear()
        while page.get()[0]["problems"]:
            pass
        assert housekeeping.close()
