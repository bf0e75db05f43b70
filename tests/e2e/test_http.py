"""The API over a real server: signing in, roles, verdicts, and one shape for everything that goes wrong."""

import itertools
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from circletake.config import Config
from circletake.studio import Studio
from circletake.web.auth import COOKIE, HOST_COOKIE
from circletake.web.description import describe
from circletake.web.guest_cookie import GUEST_COOKIE
from circletake.workflows import person_view, views
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView
from circletake.workflows.film import FilmView
from circletake.workflows.gap_views import GapsView
from circletake.workflows.guest_links import Showing

from .conftest import PASSWORD, TRUST, Served, serving

pytestmark = pytest.mark.e2e

_FILL = {
    "uid": "FA5K7",
    "code": "spring",
    "character": "MAX",
    "shot": "SH010",
    "task_id": "t_none",
    "evidence_id": "e_none",
    "seq": "1",
    "name": "opera",
    "note_id": "n_none",
    "consent": "c_none",
    "sha": "0" * 64,
    "num": "1",
    "den": "1",
}
# Doors for whoever is not in yet, and everybody's own account: test_http_matrix has them, line by line.
_OWN = ("/api/account", "/api/door", "/api/guest", "/api/invitations", "/api/sign-in")
_keys = (f"http-{n:06}" for n in itertools.count())


def operations(served: Served) -> list[tuple[str, str, bool]]:
    """(Method, path with something in it, takes a body of JSON) of every operation."""
    return [
        (
            method.upper(),
            re.sub(r"{(\w+)}", lambda name: _FILL.get(name[1], "x_none"), path),
            "application/json" in operation.get("requestBody", {}).get("content", {}),
        )
        for path, methods in describe(served.app)["paths"].items()
        for method, operation in methods.items()
    ]


def assert_problem(answer: httpx2.Response, code: str | None = None) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert body["status"] == answer.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["detail"].strip()
    if code is not None:
        assert body["code"] == code, body
    return body


def verdict(served: Served, **change: object) -> dict[str, object]:
    """A verdict as the desk sends it: the lead has a concern."""
    task = served.task()
    return {
        "task": task.id,
        "content": task.takes[0].content,
        "gate": "lead",
        "value": -1,
        "reasons": ["style.line"],
        "disposition": "fix",
        "note": "The line is too thin.",
        "ranges": [{"start": 2, "end": 5}],
        "answers": [],
        "gate_hash": task.takes[0].gates[0].hash,
        "upstream": task.upstream,
        "key": next(_keys),
        **change,
    }


def decided(served: Served) -> list[int]:
    """Numbers of the entries that people made; the runner appends its own at any time."""
    ana = served.studio.session_of(served.tokens["ana"])
    return [one.seq for one in served.studio.book_entries(ana, 0, 1000) if one.actor.startswith("p_")]


# signing in


