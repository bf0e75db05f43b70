"""Who signs: the studio's own certificate, or one of a development authority made on first use."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from circletake.errors import CertificateExpired, CertificateRefused, DiskFull

AUTHORITY, AUTHORITY_KEY, CHAIN, KEY = "authority.pem", "authority.key", "certificate.pem", "certificate.key"
# A seal without a time stamp is invalid from the day its certificate expires, so a long one serves best.
LEAF_DAYS = 3650
_AUTHORITY_DAYS = 2 * LEAF_DAYS
_AHEAD = timedelta(days=1)  # clocks of other machines run late
_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_PURPOSES = frozenset({ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING, _DOCUMENT_SIGNING})
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_FEWEST_RSA_BITS = 2048
Found = TypeVar("Found", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a seal is signed with.

    Args:
        chain_pem: the signing certificate, then those that lead up from it.
        key_pem: its private key, PKCS #8.
        algorithm: as C2PA names it: `es256`, `es384`, `es512`, `ed25519`, `ps256`.
        anchors_pem: certificates that a seal by this one is held against.
        name: whom the certificate names.
        expires: UTC, ISO 8601.
        is_development: made here, so that no list of trusted signers anywhere has it.
    """

    chain_pem: str
    key_pem: str = field(repr=False)
    algorithm: str
    anchors_pem: str
    name: str
    expires: str
    is_development: bool = False


@dataclass(frozen=True, slots=True)
class Signing:
    """Where a studio's credentials come from.

    Args:
        folder: where a development authority is kept; made on first use.
        certificate: the studio's own certificate chain, PEM; None is the development authority.
        key: its private key, PEM.
        stamp_url: an RFC 3161 service that stamps each seal with the time; None asks nobody.
    """

    folder: Path
    certificate: Path | None = None
    key: str | None = field(default=None, repr=False)
    stamp_url: str | None = None

    def credentials(self, *, now: datetime | None = None) -> Credentials:
        """The credentials to sign with.

        Raises:
            CertificateRefused: they cannot sign a seal; says why.
            CertificateExpired: the certificate is not valid now.
        """
        now = now or datetime.now(UTC)
        if self.certificate is not None:
            if self.key is None:
                raise CertificateRefused(
                    "The setting seal_certificate names a certificate without its key; "
                    "set CIRCLETAKE_SECRET_SEAL_KEY_FILE, or take the setting away."
                )
            return checked(_read(self.certificate), self.key, now=now)
        if not (self.folder / CHAIN).exists():
            make_authority(self.folder, now=now)
        return checked(
            _read(self.folder / CHAIN),
            _read(self.folder / KEY),
            now=now,
            authority=_read(self.folder / AUTHORITY),
        )

    def anchors(self) -> str:
        """Certificates, PEM, that seals of this studio are held against; empty before the first seal."""
        named = [self.certificate] if self.certificate is not None else []
        return "".join(_read(path) for path in [*named, self.folder / AUTHORITY] if path.exists())


def make_authority(folder: Path, *, now: datetime) -> None:
    """Make a development authority and a certificate signed by it; whoever is first wins.

    Source:
        C2PA 2.2, 14.5.1 (profile of a signing certificate); RFC 5280, 4.2.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    tag = hashlib.sha256(
        root_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).hexdigest()[:8]
    named = _name(f"circletake development authority {tag}")
    root = (
        _unsigned(named, named, root_key.public_key(), now, days=_AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _unsigned(_name(f"circletake development seal {tag}"), named, key.public_key(), now, days=LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    _keep_together(
        folder,
        {
            AUTHORITY: _pem(root),
            AUTHORITY_KEY: _key_pem(root_key),
            CHAIN: _pem(leaf) + _pem(root),
            KEY: _key_pem(key),
        },
    )


def checked(chain_pem: str, key_pem: str, *, now: datetime, authority: str = "") -> Credentials:
    """Credentials that can sign a seal, or the reason why these cannot.

    Args:
        chain_pem: the signing certificate first.
        key_pem: of any common form; given back as PKCS #8.
        authority: PEM of the development authority that made it.

    Raises:
        CertificateRefused: not what a seal is signed with.
        CertificateExpired: not valid now.
    """
    try:
        chain = x509.load_pem_x509_certificates(chain_pem.encode())
        key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateRefused(
            f"The certificate or its key cannot be read ({error}); give both as PEM, the key unlocked."
        ) from None
    leaf = chain[0]
    name = leaf.subject.rfc4514_string()
    fault = next(_faults(chain, key), None)
    if fault is not None:
        raise CertificateRefused(f"The certificate {name} cannot sign a seal: {fault}.")
    until = leaf.not_valid_after_utc
    if not leaf.not_valid_before_utc <= now <= until:
        said = (
            f"expired on {until:%Y-%m-%d}"
            if now > until
            else f"begins on {leaf.not_valid_before_utc:%Y-%m-%d}"
        )
        raise CertificateExpired(
            f"The certificate {name} {said}, so nothing can be sealed with it; "
            f"name another in seal_certificate."
        )
    return Credentials(
        chain_pem=chain_pem,
        key_pem=_key_pem(key),
        algorithm=_algorithm(key) or "",
        anchors_pem=authority or "".join(map(_pem, chain[1:] or chain)),
        name=name,
        expires=until.isoformat(),
        is_development=bool(authority),
    )


def _faults(chain: Sequence[x509.Certificate], key: PrivateKeyTypes) -> Iterator[str]:
    """What keeps a certificate from signing seals, the plainest first."""
    leaf = chain[0]
    basic, usage, purposes = (
        _extension(leaf, x509.BasicConstraints),
        _extension(leaf, x509.KeyUsage),
        _extension(leaf, x509.ExtendedKeyUsage),
    )
    if leaf.public_key() != key.public_key():
        yield "the key is not its own; name the key that belongs to it"
    if _algorithm(key) is None:
        yield "C2PA does not know this kind of key; P-256, P-384, P-521, Ed25519 and RSA of 2048 bits serve"
    if leaf.issuer == leaf.subject:
        yield "it is signed by itself; have it signed by an authority"
    if basic is not None and basic.ca:
        yield "it is an authority's own; name one that the authority signed"
    if usage is None or not usage.digital_signature:
        yield "it is not made for digital signatures"
    if purposes is None or not _PURPOSES & set(purposes):
        yield "none of its purposes (extended key usage) is that of e-mail, documents or C2PA claims"
    if _extension(leaf, x509.AuthorityKeyIdentifier) is None:
        yield "it does not say which key signed it (authority key identifier)"
    for below, above in pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            yield f"{below.subject.rfc4514_string()} is not signed by the next one in the file"


def _extension(certificate: x509.Certificate, kind: type[Found]) -> Found | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _algorithm(key: PrivateKeyTypes) -> str | None:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256" if key.key_size >= _FEWEST_RSA_BITS else None
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else None


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A studio with circletake"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _unsigned(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, *, days: int
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _AHEAD,
        not_valid_after=now + timedelta(days=days),
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: PrivateKeyTypes) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CertificateRefused(
            f"{path} cannot be read ({error}); make the file readable or name another."
        ) from None


def _keep_together(folder: Path, files: dict[str, str]) -> None:
    """Keep all of them or none, readable by their owner only; those that are there already stay."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name, text in files.items():
            descriptor = os.open(beside / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
    except OSError as full:
        raise DiskFull(
            f"The seal's certificate could not be kept ({full.strerror}); free some room and try again."
        ) from full
    try:
        beside.rename(folder)
    except OSError:  # another process of this studio was first: its authority is the one
        shutil.rmtree(beside, ignore_errors=True)
