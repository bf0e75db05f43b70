"""Seals, signed and read by the SDK itself: what holds, what was altered, and that nobody is called."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import c2pa
import cv2
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from circletake.cut.seal.certificates import Credentials, Signing, checked, make_authority
from circletake.cut.seal.claims import Claims, Reviewed, SealedPart, manifest
from circletake.cut.seal.read import Credential, read_credential, source_terms
from circletake.cut.seal.sign import Signed, mime_of, sign
from circletake.domain.disclosure import TERMS, DisclosedSlot, Disclosure
from circletake.errors import CertificateExpired, CertificateRefused, MediaKindRefused
from circletake.ledger.verifier import hash_samples, read_tracks
from circletake.media.encode import write_movie
from circletake.workflows.calls.provenance import read_file

if TYPE_CHECKING:
    from tests.conftest import Drawing, TimeAuthority

NOW = datetime.now(UTC)
ONE, TWO = "11" * 32, "22" * 32
FILM = Disclosure(
    "A Bird",
    "ab" * 32,
    Fraction(24),
    [
        DisclosedSlot("s_1", "SH010", 0, 12, ONE, 3, "camera"),
        DisclosedSlot("s_2", "SH020", 12, 12, TWO, 1, "generated"),
    ],
)
CLAIMS = Claims(
    title="A Bird",
    master="cc" * 32,
    film=FILM,
    reviewed=[Reviewed("SH010 take 3", ONE, {"lead": (12,), "director": (15, 17)}, {"lead": 13})],
    version="0.1.0",
    record="dd" * 32,
    sealed=77,
    parts=[SealedPart("s_1", "SH010", 0, 12, "ee" * 32)],
    sound=["ff" * 32],
)


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Signing(tmp_path_factory.mktemp("studio") / "secrets" / "seal").credentials()


@pytest.fixture
def film(tmp_path: Path, drawing: "Drawing") -> Path:
    path = tmp_path / "film.mp4"
    write_movie(path, drawing.frames(24), rate=Fraction(24), width_px=192, height_px=96)
    return path


def sealed(path: Path, credentials: Credentials, **how: object) -> tuple[Path, Signed]:
    to = path.with_name(f"signed-{path.name}")
    return to, sign(path, to, CLAIMS, credentials, **({"sources": {}} | how))  # type: ignore[arg-type]  # as sign has them


def read(path: Path, credentials: Credentials, *, beside: Path | None = None) -> Credential:
    found = read_credential(path, beside=beside, anchors=credentials.anchors_pem)
    assert found is not None
    return found


def as_the_sdk_says(path: Path, credentials: Credentials) -> dict[str, Any]:
    """What the SDK's own reader says, with none of our code between."""
    settings = {
        "trust": {"user_anchors": credentials.anchors_pem},
        "verify": {"remote_manifest_fetch": False},
    }
    with path.open("rb") as file, c2pa.Context.from_dict(settings) as context:
        return cast("dict[str, Any]", json.loads(c2pa.Reader("video/mp4", file, None, context).json()))


def test_a_sealed_film_is_trusted_against_our_authority_and_says_what_it_is_made_of(
    film: Path, credentials: Credentials
) -> None:
    before = film.read_bytes()
    to, made = sealed(film, credentials)
    assert film.read_bytes() == before
    found = read(to, credentials)
    assert (found.state, found.failures, found.title, found.generator) == (
        "trusted",
        (),
        "A Bird",
        "circletake",
    )
    assert "circletake development seal" in found.signer
    assert found.terms == (TERMS["hybrid"], TERMS["camera"], TERMS["generated"])
    assert found.ingredients == ("SH010 take 3", "SH020 take 1")
    assert found.seal is not None
    assert (found.seal["master_sha256"], found.seal["record_sha256"], found.seal["sealed"]) == (
        "cc" * 32,
        "dd" * 32,
        77,
    )
    assert found.seal["slots"] == [
        {"slot": "s_1", "shot": "SH010", "start": 0, "end": 12, "sample_sha256": "ee" * 32}
    ]
    assert found.review is not None
    assert found.review["reviewed"][0]["gates"] == [
        {"gate": "lead", "verdicts": [{"entry": 12}], "override": 13},
        {"gate": "director", "verdicts": [{"entry": 15}, {"entry": 17}]},
    ]
    assert made.manifest
    assert as_the_sdk_says(to, credentials)["validation_state"] == "Trusted"


