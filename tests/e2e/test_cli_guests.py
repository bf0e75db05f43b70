"""The verbs for guest links, as typed: make one, list, revoke."""

from pathlib import Path

import pytest

from .conftest import draw_film
from .terminal import Terminal

pytestmark = pytest.mark.e2e
PASSWORD = "a red bicycle\n"  # noqa: S105 (of somebody who lives for one test)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(studio=tmp_path / "studio", home=tmp_path / "home")
    made.run("new", str(made.studio), "--person", "Ana", "--password-stdin", "-p", "spring", stdin=PASSWORD)
    draw_film(tmp_path / "square.mp4")
    made.run("shot", "add", "SH010", "--frames", "12", "--as", "Ana")
    made.run("take", "add", "SH010", str(tmp_path / "square.mp4"), "--as", "Ana")
    return made


def test_a_link_is_made_listed_without_what_opens_it_and_revoked(terminal: Terminal) -> None:
    made = terminal.json(
        "guest", "link", "Client screening", "--shot", "SH010:1", "--look-only", "--passphrase-stdin",
        "--hours", "2", "--as", "Ana", stdin=PASSWORD,
    )  # fmt: skip
    token = made["link"].rsplit("/g/", 1)[1]
    assert len(token) == 43
    told = terminal.run("guest", "list", "--as", "Ana")
    assert "Client screening" in told
    assert token not in told
    (listed,) = terminal.json("guest", "list", "--as", "Ana")
    assert (listed["id"], listed["state"], listed["rights"]) == (made["id"], "open", ["look"])
    assert (listed["passphrase"], listed["watermark"], listed["used_at"]) == (True, True, None)
    assert [(one["code"], one["take"]) for one in listed["contents"]] == [("SH010", 1)]
    terminal.run("guest", "revoke", made["id"], "--as", "Ana")
    terminal.run("guest", "revoke", made["id"], "--as", "Ana", code=1)
    assert terminal.json("guest", "list", "--as", "Ana")[0]["state"] == "revoked"
    assert terminal.json("book", "verify")["holds"]
    assert terminal.json("book", "replay")["holds"]
    terminal.run("guest", "link", "None", "--shot", "SH010:7", "--as", "Ana", code=3)
    terminal.run("guest", "link", "None", "--shot", "SH999", "--as", "Ana", code=3)
    assert token not in terminal.run("book", "show", "--as", "Ana")