def test_name_and_password_give_a_session_that_signing_out_ends(served: Served) -> None:
    with served.client() as client:
        answer = client.post("/api/sign-in", json={"name": "ana", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json()["person"]["name"] == "ana"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        assert client.get("/api/me").json() == answer.json()
        token = client.cookies[COOKIE]
        out = client.post("/api/sign-out")
        assert (out.status_code, out.content) == (204, b"")
        assert COOKIE not in client.cookies
        again = client.get("/api/me", headers={"Cookie": f"{COOKIE}={token}"})
        assert_problem(again, "sign-in-needed")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(served: Served) -> None:
    with served.client() as client:
        wrong = client.post("/api/sign-in", json={"name": "ana", "password": "a blue bicycle"})
        unknown = client.post("/api/sign-in", json={"name": "nobody", "password": "a blue bicycle"})
    assert wrong.status_code == unknown.status_code == 403
    assert assert_problem(wrong, "sign-in-failed") == assert_problem(unknown)
    assert "set-cookie" not in wrong.headers


def test_after_five_wrong_passwords_even_the_right_one_waits(served: Served) -> None:
    with served.client() as client:
        for _ in range(5):
            assert client.post("/api/sign-in", json={"name": "ana", "password": "wrong"}).status_code == 403
        answer = client.post("/api/sign-in", json={"name": "ana", "password": PASSWORD})
        assert answer.status_code == 429
        assert_problem(answer, "too-many-tries")
        assert 0 < int(answer.headers["retry-after"]) <= 301


def test_a_link_signs_in_once(served: Served) -> None:
    link = "/link/" + served.studio.make_link("dora")
    with served.client() as client:
        assert_no_body_problem(client.head(link))
        answer = client.get(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert answer.headers["cache-control"] == "no-store"
        assert client.get("/api/me").json()["person"]["name"] == "dora"
    with served.client() as client:
        assert_problem(client.get(link), "sign-in-failed")
        assert client.cookies.get(COOKIE) is None


def assert_no_body_problem(answer: httpx2.Response) -> None:
    """HEAD does not use a link up: chat programs look at links before people do."""
    assert (answer.status_code, answer.content) == (405, b"")


def test_a_password_is_nowhere_in_a_refused_request_s_answer(served: Served) -> None:
    with served.client() as client:
        answer = client.post("/api/sign-in", json={"name": "", "password": "do not repeat me"})
    assert answer.status_code == 422
    assert "do not repeat me" not in answer.text


def test_behind_tls_the_cookie_is_bound_to_the_host_and_the_plain_one_counts_for_nothing(
    tmp_path: Path,
) -> None:
    config = Config(workers=1, public_url="https://takes.example")
    with Studio.create(tmp_path / "studio", config=config) as studio:
        studio.add_person("ana", password=PASSWORD)
        with (
            serving(studio) as (_, url),
            httpx2.Client(base_url=url, trust_env=False, verify=TRUST) as client,
        ):
            answer = client.post(
                "/api/sign-in",
                json={"name": "ana", "password": PASSWORD},
                headers={"Origin": "https://takes.example"},
            )
            assert answer.status_code == 200, answer.text
            named, _, rest = answer.headers["set-cookie"].partition(";")
            assert named.startswith(f"{HOST_COOKIE}=")
            assert "secure" in rest.lower()
            assert answer.headers["strict-transport-security"].startswith("max-age=")
            token = named.partition("=")[2]
            assert client.get("/api/me", headers={"Cookie": named}).status_code == 200
            assert client.get("/api/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 403
            refused = client.post("/api/sign-out", headers={"Cookie": named, "Origin": url})
            assert_problem(refused, "origin-refused")


# what nobody, outsiders and other sites get


def test_every_route_asks_for_a_sign_in_before_anything_else(served: Served) -> None:
    asked = operations(served)
    assert len(asked) > 20
    with served.client() as client:
        for method, path, _ in asked:
            if path.startswith(_OWN[1:]):
                continue
            answer = client.request(method, path)
            assert answer.status_code == 403, (method, path, answer.text)
            assert_problem(answer, "sign-in-needed")
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "/frames/0.jpg",
        "/full/0.jpg",
        "/alpha/0.jpg",
        "/checker/0.jpg",
        "/proxy.mp4",
        "/poster.jpg",
        "/peaks.bin",
    ],
)
def test_media_asks_for_a_sign_in_before_it_says_anything(served: Served, tail: str) -> None:
    content = served.take().content
    with served.client() as client:
        for method in ("GET", "HEAD"):
            answer = client.request(
                method, f"/media/{content}{tail}", headers={"If-None-Match": f'"{content}"'}
            )
            assert answer.status_code == 403


def test_a_forged_or_empty_cookie_is_nobody(served: Served) -> None:
    with served.client() as client:
        for value in ("", "x", "é", served.tokens["ana"][:-1]):
            answer = client.get("/api/me", headers={b"Cookie": f"{COOKIE}={value}".encode()})
            assert_problem(answer, "sign-in-needed")


def test_every_route_answers_somebody_who_is_part_of_nothing_with_a_problem_or_with_nothing(
    served: Served,
) -> None:
    before = decided(served)
    harmless = {"/api/me", "/api/people", "/api/productions", "/api/queue", "/api/reasons", "/api/book"}
    harmless |= {"/api/inbox", "/api/notices", "/api/notices/seen"}  # of nothing, they hold nothing
    harmless |= {"/api/policies", "/api/policies/check"}  # what comes along is no secret
    with served.client("olaf") as client:
        for method, path, _ in operations(served):
            if path in harmless | {"/api/book/check", "/api/sign-out", "/api/events"} or path.startswith(
                _OWN
            ):
                continue
            body: dict[str, Any] = {
                "hold": {"reason": "no"},
                "fill": {"slot": "s", "take": "k"},
                "clear": {"slot": "s"},
                "back": {"number": 1},
                "find": {"slot": "s", "take": "k"},
                "make": {"slot": "s", "maker": "slate"},
                "splice": {"slot": "s", "take": "k"},
                "seams": {"slot": "s"},
                "animatic": {},
                "proposals": {"proposals": ["cf_none_1"], "taken": True},
                "propose": {"text": "x"},
                "preview": {"text": "x"},
                "groups": {"label": "x"},
                "invitations": {"roles": ["artist"]},
                "guest-links": {
                    "label": "x",
                    "contents": [{"task": served.task().id, "content": served.take().content}],
                },
                "shots": {"code": "SH900", "frames": 24},
                "adopt": {},
                "views": {"name": "mine", "query": "q=SH"},
                "dailies": {
                    "op": "01940b6c-3f4e-7c1d-9a6e-0123456789ad",
                    "act": "make",
                    "playlist": "01940b6c-3f4e-7c1d-9a6e-0123456789ae",
                    "entries": ["01940b6c-3f4e-7c1d-9a6e-0123456789af"],
                    "takes": [{"task": served.task().id, "content": served.take().content}],
                    "label": "x",
                },
                "reaffirm": {"confirmations": [{"verdict": 1, "gate_hash": "0" * 64, "key": "0123456789"}]},
                "consents": {"kind": "consent", "code": "SH010", "subject": "Mia", "uses": ["release"]},
                "estimate": {"shot": "SH010", "provider": "nobody", "decision": "which"},
                "requests": {"shot": "SH010", "provider": "nobody", "decision": "which"},
                "call": {"call": "did_not", "key": "0123456789"},
                "bill": {"amount": "1"},
                "budget": {"purse": "production", "limit": "1"},
                "resolve": {"disposition": "waive", "key": "0123456789"},
                "notes": {"task": "t", "content": "0" * 64, "text": "x", "key": "0123456789"},
                "boxes": {
                    "task": "t",
                    "content": "0" * 64,
                    "character": "MAX",
                    "frame": 0,
                    "where": None,
                    "key": "0123456789",
                },
                "drawings": {
                    "op": "01940b6c-3f4e-7c1d-9a6e-0123456789ab",
                    "act": "add",
                    "drawing": "01940b6c-3f4e-7c1d-9a6e-0123456789ac",
                    "task": served.task().id,
                    "content": served.take().content,
                    "mark": {
                        "frames": {"start": 0, "end": 1},
                        "shape": "line",
                        "points": [[0, 0], [9, 9]],
                        "width": 100,
                        "colour": "#ffffff",
                    },
                },
                "flag-calls": {
                    "label": "black",
                    "frames": {"start": 0, "end": 1},
                    "call": "wrong",
                    "key": "0123456789",
                },
                "overrides": {
                    "task": served.task().id,
                    "content": served.take().content,
                    "gate": "lead",
                    "code": "story.intent",
                    "note": "x",
                    "gate_hash": "0" * 64,
                    "key": "0123456789",
                },
            }
            sent: object = body.get(path.rsplit("/", 1)[-1], {"key": "0123456789"})
            if "/panels/edit/" in path:
                sent = {"frames": 9}
            if path == "/api/verdicts":
                sent = verdict(served)
            answer = client.request(method, path, json=sent if method == "POST" else None)
            assert answer.status_code in {403, 404}, (method, path, answer.text)
            assert_problem(answer)
        assert client.get("/api/productions").json() == []
        assert client.get("/api/queue").json() == []
        assert client.get("/api/inbox").json() == []
        assert client.get("/api/notices").json()["notices"] == []
    assert decided(served) == before


def test_what_a_page_sends_for_somebody_who_is_not_signed_in_any_more_is_refused(served: Served) -> None:
    people = {name: str(served.studio.session_of(served.tokens[name]).person) for name in ("leo", "dora")}
    before = decided(served)
    sent = {
        "task": served.task().id,
        "content": served.take().content,
        "text": "as leo, or not at all",
        "key": "0123456789abcdef",
    }
    with served.client("dora") as client:
        answer = client.post("/api/notes", json=sent, headers={"Circletake-Person": people["leo"]})
        assert answer.status_code == 409
        assert_problem(answer, "somebody-else")
        assert decided(served) == before
        assert client.get("/api/me", headers={"Circletake-Person": people["dora"]}).status_code == 200


def test_another_site_cannot_change_anything_with_somebody_s_cookie(served: Served) -> None:
    before = decided(served)
    with served.client("leo") as client:
        for headers in (
            {"Origin": "http://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
        ):
            answer = client.post("/api/verdicts", json=verdict(served), headers=headers)
            assert answer.status_code == 403
            assert_problem(answer, "origin-refused")
    assert decided(served) == before


def test_the_desk_itself_may_change_things(served: Served) -> None:
    with served.client("leo") as client:
        for headers in ({"Origin": served.url}, {"Sec-Fetch-Site": "same-origin"}):
            answer = client.post("/api/verdicts", json=verdict(served), headers=headers)
            assert answer.status_code == 200, answer.text


# shapes


def test_a_body_of_another_shape_is_refused_on_every_route_that_takes_one(served: Served) -> None:
    with_body = [(method, path) for method, path, takes_body in operations(served) if takes_body]
    assert len(with_body) >= 5
    shown = [(served.task().id, served.take().content)]
    link = Showing(label="Screening", contents=shown, rights=["note"], hours=1)
    guests = served.studio.guests
    _, token = guests.make_link(served.studio.session_of(served.tokens["ana"]), "spring", link)
    visitor = guests.come_in(token, name="Visitor")
    before = decided(served)
    with served.client("ana") as client:
        client.cookies.set(GUEST_COOKIE, visitor)
        for method, path in with_body:
            for sent in (b"", b"{", b"[]", b"null", b'{"unknown": 1}', b"\xff\xfe", b'{"name": NaN}'):
                answer = client.request(
                    method, path, content=sent, headers={"Content-Type": "application/json"}
                )
                assert answer.status_code == 422, (path, sent, answer.text)
                assert assert_problem(answer, "request-invalid")["errors"]
    assert decided(served) == before


def test_json_that_says_it_is_something_else_is_refused(served: Served) -> None:
    with served.client("leo") as client:
        answer = client.post(
            "/api/verdicts", content=b'{"task": "t"}', headers={"Content-Type": "text/plain"}
        )
    assert_problem(answer, "request-invalid")


def test_a_body_larger_than_is_read_is_refused(served: Served) -> None:
    with served.client("leo") as client:
        answer = client.post("/api/verdicts", content=b" " * (1 << 20) + b"{}")
        assert answer.status_code == 413
        assert_problem(answer, "request-too-large")
        counted = client.post("/api/verdicts", content=(b" " * 65536 for _ in range(17)))
        assert counted.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/api/book?after=-1",
        "/api/book?after=0.5",
        "/api/book?after=99999999999999999999999",
        "/api/book?limit=0",
        "/api/book?limit=1001",
        "/api/book?limit=all",
        "/api/events?after=x",
        "/media/abc",
        "/media/" + "A" * 64,
        "/media/" + "a" * 64 + "/frames/-1.jpg",
        "/media/" + "a" * 64 + "/frames/99999999999.jpg",
    ],
)
def test_an_address_that_cannot_be_is_refused(served: Served, path: str) -> None:
    with served.client("leo") as client:
        assert_problem(client.get(path), "request-invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/productions/winter/board",
        "/api/productions/%00/board",
        "/api/productions/%F0%9F%90%87/cut",
        "/api/tasks/t_none",
        "/api/evidence/none",
        "/media/" + "a" * 64,
        "/media/" + "a" * 64 + "/poster.jpg",
        "/problems/none",
    ],
)
def test_what_is_not_there_is_a_problem(served: Served, path: str) -> None:
    with served.client("leo") as client:
        answer = client.get(path)
        assert answer.status_code == 404, answer.text
        assert_problem(answer)


