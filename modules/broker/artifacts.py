"""The artifacts of one run, in contract tests as in earnest: counted, measured, and checked by their content."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

from core.errors import BudgetExceeded, InvalidInput
from modules.broker.limits import BrokerLimits
from modules.envelope import Artifact
from sandbox import accept


class RunArtifacts:
    """What a run made, ``kept`` in order, within the run's budgets."""

    def __init__(self, limits: BrokerLimits) -> None:
        self._limits = limits
        self._puts = 0
        self._put_bytes = 0
        self.kept: list[Artifact] = []

    async def put(self, payload: dict[str, Any]) -> Artifact:
        """Keep what an adapter put. Each try is counted, so that a run cannot have the host check without end.

        Raises ``ArtifactRefused``, ``InvalidInput``, ``TooLarge`` or ``BudgetExceeded``.
        """
        limits = self._limits
        if self._puts >= limits.artifacts or len(self.kept) >= limits.artifacts:
            raise BudgetExceeded(
                f"The run has put its {limits.artifacts} artifacts.", mend="Put fewer: several charts can be one."
            )
        self._puts += 1
        name, media_type, content = _parse(payload)
        self._put_bytes += len(content)
        if self._put_bytes > limits.artifacts_bytes:
            raise BudgetExceeded(
                f"The run's artifacts are more than {limits.artifacts_bytes} bytes in all.", mend="Make them smaller."
            )
        accepted = await asyncio.to_thread(accept, name, media_type, content, limits.artifact)
        return self._keep(
            name=accepted.name,
            media_type=accepted.media_type,
            sha256=accepted.sha256,
            content=accepted.content,
            checked=True,
            removed=accepted.removed,
        )

    def keep_answer(self, media_type: str, content: bytes) -> str:
        """Keep a service's answer under the type that the service gave it, unchecked; answers with the id."""
        held = sum(artifact.bytes for artifact in self.kept)
        if len(self.kept) >= self._limits.artifacts or held + len(content) > self._limits.run_bytes:
            raise BudgetExceeded(f"The run has made its {self._limits.artifacts} artifacts, or too many bytes of them.")
        return self._keep(
            name="response",
            media_type=media_type[:200] or "application/octet-stream",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        ).id

    def _keep(self, *, content: bytes, **described: Any) -> Artifact:
        artifact = Artifact(
            id=f"artifact-{len(self.kept) + 1}",
            bytes=len(content),
            content=base64.b64encode(content).decode(),
            **described,
        )
        self.kept.append(artifact)
        return artifact


def _parse(payload: dict[str, Any]) -> tuple[str, str, bytes]:
    match payload:
        case {"name": str() as name, "media_type": str() as media_type, "text": str() as text, **rest} if (
            rest.get("base64") is None
        ):
            try:
                return name, media_type, text.encode()
            except UnicodeEncodeError as error:
                raise InvalidInput("The artifact's text holds half of a character (a lone surrogate).") from error
        case {"name": str() as name, "media_type": str() as media_type, "base64": str() as encoded, **rest} if (
            rest.get("text") is None
        ):
            try:
                return name, media_type, base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise InvalidInput("The artifact's content is not base64.") from error
        case _:
            raise InvalidInput("An artifact has a name, a media type, and either a text or a base64 content.")
