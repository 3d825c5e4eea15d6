"""The anchor's process: ``litellm.Router`` with one model, as its documentation shows it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, cast

from benchmarks.gateway.side import serve
from benchmarks.gateway.upstream import KEY, MODEL

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_MODE"] = "PRODUCTION"


async def main(base: str) -> None:
    import litellm

    parameters = {"model": f"openai/{MODEL}", "api_base": base, "api_key": KEY}
    models = [{"model_name": MODEL, "litellm_params": parameters}]
    router = cast("Any", litellm).Router(model_list=models, num_retries=0)

    async def call(number: int) -> dict[str, float]:
        messages = [{"role": "user", "content": f"Call {number}: which animal jumps over the lazy dog?"}]
        answer = await router.acompletion(model=MODEL, messages=messages, max_tokens=1000)
        if not answer.choices[0].message.content:
            raise RuntimeError("the anchor's answer is empty")
        return {}

    await serve(call)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
