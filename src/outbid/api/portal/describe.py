"""The API's description without a house: `python -m outbid.api.portal.describe`. The portal's types are made of it."""

import sys
from typing import Any

from outbid.api.app import Routes
from outbid.api.said.description import Description


def described() -> bytes:
    """The OpenAPI document as JSON, the same that a running process answers at `/v1/schema/openapi.json`.

    Routes are told apart from what they do: none of the parts of a running process is asked for it.
    """
    nothing: Any = None
    app = Routes(nothing, nothing, nothing, nothing, {}).litestar()
    return Description().render(nothing, app.openapi_schema.to_schema())


if __name__ == "__main__":
    sys.stdout.buffer.write(described())
