"""How routes answer: views written by msgspec, which is three times as fast as validating them again.

Every route names its view as `response_model`, so the OpenAPI document is whole; `mypy` holds each route
to a studio method that returns that view, and a contract test reads real answers against the document.
"""

import msgspec
from starlette.responses import Response


def shown(view: object) -> Response:
    """Write a view, or a list of views, as JSON."""
    return Response(msgspec.json.encode(view), media_type="application/json")
