"""What a tool's own words say about it: computed once a tool, used for choosing it and for filling its inputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gateway.builtin.lexicon import aliases, roles
from gateway.builtin.verbs import Act, act_of_stem, is_generic, known_verbs
from gateway.builtin.words import content_stems, is_stopword, name_parts, stem_set, stems_of
from gateway.messages import ToolSpec
from gateway.schema import Slot, choices, slots

Label = tuple[str, ...]

_ASIDE = frozenset(
    {"id", "gid", "uid", "name", "code", "number", "no", "slug", "value", "date", "param", "string", "str", "input"}
)
_MOST_DESCRIPTION = 1_200
_MOST_CHOICES = 60
_LONGEST_SUMMARY = 160
_DETERMINED = (("a",), ("an",), ("the",), ("all",), ("one",), ("your",), ("this",), ("some",))
_NEARNESS = {1: 1.0, 2: 0.85}
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class Input:
    """A slot with the labels that people use for it: ``strong`` ones name it fully, ``weak`` ones in part."""

    slot: Slot
    needed: bool
    strong: tuple[Label, ...]
    weak: tuple[Label, ...]
    parts: tuple[str, ...]
    roles: frozenset[str]
    leaf: bool

    def has_role(self, *names: str) -> bool:
        """Whether it may be one of these."""
        return not self.roles.isdisjoint(names)


class Profile:
    """One tool as its words. ``inputs`` are in asking order: needed ones first."""

    def __init__(self, spec: ToolSpec) -> None:
        self.spec = spec
        module, separator, operation = spec.name.partition("__")
        self.module = module if separator else ""
        self.operation = operation if separator else module
        self.operation_parts = tuple(stems_of(self.operation))
        self.module_parts = tuple(stems_of(self.module))
        text = _TAGS.sub("", spec.description[: 2 * _MOST_DESCRIPTION]).strip()[:_MOST_DESCRIPTION]
        self.summary = re.split(r"(?<=[.!?])\s|\n", text, maxsplit=1)[0][:_LONGEST_SUMMARY]
        self.details = text[len(self.summary) :]

    @cached_property
    def names(self) -> frozenset[str]:
        """What it is called by its own name; a plain word is nobody's own name."""
        return frozenset(name for name in (self.spec.name.lower(), self.operation.lower()) if "_" in name)

    @cached_property
    def writes(self) -> bool:
        """Whether a call changes something."""
        return self.spec.effect == "write"

    @cached_property
    def act(self) -> Act:
        """What a call does, from the operation's name, else its summary; a reading one reads."""
        for piece in (*self.operation_parts[:2], *stems_of(self.summary)[:1], *self.operation_parts[2:]):
            found = act_of_stem(piece)
            if found is not Act.OTHER and (found is not Act.READ or not self.writes):
                return found
        return Act.OTHER if self.writes else Act.READ

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Base forms that command this tool: the first words of its name and summary."""
        named, told = name_parts(self.operation), name_parts(self.summary)
        found = {_base_form(named[0])} if len(named) > 1 else set[str]()
        if told and (_base_form(told[0]) in known_verbs() or told[1:2] in _DETERMINED or told[:1] == named[:1]):
            found.add(_base_form(told[0]))
            found.update(_base_form(word) for word in told[2:3] if told[1] in ("or", "and"))
        return frozenset(word for word in found if not is_stopword(word) and len(word) > 2)

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Stems of what the operation is about: its name's words without the verb that opens it."""
        parts = content_stems(self.operation)
        return frozenset(parts[1:] if len(parts) > 1 and is_generic(parts[0]) else parts)

    @cached_property
    def written(self) -> frozenset[str]:
        """The plain words of its name as written: a plural asks for the tool that has the plural."""
        return frozenset(name_parts(self.operation))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Stems that belong to the tool, and so are no values when they stand in a request."""
        return frozenset((*self.operation_parts, *self.module_parts, *stems_of(self.summary)))

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The vocabulary with the words of the whole description: plain words that are hardly values."""
        return self.vocabulary | frozenset(stems_of(self.details))

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every input with its labels, needed ones first."""
        found = slots(self.spec.input_schema)
        inner = {slot.path[:depth] for slot in found for depth in range(1, len(slot.path))}
        required = {slot.path for slot in found if slot.required}
        made = [self._input(slot, inner, required) for slot in found]
        return tuple(sorted(made, key=lambda one: not one.needed))

    @cached_property
    def input_parts(self) -> frozenset[str]:
        """Stems of all inputs' names."""
        return frozenset(part for one in self.inputs for part in one.parts)

    def title(self) -> str:
        """How a question or answer names the tool."""
        named = f"{self.module} · {self.operation}" if self.module else self.operation
        return f"{self.summary.rstrip('.')} ({named})" if self.summary else named

    def _input(self, slot: Slot, inner: set[tuple[str, ...]], required: set[tuple[str, ...]]) -> Input:
        parts = tuple(stems_of(slot.name))
        ancestors = [slot.path[:depth] for depth in range(1, len(slot.path) + 1)]
        return Input(
            slot=slot,
            needed=all(path in required for path in ancestors),
            strong=_strong(slot, parts),
            weak=self._weak(slot, parts),
            parts=parts,
            roles=_roles(slot.name),
            leaf=slot.path not in inner,
        )

    def _weak(self, slot: Slot, parts: Label) -> tuple[Label, ...]:
        found: list[Label] = []
        if slot.type == "boolean" and parts and parts[0] in stem_set("switches"):
            found.append(parts[1:])
        if len(parts) > 1 and parts[-1] in _ASIDE:
            found.append(parts[:-1])
        if len(parts) > 1 and parts[0] == "id":
            found.append(parts[1:])
        if parts in (("id",), ("uuid",), ("number",)):
            found += [(noun,) for noun in self.operation_parts if noun in self.nouns]
        if len(parts) > 1 and slot.type in ("integer", "number"):
            found.append(parts[-1:])
        return tuple(dict.fromkeys(label for label in found if label and label not in (parts,)))


