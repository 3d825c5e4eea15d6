"""Calls that are sent as they are: options, a choice of tools, structured answers beside tools, and vectors."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import BudgetExceeded, Unavailable
from gateway import CallFailed, Gateway, Message, ModelRequest, Options, Purpose, ToolChoice, ToolSpec
from gateway.ledger import NoLedger
from gateway.prompt import Composer
from gateway.result import Usage
from tests.integration.gateway.conftest import MakeGateway, asked
from tests.models import ModelServer, call_tool, embed, refuse, say, structured

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOOL = ToolSpec(name="weather", input_schema={"type": "object", "properties": {"city": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


class NothingLeft(NoLedger):
    """A ledger of whom nothing may be asked."""

    async def reserve(self, request: ModelRequest, model: str, most: Usage, seconds: float) -> str | None:
        raise BudgetExceeded("Nothing is left.")


async def test_a_bare_call_has_no_soul_around_it(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of(compose=Composer())
    await gateway.generate(asked("Hi", purpose=Purpose.CHAT, bare=True))
    await gateway.generate(asked("Hi", purpose=Purpose.CHAT))
    bare, composed = (request.body["messages"] for request in server.requests)
    assert bare == [{"role": "user", "content": "Hi"}]
    assert composed[0]["role"] == "system"


async def test_options_and_the_choice_of_a_tool_reach_the_model(gateway_of: MakeGateway, server: ModelServer) -> None:
    options = Options(temperature=0.5, top_p=0.9, stop=("END",), seed=7, presence_penalty=0.1, frequency_penalty=0.2)
    choice = ToolChoice(mode="required", name="weather")
    strict = TOOL.model_copy(update={"strict": True})
    server.script = [call_tool("weather", {"city": "Bern"})]
    await gateway_of().generate(asked(bare=True, options=options, tools=(strict,), tool_choice=choice))
    body = server.requests[0].body
    assert {name: body[name] for name in ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty")} == {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
    }
    assert body["stop"] == ["END"]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert body["tools"][0]["function"]["strict"] is True


async def test_what_a_model_sees_is_in_the_hash() -> None:
    plain = asked()
    assert plain.prompt_hash == asked(bare=True).prompt_hash
    assert plain.prompt_hash != asked(options=Options(temperature=0.0)).prompt_hash
    assert plain.prompt_hash != asked(tool_choice=ToolChoice(mode="none")).prompt_hash


@pytest.mark.parametrize("way", ["native", "tool"])
async def test_beside_a_schema_a_tool_may_still_be_called(
    gateway_of: MakeGateway, server: ModelServer, way: str
) -> None:
    gateway = gateway_of({"small": {"structured": way}})
    given = structured({"n": 3}) if way == "native" else call_tool("answer", {"n": 3})
    server.script = [call_tool("weather", {"city": "Bern"}), given]
    request = asked(bare=True, tools=(TOOL,), output_schema=SCHEMA)
    calls, answer = await gateway.generate(request), await gateway.generate(request)
    assert [call.name for call in calls.result.tool_calls] == ["weather"]
    assert answer.result.data == {"n": 3}
    assert not answer.result.tool_calls
    names = {tool["function"]["name"] for tool in server.requests[0].body["tools"]}
    assert names == ({"weather"} if way == "native" else {"weather", "answer"})


async def test_the_rules_never_stand_in_for_a_model_that_failed_a_bare_call(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    server.otherwise = refuse(400)
    with pytest.raises(CallFailed):
        await gateway_of().generate(asked(purpose=Purpose.CHAT, bare=True))
    with pytest.raises(BudgetExceeded):
        await gateway_of(ledger=NothingLeft()).generate(asked(purpose=Purpose.CHAT, bare=True))
    helped = await gateway_of().generate(asked(purpose=Purpose.CHAT))
    assert helped.record.provider == "builtin"


async def test_with_no_model_at_all_the_rules_talk_and_nothing_else() -> None:
    gateway = Gateway()
    reply = await gateway.generate(asked("Hello", purpose=Purpose.CHAT, bare=True))
    assert reply.result.text
    for asks_more in (
        asked(purpose=Purpose.CHAT, bare=True, tools=(TOOL,)),
        asked(purpose=Purpose.CHAT, bare=True, output_schema=SCHEMA),
    ):
        with pytest.raises(Unavailable, match="No configured model"):
            await gateway.generate(asks_more)


async def test_a_tier_that_the_caller_names_outranks_the_list_of_the_purpose(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"small": {}, "large": {}}, config={"purposes": {"chat": {"models": ["large"]}}})
    messages = (Message(role="user", content="Hi"),)
    reply = await gateway.generate(ModelRequest(purpose=Purpose.CHAT, messages=messages, tier="standard", bare=True))
    assert reply.record.model == "small"


class TestVectors:
    def embedding(self, gateway_of: MakeGateway) -> Gateway:
        return gateway_of({"vectors": {}}, config={"tiers": {}, "purposes": {"embed": {"models": ["vectors"]}}})

    async def test_each_text_has_its_own(self, gateway_of: MakeGateway, server: ModelServer) -> None:
        texts = [f"text number {number}" for number in range(300)]
        found = await self.embedding(gateway_of).embed(texts, org="home", user="ada")
        assert len(found.vectors) == 300
        assert list(found.vectors[299]) == pytest.approx(embed(texts[299]))
        assert found.usage.input_tokens == 900
        assert found.usage.cost == Decimal("0.0009")
        assert len(server.requests) == 2

    async def test_they_are_as_long_as_wished(self, gateway_of: MakeGateway) -> None:
        found = await self.embedding(gateway_of).embed(["a"], org="home", user=None, dimensions=8)
        assert len(found.vectors[0]) == 8

    async def test_a_model_that_talks_is_not_asked_for_them(self, gateway_of: MakeGateway, server: ModelServer) -> None:
        server.otherwise = say("no vector")
        for gateway in (Gateway(), gateway_of()):
            with pytest.raises(Unavailable, match="embed"):
                await gateway.embed(["a"], org="home", user=None)
        assert not server.requests
