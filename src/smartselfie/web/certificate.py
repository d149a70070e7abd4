"""A certificate of this machine's own, so that a phone's browser gives its camera and nobody on the network listens in.

Nobody vouches for it: a browser warns once, and the page says so beforehand.
"""

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from smartselfie.atomic import written_whole
from smartselfie.errors import ConfigError

LASTS = timedelta(days=365)
RENEWED = timedelta(days=30)
"""Before its end a new one is made."""


def own_certificate(path: Path, names: Sequence[str], addresses: Sequence[str], now: datetime | None = None) -> Path:
    """The certificate with its key at `path`; made where there is none that fits any more.

    Args:
        path: a PEM file that only the user may read.
        names: this machine's names.
        addresses: its addresses.
        now: with a time zone; None for the clock's.

    Raises:
        ConfigError: it cannot be written.
    """
    moment = datetime.now(UTC) if now is None else now
    if not _fits(path, names, addresses, moment):
        try:
            with written_whole(path) as file:
                if hasattr(os, "fchmod"):
                    os.fchmod(file.fileno(), 0o600)
                file.write(_make(names, addresses, moment))
        except OSError as error:
            found = f"the certificate {path} cannot be written: {error.strerror}"
            raise ConfigError(found, "check the folder") from None
    return path


def _fits(path: Path, names: Sequence[str], addresses: Sequence[str], now: datetime) -> bool:
    try:
        known = x509.load_pem_x509_certificate(path.read_bytes())
        said = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    has_names = set(names) <= set(said.get_values_for_type(x509.DNSName))
    has_addresses = set(addresses) <= {str(address) for address in said.get_values_for_type(x509.IPAddress)}
    return has_names and has_addresses and now < known.not_valid_after_utc - RENEWED


def _make(names: Sequence[str], addresses: Sequence[str], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smartselfie")])
    said: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    said += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(said), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
