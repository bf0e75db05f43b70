"""Descriptions of services, facts and prices as TOML has them; who may be asked; what a prompt names."""

import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.paying_provider import DESCRIPTION, FIND, PRICES

from circletake.domain.attempt import Label
from circletake.errors import AskInvalid, ProviderInvalid
from circletake.generate.calls import Server
from circletake.generate.description import (
    check_needs,
    description_of,
    filled,
    shipped_service,
    shipped_services,
    words_of,
)
from circletake.generate.facts import LOCAL, Facts, Price, Size, price_of, read_facts, read_prices
from circletake.generate.opening import open_providers
from circletake.generate.pointers import find_at, has_place, set_at
from circletake.generate.port import Ask, Input
from circletake.generate.preflight import Right, read_prompt
from circletake.generate.router import routes

TODAY = date(2026, 11, 23)


def told() -> dict[str, Any]:
    text = DESCRIPTION.format(url="https://paying.example", reconciles="yes", find=FIND)
    return tomllib.loads(text)


def test_what_comes_described_is_the_best_known() -> None:
    assert shipped_services() == ["bfl", "fal", "luma", "magnific", "replicate", "runway"]
    with pytest.raises(ProviderInvalid, match="No service"):
        shipped_service("nobody")


@pytest.mark.parametrize("name", shipped_services())
def test_a_service_is_sent_what_is_wanted_and_no_word_is_left_over(name: str, tmp_path: Path) -> None:
    picture = tmp_path / "p"
    picture.write_bytes(b"\x89PNG")
    described = shipped_service(name)
    roles = [role for role in ("first", "source") if role in described.needs]
    ask = Ask(
        kind="video",
        prompt="a door",
        size_px=(1280, 720) if name not in {"replicate", "fal", "magnific"} else (0, 0),
        inputs=tuple(Input(role, "c" * 64, picture, ".png") for role in roles),
        model="owner/model",
    )
    words = words_of(ask, "key")
    check_needs(described, words)
    body = filled(described.submit.body, words)
    assert "$" not in str(body)
    assert "a door" in str(body)
    with pytest.raises(AskInvalid, match="needs"):
        check_needs(described, {})
    with pytest.raises(AskInvalid, match="no place for voice"):
        check_needs(described, {**words, "voice": "x"})


def test_words_are_what_is_wanted() -> None:
    words = words_of(
        Ask("video", "a door", size_px=(1280, 720), frames=49, rate=Fraction(24), seed=3),
        "k",
        default_model="m",
    )
    assert (words["ratio"], words["aspect"], words["size"]) == ("1280:720", "16:9", "1280x720")
    assert (words["seconds"], words["model"], words["first"]) == (3, "m", None)
    assert filled({"a": "$seed:text", "b": ["$first", "x"], "c": {"d": "$last"}, "e": {}}, words) == {
        "a": "3", "b": ["x"], "e": {},
    }  # fmt: skip
    assert filled("$first", words) is None
    with pytest.raises(ProviderInvalid, match="no word"):
        filled("$mood", words)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mood": 1}, "says mood"),
        ({"name": None}, "does not say name"),
        ({"fetch": {}}, "where outputs are"),
        ({"poll": {"path": "/x"}}, "says where the state stands"),
        ({"submit": {"path": "/x"}}, r"\[submit.handle\]"),
        ({"submit": {"path": 3}}, "names a path"),
        ({"submit": {"path": "/x", "method": "BREW"}}, "a method among"),
        ({"submit": {"path": "/x", "handle": {"id": "id"}}}, "no JSON pointer"),
        ({"poll": {"path": "/x", "state": "/s", "states": {"A": "fine"}}}, "none of"),
        ({"key_hosts": ["example.com"]}, "key_hosts"),
        ({"key_hosts": [".com"]}, "key_hosts"),
        ({"facts": {"checked_on": "today"}}, "without quotes"),
        ({"facts": {"cancels": "maybe"}}, "yes, no or unknown"),
        ({"facts": {"mood": 1}}, "no fact"),
        ({"facts": {"retention_s": -1}}, "retention_s"),
        ({"facts": {}}, "bear the address"),
    ],
)
def test_a_description_that_is_wrong_names_the_member(change: dict[str, Any], said: str) -> None:
    wrong = {name: value for name, value in (told() | change).items() if value is not None}
    with pytest.raises(ProviderInvalid, match=said):
        description_of(wrong, where="wrong.toml")


def test_a_price_is_never_too_low_for_rounding() -> None:
    size = Size(frames=49, seconds_ms=2_042, pixels=1_280 * 720)
    assert price_of(Price("*", "attempt", 7), size) == 7
    assert price_of(Price("*", "frame", 7), size) == 343
    assert price_of(Price("*", "second", 50_000), size) == 102_100
    assert price_of(Price("*", "megapixel", 1_000), size) == 45_159
    prices = read_prices(tomllib.loads(PRICES), where="prices.toml")
    assert prices.find("any") == Price("*", "attempt", 50_000)
    assert prices.version.startswith("2026-11-23 https://")


