"""The local network: nothing is reachable without a code, and a code opens once."""

import asyncio
import re
import ssl

import httpx
import pytest
from pydantic import SecretStr
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from smartselfie.booth.app import create_app
from smartselfie.booth.auth import COOKIE
from smartselfie.booth.roles import Role
from smartselfie.booth.routes.pairing import drawn
from smartselfie.booth.server import open_to_network
from smartselfie.settings.load import changed
from smartselfie.settings.schema import Settings


@pytest.fixture
def network(serve, tmp_path):
    """A booth with a door to the network, which for the test is this machine itself."""
    (tmp_path / "album").mkdir()
    settings = Settings(lan=True, port=0)
    with (
        serve(settings=settings, folder=tmp_path / "album") as booth,
        open_to_network(settings, booth.booth, folder=tmp_path / "keys", address="127.0.0.1") as outside,
    ):
        yield booth, outside


def trust():
    """A phone has to take the certificate on trust."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return trusting


def client(outside):
    return httpx.Client(base_url=outside.url, verify=trust(), timeout=20)


def join(phone, outside):
    return phone.post("/api/join", json={"code": outside.codes.give(Role.PHONE)})


async def post_as_host(app, path):
    """What the page's own door answers to this machine."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as host:
        return (await host.post(path)).json()


def test_without_a_code_there_is_the_door_and_nothing_behind_it(network):
    booth, outside = network
    (booth.booth.gallery.folder / "a.jpg").write_bytes(b"secret")
    booth.feed()
    paths = ["/", "/api/state", "/api/photos", "/photos/a.jpg", "/thumbnails/a.jpg", "/openapi.json", "/api/settings"]
    paths += [
        "/static/app.js",
        "/static/words/en.json",
        "/api/events",
        "/zip/x",
        "/strips/a.jpg",
        "/nothing",
        "/join/../api/state",
    ]
    with client(outside) as phone:
        for path in paths:
            answer = phone.get(path)
            assert answer.status_code == 403, path
            assert b"secret" not in answer.content
        for path in ("/api/shoot", "/api/quit", "/api/invite", "/api/photos/a.jpg/share", "/api/zip"):
            assert phone.post(path).status_code == 403, path
        assert phone.get("/join").status_code == 200
    assert not booth.left
    for path in ("/live", "/camera"):
        with pytest.raises(InvalidStatus):
            connect(outside.url.replace("https", "wss") + path, ssl=trust(), origin=outside.url)


def test_the_door_page_names_nothing_that_is_locked(network):
    _, outside = network
    with client(outside) as phone:
        page = phone.get("/join")
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(named) >= 3
        assert [phone.get(name).status_code for name in named] == [200] * len(named)


def test_a_code_lets_one_phone_in_once(network):
    booth, outside = network
    booth.feed()
    code = outside.codes.give(Role.PHONE)
    with client(outside) as phone, client(outside) as other:
        answer = phone.post("/api/join", json={"code": code})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("secure", "httponly", "samesite=strict", "path=/"))
        assert phone.get("/api/state").json()["phase"] == "running"
        assert phone.get("/").status_code == 200
        assert other.post("/api/join", json={"code": code}).status_code == 403
        assert other.get("/api/state").status_code == 403
        forged = {COOKIE: "x" * 43}
        assert other.get("/api/state", headers={"Cookie": f"{COOKIE}={forged[COOKIE]}"}).status_code == 403


def test_the_page_makes_codes_as_pictures_and_the_code_stands_where_no_server_sees_it(network, serve):
    booth, outside = network
    with client(outside) as phone:
        join(phone, outside)
        # only the host lets others in
        assert phone.post("/api/invite", headers={"Origin": outside.url}).status_code == 403
    # without --lan there is no such thing
    with serve() as plain:
        assert httpx.post(plain.url + "/api/invite").status_code == 404
    assert booth.live.newest.photos == 0


@pytest.mark.parametrize(("what", "again"), [("/api/invite", 403), ("/api/gallery/share", 204)])
def test_a_phones_code_is_for_one_and_the_gallerys_for_all_guests(network, what, again):
    booth, outside = network
    told = asyncio.run(post_as_host(create_app(booth.booth, outside=outside), what))
    assert re.fullmatch(re.escape(outside.url) + r"/join#\w{12}", told["url"])
    assert told["qr"].startswith("<svg")
    code = told["url"].partition("#")[2]
    with client(outside) as first, client(outside) as second:
        assert first.post("/api/join", json={"code": code}).status_code == 204
        assert second.post("/api/join", json={"code": code}).status_code == again


def test_a_wifi_code_stands_beside_the_phones_code_where_the_host_names_one(network):
    booth, outside = network
    app = create_app(booth.booth, outside=outside)
    assert asyncio.run(post_as_host(app, "/api/invite"))["wifi"] is None
    for password, text in ((None, r"WIFI:S:Jo\;e\:s;;"), ('p"w;12345', r"WIFI:T:WPA;S:Jo\;e\:s;P:p\"w\;12345;;")):
        booth.booth.settings.now = changed(booth.settings, {"wifi": "Jo;e:s", "wifi_password": password})
        told = asyncio.run(post_as_host(app, "/api/gallery/share"))["wifi"]
        assert told == {"name": "Jo;e:s", "qr": drawn(text)}


