"""What is wrong with a policy's file is named by line and column; what could never pass is refused."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.domain.people import Role
from circletake.errors import PolicyInvalid
from circletake.gates.places import Place, place_of, places
from circletake.gates.policy import read_policy, shipped, shipped_text
from circletake.gates.policy_file import read_policy_text
from circletake.gates.soundness import faults_of, lacking

GOOD = """\
name = "good"

[[stages]]
key = "animation"
kinds = ["shot"]
ships = true

[[stages.gates]]
key = "director"
vote = { director = [-2, 2], lead = [-1, 1] }
rules = [
  { rule = "circled", params = { n = 1, roles = ["director"] } },
  { rule = "four_eyes" },
]

[[stages]]
key = "master"
kinds = ["film"]
ships = true

[[stages.gates]]
key = "producer"
vote.producer = [-2, 2]
rules = [{ rule = "circled" }]
"""


def refused(text: str) -> tuple[int, int, str]:
    with pytest.raises(PolicyInvalid) as wrong:
        read_policy_text(text, file="mine.toml")
    detail = wrong.value.detail
    assert wrong.value.message.startswith(f"mine.toml:{detail['line']}:{detail['column']}: ")
    assert detail["file"] == "mine.toml"
    return int(str(detail["line"])), int(str(detail["column"])), wrong.value.message


def test_a_good_one_is_read() -> None:
    policy = read_policy_text(GOOD, file="mine.toml")
    assert [stage.key for stage in policy.stages] == ["animation", "master"]
    assert policy == read_policy(tomllib.loads(GOOD))


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ('kinds = ["shot"]', 'kinds = ["shot", "sofa"]', 5, 18),
        ("lead = [-1, 1] }", "lead = [-1, 3] }", 10, 37),
        ("n = 1,", 'n = "1",', 12, 38),
        ("n = 1,", "m = 1,", 12, 38),
        ('{ rule = "four_eyes" }', '{ rule = "coin" }', 13, 12),
        ('{ rule = "four_eyes" }', '{ rule = "four_eyes", params = { a = 1 } }', 13, 40),
        ('key = "director"', 'key = "The Director"', 9, 7),
        ("vote.producer = [-2, 2]", "vote.producer = [2, -2]", 23, 17),
        ("vote.producer = [-2, 2]", "vote.king = [2, -2]", 23, 1),
        ('key = "director"\n', "", 8, 1),
        ('ships = true\n\n[[stages.gates]]\nkey = "p', 'ships = 1\n\n[[stages.gates]]\nkey = "p', 19, 9),
        ('name = "good"', 'title = "good"', 1, 1),
        ('key = "master"', 'key = "animation"', 1, 1),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_pointed_at(old: str, new: str, line: int, column: int) -> None:
    assert old in GOOD
    assert refused(GOOD.replace(old, new, 1))[:2] == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('name = "good"\nstages = [', 2, 11),
        ("name = good\n", 1, 8),
        ('name = "a"\nname = "b"\n', 2, 11),
        ("a = 1\n\n= 2", 3, 1),
    ],
)
def test_what_is_no_toml_is_pointed_at(text: str, line: int, column: int) -> None:
    assert refused(text)[:2] == (line, column)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('roles = ["director"]', 'roles = ["director"], without = ["director"]', 12, "everybody who may"),
        ('n = 1, roles = ["director"]', 'without = ["director", "lead"]', 12, "left out: director"),
        ("n = 1, roles", 'without = ["nobody"], roles', 12, "without names nobody"),
        ('{ rule = "four_eyes" }', '{ rule = "watched", params = { share = 101 } }', 13, "101 % of a take"),
        ('{ rule = "four_eyes" }', '{ rule = "watched", params = { share = -1 } }', 13, "-1 % of a take"),
        ('{ rule = "four_eyes" }', '{ rule = "watched", params = { dwell_s = -1 } }', 13, "-1 seconds"),
        ('{ rule = "four_eyes" }', '{ rule = "no_open_notes", params = { severity = "x" } }', 13, "“x” is"),
        ('{ rule = "four_eyes" }', '{ rule = "consent", params = { use = " " } }', 13, "use names nothing"),
        ('{ rule = "four_eyes" }', '{ rule = "permits", params = { needed = -1 } }', 13, "needed is -1"),
        (
            'director = [-2, 2], lead = [-1, 1] }\nrules = [\n  { rule = "circled", params = { n = 1, roles',
            'director = [-2, 1] }\nrules = [\n  { rule = "circled", params = { at_least = 1, roles', 13,
            "nobody may circle here",
        ),
    ],
)  # fmt: skip
def test_what_no_team_could_ever_satisfy_is_refused_with_the_reason(
    old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD
    found, _, message = refused(GOOD.replace(old, new, 1))
    assert found == line
    assert said in message


def test_what_is_wrong_is_said_as_it_would_be_without_a_file() -> None:
    with pytest.raises(PolicyInvalid) as wrong:
        read_policy_text(GOOD.replace('kinds = ["shot"]', "kinds = []"), file="mine.toml")
    assert wrong.value.message == (
        "mine.toml:5:9: The policy cannot be used: stages[0].kinds should be a list with something in it."
    )
    assert wrong.value.detail["path"] == "stages[0].kinds"
    with pytest.raises(PolicyInvalid) as broken:
        read_policy_text("name = good", file="mine.toml")
    assert broken.value.message == "mine.toml:1:8: Invalid value."
    with pytest.raises(PolicyInvalid, match=r"^mine\.toml:1:5: The policy cannot be used: v should be 1"):
        read_policy_text("v = 2\n" + GOOD, file="mine.toml")


def test_every_fault_is_listed_and_the_first_is_pointed_at() -> None:
    text = GOOD.replace('{ rule = "four_eyes" }', '{ rule = "watched", params = { share = 200 } }').replace(
        '[{ rule = "circled" }]', '[{ rule = "circled" }, { rule = "watched", params = { dwell_s = -3 } }]'
    )
    with pytest.raises(PolicyInvalid) as wrong:
        read_policy_text(text, file="mine.toml")
    faults = wrong.value.detail["faults"]
    assert isinstance(faults, list)
    assert [one.split(":")[1] for one in faults] == ["13", "24"]
    assert wrong.value.detail["path"] == "stages[0].gates[0].rules[1].params"


def test_the_book_still_reads_a_policy_that_would_be_refused_now() -> None:
    data = tomllib.loads(GOOD)
    data["stages"][0]["gates"][0]["rules"][0]["params"]["without"] = ["director"]
    policy = read_policy(data)
    assert [fault.never for fault in faults_of(policy)] == [True]


def test_what_only_looks_wrong_is_told_and_not_refused() -> None:
    text = GOOD.replace(
        '{ rule = "four_eyes" }', '{ rule = "fresh_evidence", params = { checks = ["moon"] } }'
    )
    policy = read_policy_text(
        text.replace('kinds = ["film"]\nships = true', 'kinds = ["film"]'), file="a.toml"
    )
    assert faults_of(policy, checks=["technical"]) == [
        type(faults_of(policy, checks=())[0])(
            "stages[0].gates[0].rules[1].params.checks",
            "animation/director: there is no check “moon” here; nothing passes without it.",
            never=False,
        ),
        type(faults_of(policy, checks=())[0])(
            "stages", "No stage that ships is for a film, so no film could ever leave.", never=False
        ),
    ]
    assert [fault.path for fault in faults_of(policy, checks=["moon"])] == ["stages"]
    strange = replace(policy, thresholds={"moon": {"phase": "1"}})
    assert [fault.sentence for fault in faults_of(strange, checks=["sun"])][-1] == (
        "There is no check “moon” here whose thresholds to set."
    )
    assert [fault.path for fault in faults_of(strange, checks=["moon"])] == ["stages"]
    assert [fault.path for fault in faults_of(strange)] == ["stages"]
    assert [fault.path for fault in faults_of(policy)] == ["stages"]


def held(**roles: str) -> dict[str, frozenset[Role]]:
    return {person: frozenset(said.split()) for person, said in roles.items()}  # type: ignore[arg-type]  # roles of the tests


@pytest.mark.parametrize(
    ("roles", "lacks"),
    [
        ({"a": "director", "b": "producer"}, []),
        ({"a": "director producer"}, []),
        ({"a": "director"}, ["master, producer: nobody here holds a role that may: producer."]),
        (
            {"b": "producer", "c": "lead"},
            ["animation, director: nobody here holds a role that may: director."],
        ),
    ],
)  # fmt: skip
def test_a_role_that_nobody_holds_is_named(roles: dict[str, str], lacks: list[str]) -> None:
    assert lacking(read_policy_text(GOOD, file="a.toml"), held(**roles)) == lacks


def test_too_few_who_hold_it_are_counted_without_those_who_are_left_out() -> None:
    text = GOOD.replace('n = 1, roles = ["director"]', 'n = 2, roles = ["director"], without = ["producer"]')
    policy = read_policy_text(text, file="a.toml")
    assert lacking(policy, held(a="director", b="director producer", c="producer")) == [
        "animation, director: only 1 of 2 here holds a role that may: director."
    ]
    assert lacking(policy, held(a="director", b="director", c="producer")) == []
    either = read_policy_text(
        GOOD.replace('roles = ["director"]', 'roles = ["director", "lead"]'), file="a.toml"
    )
    assert lacking(either, held(c="producer")) == [
        "animation, director: nobody here holds a role that may: director, lead."
    ]


# places

TRICKY = '''\
# a comment = "with [things] in it"
bare = 1 # and one behind
"quoted key" = "a # b ] , }"
'literal.key' = 'c:\\path'
dotted . "in two" = true
multi = """
three "quotes" \\""" inside
"""
literal = \'\'\'
[not.a.table]
\'\'\'
empty = []
nested = [
  [1, 2], # one
  { a = [true], b = { c = "x" } }, # two
]
date = 2026-01-01T00:00:00Z

