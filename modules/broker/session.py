"""One run's side of the broker: every frame of an adapter is answered here, on the host's side of the fence."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urljoin

from core.errors import BudgetExceeded, NexusError, NotFound, PolicyViolation
from modules.broker.address import Target, parse_url
from modules.broker.artifacts import RunArtifacts
from modules.broker.body import as_text
from modules.broker.connections import Connections, Reply
from modules.broker.credentials import CredentialScheme, Injection, Vault, choose, prepare, redact
from modules.broker.grant import Grant, Route
from modules.broker.limits import BrokerLimits
from modules.broker.refusal import EgressDenied
from modules.broker.request import WRITES, HttpRequest, parse_request
from modules.envelope import Artifact, CallFinding, Exchange
from sandbox import Limits

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_DROPPED_ACROSS: Final = frozenset({"authorization", "cookie", "idempotency-key"})
_LONGEST_LINE: Final = 4_096
Progress = Callable[[str], Awaitable[None]]


class Files(Protocol):
    """Files that the call was given, by id."""

    async def read(self, org: str, file_id: str) -> tuple[str, bytes]:
        """Media type and content."""
        ...


@dataclass(frozen=True, slots=True)
class CallScope:
    """What one call may do and by what right. ``key`` becomes the Idempotency-Key of what it writes.

    ``limits`` are what the sandbox's policy gives the module.
    """

    org: str
    grant: Grant
    security: Sequence[Sequence[Mapping[str, Any]]] = ()
    schemes: Mapping[str, CredentialScheme] = field(default_factory=dict[str, CredentialScheme])
    key: str | None = None
    files: Files | None = None
    progress: Progress | None = None
    limits: Limits | None = None


class BrokerSession:
    """Answers the frames of one run, within its budgets, and keeps what it did: exchanges, artifacts, findings."""

    def __init__(self, connections: Connections, limits: BrokerLimits, vault: Vault | None, scope: CallScope) -> None:
        self._connections = connections
        self._limits = limits = limits.for_module(scope.limits) if scope.limits else limits
        self._vault = vault
        self._scope = scope
        self._writes = 0
        self._seconds = 0.0
        self._injections: dict[Any, Injection] = {}
        self.http_calls = 0
        self.http_bytes = 0
        self.exchanges: list[Exchange] = []
        self._artifacts = RunArtifacts(limits)
        self.findings: list[CallFinding] = []

    @property
    def artifacts(self) -> Sequence[Artifact]:
        """What the run put, and the answers that were too large to be inline."""
        return self._artifacts.kept

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer one frame. Raises ``NexusError``, which the adapter sees as an ``AdapterError``."""
        area = capability.partition(".")[0]
        if area not in self._scope.grant.capabilities and area not in ("log", "progress"):
            raise PolicyViolation(f"The module was not granted the capability {area!r}.")
        match capability:
            case "http" | "http.request":
                return await self._http(payload)
            case "files" | "files.read":
                return await self._read_file(payload)
            case "artifacts" | "artifacts.put":
                return await self._put_artifact(payload)
            case "progress":
                return await self._report(payload)
            case "log":
                return {}
            case _:
                raise PolicyViolation(f"There is no capability {capability[:60]!r}.")

    async def _http(self, payload: dict[str, Any]) -> dict[str, Any]:
        self._spend_call()
        try:
            request = parse_request(payload, body_limit=self._limits.request_bytes)
            route = self._scope.grant.route(request.target)
            injection = await self._injection(route)
            reply = await self._follow(self._with_key(request), route, injection)
        except EgressDenied as refusal:
            self.findings.append(CallFinding(code=refusal.code, place="http", sentence=refusal.detail))
            raise
        return self._answer(reply, injection)

    async def _follow(self, request: HttpRequest, route: Route, injection: Injection) -> Reply:
        """The answer, redirects followed. One that leads nowhere allowed is itself the answer, with a finding:
        what the request did is done, and an error would hide it."""
        followed = 0
        while True:
            reply = await self._send(request, route, injection)
            location = reply.header("location")
            if reply.status not in _REDIRECTS or not location:
                return reply
            if followed == self._limits.redirects:
                return self._not_followed(reply, f"More than {followed} redirects.")
            try:
                # HTTP header values are latin-1 here; servers mean UTF-8.
                target = parse_url(urljoin(str(route.real), _utf8(location)))
                onward = self._scope.grant.follow(route, target)
            except EgressDenied as refusal:
                return self._not_followed(reply, redact(refusal.detail, injection.secrets))
            if onward.real.origin != route.real.origin:
                injection = Injection(secrets=injection.secrets)
                request = _without_headers(request, _DROPPED_ACROSS)
            request, route = _redirected(request, reply.status), onward
            followed += 1
            self._spend_call()

    def _not_followed(self, reply: Reply, reason: str) -> Reply:
        self.findings.append(CallFinding(code="redirect_refused", place="http", sentence=reason))
        return reply

    async def _send(self, request: HttpRequest, route: Route, injection: Injection) -> Reply:
        real, headers = injection.apply(route.real, list(request.headers))
        sent = len(request.body)
        cap = min(self._limits.response_bytes, self._limits.run_bytes - self.http_bytes - sent)
        seconds = min(self._limits.seconds, self._limits.run_seconds - self._seconds)
        if cap <= 0 or seconds <= 0:
            raise BudgetExceeded(
                f"The run has used its {self._limits.run_bytes} bytes or {self._limits.run_seconds} s."
            )
        started, reply, failure = time.perf_counter(), None, None
        try:
            reply = await self._connections.send(request.method, real, route.reach, headers, request.body, cap, seconds)
            return reply
        except NexusError as error:
            failure = redact(error.detail, injection.secrets)
            raise
        finally:
            self.http_bytes += sent + (max(reply.wire_bytes, len(reply.body)) if reply else 0)
            taken = time.perf_counter() - started
            self._seconds += taken
            self._record(request, route, injection, reply, failure, taken)

    def _record(
        self,
        request: HttpRequest,
        route: Route,
        injection: Injection,
        reply: Reply | None,
        failure: str | None,
        seconds: float,
    ) -> None:
        answer = reply.body if reply else b""
        self.exchanges.append(
            Exchange(
                method=request.method,
                url=redact(str(route.described), injection.secrets),
                reached=str(route.real.origin),
                status=reply.status if reply else 0,
                request_bytes=len(request.body),
                request_sha256=hashlib.sha256(request.body).hexdigest(),
                response_bytes=len(answer),
                response_sha256=hashlib.sha256(answer).hexdigest(),
                milliseconds=round(seconds * 1000, 3),
                error=failure or (None if reply else "cancelled"),
            )
        )

    def _spend_call(self) -> None:
        if self.http_calls >= self._limits.calls:
            raise BudgetExceeded(f"The run has made its {self._limits.calls} requests.")
        self.http_calls += 1

    def _with_key(self, request: HttpRequest) -> HttpRequest:
        """Each write of a run carries a key of its own, the same one when the run is repeated."""
        if self._scope.key is None or request.method not in WRITES or request.header("idempotency-key"):
            return request
        self._writes += 1
        key = self._scope.key if self._writes == 1 else f"{self._scope.key}-{self._writes}"
        headers = (*request.headers, ("Idempotency-Key", key))
        return HttpRequest(request.method, request.target, headers, request.body)

    async def _injection(self, route: Route) -> Injection:
        origin = route.described.origin
        if origin not in self._injections:
            self._injections[origin] = await self._prepared(route)
        return self._injections[origin]

    async def _prepared(self, route: Route) -> Injection:
        scope = self._scope
        chosen, missing = choose(scope.security, scope.grant.credentials, route.described.origin)
        if missing or (chosen and self._vault is None):
            names = ", ".join(missing)
            sentence = f"The operation asks for the credential {names}, which is not set for {route.described.origin}."
            self.findings.append(CallFinding(code="credential_missing", place="security", sentence=sentence))
            return Injection()
        if not chosen or self._vault is None:
            return Injection()
        return await prepare(chosen, scope.schemes, self._vault, scope.org)

    def _answer(self, reply: Reply, injection: Injection) -> dict[str, Any]:
        secrets = injection.secrets
        answer: dict[str, Any] = {
            "status": reply.status,
            "headers": [[name, redact(value, secrets)] for name, value in reply.headers],
            "text": None,
            "base64": None,
            "artifact": None,
        }
        content_type = reply.header("content-type")
        text = as_text(reply.body, content_type)
        if text is not None:
            answer["text"] = redact(text, secrets)
            return answer
        content = reply.body
        for secret in secrets:
            content = content.replace(secret.encode(), b"[secret]")
        if len(content) <= self._limits.inline_bytes:
            answer["base64"] = base64.b64encode(content).decode()
        else:
            answer["artifact"] = self._artifacts.keep_answer(content_type.partition(";")[0].strip(), content)
        return answer

    async def _read_file(self, payload: dict[str, Any]) -> dict[str, Any]:
        file_id = payload.get("id")
        if not isinstance(file_id, str) or self._scope.files is None:
            raise NotFound("The call was given no such file.")
        media_type, content = await self._scope.files.read(self._scope.org, file_id)
        text = as_text(content, media_type)
        encoded = None if text is not None else base64.b64encode(content).decode()
        return {"media_type": media_type, "text": text, "base64": encoded}

    async def _put_artifact(self, payload: dict[str, Any]) -> dict[str, Any]:
        artifact = await self._artifacts.put(payload)
        if artifact.removed:
            sentence = f"Taken out of {artifact.name!r}: {', '.join(artifact.removed)}."
            self.findings.append(CallFinding(code="artifact_scrubbed", place=artifact.id, sentence=sentence))
        return {"id": artifact.id}

    async def _report(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self._scope.progress is not None:
            await self._scope.progress(str(payload.get("text", ""))[:_LONGEST_LINE])
        return {}


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _without_headers(request: HttpRequest, names: frozenset[str]) -> HttpRequest:
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in names)
    return HttpRequest(request.method, request.target, kept, request.body)


def _redirected(request: HttpRequest, status: int) -> HttpRequest:
    """The request after a redirect (RFC 9110, 15.4): 303, and 301 or 302 after a POST, become a GET without a body."""
    becomes_get = (status == 303 and request.method != "HEAD") or (status in (301, 302) and request.method == "POST")
    if not becomes_get:
        return request
    kept = tuple(
        pair for pair in request.headers if not pair[0].lower().startswith("content-") and pair[0] != "Idempotency-Key"
    )
    return HttpRequest("GET", Target(request.target.origin, request.target.path), kept, b"")
