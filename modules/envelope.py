"""One envelope: what every adapter and worker returns, whatever made it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class RunError(BaseModel):
    """Why a call failed. ``retryable``: the same call may succeed later; ``status``: the service's HTTP status."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    retryable: bool = False
    status: int | None = None
    body: Any = None


class Artifact(BaseModel):
    """A file that the call made or was answered with. ``content`` is base64; ``bytes`` counts it decoded.

    ``checked``: the content was found to be of its media type, and what acts or fetches was ``removed`` from it. What
    was not checked is a service's answer under the type that the service gave it: to be downloaded, never shown.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    media_type: str
    sha256: str
    bytes: int
    content: str = Field(repr=False)
    checked: bool = False
    removed: tuple[str, ...] = ()


class Exchange(BaseModel):
    """One HTTP exchange of the broker, as it is recorded: no bodies and no secrets.

    ``url`` is the address as the module's document describes it, ``reached`` the origin that was really spoken to.
    ``status`` is 0 when there was no answer, and ``error`` then says why.
    """

    model_config = ConfigDict(frozen=True)

    method: str
    url: str
    reached: str
    status: int
    request_bytes: int
    request_sha256: str
    response_bytes: int
    response_sha256: str
    milliseconds: float
    error: str | None = None


class CallFinding(BaseModel):
    """Something worth knowing about a call that is no reason to fail it. ``place`` is a JSON pointer or a name."""

    model_config = ConfigDict(frozen=True)

    code: str
    place: str
    sentence: str


class Usage(BaseModel):
    """What the call cost: seconds of the confined process, bytes and calls through the broker."""

    model_config = ConfigDict(frozen=True)

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    http_calls: int = 0
    http_bytes: int = 0


class AdapterRunResult(BaseModel):
    """The answer of one operation of one module version.

    Exactly one of ``data`` (with ``ok``) and ``error`` speaks. Times are RFC 3339 UTC; ``bundle_sha256`` names the
    bytes that ran and ``version`` their number in the organisation.
    """

    model_config = ConfigDict(frozen=True)

    ok: bool
    data: Any = None
    error: RunError | None = None
    artifacts: tuple[Artifact, ...] = ()
    usage: Usage = Usage()
    started_at: str
    finished_at: str
    module: str
    operation: str
    version: int
    bundle_sha256: str
    isolation: str = "none"
    findings: tuple[CallFinding, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    logs: tuple[str, ...] = ()
