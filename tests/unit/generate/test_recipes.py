"""A recipe: what made a take, and the next one with one thing changed."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.saved_by_comfyui import GRAPH, NEGATIVE, PROMPT, SEED

from circletake.errors import RecipeInvalid
from circletake.generate.graph import MOST_NODES, read_graph
from circletake.generate.recipes import Recipe, again, differences, recipe_of


@pytest.fixture
def recipe() -> Recipe:
    return recipe_of(read_graph(GRAPH))


def test_what_can_be_wished_for_is_bound_to_where_it_stands(recipe: Recipe) -> None:
    assert recipe.bindings == {
        "prompt": ("/3/inputs/text",),
        "negative": ("/4/inputs/text",),
        "seed": ("/8/inputs/seed",),
        "width": ("/5/inputs/width",),
        "height": ("/5/inputs/height",),
        "frames": ("/5/inputs/length",),
        "first": ("/6/inputs/image",),
    }
    assert recipe.grid == "4n+1"
    assert [recipe.value(word) for word in ("prompt", "negative", "seed")] == [PROMPT, NEGATIVE, SEED]
    assert json.loads(json.dumps(recipe.record()))["graph"]["8"]["inputs"]["seed"] == SEED


def test_one_thing_changed_is_one_difference_and_the_old_one_stays(recipe: Recipe) -> None:
    before = copy.deepcopy(dict(recipe.graph))
    after, words = again(recipe, "seed", SEED - 1)
    assert words == f"seed: {SEED} → {SEED - 1}"
    assert differences(recipe, after) == [words]
    assert recipe.graph == before
    assert recipe.identity != after.identity
    back, _ = again(after, "seed", str(SEED))
    assert back.identity == recipe.identity
    assert differences(recipe, back) == []


def test_words_are_shown_short_and_whole_in_the_graph(recipe: Recipe) -> None:
    text = "a wolf\non a ridge " * 30
    after, words = again(recipe, "prompt", text)
    assert after.value("prompt") == text
    assert words.startswith(f"prompt: “{PROMPT}” → “a wolf on a ridge a wolf")
    assert words.endswith("…”")


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("rate", 24, "nowhere in this workflow; what can be changed is prompt, negative, seed"),
        ("seed", "many", "no whole number"),
        ("seed", -1, "lies between 0"),
        ("seed", 2**64, "lies between 0"),
        ("width", 0, "lies between 1"),
        ("prompt", " ", "is text"),
        ("prompt", 5, "is text"),
        ("frames", 80, "so not 80; say 77 or 81"),
        ("frames", 2, "say 1 or 5"),
        ("seed", SEED, "already"),
    ],
)
def test_what_cannot_be_is_said(recipe: Recipe, word: str, value: str | int, why: str) -> None:
    with pytest.raises(RecipeInvalid, match=why):
        again(recipe, word, value)


def test_two_samplers_of_one_seed_change_together_and_of_two_the_first_does() -> None:
    def sampled(second: int) -> Recipe:
        graph = copy.deepcopy(GRAPH)
        graph["8b"] = copy.deepcopy(graph["8"])
        graph["8b"]["inputs"] |= {"seed": second, "latent_image": ["8", 0]}
        graph["9"]["inputs"]["samples"] = ["8b", 0]
        return recipe_of(read_graph(graph))

    assert sampled(SEED).bindings["seed"] == ("/8b/inputs/seed", "/8/inputs/seed")
    assert sampled(5).bindings["seed"] == ("/8b/inputs/seed",)
    after, _ = again(sampled(SEED), "seed", 1)
    assert {after.graph[node]["inputs"]["seed"] for node in ("8", "8b")} == {1}


def test_other_graphs_are_compared_node_by_node(recipe: Recipe) -> None:
    graph: dict[str, Any] = copy.deepcopy(GRAPH)
    graph["8"]["inputs"]["steps"] = 30
    graph["7"]["class_type"] = "OtherVAELoader"
    del graph["10"]
    graph["11"] = {"class_type": "SaveVideo", "inputs": {"video": ["9", 0]}}
    assert differences(recipe, recipe_of(read_graph(graph))) == [
        "node 10 (SaveImage) is gone",
        "node 11 (SaveVideo) is new",
        "node 7: VAELoader → OtherVAELoader",
        "node 8, steps: 20 → 30",
    ]


def test_titles_and_what_never_runs_change_no_identity(recipe: Recipe) -> None:
    graph: dict[str, Any] = copy.deepcopy(GRAPH)
    graph["3"]["_meta"]["title"] = "Other"
    graph["3"]["is_changed"] = [float("nan")]
    assert recipe_of(read_graph(dict(reversed(graph.items())))).identity == recipe.identity


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "no workflow"),
        ([], "no workflow"),
        ({"nodes": [], "links": []}, "no workflow"),
        ({str(n): {"class_type": "A", "inputs": {}} for n in range(MOST_NODES + 1)}, "5001 nodes"),
        ({"1": {"class_type": "A", "inputs": {"a": ["1", 0]}}}, "circle at node 1"),
    ],
)
def test_what_is_no_graph_is_refused(told: object, why: str) -> None:
    with pytest.raises(RecipeInvalid, match=why):
        read_graph(told)


def test_pointers_of_strange_names_lead_where_they_should() -> None:
    graph = {"a/b~c": {"class_type": "Hosted", "inputs": {"seed": 1}}}
    recipe = recipe_of(read_graph(graph))
    assert recipe.bindings["seed"] == ("/a~1b~0c/inputs/seed",)
    assert again(recipe, "seed", 2)[0].graph["a/b~c"]["inputs"]["seed"] == 2


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.fixed_dictionaries(
            {
                "class_type": st.sampled_from(["KSampler", "CLIPTextEncode", "LoadImage", "X"]),
                "inputs": st.dictionaries(
                    st.sampled_from(
                        ["seed", "positive", "negative", "text", "image", "model", "conditioning"]
                    ),
                    st.integers()
                    | st.text(max_size=3)
                    | st.tuples(st.sampled_from("abcdefgh"), st.just(0)).map(list),
                ),
            }
        ),
        min_size=1,
    )
)
def test_whatever_a_graph_looks_like_it_is_read_or_refused(told: dict[str, Any]) -> None:
    try:
        recipe = recipe_of(read_graph(told))
    except RecipeInvalid:
        return
    for word in recipe.bindings:
        recipe.value(word)
    assert recipe.identity == recipe_of(read_graph(json.loads(json.dumps(told)))).identity