def test_signing_moves_pictures_and_sound_and_changes_none(film: Path, credentials: Credentials) -> None:
    to, _ = sealed(film, credentials)
    told = []
    for path in (film, to):
        with path.open("rb") as file:
            told.append(
                [
                    (one.kind, one.description, one.shown, hash_samples(file, one.samples))
                    for one in read_tracks(path)
                ]
            )
    assert told[0] == told[1]


def test_nobody_is_trusted_without_an_authority(film: Path, credentials: Credentials) -> None:
    to, _ = sealed(film, credentials)
    found = read_credential(to)
    assert found is not None
    assert (found.state, found.is_signature_sound, found.is_altered) == ("untrusted", True, False)


def test_one_flipped_bit_of_the_pictures_is_invalid_and_what_was_signed_can_still_be_read(
    film: Path, credentials: Credentials
) -> None:
    to, _ = sealed(film, credentials)
    raw = bytearray(to.read_bytes())
    raw[next(one for one in read_tracks(to) if one.kind == "vide").samples[20][0] + 9] ^= 1
    to.write_bytes(raw)
    found = read(to, credentials)
    assert (found.state, found.is_altered, found.is_signature_sound) == ("invalid", True, True)
    assert found.seal is not None


def test_a_changed_claim_is_not_believed(film: Path, credentials: Credentials) -> None:
    to, _ = sealed(film, credentials)
    raw = to.read_bytes()
    assert raw.count(b"cc" * 32) == 1
    to.write_bytes(raw.replace(b"cc" * 32, b"cd" + b"cc" * 31))
    found = read(to, credentials)
    assert (found.state, found.is_signature_sound) == ("invalid", False)


def test_a_film_written_anew_by_another_program_has_lost_its_seal(
    film: Path, credentials: Credentials
) -> None:
    to, _ = sealed(film, credentials)
    remuxed = to.with_name("remuxed.mp4")
    with av.open(str(to)) as source, av.open(str(remuxed), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert read_credential(remuxed, anchors=credentials.anchors_pem) is None


def test_credentials_beside_a_film_leave_it_as_it_is(film: Path, credentials: Credentials) -> None:
    before, beside = film.read_bytes(), film.with_name("film.c2pa")
    made = sign(film, beside, CLAIMS, credentials, sources={}, beside=True)
    assert film.read_bytes() == before
    assert made.manifest == beside.read_bytes()
    assert read(film, credentials, beside=beside).state == "trusted"
    film.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    assert read(film, credentials, beside=beside).is_altered
    assert {path.name for path in film.parent.iterdir()} == {"film.mp4", "film.c2pa"}, "nothing else is left"


def test_a_still_is_sealed_and_one_flipped_bit_of_it_found(tmp_path: Path, credentials: Credentials) -> None:
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), np.random.default_rng(7).integers(0, 255, (64, 96, 3), dtype=np.uint8))
    to, _ = sealed(still, credentials)
    assert read(to, credentials).state == "trusted"
    one, two = cv2.imread(str(to)), cv2.imread(str(still))
    assert one is not None
    assert two is not None
    assert np.array_equal(one, two)
    raw = bytearray(to.read_bytes())
    raw[-40] ^= 1
    to.write_bytes(raw)
    assert read(to, credentials).is_altered


