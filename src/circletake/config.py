"""Settings: defaults < `studio.toml` < `CIRCLETAKE_*` < flags, frozen once read.

Settings say how a studio runs on this machine. What may ship is policy, which is approved content in
the book and never a setting. Secrets are kept apart: from `CIRCLETAKE_SECRET_<NAME>`, from a file that
`CIRCLETAKE_SECRET_<NAME>_FILE` or `[secrets] <name>_file` names, or generated into the studio's folder.
"""

import difflib
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from circletake.addresses import is_issuer, is_loopback, is_server, is_service, is_site, without_password
from circletake.errors import ConfigInvalid

FILE_NAME = "studio.toml"
PREFIX = "CIRCLETAKE_"
DATABASE_PASSWORD = "database_password"  # noqa: S105 (a secret's name, not a secret)
SEAL_KEY = "seal_key"
SECRET_PREFIX = "CIRCLETAKE_SECRET_"  # noqa: S105 (a prefix of names, not a secret)
LOG_LEVELS = ("debug", "info", "warning", "error")
_HIGHEST_PORT = 65535
_SHORTEST_LEASE_S = 3  # a heartbeat goes every third of it: at least one a second
_SECRET_BYTES = 32


def _cpus() -> int:
    """Cores this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting.

    Args:
        host: address the server listens on.
        port: TCP port; 0 takes a free one.
        workers: processes that decode and measure.
        lease_ttl_s: seconds until a job whose worker fell silent is given to another.
        log_level: debug, info, warning or error.
        session_days: days until a person has to sign in again.
        session_idle_hours: hours after which a session that nobody used has ended.
        oidc_issuer: address of an identity provider (OpenID Connect) to sign in with; None is none.
        oidc_client_id: what the provider knows this studio as.
        oidc_label: what the button on the sign-in page calls the provider.
        oidc_domains: domains, separated by commas, whose verified addresses come in without an invitation.
        public_url: how browsers reach the server (`https://takes.example`); None is `http://host:port`.
        encoder: manifest of the image encoder that checks look through; None is none.
        database: where book and jobs are kept, `postgresql://USER@HOST/NAME`; None is files in the folder.
        seal_certificate: certificate chain (PEM) that deliverables are signed with; None is one made here.
        seal_time_url: a service (RFC 3161) that is asked for the time of each seal; None asks nobody.
        secret_files: secret's name → file that holds it, as `[secrets]` of `studio.toml` names them.
        witnesses: who is shown checkpoints of the book, as `[witnesses.<name>]` of `studio.toml` has them.
        providers: whoever makes takes, as `[providers.<name>]` of `studio.toml` has them.
        given: secret's name → secret, where one came inside another setting; never shown.
        came_from: setting → where its value came from, for those that are not defaults.
    """

    host: str = "127.0.0.1"
    port: int = 8470
    workers: int = field(default_factory=_cpus)
    lease_ttl_s: int = 30
    log_level: str = "info"
    session_days: int = 14
    session_idle_hours: int = 72
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_label: str | None = None
    oidc_domains: str | None = None
    public_url: str | None = None
    encoder: str | None = None
    database: str | None = None
    seal_certificate: str | None = None
    seal_time_url: str | None = None
    secret_files: Mapping[str, str] = field(default_factory=dict)
    witnesses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    came_from: Mapping[str, str] = field(default_factory=dict, compare=False)

    def origins(self) -> dict[str, str]:
        """Where each setting's value came from: `default`, the file, the variable or the flag."""
        return {name: self.came_from.get(name, "default") for name in SETTINGS}

    @property
    def is_loopback(self) -> bool:
        """Only programs on this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def is_https(self) -> bool:
        """Browsers reach the server over https (through a proxy that ends TLS)."""
        return self.public_url is not None and self.public_url.startswith("https://")


SETTINGS: tuple[str, ...] = tuple(
    entry.name
    for entry in fields(Config)
    if entry.name not in {"secret_files", "witnesses", "providers", "given", "came_from"}
)
_WHOLE_NUMBERS = frozenset({"port", "workers", "lease_ttl_s", "session_days", "session_idle_hours"})


def read_config(
    folder: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str | int | None] | None = None,
) -> Config:
    """Read the settings of a studio.

    Args:
        folder: the studio's folder; its `studio.toml` may be absent. None reads no file.
        environ: the environment; None is this process's.
        flags: setting → value given on the command line; None is not given.

    Raises:
        ConfigInvalid: a setting is unknown, or its value cannot be used; names where it stands.
    """
    values: dict[str, str | int | None] = {}
    came_from: dict[str, str] = {}
    secret_files: dict[str, str] = {}
    tables: dict[str, dict[str, dict[str, str]]] = {}
    secrets_given: dict[str, str] = {}

    def take(name: str, value: object, origin: str) -> None:
        if name == "database":
            value = _take_password(value, origin, secrets_given)
        values[name] = _checked(name, value, origin)
        came_from[name] = origin

    if folder is not None:
        settings, secret_files, tables = _read_file(folder / FILE_NAME)
        for name, value in settings.items():
            take(name, value, FILE_NAME)
    for name, variable, text in _from_environment(os.environ if environ is None else environ):
        take(name, text, variable)
    for name, given in (flags or {}).items():
        if name not in SETTINGS:
            raise ConfigInvalid(_unknown(name, "The command line"), setting=name)
        if given is not None:
            take(name, given, "--" + name.replace("_", "-"))
    return Config(
        **values,  # type: ignore[arg-type]  # _checked gives each its type
        secret_files=secret_files,
        witnesses=tables.get("witnesses", {}),
        providers=tables.get("providers", {}),
        given=secrets_given,
        came_from=came_from,
    )


def get_secret(
    name: str,
    *,
    folder: Path,
    config: Config,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Read a secret; on loopback one that nobody set is generated once, readable by its owner only.

    Args:
        name: small letters and `_`, as in `checkpoint_key`.
        folder: the studio's folder.
        config: says where the server listens and which files hold secrets.
        environ: the environment; None is this process's.

    Raises:
        ConfigInvalid: the named file cannot be read or is empty, or nobody set the secret of a server
            that other machines can reach.
    """
    found = find_secret(name, folder=folder, config=config, environ=environ)
    if found is not None:
        return found
    if not config.is_loopback:
        raise ConfigInvalid(
            f"This server listens on {config.host}, where other machines reach it, and has no secret {name}; "
            f"set {SECRET_PREFIX}{name.upper()} or {SECRET_PREFIX}{name.upper()}_FILE.",
            secret=name,
        )
    made = secrets.token_urlsafe(_SECRET_BYTES)
    try:
        keep_secret(name, made, folder=folder)
    except FileExistsError:  # another process of this studio was first: its secret is the one
        return (folder / "secrets" / name).read_text("utf-8").strip()
    return made


