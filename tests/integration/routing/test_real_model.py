"""A whole turn with a real language model behind it, however little it understands."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.door.conftest import Serve
from tests.models.fixtures import real_model

__all__ = ["real_model"]


def test_a_turn_is_streamed_from_a_real_model(serve: Serve, tmp_path: Path, real_model: str) -> None:
    (tmp_path / "nexus.toml").write_text(
        f'[llm.providers.here]\nkind = "compatible"\nbase_url = "{real_model}"\n'
        '[llm.models.tiny]\nprovider = "here"\nmodel = "smollm2"\ncontext = 4096\noutput = 48\n'
        '[llm.tiers]\nstandard = ["tiny"]\nheavy = ["tiny"]\n'
        '[llm.purposes.route]\nmodels = ["builtin"]\n'
    )
    with serve().ready().client() as client:
        thread = client.post("/v1/threads", json={}).json()["id"]
        body = {"message": "Say hello to me, please.", "stream": True}
        types: list[str] = []
        with client.stream("POST", f"/v1/threads/{thread}/runs", json=body) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    types.append(json.loads(line.removeprefix("data:")).get("type", ""))
                elif line.startswith("event:"):
                    types.append(line.removeprefix("event:").strip())
        reply = client.get(f"/v1/threads/{thread}/messages").json()["items"][-1]
        (call,) = client.get("/admin/model-calls").json()["items"]
    assert reply["data"]["provider"] == "here"
    assert len(reply["text"]) > len("[CONVERSATION]") + 1
    assert types.count("message.delta") >= 1
    assert call["input_tokens"] > 100
    assert 0 < call["output_tokens"] <= 48
    assert not call["estimated"]