[table."with.dot"]
key = -1.5

[[list]]
name = "first"
[[list.inner]]
n = 1
[[list.inner]]
n = 2
[list.under]
deep = "d"
[[list]]
name = "second"
[[list.inner]]
n = 3
'''


def test_every_value_of_a_tricky_text_is_where_it_is_said_to_be() -> None:
    found = places(TRICKY)
    lines = TRICKY.split("\n")

    def begins(path: str) -> str:
        place = found[path]
        return lines[place.line - 1][place.column - 1 :]

    assert begins("bare").startswith("1 #")
    assert begins("quoted key").startswith('"a # b')
    assert begins("literal.key").startswith("'c:")
    assert begins("dotted.in two") == "true"
    assert begins("multi") == '"""'
    assert begins("literal") == "'''"
    assert begins("empty") == "[]"
    assert begins("nested[0][1]").startswith("2]")
    assert begins("nested[1]").startswith("{ a")
    assert begins("nested[1].a[0]").startswith("true]")
    assert begins("nested[1].b.c").startswith('"x"')
    assert begins("date") == "2026-01-01T00:00:00Z"
    assert begins("table.with.dot").startswith("[table")
    assert begins("table.with.dot.key") == "-1.5"
    assert begins("list[0].inner[1].n") == "2"
    assert begins("list[0].under.deep") == '"d"'
    assert begins("list[1].name") == '"second"'
    assert begins("list[1].inner[0].n") == "3"
    assert tomllib.loads(TRICKY)["list"][1]["inner"][0]["n"] == 3


