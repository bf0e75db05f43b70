"""Who is signed in on this machine: session tokens by studio and name, in a file only its owner reads."""

import json
import os
from pathlib import Path

from circletake.errors import SignInNeeded
from circletake.ledger.accounts import Session
from circletake.studio import Studio

_MODE = 0o600
TOKEN_VARIABLE = "CIRCLETAKE_TOKEN"  # noqa: S105 (a variable's name)


def sessions_path() -> Path:
    """Where the tokens are kept."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "circletake" / "sessions.json"


def _read() -> dict[str, dict[str, str]]:
    path = sessions_path()
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write(held: dict[str, dict[str, str]]) -> None:
    path = sessions_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(held, file, indent=2)
    temporary.replace(path)


def remember(studio: Studio, token: str) -> str:
    """Keep a session's token on this machine; returns the person's name."""
    name = studio.me(studio.session_of(token)).person.name
    held = _read()
    held.setdefault(str(studio.folder.resolve()), {})[name] = token
    _write(held)
    return name


def forget(studio: Studio, name: str | None) -> list[str]:
    """Sign out one person, or everybody, on this machine; returns their names."""
    held = _read()
    here = held.get(str(studio.folder.resolve()), {})
    gone = [known for known in list(here) if name is None or known == name]
    for known in gone:
        studio.sign_out(here.pop(known))
    _write(held)
    return gone


def session_here(studio: Studio, name: str | None) -> Session:
    """The session of whoever is signed in on this machine.

    Args:
        name: whom to act as; None is fine while one person alone is signed in, and for a program that
            has its API token in `CIRCLETAKE_TOKEN`.

    Raises:
        SignInNeeded: nobody is, or it is not clear who.
    """
    if name is None and (token := os.environ.get(TOKEN_VARIABLE)):
        return studio.session_of(token)
    here = _read().get(str(studio.folder.resolve()), {})
    if name is not None and name in here:
        return studio.session_of(here[name])
    if name is None and len(here) == 1:
        return studio.session_of(next(iter(here.values())))
    if name is None and here:
        raise SignInNeeded(f"Say who you are with --as; signed in here are {', '.join(sorted(here))}.")
    who = f"{name} is not signed in" if name else "Nobody is signed in"
    raise SignInNeeded(
        f"{who} on this machine; run `circletake sign-in NAME`, or `--link` with a link you were given."
    )
