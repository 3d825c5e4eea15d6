"""``POST /v1/embeddings``: vectors from the models that the routing lists for them."""

from __future__ import annotations

import base64
import struct
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Discriminator, Field, Tag
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor, Role
from gateway import Gateway
from gateway.tokens import VOCABULARY
from orchestrator.api.bodies import Body
from orchestrator.api.openai.bodies import as_list
from orchestrator.api.openai.described import ERRORS
from orchestrator.api.openai.flow import unless_gone
from orchestrator.api.openai.names import embedding_model
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/v1/embeddings", tags=["openai"], responses=ERRORS)

Text = Annotated[str, Field(min_length=1)]
Token = Annotated[int, Field(strict=True, ge=0, lt=VOCABULARY)]
Tokens = Annotated[list[Token], Field(min_length=1)]


def kind_of(value: Any) -> str:
    """What the first of them is says what they are."""
    first = cast(list[Any], value)[0] if isinstance(value, list) and value else None
    return "tokens" if isinstance(first, int) else "lists" if isinstance(first, list) else "texts"


Several = Field(min_length=1, max_length=2048)
Input = Annotated[
    Annotated[list[Text], Several, Tag("texts")]
    | Annotated[Tokens, Tag("tokens")]
    | Annotated[list[Tokens], Several, Tag("lists")],
    Discriminator(kind_of),
    BeforeValidator(as_list),
]


class EmbeddingsBody(Body):
    """``input``: texts, or what OpenAI's clients make of them by themselves: tokens of ``cl100k_base``."""

    model: str
    input: Input
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(default=None, gt=0, le=100_000)
    user: str | None = None


@router.post("")
async def create_embeddings(
    body: EmbeddingsBody, request: Request, services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)]
) -> Response:
    """A vector for each text, in their order."""
    model = embedding_model(services.gateway.config, body.model)
    texts = await as_texts(services.gateway, body.input)
    work = services.gateway.embed(texts, org=actor.org, user=actor.id, model=model, dimensions=body.dimensions)
    embedded = await unless_gone(request, work)
    packed = body.encoding_format == "base64"
    tokens = embedded.usage.input_tokens
    return JSONResponse(
        {
            "object": "list",
            "model": body.model,
            "data": [
                {"object": "embedding", "index": index, "embedding": encoded(vector, packed=packed)}
                for index, vector in enumerate(embedded.vectors)
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )


async def as_texts(gateway: Gateway, given: list[str] | list[int] | list[list[int]]) -> list[str]:
    """What is to be embedded, as the models of any provider take it."""
    match kind_of(given):
        case "tokens":
            return await gateway.texts_of([cast(list[int], given)])
        case "lists":
            return await gateway.texts_of(cast(list[list[int]], given))
        case _:
            return cast(list[str], given)


def encoded(vector: tuple[float, ...], *, packed: bool) -> Any:
    """The numbers, or the base64 of them as little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if packed else list(vector)
