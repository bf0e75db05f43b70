"""The API's description as a program: the same bytes each time, for the desk's types are made from it."""

import json

from circletake.web.app import bare_app
from circletake.web.description import describe


def openapi_document() -> str:
    """The OpenAPI document as it is committed to `ui/openapi.json`."""
    return json.dumps(describe(bare_app()), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(openapi_document(), end="")  # noqa: T201 (it is a program: it prints)
