"""The tools of the chat itself: build, install, roll back, list. Any model is offered the same four."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.messages import JsonObject, ToolSpec

BUILD_MODULE = "build_module"
INSTALL_MODULE = "install_module"
ROLLBACK_MODULE = "rollback_module"
LIST_MODULES = "list_modules"

CHAT_TOOL_NAMES = frozenset({BUILD_MODULE, INSTALL_MODULE, ROLLBACK_MODULE, LIST_MODULES})


def chat_tools(
    *, modules: Mapping[str, Sequence[str]], drafts: Mapping[str, str], titles: Mapping[str, str] | None = None
) -> tuple[ToolSpec, ...]:
    """The chat's tools for what exists now.

    ``modules`` maps each installed module's name to its approved versions (SHA-256, newest first), ``drafts`` each
    draft's id to a name a person would say, ``titles`` a module's name to its title. They appear in the schemas as
    labelled choices, so that no model needs another way to know them.
    """
    named = titles or {}
    module_choices = {name: named.get(name) or name for name in modules}
    versions = {version: version for name in modules for version in modules[name]}
    return (
        ToolSpec(
            name=BUILD_MODULE,
            description="Build a module from an API description: an attached file, a URL, or the document's text.",
            input_schema=_BUILD_INPUT,
            effect="write",
        ),
        ToolSpec(
            name=INSTALL_MODULE,
            description="Ask for the approval that promotes a validated draft and installs it.",
            input_schema=_object({"draft": _choice("The draft's id.", drafts)}, required=["draft"]),
            effect="write",
        ),
        ToolSpec(
            name=ROLLBACK_MODULE,
            description="Make an earlier approved version of an installed module the active one again.",
            input_schema=_object(
                {
                    "module": _choice("The module's name.", module_choices),
                    "version": _choice("The version's hash; the one before the active one when left out.", versions),
                },
                required=["module"],
            ),
            effect="write",
        ),
        ToolSpec(name=LIST_MODULES, description="List the installed modules.", input_schema=_object({}, required=[])),
    )


def _object(properties: JsonObject, *, required: Sequence[str]) -> JsonObject:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _choice(description: str, labels: Mapping[str, str]) -> JsonObject:
    choices = [{"const": value, "title": label} for value, label in labels.items()]
    return {"type": "string", "description": description, **({"oneOf": choices} if choices else {})}


_BUILD_INPUT: JsonObject = {
    "type": "object",
    "properties": {
        "attachment": {"type": "string", "description": "Id of an attached file."},
        "url": {"type": "string", "format": "uri", "description": "Where the document is."},
        "text": {"type": "string", "description": "The document itself."},
        "name": {"type": "string", "description": "The module's name, when the user gave one."},
    },
    "oneOf": [{"required": ["attachment"]}, {"required": ["url"]}, {"required": ["text"]}],
    "additionalProperties": False,
}