def keep_secret(name: str, secret: str, *, folder: Path) -> None:
    """Keep a secret in the studio's folder, readable by its owner only.

    Raises:
        FileExistsError: there is one already.
    """
    kept = folder / "secrets" / name
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")


def find_secret(
    name: str,
    *,
    folder: Path,
    config: Config,
    environ: Mapping[str, str] | None = None,
) -> str | None:
    """Read a secret that somebody set, or that was kept; None where there is none.

    Raises:
        ConfigInvalid: the named file cannot be read or is empty.
    """
    if name in config.given:
        return config.given[name]
    given = os.environ if environ is None else environ
    variable = SECRET_PREFIX + name.upper()
    if text := given.get(variable, "").strip():
        return text
    kept = path = folder / "secrets" / name
    if named := given.get(variable + "_FILE"):
        path = Path(named).expanduser()
    elif named := config.secret_files.get(name):
        path = folder / Path(named).expanduser()  # a relative one stands beside the file that names it
    if named or kept.exists():
        try:
            text = path.read_text("utf-8").strip()
        except OSError as error:
            raise ConfigInvalid(
                f"The secret {name} cannot be read from {path} ({error.strerror}); make the file readable "
                f"or set {variable}.",
                secret=name,
            ) from error
        if not text:
            raise ConfigInvalid(f"The file {path} of the secret {name} is empty; put it there.", secret=name)
        return text
    return None


