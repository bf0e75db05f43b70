"""The verbs for people and programs, as typed: invite, accept, groups, tokens, sessions."""

from pathlib import Path

import pytest

from .terminal import Terminal

pytestmark = pytest.mark.e2e
PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(studio=tmp_path / "studio", home=tmp_path / "home")
    made.run("new", str(made.studio), "--person", "Ana", "--password-stdin", "-p", "spring", stdin=PASSWORD)
    return made


def test_people_come_by_invitation_hold_roles_and_lose_them(terminal: Terminal) -> None:
    link = terminal.json("person", "invite", "--role", "artist", "--as", "Ana")["link"]
    joined = terminal.json("person", "accept", link, "Nia", "--password-stdin", stdin=PASSWORD)
    assert joined == {"name": "Nia", "production": "Spring", "roles": ["artist"]}
    terminal.run("person", "accept", link, "Max", "--password-stdin", stdin=PASSWORD, code=4)
    (listed,) = terminal.json("person", "invitations", "--as", "Ana")
    assert (listed["state"], listed["person"]["name"]) == ("used", "Nia")
    second = terminal.json("person", "invite", "--role", "lead", "--as", "Ana")
    terminal.run("person", "uninvite", second["id"], "--as", "Ana")
    terminal.run("person", "accept", second["link"], "Max", "--password-stdin", stdin=PASSWORD, code=4)
    third = terminal.json("person", "invite", "--role", "legal", "--as", "Ana")["link"]
    terminal.run("person", "accept", third, "--as", "Nia")

    terminal.run("group", "make", "leads", "--role", "lead", "--as", "Ana")
    terminal.run("group", "add", "leads", "Nia", "--as", "Ana")
    roles = {
        one["person"]["name"]: (one["roles"], one["own_roles"])
        for one in terminal.json("role", "list", "--as", "Ana")["members"]
    }
    assert roles["Nia"] == (["artist", "lead", "legal"], ["artist", "legal"])
    refused = terminal.run("role", "take", "Nia", "lead", "--as", "Ana", code=3)
    assert "by the group leads" in refused
    terminal.run("group", "take", "leads", "lead", "--as", "Ana")
    terminal.run("group", "give", "leads", "reviewer", "--as", "Ana")
    assert terminal.json("group", "list", "--as", "Ana")[0]["roles"] == ["reviewer"]
    terminal.run("group", "remove", "leads", "Nia", "--as", "Ana")
    terminal.run("group", "disband", "leads", "--as", "Ana")
    terminal.run("role", "take", "Nia", "legal", "--as", "Ana")
    terminal.run("role", "give", "Nia", "editor", "--as", "Ana")
    terminal.run("role", "take", "Ana", "producer", "--as", "Ana", code=1)
    terminal.run("role", "give", "Nia", "director", "--as", "Nia", code=4)
    assert terminal.json("book", "replay")["holds"]


def test_a_program_acts_by_its_token_and_no_further(terminal: Terminal) -> None:
    terminal.run("machine", "make", "render bot", "--as", "Ana")
    made = terminal.json(
        "token", "make", "nightly", "--machine", "render bot", "--scope", "manage", "--as", "Ana"
    )
    program = Terminal(
        studio=terminal.studio, home=terminal.home / "other", env={"CIRCLETAKE_TOKEN": made["secret"]}
    )
    program.run("shot", "add", "SH010", "--frames", "24")
    for barred in (
        ("found", "other"),
        ("role", "give", "Ana", "director"),
        ("person", "invite", "--role", "director"),
        ("token", "make", "another"),
        ("cut", "assemble"),
        ("deliver",),
    ):
        program.run(*barred, code=4)
    (token,) = terminal.json("token", "list", "--as", "Ana")
    assert (token["machine"], token["scopes"], token["state"]) == ("render bot", ["read", "manage"], "open")
    assert token["used_at"] is not None
    terminal.run("machine", "retire", "render bot", "--as", "Ana")
    assert terminal.json("machine", "list", "--as", "Ana")[0]["retired"]
    assert "expired" in program.run("board", code=4)
    own = terminal.json("token", "make", "mine", "--as", "Ana")
    terminal.run("token", "revoke", own["id"], "--as", "Ana")


def test_sessions_are_listed_and_ended_from_the_terminal(terminal: Terminal) -> None:
    other = Terminal(studio=terminal.studio, home=terminal.home / "other")
    other.run("sign-in", "Ana", "--password-stdin", stdin=PASSWORD)
    listed = terminal.json("session", "list")
    assert [one["current"] for one in listed].count(True) == 1
    assert len(listed) == 2
    assert terminal.json("session", "end") == {"ended": 1}
    other.run("session", "list", code=4)
    other.run("sign-in", "Ana", "--password-stdin", stdin=PASSWORD)
    terminal.run("person", "password", "Ana", "--password-stdin", stdin="a blue bicycle\n")
    for one in (terminal, other):
        one.run("session", "list", code=4)