@lru_cache(maxsize=8_192)
def _roles(name: str) -> frozenset[str]:
    parts = name_parts(name)
    return frozenset(role for role, words in roles().items() if not words.isdisjoint(parts))


def _strong(slot: Slot, parts: Label) -> tuple[Label, ...]:
    labels = [parts, *((alias,) for alias in aliases(slot.name.lower()))]
    title = slot.schema.get("title")
    if isinstance(title, str) and len(title) <= 60:
        labels.append(tuple(stems_of(title)))
    if len(slot.path) > 1:
        labels.append((*stems_of(slot.path[-2]), *parts))
    return tuple(sorted({label for label in labels if label}, key=lambda label: (-len(label), label)))


def _base_form(word: str) -> str:
    return word.removesuffix("s") if word.endswith("s") and not word.endswith("ss") else word


def terms_of(profile: Profile) -> dict[str, float]:
    """How much each stem stands for the tool: the operation's name most, the details of the inputs least."""
    weights: dict[str, float] = {}
    fields = [
        (3.0, content_stems(profile.operation)),
        (2.5, content_stems(profile.summary)),
        (1.0, content_stems(profile.details)),
    ]
    for one in profile.inputs:
        allowed = (*choices(one.slot.schema), *choices(one.slot.items))[:_MOST_CHOICES]
        nearness = _NEARNESS.get(len(one.slot.path), 0.25)
        fields.append((1.5 * nearness, content_stems(" ".join((one.slot.name, *aliases(one.slot.name.lower()))))))
        fields.append((0.5 * nearness, content_stems(one.slot.text[:200])))
        fields.append((1.2 * nearness, [part for choice in allowed for part in content_stems(choice.labels[-1])]))
    for weight, stems in fields:
        for piece in set(stems):
            before = weights.get(piece, 0.0)
            weights[piece] = max(before, weight) + 0.2 * min(before, weight)
    return weights
