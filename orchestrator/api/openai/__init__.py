"""The endpoint that OpenAI's clients speak to: ``/v1/chat/completions``, ``/v1/responses``, embeddings and models.

A route reads a body (``chat_body``, ``responses_body``), asks (``answering``) and says the answer in the client's
words (``chat_answer``, ``responses_answer``). Nothing that a client sends is dropped in silence: it is done, or refused
by name.
"""

from __future__ import annotations

from fastapi import APIRouter

from orchestrator.api.openai import chat, embeddings, models, responses

router = APIRouter()
for part in (models.router, chat.router, responses.router, embeddings.router):
    router.include_router(part)
