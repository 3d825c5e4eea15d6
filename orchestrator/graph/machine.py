"""The turn's machine: eight stages for the operator, one path beside them for talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.graph import END, START, StateGraph

from orchestrator.graph.commit import commit, committed
from orchestrator.graph.companion import companion
from orchestrator.graph.decide import decide
from orchestrator.graph.evolve import evolve
from orchestrator.graph.execute import execute
from orchestrator.graph.intake import intake
from orchestrator.graph.log import log
from orchestrator.graph.route import chosen, route
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.graph.structure import structure, understood
from orchestrator.graph.verify import verify
from orchestrator.runs.machine import Execution, Machine, node

VERSION = "turn/1"


def turn_graph() -> StateGraph[TurnState, Execution[TurnServices], TurnState, TurnState]:
    """INTAKE → ROUTE → COMPANION, or → STRUCTURE → DECIDE → COMMIT → EXECUTE → VERIFY → LOG → EVOLVE."""
    graph = StateGraph(TurnState, context_schema=Execution)
    for name, body in {
        "intake": intake,
        "route": route,
        "companion": companion,
        "structure": structure,
        "decide": decide,
        "commit": commit,
        "execute": execute,
        "verify": verify,
        "log": log,
        "evolve": evolve,
    }.items():
        graph.add_node(name, node(name, body))
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "route")
    graph.add_conditional_edges("route", chosen, ["companion", "structure"])
    graph.add_edge("companion", END)
    graph.add_conditional_edges("structure", understood, ["decide", "log"])
    graph.add_edge("decide", "commit")
    graph.add_conditional_edges("commit", committed, ["execute", "log"])
    graph.add_edge("execute", "verify")
    graph.add_edge("verify", "log")
    graph.add_edge("log", "evolve")
    graph.add_edge("evolve", END)
    return graph


def turn_machine(services: TurnServices) -> Machine:
    return Machine("turn", VERSION, turn_graph(), services, initial=begin, output=result)


def begin(input: dict[str, Any]) -> dict[str, Any]:
    """The first state, from the run's stored input."""
    return {
        "thread": input.get("thread"),
        "message": input.get("message"),
        "text": input.get("text", ""),
        "attachments": [{"id": file} for file in input.get("attachments", [])],
        "params": input.get("params", {}),
        "call": input.get("call"),
    }


def result(state: Mapping[str, Any]) -> dict[str, Any]:
    """The run's output, from the last state."""
    reply = state.get("reply") or {}
    return {
        "mode": state.get("mode"),
        "reply": state.get("reply"),
        "state": (reply.get("fields") or {}).get("state"),
        "question": state.get("question"),
        "answered": state.get("answered"),
        "executed": state.get("executed"),
        "runs": state.get("runs", []),
        "ok": state["verified"]["ok"] if state.get("verified") else True,
    }
