"""Read where a content came from: what tools wrote into it, and its Content Credentials."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from circletake.cut.seal.read import Credential, read_credential
from circletake.domain.provenance import Fact, Provenance, fact, provenance_record, together
from circletake.generate.provenance.read import read_dialects
from circletake.media.manifest import Clip, Sheet, read_manifest
from circletake.media.marks.read import read_marks
from circletake.media.recipes import PROVENANCE
from circletake.media.store import ContentStore
from circletake.work.executors.port import Report

_CREDENTIALS = "Content Credentials"


def provenance_in(store: ContentStore, content: str) -> str:
    """Read a content's facts once and keep them; of a clip, those of the file that it is a part of.

    Workflows that made it are kept as contents of their own, named by their hash in the facts.

    Returns:
        SHA-256 of the facts' record.
    """
    manifest = read_manifest(store, content)
    known = Provenance()
    if not isinstance(manifest, Sheet):
        path = store.path(manifest.media if isinstance(manifest, Clip) else content)
        known, graphs = read_file(path)
        for graph in graphs.values():
            store.put_bytes(graph)
    told = json.dumps(provenance_record(known), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return store.put_bytes(told.encode())


def read_file(path: Path) -> tuple[Provenance, dict[str, bytes]]:
    """Facts of a file, and the workflows that made it, canonically spelled, by their hash."""
    told, credential = read_dialects(read_marks(path)), read_credential(path)
    refused = list(told.refused)
    if credential is not None and credential.state == "invalid":
        refused.append(
            f"Its Content Credentials do not hold ({', '.join(credential.failures[:3])}); "
            f"nothing they say is believed."
        )
    return together([*_signed(credential), *told.facts], refused), told.graphs


def _signed(credential: Credential | None) -> Iterator[Fact | None]:
    if credential is None or credential.state == "invalid":
        return
    known = "" if credential.state == "trusted" else "; nobody here vouches for the certificate"
    where = f"{_CREDENTIALS} of {credential.signer or 'a signer without a name'}{known}"
    yield fact("tool", credential.generator, trust="signed", where=where)
    yield fact("signer", credential.signer, trust="signed", where=where)
    for term in credential.terms:
        yield fact("source type", term.rstrip("/").rpartition("/")[2], trust="signed", where=where)


def run(args: dict[str, Any], _: Report) -> dict[str, object]:
    """In a worker process: read the facts of a content that was measured before there were any."""
    return {"derived": {PROVENANCE: provenance_in(ContentStore(Path(args["store"])), str(args["content"]))}}
