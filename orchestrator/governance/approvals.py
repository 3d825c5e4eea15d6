"""Approvals: asking, editing and answering, each a compare-and-set in one transaction with its event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from core.actor import Actor, Role
from core.clock import rfc3339
from core.database import Database, Transaction
from core.errors import Conflict, Forbidden, InvalidInput
from core.hashing import record_hash
from core.ids import Ids
from orchestrator.governance import store
from orchestrator.governance.decision import payload_hash
from orchestrator.governance.model import Decision, State, brief
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.runs.idempotency import made_before, remember, write_racing

Edit = dict[str, Any]


class Edited(NamedTuple):
    """An edited payload, the decision about it with the inputs of that, and what the card shows besides."""

    payload: dict[str, Any]
    decision: Decision
    inputs: dict[str, Any]
    shown: dict[str, Any]


Editor = Callable[[Actor, Approval, Edit], Awaitable[Edited]]
"""Edits the payload of one kind of approval; raises ``InvalidInput``."""


class Approvals:
    """Asks people and takes their answers.

    ``editors`` know, for each kind of approval, which edits are allowed. ``woken`` is told of a run that has work to
    do again because its card was answered.
    """

    def __init__(
        self,
        db: Database,
        ids: Ids,
        *,
        editors: Mapping[str, Editor],
        wake_run: Callable[[Transaction, str], None],
        woken: Callable[[str], None],
    ) -> None:
        self._db = db
        self._ids = ids
        self._editors = editors
        self._wake_run = wake_run
        self._woken = woken

    async def get(self, org: str, approval: str) -> Approval:
        return await self._db.read(lambda connection: store.get_approval(connection, org, approval))

    async def edit(
        self, actor: Actor, approval_id: str, current_hash: str, edit: Edit, *, key: str | None = None
    ) -> Approval:
        """A new payload for a pending approval; the answer must carry its hash.

        With an idempotency ``key`` the same edit, sent again, finds the card as it is. Raises ``Conflict`` where the
        approval was answered or edited meanwhile, ``InvalidInput`` where the edit is not one that this kind of
        approval allows.
        """
        request = f"edit {approval_id} {current_hash} {record_hash(edit)}"

        def query(connection: Connection) -> tuple[Approval, str | None]:
            found = store.get_approval(connection, actor.org, approval_id)
            check_may_answer(actor, found)
            return found, made_before(connection, actor.org, key, request)

        approval, made = await self._db.read(query)
        if made is not None:
            return approval
        check_pending(approval, current_hash)
        edited = await self._edited(actor, approval, edit)
        changed = replace(
            approval,
            payload=edited.payload,
            payload_hash=payload_hash(edited.payload),
            shown=edited.shown,
            decision=self._ids.new(),
        )

        def unit(tx: Transaction) -> Approval:
            if made_before(tx.connection, actor.org, key, request):
                return store.get_approval(tx.connection, actor.org, approval_id)
            # First: the same edit at the same moment waits here for this one, and then finds it.
            remember(tx, actor.org, key, request, approval_id)
            if not store.replace_payload(tx, approval, changed):
                raise_answered(store.get_approval(tx.connection, actor.org, approval_id))
            state_edited(tx, changed, edited)
            return changed

        return await write_racing(self._db, unit)

    async def _edited(self, actor: Actor, approval: Approval, edit: Edit) -> Edited:
        editor = self._editors.get(approval.kind)
        if editor is None:
            raise InvalidInput(f"An approval of kind {approval.kind!r} cannot be edited.", mend="Approve or reject it.")
        edited = await editor(actor, approval, edit)
        if edited.decision.state is State.BLOCKED:
            raise InvalidInput(
                f"The edit leaves the action blocked: {' '.join(edited.decision.reasons)}", mend="Edit it differently."
            )
        return edited

    async def answer(
        self,
        actor: Actor,
        approval_id: str,
        answer: ApprovalState,
        answered_hash: str,
        reason: str | None = None,
        *,
        key: str | None = None,
    ) -> Approval:
        """Approve or reject exactly the payload with this hash. A second answer is a ``Conflict`` with the first.

        The same answer with the same idempotency ``key`` is not a second one: who lost the reply asks again.
        """
        request = f"{answer} {approval_id} {answered_hash}"

        def unit(tx: Transaction) -> Approval:
            approval = store.get_approval(tx.connection, actor.org, approval_id)
            check_may_answer(actor, approval)
            if made_before(tx.connection, actor.org, key, request):
                # Read again: what was read before may be older than the key.
                return store.get_approval(tx.connection, actor.org, approval_id)
            check_pending(approval, answered_hash)
            if approval.expires_at <= rfc3339(tx.now):
                expire(tx, approval)
                self._wake_run(tx, approval.run)
                return store.get_approval(tx.connection, actor.org, approval_id)
            # First: the same answer at the same moment waits here for this one, and then finds it.
            remember(tx, actor.org, key, request, approval_id)
            if not store.settle(tx, approval, answer, actor=actor.id, reason=reason, payload_hash=answered_hash):
                raise_answered(store.get_approval(tx.connection, actor.org, approval_id))
            settled = store.get_approval(tx.connection, actor.org, approval_id)
            state_answered(tx, settled)
            self._wake_run(tx, approval.run)
            return settled

        settled = await write_racing(self._db, unit)
        self._woken(settled.run)
        if settled.state is ApprovalState.EXPIRED:
            raise_answered(settled)
        return settled

    async def expire_overdue(self) -> list[str]:
        """Close the cards whose time is up; their runs go on and end as rejected. Returns the runs."""

        def unit(tx: Transaction) -> list[str]:
            late = store.overdue(tx.connection, rfc3339(tx.now))
            for approval in late:
                expire(tx, approval)
                self._wake_run(tx, approval.run)
            return [approval.run for approval in late]

        if not await self._db.read(store.any_pending):
            return []
        return await self._db.write(unit)


def request(tx: Transaction, approval: Approval) -> Approval:
    """Open a card, or return the one that this step opened before. States ``approval.requested`` once."""
    found = store.find_approval(tx.connection, approval.run, approval.step)
    if found is not None:
        return found
    store.insert_approval(tx, approval)
    tx.emit(
        "approval.requested",
        {
            "approval": approval.id,
            "kind": approval.kind,
            "title": approval.title,
            "payload_hash": approval.payload_hash,
            "expires_at": approval.expires_at,
            "thread": approval.thread,
        },
        key=f"{approval.run}/{approval.step}/approval.requested",
        org=approval.org,
        run=approval.run,
    )
    return approval


def expire(tx: Transaction, approval: Approval) -> None:
    """The answer nobody gave."""
    if store.settle(
        tx, approval, ApprovalState.EXPIRED, actor="system", reason=None, payload_hash=approval.payload_hash
    ):
        tx.emit(
            "approval.expired",
            {"approval": approval.id, "kind": approval.kind},
            key=f"{approval.run}/{approval.step}/approval.expired",
            org=approval.org,
            run=approval.run,
        )


def state_answered(tx: Transaction, approval: Approval) -> None:
    tx.emit(
        "approval.answered",
        {
            "approval": approval.id,
            "kind": approval.kind,
            "answer": approval.state,
            "payload_hash": approval.payload_hash,
            "by": approval.answered_by,
            "reason": approval.reason,
        },
        key=f"{approval.run}/{approval.step}/approval.answered",
        org=approval.org,
        run=approval.run,
    )


def state_edited(tx: Transaction, approval: Approval, edited: Edited) -> None:
    """The decision about an edited payload: stored, and told to whoever has the card before their eyes."""
    made = approval.decision or ""
    store.insert_decision(tx, made, approval.org, approval.run, approval.step, edited.inputs, edited.decision)
    tx.emit(
        "decision.made",
        {
            "approval": approval.id,
            **brief(made, str(edited.inputs["action"]["subject"]), edited.decision),
            "payload_hash": approval.payload_hash,
        },
        key=f"{approval.run}/{approval.step}/decision.made/{made}",
        org=approval.org,
        run=approval.run,
    )


def check_may_answer(actor: Actor, approval: Approval) -> None:
    if actor.role < approval.role:
        raise Forbidden(f"Answering this needs the role {approval.role.name.lower()}.")


def check_pending(approval: Approval, answered_hash: str) -> None:
    if approval.state is not ApprovalState.PENDING:
        raise_answered(approval)
    if approval.payload_hash != answered_hash:
        raise Conflict(
            "The answer carries another hash than the payload that is open now.",
            mend="Read the approval again and answer what it says now.",
            payload_hash=approval.payload_hash,
        )


def raise_answered(approval: Approval) -> None:
    """409 with the first answer."""
    if approval.state is ApprovalState.PENDING:
        raise Conflict(
            "The approval was edited meanwhile.",
            mend="Read it again and answer what it says now.",
            payload_hash=approval.payload_hash,
        )
    raise Conflict(
        f"This approval has been answered already: {approval.state}.",
        mend="The first answer stands; ask for the action again if you want it otherwise.",
        approval=approval.as_dict(),
    )


def required_role(kind: str) -> Role:
    """Who may answer: what changes the installed tools needs an admin, a single call an operator."""
    return Role.ADMIN if kind == "module" else Role.OPERATOR
