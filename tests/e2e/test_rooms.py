"""Review rooms over a real socket: who is let in, what others hear, and how a room ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from circletake.web.auth import COOKIE
from circletake.web.guest_cookie import GUEST_COOKIE
from circletake.web.rooms import LONGEST_BYTES
from circletake.workflows.guest_links import Showing

from .conftest import Served

pytestmark = [pytest.mark.e2e, pytest.mark.sqlite]

HEAD = {
    "task": "t1", "take": "a" * 64, "frame": 7, "playing": False, "speed": 1, "rate": [24, 1], "span": [0, 48]
}  # fmt: skip
Word = dict[str, Any]


class Window:
    """Somebody's window in a room."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def say(self, say: str, **more: object) -> None:
        self.line.send(json.dumps({"say": say, **more}))

    def hear(self, say: str) -> Word:
        """The next word of a kind; others between are let go."""
        while True:
            word: Word = json.loads(self.line.recv(timeout=10))
            if word["say"] == say:
                return word

    def ended(self) -> tuple[Word | None, int]:
        """What was said last, and the code of the end."""
        word: Word | None = None
        try:
            while True:
                word = json.loads(self.line.recv(timeout=10))
        except ConnectionClosed as end:
            return word, end.rcvd.code if end.rcvd else 1006


@contextmanager
def window(
    served: Served,
    who: str | None,
    room: str = "one",
    *,
    origin: str | None = "",
    code: str = "spring",
    cookie: str = "",
) -> Iterator[Window]:
    cookie = f"{COOKIE}={served.tokens[who]}" if who else cookie
    headers = {"Cookie": cookie} if cookie else {}
    with connect(
        f"{served.url.replace('http', 'ws')}/api/productions/{code}/rooms/{room}",
        additional_headers=headers,
        origin=served.url if origin == "" else origin,  # type: ignore[arg-type]  # a type of its own for a str
        proxy=None,
    ) as line:
        yield Window(line)


def test_what_the_leader_looks_at_is_heard_by_all_and_by_whoever_comes_late(served: Served) -> None:
    with window(served, "dora") as dora, window(served, "leo") as leo:
        dora.say("hello", led=True, have=HEAD)
        assert dora.hear("welcome")["at"]["head"]["frame"] == 7
        leo.say("hello")
        welcome = leo.hear("welcome")
        assert [one["name"] for one in welcome["members"]] == ["dora", "leo"]
        assert welcome["at"]["head"]["frame"] == 7
        dora.say("move", head={**HEAD, "frame": 12}, at_ms=1e15)
        assert leo.hear("at")["head"]["frame"] == 12
        leo.say("move", head={**HEAD, "frame": 40}, at_ms=1e15)
        leo.say("point", at=[10, 20])
        assert dora.hear("pointed")["at"] == [10, 20]
        with window(served, "ana") as ana:
            ana.say("hello", have={**HEAD, "frame": 1})
            assert ana.hear("welcome")["at"]["head"]["frame"] == 12


def test_the_server_tells_its_time(served: Served) -> None:
    with window(served, "leo") as leo:
        leo.say("hello")
        times = []
        for n in range(3):
            leo.say("ping", t0=n)
            pong = leo.hear("pong")
            assert pong["t0"] == n
            times.append(pong["ts"])
        assert times == sorted(times)


def test_rooms_of_other_names_hear_nothing_of_each_other(served: Served) -> None:
    with window(served, "dora") as dora, window(served, "leo", "two") as leo:
        dora.say("hello", led=True, have=HEAD)
        dora.hear("welcome")
        leo.say("hello")
        assert leo.hear("welcome")["at"] is None


@pytest.mark.parametrize(
    ("who", "code", "why"),
    [("olaf", "spring", "not-found"), ("leo", "autumn", "not-found"), (None, "spring", "sign-in-needed")],
)
def test_nobody_comes_in_who_may_not_see_the_production(
    served: Served, who: str | None, code: str, why: str
) -> None:
    with window(served, who, code=code) as stranger:
        word, end = stranger.ended()
        assert word is not None
        assert (word["say"], word["code"], end) == ("refused", why, 4403)


@pytest.mark.parametrize("cookie", [GUEST_COOKIE, COOKIE])
def test_whoever_came_by_a_guest_link_comes_into_no_room(served: Served, cookie: str) -> None:
    """A link shows exact takes; a room goes wherever its leader goes."""
    ana = served.studio.session_of(served.tokens["ana"])
    shown = [(served.task().id, served.take().content)]
    showing = Showing(label="Screening", contents=shown, rights=["note"], hours=1)
    _, link = served.studio.guests.make_link(ana, "spring", showing)
    token = served.studio.guests.come_in(link, name="Nia", passphrase="")
    with window(served, None, cookie=f"{cookie}={token}") as guest:
        word, end = guest.ended()
        assert word is not None
        assert (word["say"], word["code"], end) == ("refused", "sign-in-needed", 4403)


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_no_page_of_another_site_opens_a_socket_with_somebodys_cookie(served: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, window(served, "leo", origin=origin):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("first", ['{"say":"ping","t0":1}', "what", "{}"])
def test_a_word_that_cannot_be_ends_the_line_with_a_sentence(served: Served, first: str) -> None:
    with window(served, "leo") as leo:
        leo.line.send(first)
        word, end = leo.ended()
        assert word is not None
        assert (word["code"], end) == ("request-invalid", 4403)


def test_a_word_too_long_is_not_read(served: Served) -> None:
    with window(served, "leo") as leo:
        leo.say("hello")
        leo.hear("welcome")
        leo.line.send('"' + "x" * LONGEST_BYTES + '"')
        assert leo.ended()[1] == 1009


def test_a_room_holds_so_many_windows_and_says_so_to_the_next(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("circletake.web.open_room.MOST_MEMBERS", 3)
    opened = [window(served, "leo", "full") for _ in range(4)]
    lines = [one.__enter__() for one in opened]
    try:
        for line in lines[:-1]:
            line.say("hello")
            line.hear("welcome")
        lines[-1].say("hello")
        word, _ = lines[-1].ended()
        assert word is not None
        assert word["code"] == "room-full"
    finally:
        for one in opened:
            one.__exit__(None, None, None)


def test_whoever_signs_out_is_in_no_room_any_more(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("circletake.web.rooms._ASK_AGAIN_S", 0.0)
    served.tokens["short"] = served.studio.sign_in_by_link(served.studio.make_link("leo"))
    with window(served, "short") as leo:
        leo.say("hello")
        leo.hear("welcome")
        served.studio.sign_out(served.tokens["short"])
        leo.say("ping", t0=1)
        word, end = leo.ended()
        assert word is not None
        assert (word["code"], end) == ("sign-in-needed", 4403)