def test_what_a_take_brings_along_goes_on_with_it(
    film: Path, credentials: Credentials, tmp_path: Path
) -> None:
    brought, _ = sealed(film, credentials)
    other = tmp_path / "master.mp4"
    other.write_bytes(film.read_bytes())
    to, _ = sealed(other, credentials, sources={TWO: brought})
    found = read(to, credentials)
    assert found.state == "trusted"
    assert found.ingredients == ("SH010 take 3", "SH020 take 1")
    assert len(as_the_sdk_says(to, credentials)["manifests"]) == 2, (
        "the one that was brought stands whole in the new one"
    )
    assert source_terms(brought) == (TERMS["hybrid"], TERMS["camera"], TERMS["generated"])


def test_what_a_take_brings_along_is_carried_even_if_it_was_altered_since(
    film: Path, credentials: Credentials, tmp_path: Path
) -> None:
    brought, _ = sealed(film, credentials)
    raw = bytearray(brought.read_bytes())
    raw[next(one for one in read_tracks(brought) if one.kind == "vide").samples[20][0] + 9] ^= 1
    brought.write_bytes(raw)
    other = tmp_path / "master.mp4"
    other.write_bytes(film.read_bytes())
    to, _ = sealed(other, credentials, sources={TWO: brought})
    assert read(to, credentials).state == "trusted"
    told = as_the_sdk_says(to, credentials)
    codes = json.dumps(told["validation_results"]["ingredientDeltas"]) + json.dumps(told["manifests"])
    assert "bmffHash.mismatch" in codes, "and the seal says that it did not hold"


def test_kinds_that_cannot_carry_credentials_are_refused_in_words(
    tmp_path: Path, credentials: Credentials
) -> None:
    film = tmp_path / "film.mkv"
    film.write_bytes(b"\x1aE\xdf\xa3" + bytes(200))
    assert mime_of(film) is None
    assert read_credential(film) is None
    with pytest.raises(MediaKindRefused, match="MP4, QuickTime and PNG can"):
        sealed(film, credentials)


def test_a_seal_never_writes_over_a_file(film: Path, credentials: Credentials) -> None:
    to, _ = sealed(film, credentials)
    with pytest.raises(FileExistsError):
        sealed(film, credentials)
    assert read(to, credentials).state == "trusted"


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers nothing and remembers who called."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)

    def answer() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                calls.append(caller.recv(100))
                caller.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield server.getsockname()[1], calls
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_a_file_that_names_an_address_calls_nobody_here(film: Path, credentials: Credentials) -> None:
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo("es256", credentials.chain_pem.encode(), credentials.key_pem.encode(), None)
    )
    remote = film.with_name("remote.mp4")
    with listening() as (port, calls):
        builder = c2pa.Builder(
            manifest(CLAIMS, mime="video/mp4")
            | {
                "ingredients": [
                    {"title": "one", "relationship": "componentOf", "label": f"ingredient_{n}"}
                    for n in (1, 2)
                ]
            }
        )
        builder.set_no_embed()
        builder.set_remote_url(f"http://127.0.0.1:{port}/manifest.c2pa")
        with film.open("rb") as source, remote.open("x+b") as target:
            builder.sign(signer, "video/mp4", source, target)
        assert calls == []
        found = read_credential(remote, anchors=credentials.anchors_pem)
        assert found is None or found.state == "invalid"
        other = film.with_name("master.mp4")
        other.write_bytes(film.read_bytes())
        sealed(other, credentials, sources={TWO: remote})
        assert calls == [], "neither reading nor signing asked"
        with pytest.raises(c2pa.C2paError), remote.open("rb") as file:
            c2pa.Reader("video/mp4", file)
        assert len(calls) >= 1, "left to its defaults, the SDK does call"


