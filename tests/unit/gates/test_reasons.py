"""Reasons are content of a policy; those that come with circletake are a file."""

from typing import Any

import pytest

from circletake.domain.reasons import checked_reasons
from circletake.errors import PolicyInvalid, VerdictInvalid
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.gates.reasons import read_families, reasons_list, reasons_of, shipped_reasons

OWN: list[dict[str, Any]] = [
    {
        "digit": 1,
        "key": "music",
        "label": "Music",
        "words": [{"word": "key", "key": "k", "label": "wrong key", "polarity": "-"}],
    }
]


def test_about_forty_in_nine_families_come_along_each_with_keys_of_its_own() -> None:
    families = shipped_reasons()
    assert [family.digit for family in families] == list(range(1, 10))
    codes = [reason.code for family in families for reason in family.reasons]
    keys = [reason.key for family in families for reason in family.reasons]
    assert len(codes) == len(set(codes)) == len(set(keys)) == 44
    assert {"character.off_model", "story.intent", "rights.consent", "brand.flashing"} <= set(codes)


def test_a_policy_s_own_take_the_place_of_those_and_no_gate_changes_by_it() -> None:
    data = policy_dict(shipped())
    assert reasons_of(read_policy(data)) == shipped_reasons()
    own = read_policy({**data, "reasons": OWN})
    assert [family.key for family in reasons_of(own)] == ["music"]
    assert own.hash != shipped().hash
    assert [gate.hash for stage in own.stages for gate in stage.gates] == [
        gate.hash for stage in shipped().stages for gate in stage.gates
    ]
    assert read_policy(policy_dict(own)) == own
    assert policy_dict(own)["reasons"] == OWN
    assert "reasons" not in policy_dict(shipped())
    assert read_families(reasons_list(shipped_reasons())) == shipped_reasons()


def test_a_code_is_one_of_the_policy_s() -> None:
    families = read_families(OWN)
    assert checked_reasons(["music.key", "music.key"], families) == ("music.key",)
    with pytest.raises(VerdictInvalid, match=r"say one of music\.key"):
        checked_reasons(["music.tempo"], families)
    with pytest.raises(VerdictInvalid, match=r"“style.line” is no reason; say one of music.key"):
        checked_reasons(["style.line"], families)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"digit": 0}, "reasons[0].digit"),
        ({"digit": 10}, "reasons[0].digit"),
        ({"digit": True}, "reasons[0].digit"),
        ({"key": "Music"}, "reasons[0].key"),
        ({"label": ""}, "reasons[0].label"),
        ({"words": []}, "reasons[0].words"),
        ({"tune": 1}, "reasons[0].tune"),
        ({"words": [{"word": "k", "key": "kk", "label": "x"}]}, "reasons[0].words[0].key"),
        ({"words": [{"word": "k", "key": "K", "label": "x"}]}, "reasons[0].words[0].key"),
        ({"words": [{"word": "k", "key": 1, "label": "x"}]}, "reasons[0].words[0].key"),
        ({"words": [{"word": "k", "key": "k"}]}, "reasons[0].words[0].label"),
        (
            {"words": [{"word": "k", "key": "k", "label": "x", "polarity": "?"}]},
            "reasons[0].words[0].polarity",
        ),
        ({"words": [{"word": w, "key": "k", "label": "x"} for w in "ab"]}, "reasons[0].words"),
        ({"words": [{"word": "a", "key": k, "label": "x"} for k in "ab"]}, "reasons[0].words"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_families([{**OWN[0], **change}])
    assert refused.value.detail["path"] == path


def test_two_families_do_not_share_a_digit_or_a_name() -> None:
    for other in ({"digit": 2}, {"key": "sound"}):
        with pytest.raises(PolicyInvalid):
            read_families([OWN[0], {**OWN[0], **other}])
    assert len(read_families([OWN[0], {**OWN[0], "digit": 2, "key": "sound"}])) == 2


@pytest.mark.parametrize(
    ("data", "path", "matter"),
    [
        ("no list", "reasons", "should be a list with something in it"),
        ([3], "reasons[0]", "should be a table"),
        ([{**OWN[0], "digit": 0}], "reasons[0].digit", "should be a digit from 1 to 9"),
        ([{**OWN[0], "words": ["key"]}], "reasons[0].words[0]", "should be a table"),
        (
            [{**OWN[0], "words": [{"word": "k", "key": "é", "label": "x"}]}],
            "reasons[0].words[0].key",
            "should be one letter from a to z",
        ),
        (
            [{**OWN[0], "words": [{"word": "K", "key": "k", "label": "x"}]}],
            "reasons[0].words[0].word",
            "should be a short key of a–z, 0–9 and _",
        ),
        (
            [{**OWN[0], "words": [{"word": "k", "key": "k", "label": 1}]}],
            "reasons[0].words[0].label",
            "should be text",
        ),
        ([OWN[0], {**OWN[0], "key": "sound"}], "reasons", "has “1” twice"),
        ([OWN[0], {**OWN[0], "digit": 2}], "reasons", "has “music” twice"),
    ],
)
def test_what_is_the_matter_is_said_with_its_path(data: object, path: str, matter: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_families(data)
    assert refused.value.message == f"The policy cannot be used: {path} {matter}."
    assert refused.value.detail == {"path": path}


def test_every_letter_from_a_to_z_is_a_key() -> None:
    for letter in "az":
        (family,) = read_families([{**OWN[0], "words": [{"word": "w", "key": letter, "label": "x"}]}])
        assert family.reasons[0].key == f"1{letter}"
        assert reasons_list((family,))[0]["words"][0]["key"] == letter
