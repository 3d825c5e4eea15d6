"""The body of ``POST /v1/responses``, and the model call that it stands for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from core.actor import Actor
from gateway import Image, Message, ModelRequest, Options, ToolCall, ToolChoice, ToolSpec
from gateway.messages import JsonObject
from orchestrator.api.bodies import Body
from orchestrator.api.openai.bodies import ForOpenAI, FunctionName, arguments_of, joined
from orchestrator.api.openai.chat_body import JsonFormat, TextFormat, check_choice
from orchestrator.api.openai.errors import Unsupported
from orchestrator.api.openai.images import DataUrl, Detail, ImageBody, image_of, text_and_images
from orchestrator.api.openai.names import Target


def as_parts(value: Any) -> Any:
    """A plain text is one part."""
    return [{"type": "input_text", "text": value}] if isinstance(value, str) else value


def as_items(value: Any) -> Any:
    """A plain text is one message of a user."""
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


class TextPart(Body):
    """``annotations`` and ``logprobs`` come back with an answer of ours, and are empty."""

    type: Literal["input_text", "output_text"]
    text: str
    annotations: list[None] | None = Field(default=None, max_length=0)
    logprobs: list[None] | None = Field(default=None, max_length=0)


class ImagePart(ImageBody):
    """``file_id``: no file is kept for a client to name."""

    type: Literal["input_image"]
    image_url: DataUrl
    detail: Detail | None = None
    file_id: None = None

    def image(self, at: int) -> Image:
        return image_of(self.image_url, at, self.detail)


Parts = Annotated[list[TextPart], BeforeValidator(as_parts)]
AnyParts = Annotated[
    list[Annotated[TextPart | ImagePart, Field(discriminator="type")]],
    BeforeValidator(as_parts),
]


class Item(Body):
    """What an answer's item carries, and means nothing when it comes back."""

    id: str | None = None
    status: Literal["in_progress", "completed", "incomplete"] | None = None


class MessageItem(Item):
    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: AnyParts


class CallItem(Item):
    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str


class OutputItem(Item):
    type: Literal["function_call_output"]
    call_id: str
    output: Parts


def kind_of(item: Any) -> str:
    """An item without a type is a message."""
    return str(item.get("type") or "message") if isinstance(item, dict) else str(getattr(item, "type", "message"))


AnyItem = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[OutputItem, Tag("function_call_output")],
    Discriminator(kind_of),
]


class Function(Body):
    type: Literal["function"]
    name: FunctionName
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class NamedFunction(Body):
    type: Literal["function"]
    name: FunctionName


class SchemaFormat(Body):
    """``strict`` asks for what is done anyway: an answer that does not conform is an error."""

    type: Literal["json_schema"]
    name: str
    description: str | None = None
    schema_: JsonObject = Field(alias="schema")
    strict: bool | None = None


class TextSettings(Body):
    format: Annotated[TextFormat | JsonFormat | SchemaFormat, Field(discriminator="type")] | None = None


class Reasoning(Body):
    effort: str | None = None
    summary: None = None


class ResponseStreamOptions(Body):
    include_obfuscation: Literal[False] | None = None


class ResponsesBody(ForOpenAI):
    """What is not here is not supported, and refused by name.

    ``include`` may ask for reasoning that would go with an answer: none does.
    """

    model: str
    input: Annotated[list[AnyItem], BeforeValidator(as_items), Field(min_length=1)]
    instructions: str | None = None
    stream: bool | None = None
    stream_options: ResponseStreamOptions | None = None
    tools: list[Function] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedFunction | None = None
    parallel_tool_calls: bool | None = None
    text: TextSettings | None = None
    reasoning: Reasoning | None = None
    max_output_tokens: int | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_logprobs: Literal[0] | None = None
    truncation: Literal["disabled"] | None = None
    background: Literal[False] | None = None
    include: list[Literal["reasoning.encrypted_content"]] | None = None
    previous_response_id: None = None
    conversation: None = None


def as_request(body: ResponsesBody, target: Target, actor: Actor) -> ModelRequest:
    """The call for the gateway. Raises ``Unsupported`` for items that do not hang together."""
    instructions = (Message(role="system", content=body.instructions),) if body.instructions else ()
    return ModelRequest(
        purpose=target.purpose,
        tier=target.tier,
        model=target.model,
        org=actor.org,
        user=actor.id,
        bare=True,
        messages=(*instructions, *_messages(body.input)),
        tools=tuple(_tool(function) for function in body.tools or ()),
        tool_choice=_choice(body),
        output_schema=_schema(body),
        max_output_tokens=body.max_output_tokens,
        options=Options(
            temperature=body.temperature,
            top_p=body.top_p,
            reasoning_effort=body.reasoning.effort if body.reasoning else None,
            parallel_tool_calls=body.parallel_tool_calls if body.tools else None,
        ),
    )


def _messages(items: list[MessageItem | CallItem | OutputItem]) -> list[Message]:
    """Messages: calls belong to what the assistant said before them, and to each other."""
    messages: list[Message] = []
    for index, item in enumerate(items):
        match item:
            case MessageItem():
                role = "system" if item.role == "developer" else item.role
                text, images = text_and_images(item.content)
                if images and role != "user":
                    raise Unsupported("Only a user's message holds images.", param=f"input[{index}].content")
                messages.append(Message(role=role, content=text, images=images))
            case CallItem():
                arguments = arguments_of(item.arguments, f"input[{index}].arguments")
                call = ToolCall(id=item.call_id, name=item.name, arguments=arguments)
                before = messages.pop() if messages and messages[-1].role == "assistant" else Message(role="assistant")
                messages.append(before.model_copy(update={"tool_calls": (*before.tool_calls, call)}))
            case OutputItem():
                messages.append(Message(role="tool", tool_call_id=item.call_id, content=joined(item.output)))
    return messages


def _tool(function: Function) -> ToolSpec:
    return ToolSpec(
        name=function.name,
        description=function.description or "",
        input_schema=function.parameters or {"type": "object", "properties": {}},
        strict=bool(function.strict),
    )


def _choice(body: ResponsesBody) -> ToolChoice | None:
    choice = body.tool_choice
    if choice is None or (choice in ("none", "auto") and not body.tools):
        return None
    name = choice.name if isinstance(choice, NamedFunction) else None
    check_choice(name, [function.name for function in body.tools or ()])
    return ToolChoice(mode="required", name=name) if isinstance(choice, NamedFunction) else ToolChoice(mode=choice)


def _schema(body: ResponsesBody) -> JsonObject | None:
    match body.text.format if body.text else None:
        case SchemaFormat(schema_=schema):
            return schema
        case JsonFormat():
            return {"type": "object"}
        case _:
            return None
