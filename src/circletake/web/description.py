"""The API described: FastAPI's OpenAPI document with the problem object that every route may answer."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from circletake.web.problems import MEDIA_TYPE, families

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What is the matter (RFC 9457). Some codes have members of their own beside these.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "A page this server answers."},
        "title": {"type": "string", "description": "The same for every problem of this code."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence: what is wrong and the way out."},
        "code": {"type": "string"},
        "missing": {
            "type": "array",
            "items": {"type": "string"},
            "description": "gate-closed: every rule that does not hold, a sentence each.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
            "description": "request-invalid: every place that does not fit.",
        },
        "retry_after_s": {"type": "integer", "description": "too-many-tries: when there is room again."},
    },
    "additionalProperties": True,
}
PROBLEM_RESPONSE: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application, with the problem object in it."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        codes = {"type": "string", "enum": list(families())}
        problem = {**_PROBLEM, "properties": {**_PROBLEM["properties"], "code": codes}}
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problem
        app.openapi_schema = document
    return app.openapi_schema
