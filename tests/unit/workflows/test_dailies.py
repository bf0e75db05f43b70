"""Dailies: two people at once lose nothing, what was watched stays, newer takes are only announced."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from circletake.domain.playlist import PlaylistOp
from circletake.errors import Conflict, NotAPerson, NotFound, PlaylistEmpty, RoleMissing
from circletake.gates.policy import policy_dict, read_policy, shipped

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.playlist import Act
    from circletake.domain.take import Take
    from circletake.workflows.dailies_views import PlaylistDetailView

FRAMES = 24
_numbers = itertools.count(1)


def new_id() -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{next(_numbers):012x}"


def op(act: Act, playlist: str, *entries: str, **members: object) -> PlaylistOp:
    return PlaylistOp(new_id(), act, playlist, entries=entries, **members)  # type: ignore[arg-type]  # as it has them


def pairs(*takes: Take) -> tuple[tuple[str, str], ...]:
    return tuple((take.task, take.content) for take in takes)


def keep(floor: Floor, done: PlaylistOp, by: str = "leo") -> PlaylistDetailView:
    return floor.studio.dailies.keep(floor[by], "spring", done)


def make(floor: Floor, *takes: Take, label: str = "Monday", by: str = "leo") -> PlaylistDetailView:
    entries = [new_id() for _ in takes]
    return keep(
        floor, op("make", new_id(), *entries, takes=pairs(*takes), label=label, text="what came in"), by
    )


def order(view: PlaylistDetailView) -> list[str]:
    return [one.id for one in view.entries]


def test_a_playlist_shows_its_takes_and_who_put_them_there(floor: Floor) -> None:
    first, second = floor.take(b"one"), floor.take(b"two", code="SH020")
    view = make(floor, first, second)
    assert (view.label, view.text, view.person.name, view.archived) == (
        "Monday", "what came in", "leo", False,
    )  # fmt: skip
    assert [(one.code, one.number, one.state, one.n_frames, one.rate) for one in view.entries] == [
        ("SH010", 1, "review", 24, [24, 1]),
        ("SH020", 1, "review", 24, [24, 1]),
    ]
    keep(floor, op("add", view.id, new_id(), takes=pairs(first), after="first"), by="dora")
    view = floor.studio.dailies.show(floor["ed"], "spring", view.id)
    assert [(one.code, one.person.name) for one in view.entries] == [
        ("SH010", "dora"),
        ("SH010", "leo"),
        ("SH020", "leo"),
    ]
    (listed,) = floor.studio.dailies.all_of(floor["ed"], "spring").playlists
    assert (listed.label, listed.entries, listed.started, listed.archived) == ("Monday", 3, "", False)
    said = floor.studio.dailies.acts(floor["ed"], "spring", view.id)
    assert [(one.person.name, one.sentence) for one in said] == [
        ("dora", "added SH010 take 1"),
        ("leo", "made it with SH010 take 1, SH020 take 1"),
    ]


def test_every_act_is_said_in_words(floor: Floor) -> None:
    take = floor.take(b"one")
    view = make(floor, *[take] * 5)
    newer = floor.take(b"two")
    first, second = order(view)[:2]
    for done in (
        op("move", view.id, first, after="last"),
        op("remove", view.id, second),
        op("put_back", view.id, second),
        op("take_in", view.id, first, takes=pairs(newer)),
        op("rename", view.id, label="Tuesday"),
        op("start", view.id),
        op("archive", view.id),
        op("restore", view.id),
    ):
        keep(floor, done)
    said = [one.sentence for one in floor.studio.dailies.acts(floor["leo"], "spring", view.id)]
    assert said == [
        "restored it",
        "archived it",
        "started it with SH010 take 1, SH010 take 1, SH010 take 1 and 2 more",
        "renamed it",
        "took in SH010 take 2",
        "put back SH010",
        "removed SH010",
        "moved SH010",
        "made it with SH010 take 1, SH010 take 1, SH010 take 1 and 2 more",
    ]


def test_the_same_operation_sent_again_is_done_once_and_another_under_its_id_is_refused(floor: Floor) -> None:
    take = floor.take(b"one")
    made = op("make", new_id(), new_id(), takes=pairs(take), label="Żółć ", text="")
    for _ in range(3):
        keep(floor, made)
    start = op("start", made.playlist)
    keep(floor, start)
    keep(floor, op("add", made.playlist, new_id(), takes=pairs(take), after="last"))
    keep(floor, start)
    assert floor.kinds().count("playlist") == 3
    for other in (
        replace(made, label="Tuesday"),
        replace(made, text="more"),
        replace(made, entries=(new_id(),)),
        replace(start, act="archive"),
    ):
        with pytest.raises(Conflict):
            keep(floor, other)
    with pytest.raises(Conflict):
        keep(floor, made, by="dora")


def test_newer_takes_are_announced_and_taken_in_by_a_person_alone(floor: Floor) -> None:
    first = floor.take(b"one")
    view = make(floor, first)
    assert view.entries[0].newer is None
    second = floor.take(b"two")
    floor.take(b"three", code="SH020")
    view = floor.studio.dailies.show(floor["leo"], "spring", view.id)
    (entry,) = view.entries
    assert (entry.content, entry.number) == (first.content, 1), "never swapped in"
    assert entry.newer is not None
    assert (entry.newer.number, entry.newer.content) == (2, second.content)
    (entry,) = keep(floor, op("take_in", view.id, entry.id, takes=pairs(second))).entries
    assert (entry.content, entry.number, entry.newer) == (second.content, 2, None)


def test_what_was_watched_stays_whatever_becomes_of_the_playlist(floor: Floor) -> None:
    first, other = floor.take(b"one"), floor.take(b"two", code="SH020")
    view = make(floor, first, other)
    entries = order(view)
    start = op("start", view.id)
    keep(floor, start)
    newer = floor.take(b"three")
    keep(floor, op("take_in", view.id, entries[0], takes=pairs(newer)))
    keep(floor, op("move", view.id, entries[1], after="first"), by="dora")
    keep(floor, op("remove", view.id, entries[0]), by="dora")
    now = floor.studio.dailies.show(floor["ed"], "spring", view.id)
    then = floor.studio.dailies.show(floor["ed"], "spring", view.id, screening=start.id)
    assert [(one.code, one.content) for one in now.entries] == [("SH020", other.content)]
    assert [(one.code, one.content) for one in then.entries] == [
        ("SH010", first.content),
        ("SH020", other.content),
    ]
    assert now.screening is None
    assert then.screening is not None
    assert (then.screening.person.name, then.screening.entries) == ("leo", 2)
    assert then.entries[0].newer is not None
    with pytest.raises(NotFound):
        floor.studio.dailies.show(floor["ed"], "spring", view.id, screening=new_id())
    (listed,) = floor.studio.dailies.all_of(floor["ed"], "spring").playlists
    assert listed.started == then.screening.at


def test_rights_are_the_server_s_and_strangers_learn_nothing(floor: Floor) -> None:
    view = make(floor, floor.take(b"one"))
    floor.studio.add_person("zoe")
    zoe = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("zoe")))
    for ask in (
        lambda: floor.studio.dailies.all_of(zoe, "spring"),
        lambda: floor.studio.dailies.show(zoe, "spring", view.id),
        lambda: floor.studio.dailies.acts(zoe, "spring", view.id),
        lambda: floor.studio.dailies.keep(zoe, "spring", op("archive", view.id)),
    ):
        with pytest.raises(NotFound, match="no production"):
            ask()
    floor.studio.set_role(floor["ana"], "spring", person="zoe", role="client")
    shown = floor.studio.dailies.show(zoe, "spring", view.id)
    assert not shown.may_keep
    assert not floor.studio.dailies.all_of(zoe, "spring").may_keep
    with pytest.raises(RoleMissing, match="keep dailies"):
        floor.studio.dailies.keep(zoe, "spring", op("archive", view.id))
    assert floor.studio.dailies.show(floor["arti"], "spring", view.id).may_keep
    with pytest.raises(NotAPerson):
        floor.studio.dailies.keep(replace(floor["leo"], pseudonym=None), "spring", op("archive", view.id))


def test_a_playlist_of_another_production_is_none_of_this_one(floor: Floor) -> None:
    view = make(floor, floor.take(b"one"))
    studio, ana = floor.studio, floor["ana"]
    studio.new_production(ana, code="autumn", title="Autumn", rate=Fraction(24), width_px=96, height_px=64)
    assert studio.dailies.all_of(ana, "autumn").playlists == []
    for ask in (
        lambda: studio.dailies.show(ana, "autumn", view.id),
        lambda: studio.dailies.acts(ana, "autumn", view.id),
        lambda: studio.dailies.keep(ana, "autumn", op("archive", view.id)),
    ):
        with pytest.raises(NotFound, match="no playlist"):
            ask()


def test_a_playlist_is_not_emptied_but_archived(floor: Floor) -> None:
    view = make(floor, *[floor.take(b"one")] * 2)
    with pytest.raises(PlaylistEmpty) as refused:
        keep(floor, op("remove", view.id, *order(view)))
    assert refused.value.message == "This would leave the playlist empty; archive it if it is done with."
    assert keep(floor, op("archive", view.id)).archived
    assert not keep(floor, op("restore", view.id)).archived


def test_names_of_playlists_are_erased_with_whoever_wrote_them(floor: Floor) -> None:
    view = make(floor, floor.take(b"one"), label="Nobody Real's picks")
    floor.studio.erase_person(floor["ana"], "leo", notes=True)
    shown = floor.studio.dailies.show(floor["dora"], "spring", view.id)
    assert (shown.label, shown.text) == ("", "")
    assert floor.studio.book_replay().holds


def test_whoever_looks_blind_is_told_no_state_that_others_gave_a_take(floor: Floor) -> None:
    take = floor.take(b"one")
    view = make(floor, take)
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)

    def state(name: str) -> str:
        return floor.studio.dailies.show(floor[name], "spring", view.id).entries[0].state

    floor.judge("dora", take, -2, gate="lead")
    assert (state("arti"), state("leo")) == ("vetoed", "review")
    floor.judge("leo", take, 0)
    assert state("leo") == "vetoed"


class Model:
    """A playlist as anybody would write it down: a list that remembers where what was removed stood."""

    def __init__(self, entries: list[str]) -> None:
        self.entries = list(entries)
        self.removed: set[str] = set()

    @property
    def standing(self) -> list[str]:
        return [one for one in self.entries if one not in self.removed]

    def do(self, done: PlaylistOp) -> bool:
        """Whether it was done; nothing else than to empty it is refused here."""
        if done.act in {"add", "move"}:
            rest = [one for one in self.entries if one not in done.entries]
            at = {"first": 0, "last": len(rest)}.get(done.after)
            at = rest.index(done.after) + 1 if at is None else at
            self.entries = [*rest[:at], *done.entries, *rest[at:]]
        elif done.act == "remove":
            if set(self.standing) <= set(done.entries):
                return False
            self.removed |= set(done.entries)
        else:
            self.removed -= set(done.entries)
        return True


@pytest.mark.parametrize("seed", range(8))
def test_two_editors_who_see_old_lists_lose_nothing_of_each_other_s(floor: Floor, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a history, not a secret)
    take = floor.take(b"one")
    view = make(floor, *[take] * 3)
    model = Model(order(view))
    seen = {"leo": list(model.entries), "dora": list(model.entries)}
    sent: list[tuple[str, PlaylistOp]] = []
    added: set[str] = set()
    for _ in range(40):
        by = chance.choice(["leo", "dora"])
        if chance.random() < 0.4:  # they look again now and then; else they act on what they saw
            seen[by] = list(model.standing)
        own = seen[by]
        act: Act = chance.choice(["add", "add", "move", "remove", "put_back"])
        some = tuple(chance.sample(own, chance.randint(1, min(3, len(own)))))
        if act == "add":
            some = tuple(new_id() for _ in range(chance.randint(1, 3)))
            added |= set(some)
        after = chance.choice(["first", "last", *(one for one in own if one not in some)])
        takes = pairs(*[take] * len(some)) if act == "add" else ()
        done = PlaylistOp(new_id(), act, view.id, some, takes, after if act in {"add", "move"} else "")
        sent.append((by, done))
        if model.do(done):
            assert order(keep(floor, done, by)) == model.standing
        else:
            with pytest.raises(PlaylistEmpty):
                keep(floor, done, by)
            sent.pop()
        if sent and chance.random() < 0.3:  # the net was slow: it comes a second time
            again = chance.choice(sent)
            keep(floor, again[1], again[0])
    shown = floor.studio.dailies.show(floor["ed"], "spring", view.id)
    assert order(shown) == model.standing
    assert added - model.removed <= set(order(shown)), "whatever nobody removed is there"
    checked = floor.studio.book_replay()
    assert checked.holds, checked.sentence
    assert order(floor.studio.dailies.show(floor["ed"], "spring", view.id)) == model.standing


def statements_of(floor: Floor, playlist: str) -> int:
    """How many statements a playlist costs."""
    heard: list[str] = []
    with floor.house.book.reading() as conn:
        engine = conn.engine

    def hear(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        floor.studio.dailies.show(floor["ed"], "spring", playlist)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(heard)


def test_five_hundred_entries_of_many_shots_cost_as_many_statements_as_two(floor: Floor) -> None:
    few = make(floor, floor.take(b"one"), floor.take(b"two", code="SH020"))
    takes = []
    for number in range(300, 325):
        code = f"SH{number}"
        floor.studio.add_shot(
            floor["ana"], "spring", code=code, title=code, frames=FRAMES, source_class="drawn"
        )
        takes.append(floor.take(code.encode(), code=code))
    many = make(floor, *takes * 20)
    assert len(many.entries) == 500
    assert statements_of(floor, many.id) == statements_of(floor, few.id)
