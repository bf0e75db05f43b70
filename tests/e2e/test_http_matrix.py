"""Every route × everybody who may ask: what each gets stands here, a line a route, and nowhere else.

The routes are read from the application; one that has no line here fails the test. Each line says who
gets in. Getting in means that the answer is about the thing itself: it is done, or it is refused for a
reason that has nothing to do with who asks (a gate is closed, there is no such take).
"""

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Route
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from circletake.config import Config
from circletake.domain.people import ROLES, SCOPES
from circletake.studio import Studio
from circletake.web.app import bare_app
from circletake.web.auth import COOKIE, SignInLimit
from circletake.web.guest_cookie import GUEST_COOKIE
from circletake.workflows.guest_links import Showing

from .conftest import HEIGHT_PX, N_FRAMES, PASSWORD, TRUST, WIDTH_PX, Served, draw_film, serving

pytestmark = pytest.mark.e2e

ALL: set[str] = set(ROLES)
EVERYBODY = {"nobody", "visitor", "stranger", *ALL}
# Somebody who came by a guest link: no account, no session, a cookie of another name.
VISITORS = {"visitor"}
PERSONS = {"stranger", *ALL}
CAST = {"producer", "admin"}
TAKES = {"artist", "lead", "director", "editor", "producer"}
SHOTS = {"editor", "director", "producer", "lead"}
HOLD = {"lead", "director", "producer", "legal"}
CUT = {"editor", "director", "producer"}
# A concern at the lead gate, as the policy `animation` says.
VOTES = {"lead", "director", "reviewer", "producer", "editor"}
WORKS = ALL - {"guest", "client"}
NOTES = ALL - {"guest", "auditor", "admin"}
DAILIES = {"artist", "reviewer", "lead", "director", "producer", "editor"}
PROPOSE = {"producer", "director", "lead", "admin"}

CONSENT = {"kind": "consent", "code": "SH010", "subject": "Nobody real", "uses": ["festival"]}

FLAG_CALL = {
    "label": "no such",
    "frames": {"start": 0, "end": 1},
    "call": "wrong",
    "key": "0123456789",
}

DRAWN = "01940b6c-3f4e-7c1d-9a6e-0123456789ab"

# of a playlist that nobody made: whoever may keep dailies is told that it is not there
PLAYLIST_OP = {"op": DRAWN, "act": "archive", "playlist": DRAWN}

# of a provider that no settings name: whoever may ask is told that it is not there
WISH = {"shot": "SH010", "provider": "nobody", "decision": "which of them"}
CALLED = {"call": "did_not", "key": "0123456789"}
BUDGET = {"purse": "production", "limit": "1"}

CONFIRMED = {"confirmations": [{"verdict": 1, "gate_hash": "0" * 64, "key": "0123456789"}]}

# of a timeline that nobody brought: whoever may answer is told that it is not there
ANSWER = {"proposals": ["cf_none_1"], "taken": True}

# Tokens belong to somebody who holds every role, so that only their scope decides; `*` is any of them.
ANY, NONE = "*", ""

