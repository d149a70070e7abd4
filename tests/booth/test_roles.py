"""Every route, asked by everybody."""

import asyncio
import itertools
import re
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from smartselfie.booth.app import create_app
from smartselfie.booth.auth import AUTO, COOKIE, LanAccess, PinCheck, RequireRole
from smartselfie.booth.booth import Booth
from smartselfie.booth.roles import Role, needed_for
from smartselfie.settings.schema import Settings

STRANGER, GUEST, PHONE, HOST = Role
NEEDS = {
    STRANGER: (
        "GET /join",
        "POST /api/join",
        *("GET /guest/TOKEN", "GET /guest/TOKEN/photo.jpg", "GET /guest/TOKEN/strip.jpg", "GET /guest/TOKEN/clip"),
        "GET /static/guest.js",
        *(f"GET /static/{name}" for name in ("join.js", "style.css", "icon.svg", "icon-192.png", "icon-512.png")),
        "GET /static/booth.webmanifest",
    ),
    GUEST: (
        *("GET /", "GET /gallery", "GET /tv", "GET /static/app.js", "GET /static/words/en.json", "GET /api/photos"),
        *(f"GET /{what}/a.jpg" for what in ("photos", "clips", "thumbnails", "strips")),
    ),
    PHONE: (
        *("GET /status", "GET /openapi.json", "GET /api/state", "GET /api/events", "GET /api/settings", "WS /live"),
        *("POST /api/shoot", "POST /api/agree", "POST /api/photos/a.jpg/share", "GET /zip/TOKEN"),
        "POST /api/countdown",
        *("GET /health", "GET /api/frame.jpg", "GET /api/frames.mjpeg", "WS /camera", "POST /api/still/TOKEN"),
    ),
    HOST: (
        *("POST /api/pause", "POST /api/resume", "POST /api/quit", "POST /api/unlock", "GET /api/pin"),
        *("PATCH /api/settings", "DELETE /api/photos/a.jpg", "POST /api/trash/1/restore", "POST /api/zip"),
        *("POST /api/invite", "POST /api/gallery/share", "GET /api/status"),
    ),
}
ROUTES = [(route, role) for role, routes in NEEDS.items() for route in routes]
PIN = "1234"
HERE, THERE = "127.0.0.1", "192.168.1.9"


@pytest.fixture(scope="module")
def routes():
    """All routes of the door to the network, which has every one."""
    booth = Booth(Settings(), cameras=lambda: ())
    app = create_app(booth, outside=LanAccess("https://192.168.1.7:8766"), paired_only=True)
    return next(each.kwargs["routes"] for each in app.user_middleware if each.cls is RequireRole)


def scope_of(route, *, client=HERE, server=HERE, cookie="", pin=""):
    method, path = route.split()
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode()), (b"x-pin", pin.encode())]
    kind = {"type": "websocket"} if method == "WS" else {"type": "http", "method": method}
    return {**kind, "path": path, "headers": headers, "client": (client, 50000), "server": (server, 8765)}


def allowed(route, routes, *guarded, **asked):
    """Whether the request reaches the app."""
    reached, said = [], []

    async def app(scope, *_):
        reached.append(scope)

    async def send(message):
        said.append(message)

    asyncio.run(RequireRole(app, routes, *guarded)(scope_of(route, **asked), None, send))
    assert reached or said[0].get("status") in (None, 403)
    return bool(reached)


def test_every_route_is_in_this_table_and_none_more(routes):
    told = {re.sub(r"\{\w+:?\w*\}", "*", route.path) for route in routes}
    listed = {re.sub(r"TOKEN|a\.jpg|app\.js|words/en\.json|(?<=trash/)1", "*", route.split()[1]) for route, _ in ROUTES}
    assert listed == told


@pytest.mark.parametrize(("route", "needed"), ROUTES)
def test_in_the_network_each_role_reaches_what_it_may(routes, route, needed):
    access, lock = LanAccess("https://192.168.1.7:8766"), PinCheck(PIN)
    for role in (STRANGER, GUEST, PHONE):
        cookie = access.cookies.give(role) if role else "x" * 43

        def ask(pin="", *, cookie=cookie, lock=lock, client=THERE):
            return allowed(route, routes, lock, access.cookies, client=client, cookie=cookie, pin=pin)

        assert ask() == (role >= needed)
        assert ask(PIN) == (role >= needed or role is PHONE)
        # without a PIN no phone is the host, whatever it sends, and wherever it seems to be
        open_ = PinCheck(None)
        assert ask(PIN, lock=open_) == ask("None", lock=open_) == ask(lock=open_, client=HERE) == (role >= needed)


@pytest.mark.parametrize(("route", "needed"), ROUTES)
def test_at_the_page_this_machine_is_the_host_and_every_other_a_phone(routes, route, needed):
    addresses = [(HERE, HERE), ("::1", "::1"), ("::ffff:127.0.0.1", "::"), ("192.168.1.7", "192.168.1.7")]
    made = PinCheck(AUTO)
    for lock, (client, server) in itertools.product((PinCheck(None), made), addresses):
        assert allowed(route, routes, lock, client=client, server=server)
    for lock, pin, role in ((PinCheck(None), "", PHONE), (made, "", PHONE), (made, made.made, HOST)):
        assert allowed(route, routes, lock, client=THERE, server="192.168.1.7", pin=pin) == (role >= needed)
    for lock in (PinCheck(PIN), PinCheck(PIN, kiosk=True)):
        assert allowed(route, routes, lock) == (needed <= PHONE)
        assert allowed(route, routes, lock, pin=PIN)


def test_what_declares_nothing_is_the_hosts_and_what_is_not_there_a_guests():
    bare = [Route("/forgotten", lambda _: None)]
    assert needed_for(scope_of("GET /forgotten"), bare) is HOST
    assert needed_for(scope_of("GET /nothing"), bare) is GUEST


@pytest.mark.parametrize("odd", [{"client": None}, {"server": None}, {"client": ("/run/booth.sock", None)}])
def test_who_comes_from_nowhere_is_not_this_machine(routes, odd):
    said = []

    async def send(message):
        said.append(message)

    guard = RequireRole(PlainTextResponse("in"), routes, PinCheck(None))
    asyncio.run(guard({**scope_of("POST /api/quit"), **odd}, None, send))
    assert said[0]["status"] == 403


def test_the_table_in_the_documents_has_every_role():
    page = (Path(__file__).parents[2] / "docs" / "phones.md").read_text()
    table = page.split("## Who may do what")[1].split("\n## ")[0]
    assert all(f"| {word}" in table for word in ("the host", "a paired phone", "a guest's link"))