def test_what_is_not_there_is_where_it_would_stand() -> None:
    found = places(TRICKY)
    assert place_of(found, "nested[1].b.missing") == found["nested[1].b"]
    assert place_of(found, "nested[7].x.y") == found["nested"]
    assert place_of(found, "nowhere.at.all") == Place(1, 1)
    assert place_of(found, "") == Place(1, 1)


def toml_of(value: Any) -> str:  # noqa: ANN401 (plain data)
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case list():
            return "[" + ", ".join(toml_of(one) for one in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {toml_of(one)}" for key, one in value.items()) + " }"
    return str(value)


WORDS = st.text(alphabet="ab \"'#[]{},=\\.", max_size=6)
LEAVES = st.one_of(st.integers(-99, 99), st.booleans(), WORDS)
DATA = st.dictionaries(
    st.sampled_from("pqrst"),
    st.recursive(
        LEAVES,
        lambda inside: st.one_of(
            st.lists(inside, max_size=3), st.dictionaries(st.sampled_from("xyz"), inside, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def leaves(value: Any, path: str) -> dict[str, Any]:  # noqa: ANN401 (plain data)
    if isinstance(value, dict):
        inside = [leaves(one, f"{path}.{key}") for key, one in value.items()]
    elif isinstance(value, list):
        inside = [leaves(one, f"{path}[{at}]") for at, one in enumerate(value)]
    else:
        return {path: value}
    return {key: one for part in inside for key, one in part.items()}


@settings(deadline=None)
@given(data=DATA, blank=st.sampled_from(["", "\n", "  # a = [1]\n\n"]))
def test_a_text_from_a_place_on_begins_with_its_value(data: dict[str, Any], blank: str) -> None:
    text = blank + "".join(f"{key} = {toml_of(value)}\n{blank}" for key, value in data.items())
    assert tomllib.loads(text) == data
    found = places(text)
    lines = text.split("\n")
    for key, value in data.items():
        for path, leaf in leaves(value, key).items():
            place = found[path]
            assert lines[place.line - 1][place.column - 1 :].startswith(toml_of(leaf)), path


def test_the_shipped_policies_are_placed_to_the_last_value() -> None:
    text = shipped_text("animation")
    found = places(text)
    paths = leaves(tomllib.loads(text), "")
    assert {path.lstrip(".") for path in paths} <= set(found)
    assert shipped().name == "animation"
