"""What a kind of run executes, and what a node of its graph is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphBubbleUp
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from core.errors import LeaseLost, NexusError
from orchestrator.runs.journal import Journal, Place

ServicesT = TypeVar("ServicesT")


@dataclass(frozen=True, slots=True)
class Execution(Generic[ServicesT]):
    """LangGraph's context of one attempt: what nodes may use, and where they write."""

    services: ServicesT
    journal: Journal


State = Mapping[str, Any]
Body = Callable[[Any, Execution[Any], Place], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Machine:
    """A graph with its version and its edges to the world.

    ``version`` changes with the graph's shape; a run begun by another version is not continued silently. ``output``
    makes the run's output from the graph's last state.
    """

    name: str
    version: str
    graph: StateGraph[Any, Any, Any, Any]
    services: Any
    initial: Callable[[dict[str, Any]], dict[str, Any]]
    output: Callable[[State], dict[str, Any]]

    def compile(self, saver: BaseCheckpointSaver[str]) -> CompiledStateGraph[Any, Any, Any, Any]:
        return self.graph.compile(checkpointer=saver, name=self.name)


def node(name: str, body: Body) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A LangGraph node around ``body``: every node is a step, and its start and end are events.

    The step is ``node@langgraph_step``, which is the same when a killed run goes on.
    """

    async def run(state: Any, config: RunnableConfig, runtime: Runtime[Execution[Any]]) -> dict[str, Any]:
        execution = runtime.context
        place = Place(step=f"{name}@{config['metadata']['langgraph_step']}", node=name)  # pyright: ignore
        execution.journal.started(place)
        try:
            change = await body(state, execution, place)
        except (GraphBubbleUp, LeaseLost):
            raise
        except NexusError as error:
            await execution.journal.failed(place, {"code": error.code, "detail": error.detail, "mend": error.mend})
            raise
        await execution.journal.finished(place, summary(change))
        return change

    run.__name__ = name
    return run


LONGEST_SUMMARY = 2000


def summary(change: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's event tells of its output: values that fit, and of larger ones only that they are there."""
    return {key: value if len(repr(value)) <= LONGEST_SUMMARY else "…" for key, value in change.items()}