def test_a_guest_is_led_to_the_gallery_and_sees_photos_only(network):
    booth, outside = network
    (booth.booth.gallery.folder / "a.jpg").write_bytes(b"picture")
    booth.feed()
    with client(outside) as guest:
        guest.post("/api/join", json={"code": outside.tickets.give(Role.GUEST)})
        page = guest.get("/", follow_redirects=True)
        assert (page.url.path, page.status_code) == ("/gallery", 200)
        assert 'data-role="guest"' in page.text
        assert guest.get("/photos/a.jpg").content == b"picture"
        assert guest.get("/api/photos").json()["total"] == 1
        assert [guest.get(path).status_code for path in ("/api/state", "/api/frame.jpg", "/status")] == [403] * 3
        assert guest.post("/api/shoot").status_code == 403
        # a phone's code makes more of them, a guest's does not make less of a phone
        join(guest, outside)
        guest.post("/api/join", json={"code": outside.tickets.give(Role.GUEST)})
        assert guest.get("/api/state").status_code == 200


@pytest.mark.slow
def test_a_phone_is_the_host_with_the_pin_only(serve, tmp_path):
    (tmp_path / "album").mkdir()
    for pin, code in ((None, 403), (SecretStr("1234"), 200)):
        settings = Settings(lan=True, port=0, pin=pin)
        with (
            serve(settings=settings, pin=pin and "1234", folder=tmp_path / "album") as booth,
            open_to_network(settings, booth.booth, folder=tmp_path / "keys", address="127.0.0.1") as outside,
            client(outside) as phone,
        ):
            join(phone, outside)
            told = phone.get("/api/settings").json()
            assert (told["role"], told["locked"]) == ("phone", pin is not None)
            assert phone.patch("/api/settings", json={"rest": 7}).status_code == 403
            answer = phone.patch("/api/settings", json={"rest": 7}, headers={"X-PIN": "1234"})
            assert answer.status_code == code
            assert code == 403 or answer.json()["role"] == "phone"


def test_a_guests_link_gives_one_photo_and_nothing_else(network):
    booth, outside = network
    for name in ("a.jpg", "b.jpg"):
        (booth.booth.gallery.folder / name).write_bytes(name.encode())
    with client(outside) as phone, client(outside) as guest:
        join(phone, outside)
        url = phone.post("/api/photos/a.jpg/share").json()["url"]
        assert phone.post("/api/photos/none.jpg/share").status_code == 404
        assert "Aquí está tu foto" in guest.get(url, headers={"Accept-Language": "es-MX,en;q=0.5"}).text
        answer = guest.get(f"{url}/photo.jpg")
        assert answer.content == b"a.jpg"
        assert answer.headers["content-disposition"].startswith("inline")
        assert guest.get(f"{url}/photo.jpg?download=1").headers["content-disposition"].startswith("attachment")
        assert guest.get(f"{url}/clip").status_code == 404
        assert guest.get("/photos/b.jpg").status_code == 403
        assert guest.get("/guest/" + "x" * 43).status_code == 404
        assert phone.delete("/api/photos/a.jpg").status_code == 403
        (booth.booth.gallery.folder / "a.jpg").unlink()
        assert guest.get(url).status_code == 404


def test_a_name_that_is_not_this_machine_is_refused_there_too(network):
    _, outside = network
    with client(outside) as phone:
        assert phone.get("/join", headers={"Host": "evil.example"}).status_code == 403
        assert (
            phone.post("/api/join", json={"code": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403
        )


def test_guests_links_alone_are_served_over_plain_http_where_the_host_asks_for_it(serve, tmp_path):
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "a.jpg").write_bytes(b"a.jpg")
    settings = Settings(lan=True, port=0, guest_http=True)
    with (
        serve(settings=settings, folder=tmp_path / "album") as booth,
        open_to_network(settings, booth.booth, folder=tmp_path / "keys", address="127.0.0.1") as outside,
        client(outside) as phone,
    ):
        join(phone, outside)
        url = phone.post("/api/photos/a.jpg/share").json()["url"]
        assert url.startswith("http://127.0.0.1:")
        door = url.partition("/guest/")[0]
        page = httpx.get(url, headers={"Accept-Language": "ja"})
        assert '<html lang="ja"' in page.text
        named = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert [httpx.get(door + name).status_code for name in named] == [200] * 3
        assert httpx.get(f"{url}/photo.jpg").content == b"a.jpg"
        for path in ("/", "/join", "/api/photos", "/photos/a.jpg", "/api/state", "/static/app.js"):
            assert httpx.get(door + path).status_code == 404, path
        assert phone.post("/api/gallery/share").status_code == 403
        assert outside.url.startswith("https://")


def test_people_who_were_not_let_in_or_come_late_are_told_so_in_words(network):
    booth, outside = network
    with client(outside) as guest:
        for path, status, words in (("/", 403, "Scanne zuerst"), ("/guest/" + "x" * 12, 404, "nicht mehr da")):
            answer = guest.get(path, headers={"Accept": "text/html,*/*", "Accept-Language": "de-AT,en"})
            assert answer.status_code == status
            assert words in answer.text
        # programs are told as before
        assert guest.get("/api/state").json() == {"detail": "scan the code on the booth's page first"}
    assert not booth.left