def test_a_method_that_a_route_does_not_have_is_a_problem(served: Served) -> None:
    with served.client("leo") as client:
        answer = client.put("/api/me")
        assert answer.status_code == 405
        assert_problem(answer, "request-invalid")


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/me", views.MeView),
        ("/api/people", list[person_view.PersonView]),
        ("/api/productions", list[views.ProductionView]),
        ("/api/productions/spring/board", views.BoardView),
        ("/api/productions/spring/cut", views.CutView),
        ("/api/productions/spring/cut/gaps", GapsView),
        ("/api/productions/spring/cut/versions", CutVersionsView),
        ("/api/productions/spring/cut/diff", CutDiffView),
        ("/api/productions/spring/film", FilmView),
        ("/api/productions/spring/deliveries", list[views.DeliveryView]),
        ("/api/queue", list[views.QueueItemView]),
        ("/api/reasons", list[views.ReasonFamilyView]),
        ("/api/jobs", list[views.JobView]),
        ("/api/book", list[views.BookEntryView]),
        ("/api/book/check", views.BookCheckView),
        ("/api/tasks/{task}", views.TaskView),
    ],
)
def test_an_answer_has_the_shape_it_is_described_with(served: Served, path: str, shape: type) -> None:
    with served.client("leo") as client:
        at = path.replace("{task}", served.task().id)
        answer = client.get(at)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        TypeAdapter(shape).validate_json(answer.content, strict=True)


