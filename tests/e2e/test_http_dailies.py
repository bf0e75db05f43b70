"""Dailies over HTTP: two people at once, what is refused, and what somebody who may not look learns."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .conftest import Served

pytestmark = pytest.mark.e2e
_numbers = itertools.count(1)


def new_id() -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{next(_numbers):012x}"


def keep(
    served: Served,
    act: str,
    playlist: str,
    *entries: str,
    by: str = "leo",
    status: int = 200,
    **members: object,
) -> dict[str, Any]:
    """Do something to a playlist; what is answered."""
    sent: dict[str, Any] = {"op": new_id(), "act": act, "playlist": playlist, "entries": list(entries)}
    if act in {"make", "add"} and "takes" not in members:
        take = {"task": served.task().id, "content": served.take().content}
        sent["takes"] = [take for _ in entries]
    with served.client(by) as client:
        answer = client.post("/api/productions/spring/dailies", json=sent | members)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def read(served: Served, path: str = "", *, by: str = "dora", status: int = 200) -> Any:  # noqa: ANN401 (JSON)
    with served.client(by) as client:
        answer = client.get(f"/api/productions/spring/dailies{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


def order(view: dict[str, Any]) -> list[str]:
    return [one["id"] for one in view["entries"]]


def test_two_editors_merge_and_each_act_is_somebody_s(served: Served) -> None:
    one, two, three, four = (new_id() for _ in range(4))
    made = keep(served, "make", new_id(), one, two, label="Monday")
    assert order(made) == [one, two]
    keep(served, "remove", made["id"], one, by="dora")
    # leo has not seen that yet, and puts his after what she removed
    keep(served, "add", made["id"], three, after=one)
    keep(served, "add", made["id"], four, after="last", by="dora")
    view = read(served, f"/{made['id']}")
    assert order(view) == [three, two, four]
    assert [entry["person"]["name"] for entry in view["entries"]] == ["leo", "leo", "dora"]
    said = [(act["person"]["name"], act["sentence"]) for act in read(served, f"/{made['id']}/acts")]
    assert said == [
        ("dora", "added SH010 take 1"),
        ("leo", "added SH010 take 1"),
        ("dora", "removed SH010"),
        ("leo", "made it with SH010 take 1, SH010 take 1"),
    ]


def test_an_empty_playlist_is_saved_by_nobody(served: Served) -> None:
    only = new_id()
    refused = keep(served, "make", new_id(), label="Nothing", status=422)
    assert (refused["code"], refused["detail"]) == (
        "playlist-invalid", "A playlist is not saved empty: name at least one entry, and each once.",
    )  # fmt: skip
    made = keep(served, "make", new_id(), only, label="One")
    refused = keep(served, "remove", made["id"], only, status=409)
    assert (refused["code"], refused["detail"]) == (
        "playlist-empty", "This would leave the playlist empty; archive it if it is done with.",
    )  # fmt: skip
    assert order(read(served, f"/{made['id']}")) == [only]
    assert keep(served, "archive", made["id"])["archived"]


def test_what_was_watched_stays_and_is_read_by_its_screening(served: Served) -> None:
    one, two = new_id(), new_id()
    made = keep(served, "make", new_id(), one, two, label="Tuesday")
    start = new_id()
    keep(served, "start", made["id"], op=start)
    keep(served, "remove", made["id"], two, by="dora")
    now, then = read(served, f"/{made['id']}"), read(served, f"/{made['id']}?screening={start}")
    assert (order(now), order(then)) == ([one], [one, two])
    assert then["screening"]["id"] == start
    read(served, f"/{made['id']}?screening={new_id()}", status=404)


def test_five_hundred_entries_are_one_request_each_way(served: Served) -> None:
    entries = [new_id() for _ in range(500)]
    made = keep(served, "make", new_id(), *entries, label="Everything")
    assert order(read(served, f"/{made['id']}")) == entries
    keep(served, "move", made["id"], *reversed(entries[250:]), after="first", by="dora")
    assert order(read(served, f"/{made['id']}")) == [*reversed(entries[250:]), *entries[:250]]


def test_two_editors_at_once_on_five_hundred_entries_lose_nothing(served: Served) -> None:
    before = [new_id() for _ in range(500)]
    made = keep(served, "make", new_id(), *before, label="Both at once")
    added: dict[str, list[str]] = {"leo": [], "dora": []}
    removed = {"leo": before[:20], "dora": before[100:120]}

    def edit(by: str) -> None:
        for nth in range(20):
            fresh = [new_id(), new_id()]
            keep(served, "add", made["id"], *fresh, by=by, after=before[10 * nth])
            keep(served, "remove", made["id"], removed[by][nth], by=by)
            keep(served, "move", made["id"], before[300 + nth], by=by, after="first")
            added[by] += fresh

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(edit, added))  # raises what was raised
    view = read(served, f"/{made['id']}")
    gone = {*removed["leo"], *removed["dora"]}
    assert set(order(view)) == ({*before} - gone) | {*added["leo"], *added["dora"]}
    assert len(order(view)) == len(set(order(view)))
    said = read(served, f"/{made['id']}/acts")
    assert len(said) == 1 + 2 * 3 * 20
    checked = served.studio.book_replay()
    assert checked.holds, checked.sentence
    assert order(read(served, f"/{made['id']}")) == order(view)


def test_somebody_who_is_part_of_nothing_learns_nothing(served: Served) -> None:
    made = keep(served, "make", new_id(), new_id(), label="Secret screening")
    for path in ("", f"/{made['id']}", f"/{made['id']}/acts", f"/{made['id']}?screening={new_id()}"):
        refused = read(served, path, by="olaf", status=404)
        assert "Secret" not in str(refused)
        assert refused["detail"] == "There is no production “spring” here that you are part of."
    keep(served, "archive", made["id"], by="olaf", status=404)
    with served.client("olaf") as client:
        assert "playlist" not in client.get("/api/book?limit=1000").text
