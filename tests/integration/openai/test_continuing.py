"""``nexus/companion`` goes on in the conversation that a client resends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.models import ModelServer, Said, say
from tests.models.asked import Asked
from tests.verify.service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARK = " [CONVERSATION]"


def user(text: str) -> Any:
    return {"role": "user", "content": text}


async def answer(client: AsyncOpenAI, said: list[Any], *, stream: bool = True) -> str:
    """What the companion says to the messages."""
    made: Any = await client.chat.completions.create(model="nexus/companion", messages=said, stream=stream)
    if not stream:
        return made.choices[0].message.content
    return "".join([chunk.choices[0].delta.content or "" async for chunk in made])


async def talk(client: AsyncOpenAI, said: list[Any], *texts: str, stream: bool = True) -> None:
    """Say one text after the other, each with all that was said before; ``said`` grows with it."""
    for text in texts:
        said.append(user(text))
        said.append({"role": "assistant", "content": await answer(client, said, stream=stream)})


async def threads(service: RunningService) -> list[str]:
    async with service.async_client() as owner:
        return [each["id"] for each in (await owner.get("/v1/threads?limit=200")).json()["items"]]


async def texts_of(service: RunningService, thread: str) -> list[str]:
    async with service.async_client() as owner:
        return [each["text"] for each in (await owner.get(f"/v1/threads/{thread}/messages")).json()["items"]]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_resends_the_history_has_one_conversation(
    client: AsyncOpenAI, server: ModelServer, service: RunningService, stream: bool
) -> None:
    before = await threads(service)
    server.script = [say("Good day."), say("You are Ada."), say("Gladly.")]
    said: list[Any] = []
    await talk(client, said, f"I am Ada ({stream}).", "Who am I?", "Thank you.", stream=stream)
    (thread,) = set(await threads(service)) - set(before)
    assert await texts_of(service, thread) == [message["content"] for message in said]
    sent = [message["content"] for message in server.requests[-1].body["messages"]]
    assert sum(f"I am Ada ({stream})." in content for content in sent) == 1


async def test_responses_go_on_too_whatever_space_a_client_leaves_out(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    before = await threads(service)
    first = await client.responses.create(model="nexus/companion", input="Is there a sea?")
    said: Any = [user("Is there a sea?"), {"role": "assistant", "content": f"{first.output_text}\n"}, user("Where?")]
    await client.responses.create(model="nexus/companion", input=said)
    assert len(await threads(service)) == len(before) + 1


async def test_another_past_is_another_conversation(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    before = await threads(service)
    said: list[Any] = []
    await talk(client, said, "Tell me of tea.", "And of milk?")
    changed = [said[0], {"role": "assistant", "content": "Something else."}, user("And of milk?")]
    again = said[:2]
    for messages in (changed, [*again, user("And of sugar?")]):
        await answer(client, messages)
    assert len(await threads(service)) == len(before) + 3


async def test_what_was_said_on_the_page_is_not_answered_to_a_client_who_does_not_know_it(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    said: list[Any] = []
    await talk(client, said, "Tell me of rivers.")
    thread = (await threads(service))[0]
    async with service.async_client() as owner:
        (await owner.post(f"/v1/threads/{thread}/runs", json={"message": "And of lakes?"})).raise_for_status()
    await talk(client, said, "And of seas?")
    assert (await threads(service))[0] != thread
    sent = [" ".join(each["content"] for each in request.body["messages"]) for request in server.requests]
    assert [("rivers" in text, "lakes" in text) for text in sent if "seas" in text] == [(True, False)]


async def test_a_turn_that_its_client_left_is_nothing_to_go_on_from(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    before = await threads(service)
    said: list[Any] = []
    await talk(client, said, "Tell me of hills.")
    started = await client.chat.completions.create(
        model="nexus/companion", messages=[*said, user("Higher?")], stream=True
    )
    await started.close()
    await talk(client, said, "Lower?")
    new = [thread for thread in await threads(service) if thread not in before]
    assert len(new) == 2
    assert (await texts_of(service, new[0]))[-2:] == [message["content"] for message in said[-2:]]


def echo(asked: Asked) -> Said:
    """The last message of the user, back."""
    return say(f"You said {asked.body['messages'][-1]['content'].splitlines()[0]}")


async def test_all_who_go_on_at_once_get_their_own_answers(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    server.otherwise = echo
    said: list[Any] = []
    await talk(client, said, "Let us count.")
    names = [f"number {number}" for number in range(6)]
    answers = await asyncio.gather(*(answer(client, [*said, user(name)]) for name in names))
    assert answers == [f"You said {name}{MARK}" for name in names]
