"""The application without a studio: its routes are worked out once, which takes a second."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.datastructures import State

from circletake.web.app import bare_app


@pytest.fixture(scope="session")
def _routed() -> FastAPI:
    return bare_app()


@pytest.fixture
def app(_routed: FastAPI) -> Iterator[FastAPI]:
    """All the routes; what a test says of its state and its dependencies is forgotten after it."""
    yield _routed
    _routed.dependency_overrides = {}
    _routed.state = State()