def _read_file(
    path: Path,
) -> tuple[dict[str, object], dict[str, str], dict[str, dict[str, dict[str, str]]]]:
    """Settings, secret files, and witnesses and providers of a `studio.toml`; nothing when there is none."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, {}, {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigInvalid(f"{path.name} cannot be read ({error}); mend it or take it away.") from error
    named = data.pop("secrets", {})
    if not isinstance(named, dict):
        raise ConfigInvalid(f"{path.name}: `secrets` is a table; write [secrets] on a line of its own.")
    files: dict[str, str] = {}
    for key, value in named.items():
        if not key.endswith("_file") or not isinstance(value, str):
            raise ConfigInvalid(
                f"{path.name}: [secrets] {key} does not name a file; write {key.removesuffix('_file')}_file "
                f'= "path", for a secret itself does not belong in this file.',
                setting=f"secrets.{key}",
            )
        files[key.removesuffix("_file")] = value
    tables = {
        kind: _read_tables(data.pop(kind, {}), path.name, kind, example)
        for kind, example in (("witnesses", "file"), ("providers", "comfyui"))
    }
    for key in data:
        if key not in SETTINGS:
            raise ConfigInvalid(_unknown(key, path.name), setting=key)
    return data, files, tables


def _read_tables(named: object, where: str, kind: str, example: str) -> dict[str, dict[str, str]]:
    is_tables = isinstance(named, dict) and all(isinstance(given, dict) for given in named.values())
    if not is_tables or not isinstance(named, dict):
        raise ConfigInvalid(f"{where}: {kind} are tables; write [{kind}.{example}] on a line of its own.")
    for name, given in named.items():
        for key, value in given.items():
            if not isinstance(value, str):
                raise ConfigInvalid(
                    f"{where}: [{kind}.{name}] {key} has to be text.", setting=f"{kind}.{name}.{key}"
                )
    return named


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(Setting, variable, text) of every `CIRCLETAKE_*` variable that is a setting.

    Other programs of this house have variables of their own (`CIRCLETAKE_SKIP_DESK`), so an unknown one
    is refused only when it looks like a slip in a setting's name.
    """
    found = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable.startswith(SECRET_PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in SETTINGS:
            found.append((name, variable, environ[variable]))
        elif difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.75):
            raise ConfigInvalid(_unknown(name, f"The variable {variable}"), setting=name)
    return found


def _unknown(name: str, where: str) -> str:
    near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.5)
    way_out = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(SETTINGS)}."
    return f"{where} names {name}, which is no setting; {way_out}"


def _checked(name: str, value: object, origin: str) -> str | int | None:
    """Give a value its type, or say what it should be."""
    checked: str | int | None = None
    if name in _WHOLE_NUMBERS:
        whole = _whole_number(value)
        lowest = {"port": 0, "lease_ttl_s": _SHORTEST_LEASE_S}.get(name, 1)
        if whole is None or whole < lowest or (name == "port" and whole > _HIGHEST_PORT):
            highest = f" to {_HIGHEST_PORT}" if name == "port" else " or more"
            raise _wrong(name, value, origin, f"a whole number, {lowest}{highest}")
        checked = whole
    elif not isinstance(value, str):
        raise _wrong(name, value, origin, "text")
    else:
        checked = _checked_text(name, value, origin)
    return checked


def _checked_text(name: str, value: str, origin: str) -> str | None:
    checked: str | None = value
    if name == "log_level":
        checked = value.lower()
        if checked not in LOG_LEVELS:
            raise _wrong(name, value, origin, f"one of {', '.join(LOG_LEVELS)}")
    elif name == "database":
        checked = value or None
        _check_address(name, checked, origin, "an address such as postgresql://USER@HOST/NAME", is_server)
    elif name.startswith("oidc_"):
        checked = value.strip() or None
        if name == "oidc_issuer":
            _check_address(name, checked, origin, "an https address such as https://id.example", is_issuer)
    elif name in {"encoder", "seal_certificate"}:
        checked = value.strip() or None
    elif name == "seal_time_url":
        checked = value.strip() or None
        _check_address(name, checked, origin, "an address such as http://time.example/tsr", is_service)
    elif name == "public_url":
        checked = value.rstrip("/") or None
        _check_address(name, checked, origin, "a site's address such as https://takes.example", is_site)
    else:
        checked = value
        if not value or value.split() != [value]:
            raise _wrong(name, value, origin, "an address such as 127.0.0.1")
    return checked


def _check_address(name: str, value: str | None, origin: str, what: str, fits: Callable[[str], bool]) -> None:
    if value and not fits(value):
        raise _wrong(name, value, origin, what)


def _take_password(address: object, origin: str, given: dict[str, str]) -> object:
    """Put the password of a database's address, if there is one, among the secrets; the rest may be shown."""
    shown, password = without_password(address)
    given.pop(DATABASE_PASSWORD, None)
    if password is not None and origin == FILE_NAME:
        raise ConfigInvalid(
            f"{FILE_NAME}: database holds a password, which does not belong in this file; take it out and "
            f"set {SECRET_PREFIX}{DATABASE_PASSWORD.upper()}, or name its file in [secrets].",
            setting="database",
        )
    if password is not None:
        given[DATABASE_PASSWORD] = password
    return shown


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return None


def _wrong(name: str, value: object, origin: str, what: str) -> ConfigInvalid:
    return ConfigInvalid(f"{name} is {value!r} in {origin}; it has to be {what}.", setting=name)
