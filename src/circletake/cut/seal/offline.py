"""The SDK's settings: nothing is fetched, nothing is made that was not asked for."""

from typing import Any
from urllib.parse import urlsplit

from c2pa import Context, Signer


def offline(*, anchors: str = "", signer: Signer | None = None, stamp_url: str | None = None) -> Context:
    """A context that reaches nobody, unless a service that stamps the time is named.

    Args:
        anchors: certificates, PEM, that a signer is to lead up to; empty trusts nobody.
        signer: signs; taken over by the context.
        stamp_url: of a service that may be asked for the time.
    """
    trust: dict[str, Any] = {"user_anchors": anchors} if anchors else {}
    host = urlsplit(stamp_url).hostname if stamp_url else None
    return Context.from_dict(
        {
            "trust": trust,
            # Left alone, the SDK asks the address that a file names for its manifest, and for revocations.
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
            "core": {"allowed_network_hosts": [host] if host else []},
            "builder": {"thumbnail": {"enabled": False}},
        },
        signer=signer,
    )