# method, path as declared, body, who gets in, scope that gets in (`*` any token, empty none)
MATRIX: list[tuple[str, str, object, set[str], str]] = [
    # ways in, for whoever is not in yet
    ("GET", "/api/door", None, EVERYBODY, ANY),
    ("POST", "/api/sign-in", {"name": "x", "password": "x"}, EVERYBODY, ANY),
    ("POST", "/api/sign-in/passkey/begin", None, EVERYBODY, ANY),
    ("POST", "/api/sign-in/passkey", {"credential": {}}, EVERYBODY, ANY),
    ("GET", "/link/{token}", None, EVERYBODY, ANY),
    ("GET", "/oidc/start", None, EVERYBODY, ANY),
    ("GET", "/oidc/callback", None, EVERYBODY, ANY),
    ("GET", "/api/invitations/{token}", None, EVERYBODY, ANY),
    # a token accepts nothing: it takes whoever sits there
    ("POST", "/api/invitations/{token}/accept", {"name": "x"}, EVERYBODY, NONE),
    ("GET", "/problems", None, EVERYBODY, ANY),
    ("GET", "/problems/{code}", None, EVERYBODY, ANY),
    ("GET", "/openapi.json", None, EVERYBODY, ANY),
    ("GET", "/{name:path}", None, EVERYBODY, ANY),
    ("POST", "/api/guest/door", {"token": "x" * 43}, EVERYBODY, ANY),
    ("POST", "/api/guest/open", {"token": "x" * 43, "name": "x"}, EVERYBODY, ANY),
    # whoever came by a guest link, and nobody else whatever they hold
    ("GET", "/api/guest", None, VISITORS, NONE),
    ("GET", "/api/guest/events", None, VISITORS, NONE),
    ("POST", "/api/guest/notes", "note", VISITORS, NONE),
    ("POST", "/api/guest/drawings", "drawing", VISITORS, NONE),
    ("GET", "/api/guest/tasks/{task_id}/takes/{sha}/drawings", None, VISITORS, NONE),
    ("POST", "/api/guest/takes/{sha}/film", None, VISITORS, NONE),
    ("GET", "/media/guest/{sha}/frames/{n}.jpg", None, VISITORS, NONE),
    ("HEAD", "/media/guest/{sha}/frames/{n}.jpg", None, VISITORS, NONE),
    ("GET", "/media/guest/{sha}/proxy.mp4", None, VISITORS, NONE),
    ("HEAD", "/media/guest/{sha}/proxy.mp4", None, VISITORS, NONE),
    ("GET", "/media/guest/{sha}/poster.jpg", None, VISITORS, NONE),
    ("HEAD", "/media/guest/{sha}/poster.jpg", None, VISITORS, NONE),
    # whoever is signed in, about themselves
    ("GET", "/api/me", None, PERSONS, ANY),
    ("GET", "/api/people", None, PERSONS, ANY),
    ("GET", "/api/productions", None, PERSONS, ANY),
    ("GET", "/api/queue", None, PERSONS, ANY),
    ("GET", "/api/inbox", None, PERSONS, ANY),
    ("GET", "/api/notices", None, PERSONS, ANY),
    ("POST", "/api/notices/seen", {"seq": 0}, PERSONS, NONE),
    ("GET", "/api/reasons", None, PERSONS, ANY),
    ("GET", "/api/book", None, PERSONS, ANY),
    ("GET", "/api/book/check", None, PERSONS, ANY),
    ("GET", "/api/book/checkpoints", None, PERSONS, ANY),
    ("GET", "/api/events", None, PERSONS, ANY),
    ("GET", "/api/account", None, PERSONS, NONE),
    ("POST", "/api/account/password", {"password": "a new bicycle", "current": "x"}, PERSONS, NONE),
    ("DELETE", "/api/account/sessions/{session_id}", None, PERSONS, NONE),
    ("POST", "/api/account/sessions/end-others", None, PERSONS, NONE),
    ("POST", "/api/account/machines", {"label": "bot"}, PERSONS, NONE),
    ("DELETE", "/api/account/machines/{machine}", None, PERSONS, NONE),
    ("POST", "/api/account/tokens", {"label": "t"}, PERSONS, NONE),
    ("DELETE", "/api/account/tokens/{token_id}", None, PERSONS, NONE),
    ("POST", "/api/account/passkeys/begin", None, PERSONS, NONE),
    ("POST", "/api/account/passkeys", {"credential": {}}, PERSONS, NONE),
    ("DELETE", "/api/account/passkeys/{passkey}", None, PERSONS, NONE),
    ("POST", "/api/account/identities/begin", None, PERSONS, NONE),
    ("POST", "/api/account/identities/remove", {"issuer": "https://id.example"}, PERSONS, NONE),
    ("POST", "/api/sign-out", None, PERSONS, NONE),
    ("GET", "/api/self-test/{num}/{den}", None, PERSONS, ANY),
    ("GET", "/api/policies", None, PERSONS, ANY),
    ("GET", "/api/policies/{name}", None, PERSONS, ANY),
    ("POST", "/api/policies/check", {"text": "x"}, PERSONS, ANY),
    # a production, by role
    ("GET", "/api/jobs", None, PERSONS, ANY),
    ("POST", "/api/jobs/{key}/stop", None, PERSONS, ANY),  # whose render it is decides: test_outputs.py
    ("GET", "/api/productions/{code}/board", None, ALL, ANY),
    ("GET", "/api/productions/{code}/views", None, ALL, ANY),
    ("GET", "/api/productions/{code}/dailies", None, ALL, ANY),
    ("GET", "/api/productions/{code}/dailies/{playlist}", None, ALL, ANY),
    ("GET", "/api/productions/{code}/dailies/{playlist}/acts", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut/gaps", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut/versions", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut/diff", None, ALL, ANY),
    ("GET", "/api/productions/{code}/film", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels/coverage", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels/animatic.mp4", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels/board.pdf", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels/timeline/{name}", None, ALL, ANY),
    ("GET", "/api/productions/{code}/panels/proposals", None, ALL, ANY),
    ("POST", "/api/productions/{code}/panels/import/{name}", {}, SHOTS, "manage"),
    ("POST", "/api/productions/{code}/panels/edit/{uid}", {"frames": 9}, SHOTS, "manage"),
    ("POST", "/api/productions/{code}/panels/animatic", {}, CUT, "cut"),
    ("POST", "/api/productions/{code}/panels/conform/{name}", {}, CUT, "cut"),
    ("GET", "/api/productions/{code}/deliveries", None, ALL, ANY),
    ("GET", "/api/productions/{code}/deliveries/{seq}/check", None, ALL, ANY),
    ("GET", "/api/productions/{code}/disclosure", None, ALL, ANY),
    ("GET", "/api/productions/{code}/disclosure.{ending}", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}", None, ALL, ANY),
    ("GET", "/api/evidence/{evidence_id}", None, ALL, ANY),
    ("POST", "/api/evidence/{evidence_id}/flag-calls", FLAG_CALL, VOTES, NONE),
    ("GET", "/api/productions/{code}/trust", None, ALL, ANY),
    ("GET", "/media/{sha}", None, ALL, ANY),
    ("HEAD", "/media/{sha}", None, ALL, ANY),
    ("GET", "/media/{sha}/frames/{n}.jpg", None, ALL, ANY),
    ("HEAD", "/media/{sha}/frames/{n}.jpg", None, ALL, ANY),
    ("GET", "/media/{sha}/full/{n}.jpg", None, ALL, ANY),
    ("HEAD", "/media/{sha}/full/{n}.jpg", None, ALL, ANY),
    ("GET", "/media/{sha}/alpha/{n}.jpg", None, ALL, ANY),
    ("HEAD", "/media/{sha}/alpha/{n}.jpg", None, ALL, ANY),
    ("GET", "/media/{sha}/checker/{n}.jpg", None, ALL, ANY),
    ("HEAD", "/media/{sha}/checker/{n}.jpg", None, ALL, ANY),
    ("GET", "/media/{sha}/proxy.mp4", None, ALL, ANY),
    ("HEAD", "/media/{sha}/proxy.mp4", None, ALL, ANY),
    ("GET", "/media/{sha}/peaks.bin", None, ALL, ANY),
    ("HEAD", "/media/{sha}/peaks.bin", None, ALL, ANY),
    ("GET", "/media/{sha}/badges.json", None, ALL, ANY),
    ("HEAD", "/media/{sha}/badges.json", None, ALL, ANY),
    ("GET", "/media/joined/{num}-{den}/{parts}.mp4", None, ALL, ANY),
    ("HEAD", "/media/joined/{num}-{den}/{parts}.mp4", None, ALL, ANY),
    ("SOCKET", "/api/productions/{code}/rooms/{name}", None, ALL, NONE),
    ("GET", "/media/{sha}/poster.jpg", None, ALL, ANY),
    ("HEAD", "/media/{sha}/poster.jpg", None, ALL, ANY),
    ("GET", "/api/productions/{code}/people", None, WORKS, ANY),
    ("POST", "/api/productions/{code}/shots", {"code": "SH{n}", "frames": 9}, SHOTS, "manage"),
    ("POST", "/api/productions/{code}/check", None, TAKES, "measure"),
    ("GET", "/api/productions/{code}/cut/forms", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut/export/{form}", None, ALL, ANY),
    ("GET", "/api/productions/{code}/cut/timeline/{form}", None, ALL, ANY),
    ("POST", "/api/productions/{code}/cut/import/{name}", {}, CUT, "cut"),
    ("POST", "/api/productions/{code}/cut/fill", {"slot": "s_x", "take": "k_x"}, CUT, "cut"),
    ("POST", "/api/productions/{code}/cut/splice", {"slot": "s_x", "take": "k_x"}, CUT, "cut"),
    ("GET", "/api/productions/{code}/cut/seams/{slot}", None, ALL, ANY),
    ("POST", "/api/productions/{code}/cut/seams", {"slot": "s_x"}, TAKES, "measure"),
    ("POST", "/api/productions/{code}/cut/clear", {"slot": "s_x"}, CUT, "cut"),
    ("POST", "/api/productions/{code}/cut/back", {"number": 1}, CUT, "cut"),
    ("POST", "/api/productions/{code}/cut/make", {"slot": "s_x", "maker": "slate"}, TAKES, "takes"),
    ("GET", "/api/productions/{code}/cut/gaps/{slot}/pack.zip", None, TAKES, "takes"),
    ("POST", "/api/productions/{code}/cut/gaps/{slot}/result/{name}", {}, TAKES, "takes"),
    ("GET", "/api/productions/{code}/cut/find/{slot}", None, TAKES, "takes"),
    ("POST", "/api/productions/{code}/cut/find", {"slot": "s_x", "take": "k_x"}, TAKES, "takes"),
    ("POST", "/api/productions/{code}/cut/render", None, CUT, "cut"),
    ("GET", "/api/productions/{code}/cut/outputs", None, ALL, ANY),
    ("POST", "/api/productions/{code}/cut/outputs/{preset}", None, CUT, "cut"),
    ("GET", "/api/productions/{code}/cut/outputs/{preset}/file", None, CUT, "cut"),
    ("POST", "/api/productions/{code}/deliver", None, {"producer"}, "deliver"),
    ("GET", "/api/productions/{code}/policy", None, ALL, ANY),
    ("GET", "/api/productions/{code}/policy/preview", None, ALL, ANY),
    ("POST", "/api/productions/{code}/policy/preview", {"text": "x"}, ALL, ANY),
    ("GET", "/api/productions/{code}/stale", None, ALL, ANY),
    ("GET", "/api/productions/{code}/shots/{shot}", None, ALL, ANY),
    ("GET", "/api/productions/{code}/characters", None, ALL, ANY),
    ("GET", "/api/productions/{code}/characters/{character}", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/boxes", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/drawings", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/notes.otio", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/notes.pdf", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/context", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/takes/{sha}/provenance", None, ALL, ANY),
    ("GET", "/api/productions/{code}/what-if", None, ALL, ANY),
    ("GET", "/api/tasks/{task_id}/lineage", None, ALL, ANY),
    ("GET", "/api/productions/{code}/consents", None, WORKS, ANY),
    ("GET", "/api/productions/{code}/attempts", None, WORKS, ANY),
    ("GET", "/api/productions/{code}/attempts/providers", None, WORKS, ANY),
    ("GET", "/api/productions/{code}/attempts/requests/{request_id}", None, WORKS, ANY),
    # what takes somebody who sits there
    ("POST", "/api/productions/{code}/views", {"name": "v{n}", "query": "q=x"}, ALL, NONE),
    ("DELETE", "/api/productions/{code}/views/{view}", None, ALL, NONE),
    ("POST", "/api/productions/{code}/dailies", PLAYLIST_OP, DAILIES, NONE),
    ("POST", "/api/productions/{code}/panels/proposals", ANSWER, CUT, NONE),
    ("POST", "/api/productions/{code}/attempts/estimate", WISH, TAKES, NONE),
    ("POST", "/api/productions/{code}/attempts/requests", WISH, TAKES, NONE),
    ("POST", "/api/productions/{code}/attempts/{attempt}/cancel", None, TAKES, NONE),
    (
        "POST",
        "/api/productions/{code}/attempts/{attempt}/call",
        CALLED,
        {"lead", "director", "producer"},
        NONE,
    ),
    ("POST", "/api/productions/{code}/attempts/{attempt}/bill", {"amount": "1"}, {"producer"}, NONE),
    ("POST", "/api/productions/{code}/attempts/budget", BUDGET, {"producer"}, NONE),
    ("POST", "/api/verdicts", "verdict", VOTES, NONE),
    # a policy that lets nobody override refuses everybody alike, for a reason that is about the gate
    ("POST", "/api/overrides", "override", ALL, NONE),
    ("POST", "/api/notes", "note", NOTES, NONE),
    ("POST", "/api/notes/{note_id}/resolve", {"disposition": "waive", "key": "0123456789"}, PERSONS, NONE),
    ("POST", "/api/boxes", "box", NOTES, NONE),
    ("POST", "/api/drawings", "drawing", NOTES, NONE),
    ("POST", "/api/boxes/{box}/withdraw", {"key": "0123456789"}, PERSONS, NONE),
    ("POST", "/api/productions/{code}/reaffirm", CONFIRMED, ALL, NONE),
    ("POST", "/api/tasks/{task_id}/adopt", {}, {"lead", "director"}, NONE),
    ("POST", "/api/productions/{code}/policy/propose", {"text": "x"}, PROPOSE, NONE),
    ("POST", "/api/productions/{code}/policy/adopt", {}, {"producer"}, NONE),
    ("POST", "/api/productions/{code}/consents", CONSENT, {"producer", "admin", "legal"}, NONE),
    ("POST", "/api/productions/{code}/consents/{consent}/revoke", None, {"producer", "admin", "legal"}, NONE),
    ("POST", "/api/verdicts/{seq}/withdraw", {"key": "0123456789"}, PERSONS, NONE),
    ("POST", "/api/tasks/{task_id}/hold", {"reason": "because"}, HOLD, NONE),
    ("DELETE", "/api/tasks/{task_id}/hold", None, HOLD, NONE),
    ("POST", "/api/productions/{code}/sheets/{character}/adopt", None, {"lead", "director"}, NONE),
    ("PUT", "/api/productions/{code}/people/{person}/roles/{role}", None, CAST, NONE),
    ("DELETE", "/api/productions/{code}/people/{person}/roles/{role}", None, CAST, NONE),
    ("POST", "/api/productions/{code}/groups", {"label": "g{n}"}, CAST, NONE),
    ("DELETE", "/api/productions/{code}/groups/{group}", None, CAST, NONE),
    ("PUT", "/api/productions/{code}/groups/{group}/members/{person}", None, CAST, NONE),
    ("DELETE", "/api/productions/{code}/groups/{group}/members/{person}", None, CAST, NONE),
    ("PUT", "/api/productions/{code}/groups/{group}/roles/{role}", None, CAST, NONE),
    ("DELETE", "/api/productions/{code}/groups/{group}/roles/{role}", None, CAST, NONE),
    ("GET", "/api/productions/{code}/invitations", None, CAST, NONE),
    ("POST", "/api/productions/{code}/invitations", {"roles": ["artist"]}, CAST, NONE),
    ("DELETE", "/api/productions/{code}/invitations/{invitation}", None, CAST, NONE),
    ("GET", "/api/productions/{code}/guest-links", None, CAST, NONE),
    ("POST", "/api/productions/{code}/guest-links", "guest link", CAST, NONE),
    ("DELETE", "/api/productions/{code}/guest-links/{link}", None, CAST, NONE),
]
# Answers that are about who asks.
BARRED = {"sign-in-needed", "guest-needed", "role-missing", "scope-missing", "not-a-person"}
TOKENS = [f"{kind}:{scope}" for kind in ("machine", "person") for scope in SCOPES]


@dataclass
class House:
    """A served studio in which somebody holds each role, and alone that one."""

    served: Served
    keys: dict[str, str]
    fill: dict[str, str]
    bodies: dict[str, dict[str, Any]]
    visitor: str
    numbers: Iterator[int]

    def client(self, who: str) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.keys[who]}"} if ":" in who else {}
        cookies = {COOKIE: self.served.tokens[who]} if who in self.served.tokens else {}
        if who == "visitor":
            cookies = {GUEST_COOKIE: self.visitor}
        return httpx2.Client(
            base_url=self.served.url,
            cookies=cookies,
            headers=headers,
            timeout=30,
            trust_env=False,
            verify=TRUST,
        )

    def meet(self, who: str, address: str) -> str:
        """What the first word of a socket gets: `in`, or the code of why not."""
        headers = {name: value for name, value in self.client(who).headers.items() if name == "authorization"}
        cookies = [f"{name}={value}" for name, value in self.client(who).cookies.items()]
        headers |= {"Cookie": "; ".join(cookies)} if cookies else {}
        with connect(
            self.served.url.replace("http", "ws", 1) + address, additional_headers=headers, proxy=None
        ) as line:
            with contextlib.suppress(ConnectionClosed):  # refused before it could say anything
                line.send('{"say": "hello"}')
            word = json.loads(line.recv(timeout=10))
        return "in" if word["say"] == "welcome" else str(word["code"])

    def ask(self, who: str, method: str, path: str, body: object) -> str:
        """What somebody gets: `in`, or the code of why not."""
        number = next(self.numbers)
        self.served.app.state.sign_in_limit = SignInLimit()
        address = path.replace("{name:path}", "anything")
        for name, value in self.fill.items():
            address = address.replace("{" + name + "}", value)
        assert "{" not in address, f"nothing is known to put into {address}"
        if method == "SOCKET":
            return self.meet(who, address)
        sent = self.bodies[body] | {"key": f"matrix-{number:06}"} if isinstance(body, str) else body
        if isinstance(body, str) and body in {"drawing", "guest link"}:
            sent = self.bodies[body]  # its operation's id is its key; every link is another
        if isinstance(sent, dict):
            sent = {
                key: value.replace("{n}", str(number)) if isinstance(value, str) else value
                for key, value in sent.items()
            }
        with self.client(who) as client:
            if path in {"/api/events", "/api/guest/events"}:  # has no end: its head says enough
                with client.stream(method, address) as answer:
                    return "in" if answer.status_code == 200 else str(answer.read() and answer.json()["code"])
            answer = client.request(method, address, json=sent)
        assert answer.status_code != 500, (who, method, address, answer.text)
        assert answer.status_code != 405, (who, method, address)
        assert answer.status_code != 422 or b"shape" not in answer.content, (method, address, answer.text)
        if answer.is_success or answer.is_redirect or answer.status_code == 304:
            return "in"
        if method == "HEAD":
            return "in" if answer.status_code == 404 and who in ALL | VISITORS | set(TOKENS) else "barred"
        return str(answer.json()["code"]) if "json" in answer.headers["content-type"] else "in"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("matrix")
    film = folder / "square.mp4"
    draw_film(film)
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        names = [*ROLES, "stranger", "founder", "outsider", "newcomer"]
        for name in names:
            studio.add_person(name, password=PASSWORD if name == "founder" else None)
        tokens = {name: studio.sign_in_by_link(studio.make_link(name)) for name in names}
        founder, stranger = (studio.session_of(tokens[name]) for name in ("founder", "stranger"))
        for who, code in ((founder, "spring"), (stranger, "autumn")):
            studio.new_production(
                who, code=code, title=code, rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
            )
        for role in ROLES:
            studio.set_role(founder, "spring", person=role, role=role)
            if role != "producer":
                studio.set_role(founder, "spring", person="founder", role=role)
        studio.add_shot(founder, "spring", code="SH010", title="", frames=N_FRAMES, source_class="drawn")
        studio.add_take(
            studio.session_of(tokens["artist"]), "spring", shot="SH010", stage="animation", path=film
        )
        studio.run_jobs()
        studio.cut_assemble(founder, "spring")
        studio.make_group(founder, "spring", "crew")
        keys = {}
        for scope in SCOPES:
            studio.make_machine(founder, f"bot {scope}")
            made = studio.make_token(founder, label=scope, scopes=[scope], machine=f"bot {scope}")
            keys[f"machine:{scope}"] = made.secret
            keys[f"person:{scope}"] = studio.make_token(founder, label=scope, scopes=[scope]).secret
        task = studio.task(founder, studio.find_task(founder, "spring", "SH010", "animation"))
        take = task.takes[0]
        gate = take.gates[0]
        verdict = {
            "task": task.id,
            "content": take.content,
            "gate": gate.key,
            "value": -1,
            "reasons": ["style.line"],
            "gate_hash": gate.hash,
            "upstream": task.upstream,
        }
        fill = {
            "code": "spring",
            "character": "MAX",
            "shot": "SH010",
            "task_id": task.id,
            "evidence_id": take.evidence[0].id,
            "sha": take.content,
            "n": "0",
            "num": "24",
            "den": "1",
            "parts": f"{take.content}.0.1",
            "seq": "1",
            "person": "newcomer",
            "role": "artist",
            "group": "crew",
            "token": "x" * 43,
            "invitation": "i_none",
            "link": "g_none",
            "session_id": "n_none",
            "machine": "none",
            "token_id": "k_none",
            "passkey": "none",
            "name": "animation",
            "note_id": "note_none",
            "box": "box_none",
            "consent": "consent_none",
            "view": "w_none",
            "playlist": "none",
            "request_id": "none",
            "attempt": "none",
            "slot": "SH010",
            "uid": "FA5K7",
            "preset": "web",
            "key": "0" * 64,
            "ending": "csv",
            "form": "otio",
        }
        on_it = {"task": task.id, "content": take.content}
        bodies: dict[str, dict[str, Any]] = {
            "verdict": verdict,
            "note": {**on_it, "text": "The ears are late."},
            "box": {**on_it, "character": "MAX", "frame": 1, "where": [1000, 1000, 3000, 3000]},
            # a deletion of what nobody drew: whoever may draw is told that it is not there
            "drawing": {**on_it, "op": DRAWN, "act": "delete", "drawing": DRAWN},
            "guest link": {"label": "Screening", "contents": [on_it]},
            "override": {
                **on_it, "gate": gate.key, "code": "story.intent", "note": "It is meant.",
                "gate_hash": gate.hash,
            },
        }  # fmt: skip
        link = Showing(label="Screening", contents=[(task.id, take.content)], rights=["note"], hours=1)
        visitor = studio.guests.come_in(studio.guests.make_link(founder, "spring", link)[1], name="Visitor")
        with serving(studio) as (server, url):
            yield House(Served(studio, server, url, tokens), keys, fill, bodies, visitor, itertools.count())


def declared() -> set[tuple[str, str]]:
    """(Method, path) of every route of the application, however it was included."""
    found: set[tuple[str, str]] = set()
    open_ends: list[object] = list(bare_app().routes)
    while open_ends:
        route = open_ends.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            open_ends += inner.routes
            continue
        if isinstance(route, APIWebSocketRoute):
            found.add(("SOCKET", route.path))
            continue
        assert isinstance(route, APIRoute | Route), f"{route!r} is a kind of route nobody knows here"
        methods = set(route.methods or ())
        # GET of a plain Route answers HEAD too; only routes that declare HEAD themselves have it apart
        if isinstance(route, APIRoute) is False:
            methods -= {"HEAD"}
        found |= {(method, route.path) for method in methods}
    return found


def test_every_route_has_its_line_and_every_line_its_route() -> None:
    listed = [(method, path) for method, path, *_ in MATRIX]
    assert len(listed) == len(set(listed))
    assert set(listed) == declared()


# A session ends by these; whoever asked gets a new one.
ENDS = {"/api/sign-out", "/api/account/sessions/end-others", "/api/account/password"}


@pytest.mark.parametrize(
    ("method", "path", "body", "who", "scope"),
    MATRIX,
    ids=[f"{method} {path}" for method, path, *_ in MATRIX],
)
def test_everybody_gets_what_their_line_says(
    house: House, method: str, path: str, body: object, who: set[str], scope: str
) -> None:
    wrong = []
    for person in ("nobody", "visitor", "stranger", *ROLES):
        got = house.ask(person, method, path, body)
        if path in ENDS and person in house.served.tokens:
            link = house.served.studio.make_link(person)
            house.served.tokens[person] = house.served.studio.sign_in_by_link(link)
        expected: set[str] | None
        if person in who:
            expected = None
        elif who == VISITORS:
            expected = {"guest-needed", "barred"}
        elif person in {"nobody", "visitor"}:
            expected = {"sign-in-needed", "barred"}
        elif person == "stranger":
            expected = {"not-found", "role-missing", "barred"}
        else:
            expected = {"role-missing", "barred"}
        is_barred = got in BARRED or (got == "not-found" and person == "stranger" and person not in who)
        if (expected is None and (is_barred or got == "barred")) or (expected and got not in expected):
            wrong.append(f"{person} got “{got}”, expected {expected or 'in'}")
    for token in TOKENS:
        got = house.ask(token, method, path, body)
        covers = scope == ANY or (scope != NONE and token.endswith(f":{scope}"))
        if covers == (got in BARRED | {"barred"}):
            wrong.append(f"{token} got “{got}”, expected {'in' if covers else 'to be barred'}")
    assert wrong == []


def test_a_stranger_s_name_is_told_to_nobody_who_may_not_cast(house: House) -> None:
    for person in ("stranger", "artist", "guest", "client"):
        with house.client(person) as client:
            for path in ("people/nobody-such/roles/artist", "groups/crew/members/nobody-such"):
                answer = client.put(f"/api/productions/spring/{path}")
                assert "founder" not in answer.text
                assert answer.json()["code"] in {"not-found", "role-missing"}


def test_what_an_outsider_lists_holds_nothing_of_the_production(house: House) -> None:
    with house.client("outsider") as client:
        assert client.get("/api/productions").json() == []
        assert client.get("/api/queue").json() == []
        spring = house.served.studio.productions(
            house.served.studio.session_of(house.served.tokens["founder"])
        )[0].id
        assert all(one["production"] != spring for one in client.get("/api/book?limit=1000").json())
        assert client.get("/api/jobs").json()["code"] == "role-missing"


# tokens at the door


def test_a_token_needs_no_origin_and_a_cookie_beside_it_brings_the_question_back(house: House) -> None:
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    with house.client("machine:measure") as client:
        asked = client.post("/api/productions/spring/check", headers=elsewhere)
        assert asked.status_code == 200, asked.text
        both = {**elsewhere, "Cookie": f"{COOKIE}={house.served.tokens['founder']}"}
        refused = client.post("/api/productions/spring/check", headers=both)
        assert refused.json()["code"] == "origin-refused"
    with house.client("founder") as client:
        refused = client.post("/api/productions/spring/check", headers=elsewhere)
        assert refused.json()["code"] == "origin-refused"


def test_a_cookie_is_never_a_token_nor_a_token_a_cookie(house: House) -> None:
    with house.client("nobody") as client:
        for headers in (
            {"Authorization": f"Bearer {house.served.tokens['founder']}"},
            {"Authorization": f"Basic {house.keys['machine:read']}"},
            {"Authorization": "Bearer ct_" + "x" * 43},
            {"Authorization": ""},
            {"Cookie": f"{COOKIE}={house.keys['machine:read']}"},
            # whoever shows a token that is none is not let in by the cookie beside it
            {"Authorization": "Bearer x", "Cookie": f"{COOKIE}={house.served.tokens['founder']}"},
        ):
            assert client.get("/api/me", headers=headers).json()["code"] == "sign-in-needed", headers


def test_signing_in_again_ends_the_session_that_the_browser_came_with(house: House) -> None:
    with house.client("nobody") as client:
        sent = {"name": "founder", "password": PASSWORD}
        first = client.post("/api/sign-in", json=sent).cookies[COOKIE]
        client.cookies.clear()
        client.cookies.set(COOKIE, first)
        second = client.post("/api/sign-in", json=sent).cookies[COOKIE]
        assert first != second
        client.cookies.clear()
        old = client.get("/api/me", headers={"Cookie": f"{COOKIE}={first}"})
        assert old.json()["code"] == "sign-in-needed"
        assert client.get("/api/me", headers={"Cookie": f"{COOKIE}={second}"}).status_code == 200
