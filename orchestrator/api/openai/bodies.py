"""What the bodies of both ways to talk have in common: texts in parts, schemas, and members with one value only."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

from gateway.messages import JsonObject
from orchestrator.api.bodies import Body
from orchestrator.api.openai.errors import Unsupported

FunctionName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Metadata = dict[str, str]


def as_list(value: Any) -> Any:
    """One where several may stand."""
    return [value] if isinstance(value, str) else value


Stop = Annotated[list[str], BeforeValidator(as_list), Field(max_length=4)]


class ForOpenAI(Body):
    """Members for OpenAI's own books. They change no answer, and are taken so that clients need not leave them out.

    Nothing is stored for a client to fetch again, and there is one class of service.
    """

    user: str | None = None
    metadata: Metadata | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    store: Literal[False] | None = None
    service_tier: Literal["auto", "default"] | None = None


class StreamOptions(Body):
    include_usage: bool | None = None
    include_obfuscation: Literal[False] | None = None


def joined(parts: list[Any] | None) -> str:
    """The text of a content's parts."""
    return "\n".join(part.text for part in parts or ())


def arguments_of(text: str, param: str) -> JsonObject:
    """A call's arguments, which travel as JSON text. Raises ``Unsupported`` where they are no object."""
    try:
        value: Any = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unsupported(f"{param} is no JSON object.", mend="Send the arguments as they came.", param=param)
    return cast(JsonObject, value)
