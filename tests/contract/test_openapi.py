"""The committed description of the API is the one the routes give, and it is whole."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from circletake.web.openapi import openapi_document
from circletake.web.problems import families
from circletake.workflows import views

COMMITTED = Path(__file__).parents[2] / "ui" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    described: dict[str, Any] = json.loads(openapi_document())
    return described


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_committed_description_is_up_to_date() -> None:
    assert COMMITTED.read_text("utf-8") == openapi_document(), (
        "ui/openapi.json is behind the routes; run `python -m circletake.web.openapi > ui/openapi.json`."
    )


def test_the_program_writes_the_same_bytes_in_another_process_with_another_hash_seed() -> None:
    environ = {**os.environ, "PYTHONHASHSEED": "12345"}
    written = subprocess.run(
        [sys.executable, "-m", "circletake.web.openapi"], capture_output=True, check=True, env=environ
    ).stdout
    assert written.decode() == openapi_document()


def test_every_operation_may_answer_a_problem_and_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    named = [operation["operationId"] for _, operation in operations(document)]
    assert len(named) == len(set(named))
    for where, operation in operations(document):
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], where
        assert operation["summary"], where
        assert operation["description"], where


def test_every_answer_has_a_shape(document: dict[str, Any]) -> None:
    for where, operation in operations(document):
        if where == "POST /api/sign-out":
            assert "204" in operation["responses"]
            continue
        for kind, body in operation["responses"]["200"]["content"].items():
            assert kind == "text/event-stream" or body["schema"].keys() & {"$ref", "items", "anyOf"}, where


def test_every_view_that_a_route_can_reach_has_all_its_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    known = {
        name: view
        for name, view in vars(views).items()
        if dataclasses.is_dataclass(view) and isinstance(view, type)
    }
    for name, view in known.items():
        assert name in schemas, f"{name} is in no route's answer"
        assert set(schemas[name]["properties"]) == {field.name for field in dataclasses.fields(view)}


def test_the_problem_object_names_every_code(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == list(families())