@pytest.mark.parametrize(
    "path", ["/api/me", "/api/queue", "/api/productions/spring/board", "/api/tasks/{task}"]
)
def test_head_says_how_long_the_answer_is(served: Served, path: str) -> None:
    with served.client("leo") as client:
        at = path.replace("{task}", served.task().id)
        while True:  # the server's own runner may write between two questions: ask until it did not
            before, head, after = client.get(at), client.head(at), client.get(at)
            if before.content == after.content:
                break
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(before.content))


def test_the_description_is_served_and_needs_no_other_site(served: Served) -> None:
    with served.client() as client:
        assert client.get("/openapi.json").json()["info"]["title"] == "circletake"
        assert "//cdn" not in client.get("/docs").text


# deciding


def test_a_verdict_is_recorded_once_however_often_it_is_sent_and_can_be_taken_back(served: Served) -> None:
    sent = verdict(served)
    with served.client("leo") as client:
        first = client.post("/api/verdicts", json=sent)
        assert first.status_code == 200, first.text
        given = first.json()["takes"][0]["verdicts"]
        mine = next(one for one in given if one["live"] and one["person"]["name"] == "leo")
        assert (mine["value"], mine["reasons"], mine["note"]) == (-1, ["style.line"], "The line is too thin.")
        assert mine["ranges"] == [{"start": 2, "end": 5}]
        before = decided(served)
        again = client.post("/api/verdicts", json=sent)
        assert again.status_code == 200
        assert decided(served) == before
        back = client.post(f"/api/verdicts/{mine['seq']}/withdraw", json={"key": next(_keys)})
        assert back.status_code == 200, back.text
        assert not any(
            one["live"] for one in back.json()["takes"][0]["verdicts"] if one["seq"] == mine["seq"]
        )