@pytest.mark.parametrize(
    "text",
    [
        'unit = "USD"',
        'unit = "USD"\nchecked_on = 2026-01-01\n[[price]]\nper = "attempt"\namount = 0.05',
        'unit = "USD"\nchecked_on = 2026-01-01\n[[price]]\nper = "mood"\namount = "1"',
        'unit = "USD"\nchecked_on = 2026-01-01\n[[price]]\nper = "attempt"\namount = "NaN"',
    ],
)
def test_a_price_list_that_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(ProviderInvalid):
        read_prices(tomllib.loads(text), where="prices.toml")


def test_facts_that_are_old_are_shown_with_a_warning() -> None:
    facts = Facts(source="https://x", checked_on=date(2026, 8, 1))
    assert "114 days ago" in facts.warnings(TODAY)[0]
    assert Facts(source="https://x", checked_on=date(2026, 11, 1)).warnings(TODAY) == []
    assert "Nobody has written down" in Facts().warnings(TODAY)[0]
    assert LOCAL.warnings(TODAY) == []


KNOWN = {
    "here": LOCAL,
    "strict": Facts(public_urls="no", trains_on_inputs="no", retention_s=3600, checked_on=TODAY),
    "long": Facts(public_urls="no", trains_on_inputs="no", retention_s=90 * 86_400, checked_on=TODAY),
    "vague": Facts(checked_on=TODAY, refusal_charged="yes"),
    "loose": Facts(public_urls="yes", trains_on_inputs="yes", checked_on=TODAY),
}


@pytest.mark.parametrize(
    ("label", "offered"),
    [
        ("open", {"here", "strict", "long", "vague", "loose"}),
        ("internal", {"here", "strict", "long", "vague"}),
        ("confidential", {"here", "strict"}),
        ("embargoed", {"here"}),
    ],
)
def test_what_may_not_leave_is_offered_nowhere_else(label: Label, offered: set[str]) -> None:
    found = routes(KNOWN, label, today=TODAY)
    assert {one.provider for one in found if one.offered} == offered
    assert all(one.reasons for one in found if not one.offered)
    assert [one.offered for one in found] == sorted((one.offered for one in found), reverse=True)
    vague = next(one for one in found if one.provider == "vague")
    assert ("Nobody has found out" in " ".join(vague.warnings)) == (label != "open")
    assert "A refusal costs" in " ".join(vague.warnings)


def test_a_prompt_is_read_for_whole_names_whatever_their_accents() -> None:
    rights = [
        Right("Ana Ruiz", "person", holds=False),
        Right("Cheesy™", "mark", holds=False),
        Right("Bo", "person", holds=False),
        Right("Lea Blum", "person", holds=False),
        Right("Lea Blum", "person", holds=True),
    ]
    found = read_prompt("ana  RUÍZ and Lea Blum by the door of Ana Ruizova, Bo", rights)
    assert [(one.name, one.blocks) for one in found] == [("Ana Ruiz", True), ("Lea Blum", False)]
    (mark,) = read_prompt("a box of cheesy™", rights)
    assert "no permit" in mark.sentence
    assert read_prompt("Mariana Ruizova", rights) == []


def test_pointers_read_and_set_one_place() -> None:
    document: Any = {"a": [{"b/c": 1}], "d~": 2}
    assert find_at(document, "/a/0/b~1c") == 1
    assert find_at(document, "/d~0") == 2
    assert find_at(document, "") is document
    assert find_at(document, "/a/7") is None
    set_at(document, "/a/0/b~1c", 3)
    set_at(document, "/a/0", {"new": 1})
    assert document["a"] == [{"new": 1}]
    assert has_place(document, "/x")
    assert not has_place(document, "/x/y")
    for pointer in ("", "/x/y", "/a/9"):
        with pytest.raises(ProviderInvalid):
            set_at(document, pointer, 1)


def test_the_key_is_shown_to_the_provider_and_its_hosts_alone() -> None:
    server = Server("x", "https://api.bfl.ai", {"x-key": "k"}, (".bfl.ai",))
    assert server._own("https://api.eu1.bfl.ai/v1") == {"x-key": "k"}
    for elsewhere in ("https://evilbfl.ai/", "https://bfl.ai.evil.example/", "https://cdn.example/o.png"):
        assert server._own(elsewhere) == {}
    assert Server("x", "https://a.example", {"x-key": "k"})._own("https://b.example/") == {}
    for inside in ("http://127.0.0.1:5432/", "http://cdn.example/", "file:///etc/passwd"):
        with pytest.raises(ProviderInvalid):
            server.check_output(inside)


def test_a_provider_that_cannot_be_opened_says_why_and_the_others_go_on(tmp_path: Path) -> None:
    named = {"runway": {}, "odd": {"kind": "nothing"}, "mine": {"file": "none.toml"}, "comfyui": {}}
    found = open_providers(named, folder=tmp_path, secret_of=lambda _: None)
    assert set(found) == set(named)
    for name, said in (("runway", "provider_runway"), ("odd", "no kind"), ("mine", "cannot be read")):
        with pytest.raises(ProviderInvalid, match=said):
            found[name].estimate(Ask("image", ""))
    assert found["comfyui"].facts().local
    assert read_facts({"local": True, "paid": False}, where="x").local
