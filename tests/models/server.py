"""A language-model server on loopback whose every answer a test writes, and which remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeAlias

from tests.models import delivery
from tests.models.answers import Answer, Garbage, Hangs, Refused, Said, say, structured
from tests.models.asked import Asked
from tests.models.chat import Chat
from tests.models.dialect import Dialect, Json, take_turn
from tests.models.embeddings import embeddings_body
from tests.models.messages import Messages
from tests.models.objections import objection_to
from tests.models.responses import Responses
from tests.models.wire import Connection, Request

Otherwise: TypeAlias = "Answer | Callable[[Asked], Answer]"

DEFAULT = say("Hello from the script.")
DATE = "2027-01-15T08:00:00Z"
WAYS = '"enum": ["companion", "operator"]'
SPEAKING = frozenset({"/chat/completions", "/responses", "/messages"})


class ModelServer:
    """Serves while it is entered::

        async with ModelServer(say("Hi"), refuse(429, retry_after=1)) as server:
            await litellm.acompletion("openai/any", api_base=server.openai_base, api_key="any", ...)

    Conversations (chat, responses, messages) take the answers of ``script`` in turn, and when it is empty that of
    ``otherwise``, which may also be a function of the request. Embeddings and the list of models are answered from
    the request, unless ``refusals`` has something for them. Where a turn only asks which way a message goes, ``way`` is
    the answer: the script is for what comes then. A test may change all of these while it runs.

    What real providers refuse whatever their model would say, a conversation that is none, is refused here, too.

    Entered again it serves on the same port: a provider that was away and is back.
    """

    def __init__(
        self,
        *script: Answer,
        otherwise: Otherwise = DEFAULT,
        models: Sequence[str] = ("scripted",),
        remember: bool = True,
    ) -> None:
        """``remember=False`` keeps no requests, for runs of many thousands."""
        self.script: list[Answer] = list(script)
        self.otherwise: Otherwise = otherwise
        self.models = list(models)
        self.way: Answer = structured({"mode": "companion", "reason": "It is talk."})
        self.ways: list[Asked] = []
        self.refusals: list[Refused | Hangs | Garbage] = []
        self.requests: list[Asked] = []
        self.port = 0
        self._remember = remember
        self._count = 0
        self._arrived = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._mistakes: list[BaseException] = []
        chat = Chat()
        self._dialects: dict[str, Dialect] = {
            "/chat/completions": chat,
            "/responses": Responses(),
            "/messages": Messages(),
            "/embeddings": chat,
            "/models": chat,
        }

    @property
    def url(self) -> str:
        """The origin: what Anthropic's clients call the base."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_base(self) -> str:
        """What OpenAI's clients call the base."""
        return f"{self.url}/v1"

    async def __aenter__(self) -> ModelServer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._mistakes and error is None:
            raise self._mistakes[0]

    async def wait_for_request(self, number: int = 1) -> Asked:
        """The request of that number, counted from 1, as soon as it has been read."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= number)
        return self.requests[number - 1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        connection = Connection(reader, writer)
        try:
            while (request := await connection.request()) and await self._serve(connection, request):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            pass  # the server ends; asyncio's streams would log the cancellation of a task of theirs as an error
        finally:
            connection.close()
            self._connections.discard(task)

    async def _serve(self, connection: Connection, request: Request) -> bool:
        """Answer one request; whether the connection may carry another."""
        asked = await self._record(request)
        answering = asyncio.ensure_future(self._answer(connection, asked))
        leaving = asyncio.ensure_future(connection.gone())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() or isinstance(answering.exception(), ConnectionError):
                asked.cancelled.set()
                return False
            if mistake := answering.exception():
                # a script's own mistake is not a failure of the model: the test hears of it when it leaves
                self._mistakes.append(mistake)
                return False
            asked.answered.set()
            return answering.result()
        finally:
            await _end(answering, leaving)

    async def _record(self, request: Request) -> Asked:
        self._count += 1
        at = asyncio.get_running_loop().time()
        asked = Asked(self._count, request.path, request.headers, request.json(), at)
        if self._remember:
            async with self._arrived:
                (self.ways if asks_the_way(asked) else self.requests).append(asked)
                self._arrived.notify_all()
        return asked

    async def _answer(self, connection: Connection, asked: Asked) -> bool:
        endpoint = asked.path.removeprefix("/v1")
        dialect = self._dialect(endpoint, asked)
        if endpoint not in self._dialects:
            missing = Refused(404, "not_found", f"no such path: {asked.path}")
            return await delivery.refuse(connection, dialect, missing, asked)
        if not isinstance(asked.body, dict) and endpoint != "/models":
            return await delivery.refuse(connection, dialect, Refused(400, message="the body is no JSON object"), asked)
        if (objection := objection_to(endpoint, asked.body)) is not None:
            return await delivery.refuse(connection, dialect, objection, asked)
        answer = self._next(endpoint, asked)
        match answer:
            case None:
                await delivery.answer_json(connection, 200, self._looked_up(endpoint, asked))
                return True
            case Refused():
                return await delivery.refuse(connection, dialect, answer, asked)
            case Hangs():
                await asyncio.Event().wait()
                return False
            case Garbage():
                return await delivery.garble(connection, answer, asked)
            case Said():
                turn = take_turn(dialect, answer, asked.body, asked.number)
                deliver = delivery.stream if asked.stream else delivery.whole
                return await deliver(connection, dialect, turn, asked)

    def _dialect(self, endpoint: str, asked: Asked) -> Dialect:
        # the list of models has the same path at both; a client of Anthropic's says so
        speaks = "/messages" if "anthropic-version" in asked.headers else endpoint
        return self._dialects.get(speaks, self._dialects["/chat/completions"])

    def _next(self, endpoint: str, asked: Asked) -> Answer | None:
        """What the script has for this request; None where the answer follows from the request."""
        if endpoint not in SPEAKING:
            return self.refusals.pop(0) if self.refusals else None
        if asks_the_way(asked):
            return self.way
        if self.script:
            return self.script.pop(0)
        return self.otherwise(asked) if callable(self.otherwise) else self.otherwise

    def _looked_up(self, endpoint: str, asked: Asked) -> Json:
        if endpoint == "/embeddings":
            return embeddings_body(asked.body)
        if "anthropic-version" in asked.headers:
            listed = [{"type": "model", "id": name, "display_name": name, "created_at": DATE} for name in self.models]
            return {"data": listed, "has_more": False, "first_id": self.models[0], "last_id": self.models[-1]}
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.models]
        return {"object": "list", "data": listed}


def asks_the_way(asked: Asked) -> bool:
    """Whether a turn asks who shall answer a message, which a schema of its own tells."""
    body = asked.body if isinstance(asked.body, dict) else {}
    return WAYS in json.dumps(body.get("response_format") or body.get("tools") or "")


async def _end(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