def test_somebody_else_s_verdict_cannot_be_taken_back(served: Served) -> None:
    with served.client("leo") as client:
        given = client.post("/api/verdicts", json=verdict(served)).json()["takes"][0]["verdicts"]
        seq = next(one["seq"] for one in given if one["live"])
    with served.client("dora") as client:
        answer = client.post(f"/api/verdicts/{seq}/withdraw", json={"key": next(_keys)})
        assert answer.status_code == 404, answer.text
        assert "only your own" in assert_problem(answer, "not-found")["detail"]


def test_a_verdict_on_a_gate_that_has_moved_is_a_conflict_and_records_nothing(served: Served) -> None:
    before = decided(served)
    with served.client("leo") as client:
        answer = client.post("/api/verdicts", json=verdict(served, value=2, reasons=[], gate_hash="0" * 64))
    assert answer.status_code == 409
    assert_problem(answer, "world-moved")
    assert decided(served) == before


def test_a_concern_without_a_reason_is_refused(served: Served) -> None:
    with served.client("leo") as client:
        answer = client.post("/api/verdicts", json=verdict(served, reasons=[]))
    assert answer.status_code == 422
    assert_problem(answer, "reason-needed")


@pytest.mark.parametrize(
    ("who", "method", "path", "sent"),
    [
        ("arti", "POST", "/api/productions/spring/deliver", None),
        ("leo", "POST", "/api/productions/spring/deliver", None),
        ("arti", "POST", "/api/productions/spring/cut/render", None),
        ("arti", "POST", "/api/productions/spring/cut/clear", {"slot": "s"}),
        ("arti", "POST", "/api/productions/spring/cut/back", {"number": 1}),
        ("arti", "POST", "/api/productions/spring/sheets/MAX/adopt", None),
        ("arti", "POST", "/api/tasks/{task}/hold", {"reason": "lunch"}),
        ("arti", "DELETE", "/api/tasks/{task}/hold", None),
    ],
)
def test_whoever_holds_no_role_for_it_is_told_which_it_takes(
    served: Served, who: str, method: str, path: str, sent: object
) -> None:
    before = decided(served)
    with served.client(who) as client:
        answer = client.request(method, path.replace("{task}", served.task().id), json=sent)
    assert answer.status_code == 403, answer.text
    assert_problem(answer, "role-missing")
    assert decided(served) == before


