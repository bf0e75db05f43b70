"""Takes that look the same share a stack."""

import numpy as np
import pytest

from circletake.checks.stack import signature, stacks


def frames(seed: int, noise: int = 0) -> list[np.ndarray]:
    picture = np.random.default_rng(seed).integers(20, 230, (18, 32, 3)).astype(np.int16)
    grain = np.random.default_rng(99).integers(-noise, noise + 1, picture.shape)
    return [np.clip(picture + grain, 0, 255).astype(np.uint8)] * 10


def test_a_re_encode_joins_its_stack_and_another_take_does_not() -> None:
    found = stacks({"a": signature(frames(1)), "b": signature(frames(2)), "c": signature(frames(1, 3))})
    assert found == {"a": 0, "b": 1, "c": 0}


def test_every_two_of_a_stack_are_near_each_other() -> None:
    """A chain of small steps does not join its ends (complete linkage)."""
    chain = {str(step): np.full(12, step * 4.0, dtype=np.float32) for step in range(5)}
    found = stacks(chain, near=5.0)
    assert found["0"] != found["4"]
    assert len(set(found.values())) > 1


def naively(signatures: dict[str, np.ndarray], near: float) -> dict[str, int]:
    """Complete linkage as it is written down, pair by pair."""
    names = list(signatures)
    groups = [[i] for i in range(len(names))]
    rows = np.stack([signatures[name] for name in names]).astype(np.float32)
    apart = np.stack([np.abs(rows - row).mean(axis=1) for row in rows])
    while len(groups) > 1:
        distance, a, b = min(
            (float(apart[np.ix_(groups[a], groups[b])].max()), a, b)
            for a in range(len(groups))
            for b in range(a + 1, len(groups))
        )
        if distance > near:
            break
        groups[a] = sorted(groups[a] + groups.pop(b))
    groups.sort(key=min)
    return {names[i]: number for number, group in enumerate(groups) for i in group}


@pytest.mark.parametrize("seed", range(20))
def test_many_takes_stack_as_they_do_pair_by_pair(seed: int) -> None:
    dice = np.random.default_rng(seed)
    middles = dice.integers(0, 255, (4, 300)).astype(np.float32)
    wide = float(dice.uniform(1, 9))
    some = {
        str(n): np.round(middles[dice.integers(4)] + dice.uniform(-wide, wide, 300)).astype(np.float32)
        for n in range(24)
    }
    some |= {f"again {n}": some[str(n)] for n in range(3)}
    assert stacks(some) == naively(some, 5.0)


def test_no_takes_make_no_stacks() -> None:
    assert stacks({}) == {}
