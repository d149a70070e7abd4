"""How the local network reaches the booth: an address, and a certificate of its own."""

import asyncio
import socket
import ssl
import stat
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509

from smartselfie.booth.app import create_app
from smartselfie.booth.server import LASTS, RENEWED, make_server, open_to_network, own_address, own_certificate
from smartselfie.errors import ConfigError
from smartselfie.settings.schema import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def invite(booth, outside):
    """What the page of this machine is answered when it asks for a code."""

    async def ask():
        wire = httpx.ASGITransport(create_app(booth.booth, outside=outside))
        async with httpx.AsyncClient(transport=wire, base_url="http://127.0.0.1") as client:
            return (await client.post("/api/invite")).status_code

    return asyncio.run(ask())


def test_the_certificate_is_the_users_alone_and_made_once(tmp_path):
    path = own_certificate(tmp_path / "keys" / "lan.pem", ("booth", "booth.local"), ("192.168.1.7",), NOON)
    first = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_certificate(path, ("booth",), ("192.168.1.7",), NOON).read_bytes() == first
    said = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == ["booth", "booth.local"]


@pytest.mark.parametrize(
    ("addresses", "later"), [(("192.168.1.8",), timedelta()), (("192.168.1.7",), LASTS - RENEWED + timedelta(1))]
)
def test_another_address_or_a_near_end_makes_a_new_one(tmp_path, addresses, later):
    path = own_certificate(tmp_path / "lan.pem", ("booth",), ("192.168.1.7",), NOON)
    first = path.read_bytes()
    assert own_certificate(path, ("booth",), addresses, NOON + later).read_bytes() != first


def test_a_damaged_certificate_is_replaced_and_a_place_that_cannot_be_written_named(tmp_path):
    path = tmp_path / "lan.pem"
    path.write_text("damaged")
    assert own_certificate(path, ("booth",), ("127.0.0.1",), NOON).read_text().startswith("-----BEGIN")
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        own_certificate(tmp_path / "file" / "lan.pem", ("booth",), ("127.0.0.1",), NOON)


def test_a_damaged_key_is_replaced_though_its_certificate_is_whole(tmp_path):
    path = own_certificate(tmp_path / "lan.pem", ("booth",), ("127.0.0.1",), NOON)
    first = path.read_text()
    end = first.index("-----END PRIVATE KEY-----")
    path.write_text(f"{first[:60]}AAAA{first[64:end]}{first[end:]}")
    again = own_certificate(path, ("booth",), ("127.0.0.1",), NOON).read_text()
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path)
    # the key of another certificate is as useless
    other = own_certificate(tmp_path / "other.pem", ("booth",), ("127.0.0.1",), NOON).read_text()
    path.write_text(other.split("-----BEGIN CERT")[0] + "-----BEGIN CERT" + again.split("-----BEGIN CERT")[1])
    own_certificate(path, ("booth",), ("127.0.0.1",), NOON)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path)


@pytest.mark.slow
def test_while_the_door_for_phones_is_closed_the_page_gives_no_codes_and_says_so(serve, tmp_path, monkeypatch):
    monkeypatch.setattr("smartselfie.worker.LONGEST_PAUSE", 0.05)
    monkeypatch.setattr("smartselfie.booth.server.OPEN_TIME", 0.2)
    broken, servers = [True], []

    def load_or_fail(app, certificate=None, on_started=lambda: None):
        if certificate is not None and broken:
            raise ssl.SSLError("the key is damaged")
        servers.append(make_server(app, certificate, on_started))
        return servers[-1]

    with serve(settings=Settings(lan=True, port=0)) as booth:
        monkeypatch.setattr("smartselfie.booth.server.make_server", load_or_fail)
        with (
            open_to_network(Settings(lan=True, port=0), booth.booth, folder=tmp_path, address="127.0.0.1") as outside,
        ):
            (problem,) = httpx.get(booth.url + "/api/state").json()["problems"]
            assert (problem["worker"], problem["message"]) == ("phones", "phones cannot connect: SSLError")
            assert invite(booth, outside) == 503
            broken.clear()
            booth.wait_for(outside.is_open.is_set)
            assert invite(booth, outside) == 200
            booth.wait_for(lambda: not booth.live.newest.problems)
            broken.append(True)
            servers[-1].should_exit = True
            booth.wait_for(lambda: not outside.is_open.is_set())
            assert invite(booth, outside) == 503
            booth.wait_for(lambda: booth.live.newest.problems)


def test_finding_the_own_address_sends_nothing():
    address = own_address()
    if address is None:
        pytest.skip("this machine is not on a network")
    assert socket.inet_aton(address)


def test_without_lan_nothing_listens_on_the_network(serve):
    with serve() as booth, open_to_network(Settings(), booth.booth) as outside:
        assert outside is None
