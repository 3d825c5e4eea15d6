"""One use case: ``call`` = decide, loader, envelope. Graph, HTTP and command line have no other way to a tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actor import Actor
from core.clock import Clock, rfc3339
from core.database import Transaction
from core.errors import InvalidInput, NexusError, NotFound, PolicyViolation
from gateway import ToolSpec
from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from modules.envelope import AdapterRunResult, RunError
from modules.loader import Loader
from modules.operations import Operation
from orchestrator.governance.approvals import Edited
from orchestrator.governance.decision import decide, stored_inputs
from orchestrator.governance.inputs import missing_inputs, unsafe_marks
from orchestrator.governance.model import Action, ActionKind, Context, Decision, Level, State
from orchestrator.governance.store import Approval
from orchestrator.runs.journal import OutcomeUnknown
from orchestrator.runs.model import Run
from orchestrator.tools.catalog import Catalog, Installed, Tool
from orchestrator.tools.chat import ChatTools
from orchestrator.tools.findings import keep_findings
from orchestrator.tools.rendering import render


class Tools:
    """What can be called, whether it may be, and the call itself."""

    def __init__(self, clock: Clock, catalog: Catalog, loader: Loader, chat: ChatTools, isolation: Level) -> None:
        self._clock = clock
        self._catalog = catalog
        self._loader = loader
        self._chat = chat
        self._isolation: Level = isolation

    async def specs(self, org: str) -> tuple[ToolSpec, ...]:
        """Everything a planner may choose from."""
        return await self._catalog.specs(org)

    async def title(self, org: str, tool: str) -> str:
        """A call in a person's words."""
        if tool in CHAT_TOOL_NAMES:
            return tool.replace("_", " ").capitalize()
        _, found = await self._catalog.find(org, tool)
        return f"{found.operation.method} {found.operation.path}: {found.operation.summary or found.name}"

    async def action(
        self, actor: Actor, tool: str, arguments: dict[str, Any], *, missing: tuple[str, ...] = ()
    ) -> tuple[Action, Context]:
        """What would be done, and in which circumstances: all that a decision is computed from."""
        context = Context(actor=actor.id, org=actor.org, role=actor.role.name.lower(), isolation=self._isolation)
        if tool in CHAT_TOOL_NAMES:
            return self._chat.action(tool, arguments, missing), context
        installed, found = await self._catalog.find(actor.org, tool)
        return tool_action(installed, found, arguments, missing), context

    def decide(self, action: Action, context: Context) -> Decision:
        return decide(action, context)

    async def repeatable(self, org: str, tool: str) -> bool:
        """Whether a call that may have happened can be made again: it only reads, or knows idempotency keys."""
        if tool in CHAT_TOOL_NAMES:
            return True
        _, found = await self._catalog.find(org, tool)
        return found.operation.effect == "read" or knows_idempotency(found.operation)

    async def call(
        self, actor: Actor, tool: str, arguments: dict[str, Any], *, key: str, approved: str | None, run: Run
    ) -> AdapterRunResult:
        """Call a tool that may be called. ``approved`` is the payload's hash that a person approved.

        Raises ``PolicyViolation`` where governance does not say ACTION_READY for exactly this call.
        """
        action, context = await self.action(actor, tool, arguments)
        decision = self.decide(action, context.model_copy(update={"approved_payload_hash": approved}))
        if decision.state is not State.ACTION_READY:
            raise PolicyViolation(
                f"{tool} may not be called now: {' '.join(decision.reasons)}",
                mend="Ask again: what was approved is not what would happen now.",
            )
        if tool in CHAT_TOOL_NAMES:
            return await self._chat_call(actor, tool, arguments, key, run)
        _, found = await self._catalog.find(actor.org, tool)
        return await self._loader.call(actor.org, found.module, found.operation.id, arguments, key=key)

    async def left_alone(self, org: str, tool: str, unknown: OutcomeUnknown) -> AdapterRunResult:
        """The envelope of a call that nobody wants repeated and whose outcome nobody knows."""
        now = rfc3339(self._clock.now())
        installed, found = await self._catalog.find(org, tool)
        return AdapterRunResult(
            ok=False,
            error=RunError(code=unknown.code, message=f"{unknown.detail} It was left as it is.", retryable=False),
            started_at=now,
            finished_at=now,
            module=found.module,
            operation=found.operation.id,
            version=installed.activation.number,
            bundle_sha256=installed.activation.bundle_sha256,
        )

    async def edit(self, actor: Actor, approval: Approval, edit: dict[str, Any]) -> Edited:
        """An edit of a call's card: other arguments, checked by its schema, decided about again."""
        if set(edit) != {"arguments"} or not isinstance(edit["arguments"], dict):
            raise InvalidInput("Of a tool call, `arguments` alone can be edited.", mend='Send {"arguments": {…}}.')
        tool, arguments = approval.payload["subject"], edit["arguments"]
        await self.check_arguments(actor.org, tool, arguments)
        action, context = await self.action(actor, tool, arguments)
        decision = self.decide(action, context)
        return Edited(action.confirmed_payload(), decision, stored_inputs(action, context), shown(decision))

    async def check_arguments(self, org: str, tool: str, arguments: dict[str, Any]) -> None:
        """Raises ``InvalidInput`` where the arguments break the tool's schema."""
        if tool not in CHAT_TOOL_NAMES:
            _, found = await self._catalog.find(org, tool)
            await self._loader.check_arguments(org, found.module, found.operation.id, arguments)

    def render(self, call: Mapping[str, Any], envelope: Mapping[str, Any]) -> str:
        """A result for people, with its source."""
        return render(call, envelope)

    def learn(self, tx: Transaction, org: str, envelope: Mapping[str, Any]) -> None:
        """Keep what a call found out about its module's description."""
        keep_findings(tx, org, envelope)

    async def _chat_call(
        self, actor: Actor, tool: str, arguments: dict[str, Any], key: str, run: Run
    ) -> AdapterRunResult:
        started = rfc3339(self._clock.now())
        data, error = None, None
        try:
            data = await self._chat.call(actor, tool, arguments, key, run)
        except NexusError as refused:
            error = RunError(code=refused.code, message=f"{refused.detail} {refused.mend}", retryable=False)
        return AdapterRunResult(
            ok=error is None,
            data=data,
            error=error,
            started_at=started,
            finished_at=rfc3339(self._clock.now()),
            module="",
            operation=tool,
            version=0,
            bundle_sha256="",
        )


