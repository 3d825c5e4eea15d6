"""``POST /v1/embeddings``: vectors from the models that the routing lists for them."""

from __future__ import annotations

import base64
import struct
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor, Role
from orchestrator.api.bodies import Body
from orchestrator.api.openai.bodies import as_list
from orchestrator.api.openai.described import ERRORS
from orchestrator.api.openai.flow import unless_gone
from orchestrator.api.openai.names import embedding_model
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/v1/embeddings", tags=["openai"], responses=ERRORS)

Text = Annotated[str, Field(min_length=1)]


class EmbeddingsBody(Body):
    """``input``: texts; tokens of somebody's tokenizer are not taken."""

    model: str
    input: Annotated[list[Text], BeforeValidator(as_list), Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(default=None, gt=0, le=100_000)
    user: str | None = None


@router.post("")
async def create_embeddings(
    body: EmbeddingsBody, request: Request, services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)]
) -> Response:
    """A vector for each text, in their order."""
    model = embedding_model(services.gateway.config, body.model)
    work = services.gateway.embed(body.input, org=actor.org, user=actor.id, model=model, dimensions=body.dimensions)
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


def encoded(vector: tuple[float, ...], *, packed: bool) -> Any:
    """The numbers, or the base64 of them as little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if packed else list(vector)
