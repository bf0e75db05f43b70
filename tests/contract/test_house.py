"""Promises of the repository about itself: each rule lists what breaks it, a sentence each."""

import ast
import json
import re
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "circletake"
MOST_LINES = 420
MEDIAN_LINES = 275

# Why a module may be longer than the rest.
LONG = {
    "ledger/verifier.py": "one file by promise: a stranger reads it from top to bottom",
    "db/tables.py": "every table there is, a line a column",
    "studio.py": "the list of everything a door may ask for; each entry is a line or two",
    "workflows/views.py": "records only",
    "errors.py": "one family: each error is its sentence and its code",
    "ledger/entries.py": "one short record for each kind of entry",
    "ledger/projections.py": "one short function for each kind of entry",
    "ledger/reads.py": "one short function for each thing that is read",
}
NOQA = r"#\s*noqa(?!: [A-Z]+\d+(, [A-Z]+\d+)*( \(| - ))"
IGNORE = r"#\s*type: ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]\s+#)"
JUNK = {"util", "utils", "helper", "helpers", "common", "misc", "base", "core", "lib", "manager", "shared"}


def tracked() -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        pytest.skip("not a git checkout, so nobody can say which files belong to it")
    return [ROOT / name for name in told.stdout.splitlines() if (ROOT / name).is_file()]


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def every_module_says_what_it_is_for() -> Iterator[str]:
    for path in modules():
        if "versions" not in path.parts and ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None:
            yield f"{name_of(path)} has no docstring"


def modules_stay_small() -> Iterator[str]:
    for path in modules():
        if lines_of(path) > MOST_LINES and name_of(path) not in LONG:
            yield f"{name_of(path)} has {lines_of(path)} lines, more than {MOST_LINES}"
    median = statistics.median(lines_of(path) for path in modules())
    if median > MEDIAN_LINES:
        yield f"the median module has {median} lines, more than {MEDIAN_LINES}"


def reasons_for_length_are_still_needed() -> Iterator[str]:
    for name in LONG:
        if not (SOURCE / name).exists() or lines_of(SOURCE / name) <= MOST_LINES:
            yield f"{name} needs no reason for its length any more"


def nothing_is_a_junk_drawer() -> Iterator[str]:
    for path in modules():
        for part in path.relative_to(SOURCE).with_suffix("").parts:
            if JUNK & set(part.strip("_").split("_")):
                yield f"{name_of(path)} is named for nothing in particular"


def silenced_warnings_have_reasons() -> Iterator[str]:
    for path in [*modules(), *sorted((ROOT / "tests").rglob("*.py"))]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if re.search(NOQA, line):
                yield f"{path.relative_to(ROOT)}:{number} silences without a code and a reason"
            if re.search(IGNORE, line):
                yield f"{path.relative_to(ROOT)}:{number} ignores a type without a code and a reason"


def no_film_or_program_is_in_git() -> Iterator[str]:
    for path in tracked():
        if b"\0" in path.read_bytes()[:8000]:
            yield f"{path.relative_to(ROOT)} is not text"


def locks_name_no_host() -> Iterator[str]:
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text("utf-8"))
    for name, package in lock["packages"].items():
        if "resolved" in package:
            yield f"package-lock.json says where {name} was downloaded"
        if name and not package.get("link") and not ({"version", "integrity"} <= package.keys()):
            yield f"package-lock.json lacks version or integrity of {name}"
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if "://" in line or (line and not line.startswith("#") and "==" not in line):
            yield f"constraints.txt pins no version in “{line}”"


def nobody_reads_settings_by_themselves() -> Iterator[str]:
    for path in modules():
        if name_of(path) == "config.py" or name_of(path).startswith("cli/"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_environ = isinstance(node, ast.Attribute) and node.attr == "getenv"
            is_named = isinstance(node, ast.Constant) and str(node.value).startswith("CIRCLETAKE_")
            if is_environ or is_named:
                yield f"{name_of(path)}:{getattr(node, 'lineno', 0)} reads a setting past config"


def dependencies_are_pinned() -> Iterator[str]:
    pinned = {
        re.split(r"==", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    told = (ROOT / "pyproject.toml").read_text("utf-8")
    for name in re.findall(r'^  "([a-zA-Z0-9-]+)(?:\[[a-z]+\])?>=', told, flags=re.MULTILINE):
        if name.lower() not in pinned:
            yield f"{name} is not in constraints.txt"


RULES: list[Callable[[], Iterator[str]]] = [
    every_module_says_what_it_is_for,
    modules_stay_small,
    reasons_for_length_are_still_needed,
    nothing_is_a_junk_drawer,
    silenced_warnings_have_reasons,
    no_film_or_program_is_in_git,
    locks_name_no_host,
    nobody_reads_settings_by_themselves,
    dependencies_are_pinned,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house_rule(rule: Callable[[], Iterator[str]]) -> None:
    assert list(rule()) == []
