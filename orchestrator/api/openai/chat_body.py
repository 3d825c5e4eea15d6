"""The body of ``POST /v1/chat/completions``, and the model call that it stands for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from core.actor import Actor
from gateway import Image, Message, ModelRequest, Options, ToolCall, ToolChoice, ToolSpec
from gateway.messages import JsonObject
from orchestrator.api.bodies import Body
from orchestrator.api.openai.bodies import ForOpenAI, FunctionName, Stop, StreamOptions, arguments_of
from orchestrator.api.openai.errors import Unsupported
from orchestrator.api.openai.images import DataUrl, Detail, ImageBody, image_of, text_and_images
from orchestrator.api.openai.names import Target


def as_parts(value: Any) -> Any:
    """A plain text is one part."""
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


ParticipantName = Annotated[str, Field(pattern=r"^[^\s<|\\/>]{1,64}$")]
TokenId = Annotated[str, Field(pattern=r"^[0-9]{1,7}$")]
Bias = Annotated[float, Field(ge=-100, le=100)]


class TextPart(Body):
    type: Literal["text"]
    text: str


class ImageUrl(Body):
    url: DataUrl
    detail: Detail | None = None


class ImagePart(ImageBody):
    type: Literal["image_url"]
    image_url: ImageUrl

    def image(self, at: int) -> Image:
        return image_of(self.image_url.url, at, self.image_url.detail)


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class CalledFunction(Body):
    name: str
    arguments: str


class CalledTool(Body):
    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(Body):
    """One message. Clients send an answer of ours back as it came, with members that say nothing."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[list[Part] | None, BeforeValidator(as_parts)] = None
    name: ParticipantName | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None
    refusal: None = None
    annotations: list[None] | None = Field(default=None, max_length=0)
    audio: None = None
    function_call: None = None


class Function(Body):
    name: FunctionName
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class Tool(Body):
    type: Literal["function"]
    function: Function


class NamedFunction(Body):
    name: FunctionName


class NamedTool(Body):
    type: Literal["function"]
    function: NamedFunction


class TextFormat(Body):
    type: Literal["text"]


class JsonFormat(Body):
    type: Literal["json_object"]


class NamedSchema(Body):
    """``strict`` asks for what is done anyway: an answer that does not conform is an error."""

    name: str
    description: str | None = None
    schema_: JsonObject = Field(alias="schema")
    strict: bool | None = None


class SchemaFormat(Body):
    type: Literal["json_schema"]
    json_schema: NamedSchema


class ChatBody(ForOpenAI):
    """What is not here is not supported, and refused by name."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Tool] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: Annotated[TextFormat | JsonFormat | SchemaFormat, Field(discriminator="type")] | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    max_completion_tokens: int | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    logit_bias: dict[TokenId, Bias] | None = Field(default=None, max_length=1024)
    seed: int | None = None
    stop: Stop | None = None
    reasoning_effort: str | None = None
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    top_logprobs: Literal[0] | None = None
    modalities: list[Literal["text"]] | None = None

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with what was used."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)


def as_request(body: ChatBody, target: Target, actor: Actor) -> ModelRequest:
    """The call for the gateway. Raises ``Unsupported`` for wishes and messages that do not hang together."""
    if body.max_tokens is not None and body.max_completion_tokens is not None:
        raise Unsupported("max_tokens is the older name of max_completion_tokens: one may be set.", param="max_tokens")
    return ModelRequest(
        purpose=target.purpose,
        tier=target.tier,
        model=target.model,
        org=actor.org,
        user=actor.id,
        bare=True,
        messages=tuple(_message(message, f"messages[{index}]") for index, message in enumerate(body.messages)),
        tools=tuple(_tool(tool.function) for tool in body.tools or ()),
        tool_choice=_choice(body),
        output_schema=_schema(body),
        max_output_tokens=body.max_completion_tokens or body.max_tokens,
        options=Options(
            temperature=body.temperature,
            top_p=body.top_p,
            presence_penalty=body.presence_penalty,
            frequency_penalty=body.frequency_penalty,
            logit_bias=body.logit_bias or None,
            seed=body.seed,
            stop=tuple(body.stop or ()),
            reasoning_effort=body.reasoning_effort,
            parallel_tool_calls=body.parallel_tool_calls if body.tools else None,
        ),
    )


def _message(message: ChatMessage, place: str) -> Message:
    if message.tool_calls and message.role != "assistant":
        raise Unsupported(f"A {message.role} calls no tools.", param=f"{place}.tool_calls")
    if (message.role == "tool") != (message.tool_call_id is not None):
        raise Unsupported(
            "A tool's message, and no other, names the call that it answers.",
            mend="Set tool_call_id to the id of the call.",
            param=f"{place}.tool_call_id",
        )
    if not message.content and not message.tool_calls:
        raise Unsupported("A message without content says nothing.", mend="Say something.", param=f"{place}.content")
    text, images = text_and_images(message.content)
    if images and message.role != "user":
        raise Unsupported("Only a user's message holds images.", param=f"{place}.content")
    return Message(
        role="system" if message.role == "developer" else message.role,
        content=text,
        images=images,
        name=message.name,
        tool_call_id=message.tool_call_id,
        tool_calls=tuple(
            ToolCall(
                id=call.id,
                name=call.function.name,
                arguments=arguments_of(call.function.arguments, f"{place}.tool_calls[{index}].function.arguments"),
            )
            for index, call in enumerate(message.tool_calls or ())
        ),
    )


def _tool(function: Function) -> ToolSpec:
    return ToolSpec(
        name=function.name,
        description=function.description or "",
        input_schema=function.parameters or {"type": "object", "properties": {}},
        strict=bool(function.strict),
    )


def _choice(body: ChatBody) -> ToolChoice | None:
    if body.tool_choice is None or (body.tool_choice in ("none", "auto") and not body.tools):
        return None
    if isinstance(body.tool_choice, str):
        name, choice = None, ToolChoice(mode=body.tool_choice)
    else:
        name = body.tool_choice.function.name
        choice = ToolChoice(mode="required", name=name)
    check_choice(name, [tool.function.name for tool in body.tools or ()])
    return choice


def check_choice(name: str | None, offered: list[str]) -> None:
    """Raises ``Unsupported`` where a tool must be called that was not offered."""
    if not offered or (name is not None and name not in offered):
        raise Unsupported(
            "tool_choice wants a tool that tools does not have.", mend="Offer it among tools.", param="tool_choice"
        )


def _schema(body: ChatBody) -> JsonObject | None:
    match body.response_format:
        case SchemaFormat(json_schema=named):
            return named.schema_
        case JsonFormat():
            return {"type": "object"}
        case _:
            return None
