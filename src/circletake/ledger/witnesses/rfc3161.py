"""A time stamp authority: signs, with its own clock, that it saw a checkpoint.

Source:
    RFC 3161, Time-Stamp Protocol, over HTTP (3.4).
"""

import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from circletake.errors import WitnessUnavailable
from circletake.ledger.checkpoint import Made
from circletake.ledger.witness import Receipt

_TIMEOUT_S = 20
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Params:
    """Which authority.

    Args:
        url: where requests are posted, `http://` or `https://`.
        certificates: PEM file with the root certificates its stamps are held against.
    """

    url: str
    certificates: str


def witness(made: Made, params: Params) -> Receipt:
    """Have a checkpoint stamped, and check the stamp before it is believed.

    Raises:
        WitnessUnavailable: the authority does not answer, refuses, or its stamp does not hold.
    """
    note = made.note.encode()
    request = (
        TimestampRequestBuilder()
        .data(note)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    answer = _post(params.url, request.as_bytes())
    try:
        response = decode_timestamp_response(answer)
    except ValueError as broken:
        raise WitnessUnavailable(f"{params.url} answers with no time stamp ({broken}).") from None
    if PKIStatus(response.status) not in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}:
        raise WitnessUnavailable(f"{params.url} grants no time stamp: {PKIStatus(response.status).name}.")
    verifier = VerifierBuilder.from_request(request)
    for root in _roots(params.certificates):
        verifier = verifier.add_root_certificate(root)
    _check(response, verifier, note, params.url)
    at = response.tst_info.gen_time.isoformat()
    return Receipt(sentence=f"{params.url} stamped it at {at}.", data=answer, suffix="tsr")


def _check(response: TimeStampResponse, verifier: VerifierBuilder, note: bytes, url: str) -> None:
    try:
        verifier.build().verify_message(response, note)
    except (VerificationError, ValueError) as broken:
        raise WitnessUnavailable(f"The time stamp of {url} does not hold: {broken}.") from None


def _roots(path: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(path).expanduser().read_bytes())
    except (OSError, ValueError) as broken:
        raise WitnessUnavailable(f"The certificates in {path} cannot be read ({broken}).") from None


def _post(url: str, body: bytes) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise WitnessUnavailable(
            f"“{url}” is no address of a time stamp authority; write http:// or https://."
        )
    asked = urllib.request.Request(  # noqa: S310 (its scheme is looked at above)
        url, data=body, headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:  # noqa: S310 (the same)
            return bytes(answer.read(_MOST_BYTES))
    except (OSError, ValueError) as failed:  # urllib's own errors are OSErrors
        raise WitnessUnavailable(f"{url} does not answer ({failed}); it is asked again.") from None