def shown(decision: Decision) -> dict[str, Any]:
    """What a call's card shows besides its payload."""
    return {"reasons": list(decision.reasons), "rank": decision.rank, "score": decision.score}


def tool_action(installed: Installed, tool: Tool, arguments: dict[str, Any], missing: tuple[str, ...]) -> Action:
    """An operation's call as governance sees it. What an approval binds to names the very bytes that would run."""
    operation = tool.operation
    absent = missing or missing_inputs(tool.spec.input_schema, arguments)
    return Action(
        kind=ActionKind.TOOL_CALL,
        subject=tool.name,
        arguments=arguments,
        method=operation.method,
        effect="read" if operation.effect == "read" else "write",
        unsafe=unsafe_marks(operation.id, operation.summary, operation.description),
        missing=absent,
        payload={
            "kind": ActionKind.TOOL_CALL,
            "subject": tool.name,
            "arguments": arguments,
            "method": operation.method,
            "path": operation.path,
            "bundle_sha256": installed.activation.bundle_sha256,
            "grant": installed.activation.payload_hash,
        },
    )


def knows_idempotency(operation: Operation) -> bool:
    """Whether the operation's description takes an Idempotency-Key, so that a repetition does nothing twice."""
    properties: Mapping[str, Any] = operation.input.get("properties", {}) if isinstance(operation.input, dict) else {}
    return any(name.lower().replace("_", "-") == "idempotency-key" for name in properties)


def tool_name(module: str, operation: str) -> str:
    return f"{module}__{operation}"


async def require_tool(catalog: Catalog, org: str, module: str, operation: str) -> str:
    """The tool's name, or ``NotFound`` for an operation that is not installed."""
    name = tool_name(module, operation)
    try:
        await catalog.find(org, name)
    except NotFound:
        raise NotFound(
            f"No installed module {module!r} has an operation {operation!r}.",
            mend=f"See `nexus modules show {module}`.",
        ) from None
    return name
