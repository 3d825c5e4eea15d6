"""The build's machine: fetch, build, prove, card, activate, tell. It may begin at any proof or card that is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.graph import END, START, StateGraph

from orchestrator.builds.activate import activate
from orchestrator.builds.build import build
from orchestrator.builds.card import approved, card
from orchestrator.builds.fetch import fetch
from orchestrator.builds.prove import prove, proven
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.builds.tell import tell
from orchestrator.runs.machine import Execution, Machine, node

VERSION = "build/1"
TOLD = (
    "draft",
    "module",
    "bundle_sha256",
    "proof_hash",
    "passed",
    "findings",
    "answered",
    "activation",
    "sentence",
)


def build_graph() -> StateGraph[BuildState, Execution[BuildServices], BuildState, BuildState]:
    """FETCH → BUILD → PROVE → CARD → ACTIVATE → TELL."""
    graph = StateGraph(BuildState, context_schema=Execution)
    for name, body in {
        "fetch": fetch,
        "build": build,
        "prove": prove,
        "card": card,
        "activate": activate,
        "tell": tell,
    }.items():
        graph.add_node(name, node(name, body))
    graph.add_conditional_edges(START, first, ["fetch", "prove", "card"])
    graph.add_edge("fetch", "build")
    graph.add_edge("build", "prove")
    graph.add_conditional_edges("prove", proven, ["card", "tell"])
    graph.add_conditional_edges("card", approved, ["activate", "tell"])
    graph.add_edge("activate", "tell")
    graph.add_edge("tell", END)
    return graph


def first(state: BuildState) -> str:
    """Where a build begins: a draft is proven again, a new grant is only asked about."""
    if "draft" in state["source"]:
        return "prove"
    return "card" if "module" in state["source"] else "fetch"


def build_machine(services: BuildServices) -> Machine:
    return Machine("build", VERSION, build_graph(), services, initial=begin, output=result)


def begin(input: dict[str, Any]) -> dict[str, Any]:
    """The first state, from the run's stored input."""
    return {
        "source": input["source"],
        "name": input.get("name"),
        "thread": input.get("thread"),
        "module": input["source"].get("module", ""),
    }


def result(state: Mapping[str, Any]) -> dict[str, Any]:
    """The run's output, from the last state."""
    names = (
        "draft",
        "module",
        "bundle_sha256",
        "proof_hash",
        "passed",
        "findings",
        "answered",
        "activation",
        "sentence",
    )
    return {**{name: state.get(name) for name in names}, "ok": bool(state.get("passed", True))}
