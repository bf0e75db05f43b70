"""Read the credentials of a file: who signed it, whether it is still what was signed, what it is made of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from c2pa import C2paError, Reader

from circletake.cut.seal.claims import REVIEW, SEAL
from circletake.cut.seal.offline import offline
from circletake.cut.seal.sign import mime_of

State = Literal["trusted", "untrusted", "invalid"]
_UNTRUSTED = "signingCredential.untrusted"
_EXPIRED = "signingCredential.expired"
_OUTSIDE = "claimSignature.outsideValidity"
_CONTENT = ("assertion.bmffHash.mismatch", "assertion.dataHash.mismatch", "assertion.boxesHash.mismatch")
_ACTIONS = "c2pa.actions"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a file's Content Credentials say, and whether they hold.

    Args:
        state: `trusted` leads up to a certificate that was named, `untrusted` holds but leads elsewhere,
            `invalid` does not hold.
        failures: codes of C2PA for what does not hold.
        signer: whom the certificate names.
        stamped_at: when a time service says that it was signed, ISO 8601; empty where none was asked.
        title: of what was signed.
        generator: the program that signed.
        terms: every digital source type that it, or what it is made of, names.
        ingredients: titles of what it is made of.
        seal: what our own seal says; None in a file that another program signed.
        review: how it was judged, likewise.
    """

    state: State
    failures: tuple[str, ...]
    signer: str
    stamped_at: str
    title: str
    generator: str
    terms: tuple[str, ...]
    ingredients: tuple[str, ...]
    seal: dict[str, Any] | None
    review: dict[str, Any] | None

    @property
    def is_expired(self) -> bool:
        """The certificate is past, now or when it signed; without a time stamp both are one."""
        return bool({_EXPIRED, _OUTSIDE} & set(self.failures))

    @property
    def is_altered(self) -> bool:
        """The file's content is not what was signed."""
        return bool(set(_CONTENT) & set(self.failures))

    @property
    def is_signature_sound(self) -> bool:
        """What it says is as it was signed; only the content may be another, or the certificate past."""
        return not set(self.failures) - {*_CONTENT, _UNTRUSTED, _EXPIRED, _OUTSIDE}


def read_credential(path: Path, *, beside: Path | None = None, anchors: str = "") -> Credential | None:
    """Read a file's credentials; None where it has none, or is of a kind that cannot have any.

    Nobody is asked over a network, not even where the file names an address.

    Args:
        beside: the credentials, where they lie beside the file.
        anchors: certificates, PEM, that a signer is to lead up to.
    """
    mime = mime_of(path)
    if mime is None:
        return None
    manifest = beside.read_bytes() if beside is not None else None
    try:
        with (
            offline(anchors=anchors) as context,
            path.open("rb") as file,
            Reader(mime, file, manifest, context) as reader,
        ):
            told: dict[str, Any] = json.loads(reader.json())
    except C2paError.ManifestNotFound:
        return None
    except C2paError as error:
        return _unreadable(str(error))
    return _credential(told)


def source_terms(path: Path) -> tuple[str, ...]:
    """Digital source types that the credentials a file brought with it name; empty where it brought none."""
    found = read_credential(path)
    return found.terms if found is not None else ()


def _unreadable(said: str) -> Credential:
    return Credential("invalid", (said,), "", "", "", "", (), (), None, None)


def _credential(told: dict[str, Any]) -> Credential:
    active = told.get("manifests", {}).get(told.get("active_manifest"), {})
    results = told.get("validation_results", {}).get("activeManifest", {})
    failures = tuple(dict.fromkeys(str(one.get("code", "")) for one in results.get("failure", [])))
    signature = active.get("signature_info", {})
    names = [str(signature[key]) for key in ("common_name", "issuer") if signature.get(key)]
    generators = active.get("claim_generator_info") or [{}]
    assertions = {str(one.get("label")): one.get("data") for one in active.get("assertions", [])}
    terms = [term for manifest in told.get("manifests", {}).values() for term in _terms(manifest)]
    return Credential(
        state=_state(str(told.get("validation_state", "")), failures),
        failures=failures,
        signer=", ".join(names),
        stamped_at=str(signature.get("time") or ""),
        title=str(active.get("title") or ""),
        generator=str(generators[0].get("name", "")),
        terms=tuple(dict.fromkeys(terms)),
        ingredients=tuple(str(one.get("title", "")) for one in active.get("ingredients", [])),
        seal=_object(assertions.get(SEAL)),
        review=_object(assertions.get(REVIEW)),
    )


def _state(said: str, failures: tuple[str, ...]) -> State:
    if said == "Trusted":
        return "trusted"
    return "untrusted" if said == "Valid" and not set(failures) - {_UNTRUSTED} else "invalid"


def _terms(manifest: dict[str, Any]) -> Iterator[str]:
    for one in manifest.get("assertions", []):
        if str(one.get("label", "")).startswith(_ACTIONS):
            for action in one.get("data", {}).get("actions", []):
                if action.get("digitalSourceType"):
                    yield str(action["digitalSourceType"])


def _object(data: object) -> dict[str, Any] | None:
    return data if isinstance(data, dict) else None
