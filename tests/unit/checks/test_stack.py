"""Takes that look the same share a stack."""

import numpy as np

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


def test_no_takes_make_no_stacks() -> None:
    assert stacks({}) == {}