def test_an_artist_s_vote_is_refused(served: Served) -> None:
    with served.client("arti") as client:
        answer = client.post("/api/verdicts", json=verdict(served, value=2, reasons=[]))
    assert answer.status_code == 403
    assert_problem(answer, "role-missing")


def test_a_task_is_parked_with_a_reason_and_taken_up_again(served: Served) -> None:
    path = f"/api/tasks/{served.task().id}/hold"
    with served.client("leo") as client:
        parked = client.post(path, json={"reason": "waits for the sheet"})
        assert (parked.status_code, parked.json()["status"]) == (200, "hold")
        released = client.delete(path)
        assert released.json()["status"] != "hold"


def test_what_is_not_approved_is_not_delivered_and_what_is_missing_is_named(served: Served) -> None:
    with served.client("ana") as client:
        answer = client.post("/api/productions/spring/deliver")
    assert answer.status_code == 409, answer.text
    assert assert_problem(answer)["code"] in {"gate-closed", "gap-open"}


def test_a_slot_is_filled_and_emptied_and_an_older_cut_is_a_conflict(served: Served) -> None:
    with served.client("ana") as client:
        cut = client.get("/api/productions/spring/cut").json()
        slot = next(one for one in cut["slots"] if one["shot"] == "SH010")
        sent = {
            "slot": slot["id"],
            "take": slot["offers"][0]["take"],
            "source_in": 0,
            "cut_hash": cut["hash"],
        }
        filled = client.post("/api/productions/spring/cut/fill", json=sent)
        assert filled.status_code == 200, filled.text
        assert (
            next(one for one in filled.json()["slots"] if one["id"] == slot["id"])["take"]
            == slot["offers"][0]["content"]
        )
        old = {"slot": slot["id"], "cut_hash": cut["hash"]}
        assert_problem(client.post("/api/productions/spring/cut/clear", json=old), "world-moved")
        now = {"slot": slot["id"], "cut_hash": filled.json()["hash"]}
        cleared = client.post("/api/productions/spring/cut/clear", json=now)
        assert next(one for one in cleared.json()["slots"] if one["id"] == slot["id"])["take"] is None


# the book


def test_the_book_is_read_page_by_page_and_holds(served: Served) -> None:
    with served.client("ana") as client:
        whole = client.get("/api/book", params={"limit": 1000}).json()
        assert [one["seq"] for one in whole] == list(range(1, len(whole) + 1))
        assert client.get("/api/book", params={"after": 3, "limit": 2}).json() == whole[3:5]
        check = client.get("/api/book/check").json()
        assert check["holds"]
        assert check["entries"] >= len(whole)


def test_somebody_who_is_part_of_nothing_reads_no_production_s_entries(served: Served) -> None:
    with served.client("olaf") as client:
        read = client.get("/api/book", params={"limit": 1000}).json()
    assert all(one["production"] is None for one in read)


def test_a_shot_tells_its_history_whatever_keeps_the_book(served: Served) -> None:
    with served.client("leo") as client:
        told = client.get("/api/productions/spring/shots/SH010").json()
        assert assert_problem(client.get("/api/productions/spring/shots/SH999"))["status"] == 404
    assert "take" in [line["kind"] for line in told["lines"]]
    assert [take["content"] for stage in told["stages"] for take in stage["takes"]] == [served.take().content]
