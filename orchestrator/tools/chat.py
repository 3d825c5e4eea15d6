"""The chat's own tools: build, install, roll back, list. What they start asks for its own approval."""

from __future__ import annotations

from typing import Any

from core.actor import Actor
from core.errors import InvalidInput
from gateway.builtin.chat_tools import BUILD_MODULE, INSTALL_MODULE, LIST_MODULES, ROLLBACK_MODULE
from orchestrator.builds.service import Builds
from orchestrator.governance.model import Action, ActionKind
from orchestrator.runs.model import Run
from orchestrator.runs.service import derived_id
from orchestrator.tools.catalog import Catalog

KINDS = {
    BUILD_MODULE: (ActionKind.MODULE_BUILD, "write"),
    # It only asks: the build graph that it starts opens the one card, and that is decided about as an install.
    INSTALL_MODULE: (ActionKind.MODULE_BUILD, "write"),
    ROLLBACK_MODULE: (ActionKind.MODULE_ROLLBACK, "write"),
    LIST_MODULES: (ActionKind.TOOL_CALL, "read"),
}


class ChatTools:
    """Calls the use cases that the chat may start."""

    def __init__(self, builds: Builds, catalog: Catalog) -> None:
        self._builds = builds
        self._catalog = catalog

    def action(self, tool: str, arguments: dict[str, Any], missing: tuple[str, ...]) -> Action:
        """The call as governance sees it."""
        kind, effect = KINDS[tool]
        return Action(
            kind=kind,
            subject=str(arguments.get("module") or tool) if kind is ActionKind.MODULE_ROLLBACK else tool,
            arguments=arguments,
            effect="read" if effect == "read" else "write",
            missing=missing,
        )

    async def call(self, actor: Actor, tool: str, arguments: dict[str, Any], key: str, run: Run) -> dict[str, Any]:
        """Do it. ``key`` makes a repetition find what the first call started."""
        match tool:
            case "build_module":
                return await self._build(actor, arguments, key, run)
            case "install_module":
                started = await self._builds.install(
                    actor, arguments["draft"], run_id=derived_id(key), parent=run.id, thread=run.thread
                )
                return await self._outcome(actor, started)
            case "rollback_module":
                number = await self._number(actor.org, arguments["module"], arguments.get("version"))
                return await self._builds.rollback(actor, arguments["module"], number, key=key)
            case _:
                return await self._list(actor.org)

    async def _build(self, actor: Actor, arguments: dict[str, Any], key: str, run: Run) -> dict[str, Any]:
        source = {name: arguments[name] for name in ("attachment", "url", "text") if arguments.get(name)}
        if "attachment" in source:
            source = {"file": source["attachment"]}
        started = await self._builds.start(
            actor, source, name=arguments.get("name"), run_id=derived_id(key), parent=run.id, thread=run.thread
        )
        return await self._outcome(actor, started)

    async def _outcome(self, actor: Actor, started: Run) -> dict[str, Any]:
        """Wait until the build has ended or opened its card, and say which."""
        return await self._builds.outcome(actor.org, started.id)

    async def _number(self, org: str, module: str, version: str | None) -> int | None:
        if version is None:
            return None
        number = await self._builds.number_of(org, module, version)
        if number is None:
            raise InvalidInput(f"The module {module!r} has no version {version!r}.", mend="List its versions first.")
        return number

    async def _list(self, org: str) -> dict[str, Any]:
        installed = await self._catalog.installed(org)
        lines = [
            f"- **{each.activation.module}** {each.manifest.get('title', '')} (version {each.activation.number}, "
            f"{each.activation.bundle_sha256[:12]}, {len(each.tools)} operations)"
            for each in installed
        ]
        sentence = "\n".join(lines) if lines else "No module is installed yet. Attach an API description to build one."
        return {"sentence": sentence, "modules": [each.activation.module for each in installed]}
