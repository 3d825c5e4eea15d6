"""OpenAI's Embeddings: ``POST /v1/embeddings``, with vectors in which shared words mean nearness."""

from __future__ import annotations

import base64
import hashlib
import math
import random
import struct
from typing import Any

from tests.models.answers import words, words_in
from tests.models.dialect import Json

DIMENSIONS = 64


def embeddings_body(request: Json) -> Json:
    """A vector for each input, of ``dimensions`` numbers, in the encoding that was asked for."""
    given = request.get("input", "")
    texts = [given] if isinstance(given, str) else list(given)
    size = int(request.get("dimensions") or DIMENSIONS)
    packed = request.get("encoding_format") == "base64"
    tokens = words_in(texts)
    return {
        "object": "list",
        "model": request.get("model", ""),
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(embed(str(text), size), packed=packed)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A vector of length 1, the same in every run: the sum of one for each word, case and space aside."""
    total = [0.0] * dimensions
    for word in words(text) or [""]:
        seed = hashlib.sha256(word.strip().lower().encode()).digest()
        chance = random.Random(seed)
        total = [value + chance.gauss(0, 1) for value in total]
    length = math.sqrt(sum(value * value for value in total))
    return [value / length for value in total]


def _encoded(vector: list[float], *, packed: bool) -> Any:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if packed else vector
