"""Souls: the version-controlled identities of agent roles, one Markdown file each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Never, cast

import yaml

from core.errors import InvalidInput
from core.hashing import sha256_hex
from gateway.purpose import Purpose

_MEMBERS = ("name", "version", "purpose", "tools")
_FORM = "Begin the file with a line '---', then name, version, purpose and tools as YAML, then '---', then the text."
_FRONT_MATTER = re.compile(r"---\n(?P<front>.*?\n)---\n(?P<body>.*)", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Soul:
    """Who an agent is: the text that begins its prompts, and the tools it may be given.

    ``version`` grows with every change that is meant to be noticed, ``sha256`` with every byte of the file.
    ``tools`` are patterns as in ``fnmatch``, where case counts: ``*`` admits every tool, an empty tuple none.
    """

    name: str
    version: int
    purpose: Purpose
    tools: tuple[str, ...]
    text: str
    sha256: str

    def admits(self, tool: str) -> bool:
        """Whether this soul may be given the tool of that name."""
        return any(fnmatchcase(tool, pattern) for pattern in self.tools)


def load_souls(folder: Traversable | Path | None = None) -> Mapping[str, Soul]:
    """Every ``*.md`` of a folder as a soul, by name and in the order of names; by default the souls of NEXUS.

    Raises ``InvalidInput``, which names the file and the mend: for a missing folder, and for a file that is not
    UTF-8, whose front matter lacks a member, has an unknown one or one of a wrong type, whose text is empty, or whose
    name another file has.
    """
    folder = folder or files("souls")
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder of souls.", mend="Name a folder that holds Markdown files.")
    souls: dict[str, Soul] = {}
    origins: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.is_file() and file.name.endswith(".md"):
            soul = read_soul(file.read_bytes(), file.name)
            if soul.name in souls:
                _refuse(
                    file.name, f"has the name of {origins[soul.name]}, {soul.name!r}", "Give each soul its own name."
                )
            souls[soul.name], origins[soul.name] = soul, file.name
    return MappingProxyType({name: souls[name] for name in sorted(souls)})


def read_soul(data: bytes, file: str) -> Soul:
    """The soul in the bytes of one file; ``file`` is how errors name it. Raises ``InvalidInput``."""
    try:
        # how a checkout ends its lines is no part of the text; of the hash it is
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        _refuse(file, "is not UTF-8", "Save the file as UTF-8.")
    parts = _FRONT_MATTER.fullmatch(text)
    if parts is None:
        _refuse(file, "has no front matter", _FORM)
    members = _members(parts["front"], file)
    body = parts["body"].strip()
    if not body:
        _refuse(file, "has no text behind its front matter", "Say who the agent is and by which rules it works.")
    return Soul(
        name=_name(members["name"], file),
        version=_version(members["version"], file),
        purpose=_purpose(members["purpose"], file),
        tools=_tools(members["tools"], file),
        text=body,
        sha256=sha256_hex(data),
    )


def _members(front: str, file: str) -> dict[str, Any]:
    """The front matter's members: all that are needed, none twice, no others."""
    try:
        node = yaml.SafeLoader(front).get_single_node()
        loaded: Any = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or "a value cannot be read"
        _refuse(file, f"has front matter that is not YAML ({problem})", _FORM)
    if not isinstance(node, yaml.MappingNode) or not isinstance(loaded, dict):
        _refuse(file, "has front matter without members", _FORM)
    names = [str(key.value) for key, _ in cast(list[tuple[yaml.Node, yaml.Node]], node.value)]
    for name in names:
        if name not in _MEMBERS:
            _refuse(file, f"has an unknown member {name!r}", f"Its members are {', '.join(_MEMBERS)}.")
        if names.count(name) > 1:
            _refuse(file, f"has {name!r} twice", "Keep the one that is meant.")
    for name in _MEMBERS:
        if name not in names:
            _refuse(file, f"lacks {name!r}", f"Its members are {', '.join(_MEMBERS)}.")
    return cast(dict[str, Any], loaded)


def _name(value: Any, file: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        _refuse(
            file, f"has the name {value!r}", "Begin with a small letter; small letters, digits, '-' and '_' follow."
        )
    return value


def _version(value: Any, file: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        _refuse(file, f"has the version {value!r}", "Count versions in whole numbers from 1.")
    return value


def _purpose(value: Any, file: str) -> Purpose:
    if not isinstance(value, str) or value not in list(Purpose):
        _refuse(file, f"has the purpose {value!r}", f"Name one of {', '.join(Purpose)}.")
    return Purpose(value)


def _tools(value: Any, file: str) -> tuple[str, ...]:
    patterns = cast(list[Any], value) if isinstance(value, list) else [value]
    if not isinstance(value, list) or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        _refuse(file, f"has the tools {value!r}", 'List patterns of names, as in ["weather__*"]; [] stands for none.')
    return tuple(patterns)


def _refuse(file: str, what: str, mend: str) -> Never:
    raise InvalidInput(f"The soul {file} {what}.", mend=mend)
