"""TELL: what came of the build, in the conversation that wished for it."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.speech import write_reply


async def tell(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Say it once, as a message of the thread where there is one."""
    journal = execution.journal
    sentence = account(state)
    message = execution.services.ids.new()

    def unit(tx: Transaction) -> dict[str, Any]:
        data = {"mode": "operator", "build": journal.run.id, "activation": state.get("activation")}
        write_reply(tx, journal, place, thread=state.get("thread"), message=message, text=sentence, data=data)
        return {"message": message}

    await journal.at_once(place, "reply", unit)
    return {"sentence": sentence}


def account(state: BuildState) -> str:
    """One sentence, with the mend where it failed."""
    activation = state.get("activation")
    if activation:
        return f"Installed {activation['module']} version {activation['version']} ({activation['bundle_sha256'][:12]})."
    module = state.get("module", "the module")
    answered = state.get("answered")
    if answered:
        reason = f" ({answered['reason']})" if answered.get("reason") else ""
        return f"{module} was not installed: the card is {answered['state']}{reason}. Its draft stays."
    if state.get("passed"):
        return f"{module} is proven ({state['bundle_sha256'][:12]}). Promote its draft to install it."
    findings = state.get("findings", [])
    first = findings[0].get("sentence", "") if findings else ""
    return f"{module} was not proven and cannot be installed. {first}".strip()
