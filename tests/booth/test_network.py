"""How the local network reaches the booth: an address, and a certificate of its own."""

import socket
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from smartselfie.booth.network import LASTS, RENEWED, open_to_network, own_address, own_certificate
from smartselfie.errors import ConfigError
from smartselfie.settings.schema import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


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


def test_finding_the_own_address_sends_nothing():
    address = own_address()
    if address is None:
        pytest.skip("this machine is not on a network")
    assert socket.inet_aton(address)


def test_without_lan_nothing_listens_on_the_network(serve):
    with serve() as booth, open_to_network(Settings(), booth.booth) as outside:
        assert outside is None
