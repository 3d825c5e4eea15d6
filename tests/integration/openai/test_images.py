"""Images in messages, as far as the provider's own wire form."""

from __future__ import annotations

import base64
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from gateway.tokens import FOR_AN_IMAGE
from tests.integration.openai.conftest import client_of
from tests.models import ModelServer, say
from tests.verify.service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")
PNG = base64.b64encode(
    bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02")
    + bytes.fromhex("0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082")
).decode()
GIF = base64.b64encode(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF").decode()
WEBP = base64.b64encode(b"RIFF\x1a\x00\x00\x00WEBPVP8L").decode()


def image(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **more}}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def user(*content: Any) -> list[Any]:
    return [{"role": "user", "content": list(content)}]


async def test_an_image_reaches_an_openai_provider_where_it_stood(client: AsyncOpenAI, server: ModelServer) -> None:
    said = [text("This"), image(f"data:image/png;base64,{PNG}", detail="low"), text("or this?")]
    said.append(image(f"data:image/gif;base64,{GIF}"))
    server.script = [say("The first.")]
    made = await client.chat.completions.create(model="nexus/small", messages=user(*said))
    assert made.choices[0].message.content == "The first."
    (message,) = server.requests[0].body["messages"]
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["text", "image_url", "text", "image_url"]
    assert [message["content"][at]["text"].strip() for at in (0, 2)] == ["This", "or this?"]
    assert message["content"][1]["image_url"] == {"url": f"data:image/png;base64,{PNG}", "detail": "low"}
    assert message["content"][3]["image_url"]["url"] == f"data:image/gif;base64,{GIF}"


async def test_an_image_reaches_anthropic_in_its_own_form(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [say("A dot.")]
    # Its bytes say what it is, and not the client.
    said = [text("What is it?"), image(f"data:image/png;base64,{JPEG}")]
    await client.chat.completions.create(model="nexus/claude", messages=user(*said))
    request = server.requests[0]
    assert request.path == "/v1/messages"
    (message,) = request.body["messages"]
    blocks = {block["type"]: block for block in message["content"]}
    assert blocks["text"]["text"] == "What is it?"
    assert blocks["image"]["source"] == {"type": "base64", "media_type": "image/jpeg", "data": JPEG}


@pytest.mark.parametrize(("kind", "data"), [("png", PNG), ("gif", GIF), ("jpeg", JPEG), ("webp", WEBP)])
async def test_responses_take_images_too(client: AsyncOpenAI, server: ModelServer, kind: str, data: str) -> None:
    url = f"data:image/{kind};base64,{data}"
    asked: Any = [{"role": "user", "content": [{"type": "input_image", "image_url": url, "detail": "high"}]}]
    made = await client.responses.create(model="nexus/small", input=asked)
    assert made.output_text
    assert server.requests[0].body["messages"][0]["content"] == [image(url, detail="high")]


async def test_a_photograph_is_no_larger_than_what_a_client_may_send(client: AsyncOpenAI, server: ModelServer) -> None:
    png = base64.b64decode(PNG)
    large, too_large = (
        image("data:image/png;base64," + base64.b64encode(png + bytes(size)).decode()) for size in (2**22, 2**23)
    )
    await client.chat.completions.create(model="nexus/small", messages=user(large))
    assert server.requests[0].body["messages"][0]["content"] == [large]
    with pytest.raises(openai.APIStatusError) as caught:
        await client.chat.completions.create(model="nexus/small", messages=user(too_large))
    assert (caught.value.status_code, caught.value.code) == (413, "too_large")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.org/cat.png", "fetches nothing"),
        ("file:///etc/passwd", "fetches nothing"),
        ("data:text/html;base64,AAAA", "not that of an image"),
        ("data:image/png,AAAA", "not that of an image"),
        ("data:image/png;base64,A-A_", "not base64"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "no PNG"),
        ("data:image/webp;base64," + base64.b64encode(b"RIFF\x00\x00\x00\x00WAVE").decode(), "no PNG"),
    ],
)
async def test_what_is_no_image_is_refused(client: AsyncOpenAI, server: ModelServer, url: str, said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as caught:
        await client.chat.completions.create(model="nexus/small", messages=user(text("Look."), image(url)))
    assert caught.value.param == "messages[0].content[1].image_url.url"
    asked: Any = [{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]
    with pytest.raises(openai.BadRequestError, match=said):
        await client.responses.create(model="nexus/small", input=asked)
    assert not server.requests


async def test_who_cannot_see_says_so(client: AsyncOpenAI, server: ModelServer) -> None:
    seen = image(f"data:image/png;base64,{PNG}")
    for model, said in (("nexus/blind", "blind can see no images"), ("nexus/companion", "takes no images")):
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError, match=said):
                await client.chat.completions.create(model=model, messages=user(seen), stream=stream)
    for role in ("system", "assistant"):
        with pytest.raises(openai.BadRequestError, match="Only a user"):
            await client.chat.completions.create(model="nexus/small", messages=[{"role": role, "content": [seen]}])  # type: ignore[list-item, misc]
    assert not server.requests


async def test_an_image_is_held_to_the_budget(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    budget = {"period": "total", "tokens": FOR_AN_IMAGE, "purpose": "blueprint"}
    async with service.async_client() as owner:
        made = (await owner.post("/admin/budgets", json=budget)).raise_for_status().json()
        asking = {"model": "nexus/blueprint", "max_tokens": 10}
        await client.chat.completions.create(messages=user(text("Look.")), **asking)  # type: ignore[call-overload]
        with pytest.raises(openai.RateLimitError):
            await client.chat.completions.create(messages=user(image(f"data:image/png;base64,{PNG}")), **asking)  # type: ignore[call-overload]
        (await owner.delete(f"/admin/budgets/{made['id']}")).raise_for_status()
    assert len(server.requests) == 1


async def test_without_a_model_there_is_nobody_to_look(alone: RunningService) -> None:
    async with client_of(alone) as client:
        with pytest.raises(openai.InternalServerError, match="No configured model"):
            await client.chat.completions.create(
                model="nexus/standard", messages=user(image(f"data:image/png;base64,{PNG}"))
            )