def test_a_development_authority_is_made_once_and_kept_private(tmp_path: Path) -> None:
    folder = tmp_path / "secrets" / "seal"
    one = Signing(folder).credentials()
    make_authority(folder, now=NOW)
    assert Signing(folder).credentials() == one, "whoever is first wins"
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        ("authority.pem", "authority.key", "certificate.pem", "certificate.key"), 0o600
    )
    assert [path.name for path in folder.parent.iterdir()] == ["seal"]
    assert one.is_development
    assert "PRIVATE" not in repr(one)
    assert datetime.fromisoformat(one.expires) > NOW + timedelta(days=3640)
    assert Signing(folder).anchors() == one.anchors_pem
    with pytest.raises(CertificateExpired, match="expired on"):
        Signing(folder).credentials(now=NOW + timedelta(days=3651))
    with pytest.raises(CertificateExpired, match="begins on"):
        Signing(folder).credentials(now=NOW - timedelta(days=3))


class Authority:
    """Signs certificates, right and wrong."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        self.root = self.certificate(self.key, subject=self.name, ca=True)

    def certificate(
        self,
        key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey,
        *,
        subject: x509.Name | None = None,
        ca: bool = False,
        purposes: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
        names_its_signer: bool = True,
        signs: bool = True,
        valid: tuple[datetime, datetime] = (NOW - timedelta(days=1), NOW + timedelta(days=30)),
    ) -> x509.Certificate:
        studio = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Studio Ana"),
                x509.NameAttribute(NameOID.COMMON_NAME, "seals"),
            ]
        )
        usage = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        usage["key_cert_sign" if ca or not signs else "digital_signature"] = True
        made = (
            x509.CertificateBuilder(
                issuer_name=self.name,
                subject_name=subject or studio,
                public_key=key.public_key(),
                serial_number=x509.random_serial_number(),
                not_valid_before=valid[0],
                not_valid_after=valid[1],
            )
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if purposes and not ca:
            made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if names_its_signer:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
            made = made.add_extension(identifier, critical=False)
        return made.sign(self.key, hashes.SHA256())


AUTHORITY = Authority()


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def key_pem(
    key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.mark.parametrize("kind", ["es256", "es384", "ed25519"])
def test_a_studio_s_own_certificate_signs(film: Path, tmp_path: Path, kind: str) -> None:
    curves = {"es256": ec.SECP256R1(), "es384": ec.SECP384R1()}
    key = ec.generate_private_key(curves[kind]) if kind in curves else ed25519.Ed25519PrivateKey.generate()
    path = tmp_path / "chain.pem"
    path.write_text(pem(AUTHORITY.certificate(key), AUTHORITY.root))
    # an older spelling of a key is understood, where there is one
    form = (
        serialization.PrivateFormat.TraditionalOpenSSL
        if kind in curves
        else serialization.PrivateFormat.PKCS8
    )
    signing = Signing(tmp_path / "secrets" / "seal", certificate=path, key=key_pem(key, form))
    own = signing.credentials()
    assert (own.algorithm, own.is_development, own.name) == (kind, False, "CN=seals,O=Studio Ana")
    to, _ = sealed(film, own)
    assert read(to, own).state == "trusted"
    assert read_credential(to, anchors=signing.anchors()) == read(to, own)
    assert not (tmp_path / "secrets").exists(), "no development authority is made that nobody needs"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purposes": (ExtendedKeyUsageOID.CODE_SIGNING,)}, "none of its purposes"),
        ({"purposes": ()}, "none of its purposes"),
        ({"names_its_signer": False}, "authority key identifier"),
        ({"ca": True}, "authority's own"),
        ({"signs": False}, "not made for digital signatures"),
        ({"subject": AUTHORITY.name}, "signed by itself"),
    ],
)
def test_a_certificate_that_cannot_sign_says_why(wrong: dict[str, object], said: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    chain = pem(AUTHORITY.certificate(key, **wrong), AUTHORITY.root)  # type: ignore[arg-type]  # as it has them
    with pytest.raises(CertificateRefused, match=said):
        checked(chain, key_pem(key), now=NOW)


def test_a_wrong_key_a_wrong_chain_and_what_is_no_certificate_are_told_apart(tmp_path: Path) -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    leaf = AUTHORITY.certificate(key)
    with pytest.raises(CertificateRefused, match="the key is not its own"):
        checked(pem(leaf), key_pem(other), now=NOW)
    with pytest.raises(CertificateRefused, match="is not signed by the next one"):
        checked(pem(leaf, Authority().root), key_pem(key), now=NOW)
    odd = ec.generate_private_key(ec.SECP256K1())
    with pytest.raises(CertificateRefused, match="C2PA does not know this kind of key"):
        checked(pem(AUTHORITY.certificate(odd)), key_pem(odd), now=NOW)
    with pytest.raises(CertificateRefused, match="cannot be read"):
        checked("nothing", key_pem(key), now=NOW)
    with pytest.raises(CertificateRefused, match="cannot be read"):
        Signing(tmp_path, certificate=tmp_path / "away.pem", key="x").credentials()
    with pytest.raises(CertificateRefused, match="without its key"):
        Signing(tmp_path, certificate=tmp_path / "away.pem").credentials()


def test_an_expired_certificate_signs_nothing(film: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    past = AUTHORITY.certificate(key, valid=(NOW - timedelta(days=30), NOW - timedelta(days=2)))
    with pytest.raises(CertificateExpired, match=r"expired on .*; name another in seal_certificate"):
        checked(pem(past, AUTHORITY.root), key_pem(key), now=NOW)
    then = checked(pem(past, AUTHORITY.root), key_pem(key), now=NOW - timedelta(days=9))
    with pytest.raises(CertificateRefused, match="could not be signed"):
        sealed(film, then)


def test_a_seal_outlives_no_certificate_and_says_that_it_is_past(film: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    brief = AUTHORITY.certificate(key, valid=(now - timedelta(days=1), now + timedelta(seconds=2)))
    own = checked(pem(brief, AUTHORITY.root), key_pem(key), now=now)
    to, _ = sealed(film, own)
    assert read(to, own).state == "trusted"
    time.sleep(3)
    found = read(to, own)
    assert (found.state, found.is_expired, found.is_altered, found.is_signature_sound) == (
        "invalid",
        True,
        False,
        True,
    )


def test_a_time_stamp_lets_a_seal_outlive_its_certificate(film: Path, authority: "TimeAuthority") -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    brief = AUTHORITY.certificate(key, valid=(now - timedelta(days=1), now + timedelta(seconds=3)))
    own = checked(pem(brief, AUTHORITY.root), key_pem(key), now=now)
    to, _ = sealed(film, own, stamp_url=authority.url)
    time.sleep(4)
    stamps = (authority.folder / "root.pem").read_text()
    found = read_credential(to, anchors=own.anchors_pem + stamps)
    assert found is not None
    assert (found.state, found.stamped_at[:4]) == ("trusted", str(now.year))
    authority.answer = b"nothing"
    other = film.with_name("other.mp4")
    other.write_bytes(film.read_bytes())
    with pytest.raises(CertificateRefused, match="the time service"):
        sealed(
            other, checked(pem(AUTHORITY.certificate(key)), key_pem(key), now=now), stamp_url=authority.url
        )


def test_where_a_signed_film_came_from_is_said_by_its_credentials_and_by_nobody_once_they_fail(
    film: Path, credentials: Credentials
) -> None:
    to, _ = sealed(film, credentials)
    known, _ = read_file(to)
    signed = {one.what: one.value for one in known.facts if one.trust == "signed"}
    assert signed["tool"] == "circletake"
    assert "circletake development seal" in signed["signer"]
    assert "trainedAlgorithmicMedia" in known.found("source type")
    assert all("nobody here vouches" in one.where for one in known.facts if one.trust == "signed")
    data = bytearray(to.read_bytes())
    data[data.rindex(b"mdat") + 40] ^= 1
    to.write_bytes(data)
    altered, _ = read_file(to)
    assert [one for one in altered.facts if one.trust == "signed"] == []
    assert any("do not hold" in sentence for sentence in altered.refused)
