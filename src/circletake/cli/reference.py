"""Writes the reference pages from the code, so that they cannot lag behind it."""

import dataclasses
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from circletake import errors
from circletake.checks.run import find_checks
from circletake.cli.exits import EXITS, STATUS
from circletake.cli.main import build
from circletake.config import SETTINGS, Config
from circletake.domain.status import LOOKS
from circletake.errors import CircletakeError
from circletake.gates.reasons import shipped_reasons
from circletake.generate.frontispiece import lord_queso
from circletake.plugins import find_members

_NOTE = "<!-- Written by `make docs`; change the code, not this page. -->\n\n"


def verbs() -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Every verb of the command line with its full name, in alphabetical order."""
    yield from _verbs("circletake", typer.main.get_command(build()))


def _verbs(name: str, command: object) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    if isinstance(command, TyperGroup):
        if command.invoke_without_command:  # does something by itself too
            yield name, command
        for child in sorted(command.commands):
            yield from _verbs(f"{name} {child}", command.commands[child])
    elif isinstance(command, TyperCommand):
        yield name, command


def cli_page() -> str:
    """Every verb with its arguments and options."""
    parts = ["# The command line\n"]
    for name, command in verbs():
        parts.append(f"## {name}\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = [_parameter(parameter) for parameter in command.params]
        if rows:
            parts.append("| | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    return _NOTE + "\n".join(parts)


def _parameter(parameter: Any) -> str:  # noqa: ANN401 (typer does not export the type)
    names = parameter.opts + parameter.secondary_opts
    is_option = isinstance(parameter, TyperOption)
    shown = ", ".join(f"`{name}`" for name in names) if is_option else f"`{names[0].upper()}`"
    meaning = str(parameter.help or "").replace("|", "\\|").replace("\n", " ")
    return f"| {shown} | {meaning} |"


def error_classes() -> list[type[CircletakeError]]:
    """Every concrete error, by its code."""
    kinds = {
        errors.Refused,
        errors.Invalid,
        errors.Missing,
        errors.Forbidden,
        errors.Conflict,
        errors.Unavailable,
    }
    found = [
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, CircletakeError) and member not in {*kinds, errors.Bug, CircletakeError}
    ]
    return sorted(found, key=lambda member: member.code)


def errors_page() -> str:
    """Every error's code, kind, numbers and meaning."""
    rows = "\n".join(
        f"| `{error.code}` | {error.kind} | {STATUS[error.kind]} | {EXITS[error.kind]} | "
        f"{inspect.cleandoc(error.__doc__ or '').splitlines()[0]} |"
        for error in error_classes()
    )
    return f"{_NOTE}# Errors\n\n| code | kind | HTTP | exit | meaning |\n|---|---|---|---|---|\n{rows}\n"


def settings_page() -> str:
    """Every setting, its default and its environment variable."""
    docs = dict(_documented(Config))
    machine = {"workers"}  # differs from machine to machine
    rows = "\n".join(
        f"| `{field.name}` | `CIRCLETAKE_{field.name.upper()}` | "
        f"{'the number of cores' if field.name in machine else f'`{field.default}`'} | {docs[field.name]} |"
        for field in dataclasses.fields(Config)
        if field.name in SETTINGS
    )
    return (
        f"{_NOTE}# Settings\n\nDefaults < `studio.toml` < environment < flags. `circletake config` shows "
        f"where each value came from.\n\n"
        f"| setting | variable | default | meaning |\n|---|---|---|---|\n{rows}\n"
    )


def _documented(kind: type) -> Iterator[tuple[str, str]]:
    for line in inspect.cleandoc(kind.__doc__ or "").splitlines():
        name, colon, meaning = line.strip().partition(": ")
        if colon and name.isidentifier():
            yield name, meaning


def checks_page() -> str:
    """Every check and every rule of a gate."""
    checks = "\n".join(
        f"| `{name}` | {check.version} | {check.summary} |" for name, check in find_checks().items()
    )
    rules = "\n".join(
        f"| `{name}` | {(inspect.getmodule(rule).__doc__ or '').splitlines()[0]} |"
        for name, rule in find_members("circletake.gates.rules", "rule").items()
    )
    return (
        f"{_NOTE}# Checks and rules\n\n## Checks\n\n"
        f"What machines measure. A check never approves anything.\n\n"
        f"| check | version | what it measures |\n|---|---|---|\n{checks}\n\n"
        f"## Rules of gates\n\n"
        f"What has to hold before a content passes a gate; the rules of a gate are ANDed.\n\n"
        f"| rule | holds when |\n|---|---|\n{rules}\n"
    )


def words_page() -> str:
    """Statuses and reason codes."""
    statuses = "\n".join(
        f"| {look.label} | {look.shape.replace('_', ' ')} | `{look.colour}` | {look.kitsu or '–'} | "
        f"{look.shotgrid or '–'} |"
        for look in LOOKS.values()
    )
    reasons = "\n".join(
        f"| {family.digit} {family.label} | "
        + ", ".join(f"`{reason.key}` {reason.label}" for reason in family.reasons)
        + " |"
        for family in shipped_reasons()
    )
    return (
        f"{_NOTE}# Statuses and reasons\n\n"
        f"| status | shape | colour | Kitsu | ShotGrid |\n|---|---|---|---|---|\n"
        f"{statuses}\n\n| family | keys and reasons |\n|---|---|\n{reasons}\n"
    )


PAGES = {
    "cli.md": cli_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "checks-and-rules.md": checks_page,
    "statuses-and-reasons.md": words_page,
    "lord-queso.svg": lord_queso,
}


def main(folder: Path) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
