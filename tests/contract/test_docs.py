"""Documentation is held by tests: what it names exists, and what exists is named."""

import re
from pathlib import Path

import pytest

from circletake.cli.reference import PAGES, error_classes, verbs
from circletake.errors import CircletakeError

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SHOWN = r"(?:^|`)\s*(?:\$ )?(circletake(?: [a-z][a-z-]+)+)"
PATHS = re.compile(r"`((?:src|tests|docs|ui)/[\w./-]+|circletake/[\w./-]+)`")


@pytest.mark.parametrize("page", sorted(PAGES))
def test_reference_page_is_what_the_code_says(page: str) -> None:
    written = ROOT / "docs" / "reference" / page
    assert written.exists(), "run `make docs`"
    assert written.read_text("utf-8") == PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(doc: Path) -> None:
    broken = [
        target
        for target in LINK.findall(doc.read_text("utf-8"))
        if "://" not in target and not (doc.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_paths_that_are_named_exist(doc: Path) -> None:
    missing = [
        path
        for path in PATHS.findall(doc.read_text("utf-8"))
        if not (ROOT / path).exists() and not (ROOT / "src" / path).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_commands_that_are_shown_exist(doc: Path) -> None:
    known = {name for name, _ in verbs()}
    groups = {name.rsplit(" ", maxsplit=1)[0] for name in known}
    shown = re.findall(SHOWN, doc.read_text("utf-8"), flags=re.MULTILINE)
    unknown = [
        command
        for command in shown
        if not any(command == name or command.startswith(f"{name} ") for name in known)
        and command not in groups
    ]
    assert unknown == []


def test_the_readme_shows_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    assert "make demo" in readme
    assert "make test" in readme
    assert {"demo", "test", "check", "bench", "ui", "docs"} <= set(targets)


def test_architecture_names_every_room() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = [path.name for path in (ROOT / "src" / "circletake").iterdir() if (path / "__init__.py").exists()]
    assert [room for room in rooms if f"circletake/{room}" not in told] == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    pages = [page.name for page in (ROOT / "docs" / "decisions").glob("*.md") if page.name != "README.md"]
    assert pages
    assert [page for page in pages if page not in listed] == []


def test_every_verb_helps_and_speaks_json() -> None:
    silent = [name for name, command in verbs() if not command.help]
    mute = [
        name
        for name, command in verbs()
        if not any("--json" in parameter.opts for parameter in command.params)
    ]
    assert silent == []
    assert mute == []


def test_error_codes_are_literal_stable_and_their_own() -> None:
    codes = [error.code for error in error_classes()]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    inherited = [error.__name__ for error in error_classes() if "code" not in vars(error)]
    assert inherited == []


def test_every_error_has_a_sentence_of_documentation() -> None:
    assert [
        error.__name__ for error in error_classes() if not (error.__doc__ or "").strip().endswith(".")
    ] == []
    assert issubclass(error_classes()[0], CircletakeError)


def test_every_test_that_the_page_of_complaints_names_exists() -> None:
    page = (ROOT / "docs" / "explanation" / "what-hurts-elsewhere.md").read_text("utf-8")
    named = []
    for cell in re.split(r"[|;\n]", page):
        files = re.findall(r"`((?:tests|ui)/[^`]+)`", cell)
        named += [(file, test) for file in files for test in re.findall("“([^”]+)”", cell)]
    assert len(named) >= 20
    missing = [(file, test) for file, test in named if test not in (ROOT / file).read_text("utf-8")]
    assert missing == []
