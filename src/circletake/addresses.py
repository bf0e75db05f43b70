"""Which text is an address of what; standard library only, nothing is looked up."""

from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def without_password(address: object) -> tuple[object, str | None]:
    """A database's address as it may be shown, and the password that stood in it."""
    if not isinstance(address, str):
        return address, None
    try:
        parts = urlsplit(address)
    except ValueError:
        return "what was given", None  # what cannot be read may hold a password: it is not shown
    who, at, host = parts.netloc.rpartition("@")
    user, _, in_front = who.partition(":")
    options = parse_qsl(parts.query, keep_blank_values=True)
    password = unquote(in_front) or dict(options).get("password")
    if not password:
        return address, None
    kept = urlencode([(name, value) for name, value in options if name != "password"], safe="/")
    return parts._replace(netloc=user + at + host, query=kept).geturl(), password


def is_server(address: str) -> bool:
    """Whether an address names a PostgreSQL server and a database on it."""
    parts = urlsplit(address)
    return parts.scheme in {"postgresql", "postgres"} and len(parts.path) > 1


def is_site(url: str) -> bool:
    """Whether an address is that of a site, and of nothing on it."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_fits and bare


def is_issuer(url: str) -> bool:
    """Whether an address can be an identity provider's.

    Source:
        OpenID Connect Core 1.0, 2: https, no query, no fragment; plain http only on this machine.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return is_safe and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)


def is_service(url: str) -> bool:
    """Whether an address can be one of a service: http or https, a host, nobody's name in it.

    >>> is_service("http://time.example/tsr"), is_service("time.example")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_fits and not parts.username
