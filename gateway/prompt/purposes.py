"""What each purpose asks of an answer, in a few sentences that follow the soul's text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.errors import InvalidInput
from gateway.purpose import Purpose

INSTRUCTIONS: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.CHAT: (
            "Answer the person's last message in words. Nothing happens through your answer: it changes nothing and "
            "promises nothing."
        ),
        Purpose.ROUTE: (
            "Say which way the last message goes: to the operator, where something is to be done or looked up and one "
            "of the tools does that, or to the companion, to be talked about. Do nothing of it now. A command outranks "
            "a question; when in doubt, it is talk. Give the reason in one short sentence."
        ),
        Purpose.PLAN: (
            "Choose the one next step: call one of the listed tools with arguments that were really given, or ask for "
            "the one input that is missing, or say that no tool fits."
        ),
        Purpose.BLUEPRINT: (
            "Draw the module before it is written: its operations with their inputs and results, the hosts, "
            "capabilities and credentials that they need, and each assumption. No code. Say what the material leaves "
            "open."
        ),
        Purpose.IMPLEMENT: (
            "Write the files that the blueprint asks for, whole, and no others. Nothing is left to fill in later: what "
            "cannot be written is said, with the reason."
        ),
        Purpose.TEST: (
            "Write the contract cases of the operations that are named: arguments, recorded answers, expected results. "
            "They follow from the description and not from the code."
        ),
        Purpose.REPAIR: (
            "Change what the report names, by the smallest change that removes its cause. Say the cause in one "
            "sentence. If an earlier attempt failed in the same way, try another cause."
        ),
        Purpose.JUDGE: (
            "Judge what is put before you by the criteria of the task and by its evidence. One verdict, its reasons, "
            "and where each of them is to be seen."
        ),
    }
)


def instructions_for(purpose: Purpose) -> str:
    """The instructions of a purpose. ``InvalidInput`` for EMBED: vectors are its answer, and no prompt its question."""
    try:
        return INSTRUCTIONS[purpose]
    except KeyError:
        known = ", ".join(INSTRUCTIONS)
        raise InvalidInput(f"No prompt is composed for {purpose.value}.", mend=f"Compose for one of {known}.") from None
