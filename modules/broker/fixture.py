"""The broker with the world switched off: frames are answered from the exchanges of a contract test."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from core.errors import NexusError, PolicyViolation
from modules.broker.address import Target, parse_url
from modules.broker.artifacts import RunArtifacts
from modules.broker.body import as_text
from modules.broker.grant import Grant
from modules.broker.limits import BrokerLimits
from modules.broker.refusal import FixtureMismatch
from modules.broker.request import HttpRequest, parse_request
from modules.envelope import Artifact


class FixtureSession:
    """Answers like ``BrokerSession`` for one case: its exchanges, each once and in order; no socket, no secret.

    The gates of the grant and of artifacts stand here too. ``problems`` lists what did not fit, refused artifacts
    among it; ``unused`` counts what was never asked for.
    """

    def __init__(
        self, exchanges: Sequence[Mapping[str, Any]], grant: Grant, limits: BrokerLimits | None = None
    ) -> None:
        self._exchanges = list(exchanges)
        self._grant = grant
        self._limits = limits or BrokerLimits()
        self._next = 0
        self.problems: list[str] = []
        self._artifacts = RunArtifacts(self._limits)

    @property
    def unused(self) -> int:
        """How many of the exchanges were never asked for."""
        return len(self._exchanges) - self._next

    @property
    def artifacts(self) -> Sequence[Artifact]:
        """What the case put and was accepted, in order, as production would keep it."""
        return self._artifacts.kept

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer one frame."""
        area = capability.partition(".")[0]
        if area not in self._grant.capabilities and area not in ("log", "progress"):
            raise PolicyViolation(f"The module was not granted the capability {area!r}.")
        match area:
            case "http":
                return self._answer(payload)
            case "artifacts":
                return await self._put_artifact(payload)
            case "log" | "progress":
                return {}
            case _:
                raise PolicyViolation(f"A contract test has no {area!r}.")

    async def _put_artifact(self, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            artifact = await self._artifacts.put(payload)
        except NexusError as error:
            # Also where the adapter catches it: what is refused here would be refused in earnest.
            self.problems.append(f"{error.detail} {error.mend}")
            raise
        return {"id": artifact.id}

    def _answer(self, payload: dict[str, Any]) -> dict[str, Any]:
        request = parse_request(payload, body_limit=self._limits.request_bytes)
        self._grant.route(request.target)
        if not self.unused:
            raise self._mismatch(f"the request {self._next + 1} was not expected: {request.method} {request.target}")
        exchange = self._exchanges[self._next]
        difference = _difference(exchange["request"], request)
        if difference:
            raise self._mismatch(f"request {self._next + 1}: {difference}")
        self._next += 1
        return _response(exchange["response"])

    def _mismatch(self, sentence: str) -> FixtureMismatch:
        self.problems.append(sentence)
        return FixtureMismatch(f"The operation does not send what its case describes: {sentence}.")


def _difference(expected: Mapping[str, Any], request: HttpRequest) -> str | None:
    """What ``request`` does otherwise than the case says, or ``None``."""
    if request.method != expected["method"].upper():
        return f"method {request.method} instead of {expected['method']}"
    wanted = parse_url(expected["url"])
    if (wanted.origin, wanted.path) != (request.target.origin, request.target.path):
        return f"address {request.target} instead of {wanted}"
    if _query(wanted, expected.get("query")) != _query(request.target, None):
        return f"query {request.target.query!r} instead of {wanted.query!r} and {expected.get('query')!r}"
    for name, value in expected.get("headers") or ():
        if request.header(name.lower()) != value:
            return f"header {name} {request.header(name.lower())!r} instead of {value!r}"
    if "body" in expected and not _same_body(expected["body"], request.body):
        return "another body"
    return None


def _query(target: Target, extra: Any) -> list[tuple[str, str]]:
    """Query parameters without regard to their order or to how they are escaped."""
    pairs = parse_qsl(target.query or "", keep_blank_values=True)
    if isinstance(extra, Mapping):
        extra = list(extra.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return sorted(pairs + [(str(name), str(value)) for name, value in extra or ()])


def _same_body(expected: Any, body: bytes) -> bool:
    if expected is None:
        return not body
    text = expected if isinstance(expected, str) else json.dumps(expected)
    if text.encode() == body:
        return True
    try:
        return json.loads(text) == json.loads(body)
    except ValueError:
        return False


def _response(recorded: Mapping[str, Any]) -> dict[str, Any]:
    headers = [[str(name), str(value)] for name, value in recorded.get("headers") or ()]
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    if recorded.get("base64") is not None:
        return _reply(recorded["status"], headers, None, recorded["base64"])
    body = recorded.get("body")
    content = (body if isinstance(body, str) else "" if body is None else json.dumps(body)).encode()
    text = as_text(content, content_type)
    return _reply(recorded["status"], headers, text, None if text is not None else base64.b64encode(content).decode())


def _reply(status: int, headers: list[list[str]], text: str | None, encoded: str | None) -> dict[str, Any]:
    return {"status": status, "headers": headers, "text": text, "base64": encoded, "artifact": None}
