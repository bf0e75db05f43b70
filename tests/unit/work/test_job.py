"""A job's key names the work, and nothing but the work."""

import math

import pytest

from circletake.errors import RequestInvalid
from circletake.work.job import canonical_text, job_key

KEY = job_key("analyse", version=1, params={"b": 2, "a": [1, None, "ä"]}, inputs=["aa", "bb"])


def test_the_same_work_has_the_same_key_however_it_is_spelt() -> None:
    again = job_key("analyse", version=1, params={"a": [1, None, "ä"], "b": 2}, inputs=iter(["aa", "bb"]))
    assert again == KEY
    assert len(KEY) == 64


@pytest.mark.parametrize(
    "other",
    [
        job_key("analyze", version=1, params={"b": 2, "a": [1, None, "ä"]}, inputs=["aa", "bb"]),
        job_key("analyse", version=2, params={"b": 2, "a": [1, None, "ä"]}, inputs=["aa", "bb"]),
        job_key("analyse", version=1, params={"b": 3, "a": [1, None, "ä"]}, inputs=["aa", "bb"]),
        job_key("analyse", version=1, params={"b": 2, "a": [1, None, "ä"]}, inputs=["bb", "aa"]),
        job_key("analyse", version=1, params={"b": 2, "a": [1, None, "ä"]}, inputs=["aabb"]),
    ],
)
def test_other_work_has_another_key(other: str) -> None:
    assert other != KEY


def test_the_key_does_not_change_from_one_release_to_the_next() -> None:
    assert job_key("analyse", version=1, params={}, inputs=["aa"]).startswith("167aa2e6")


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {"deep": [b"bytes"]}])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(RequestInvalid, match="plain JSON"):
        canonical_text({"value": value})
