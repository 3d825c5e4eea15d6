"""Wishes about modules as calls of the chat's tools, or as the one question that is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.builtin.chat_tools import BUILD_MODULE, INSTALL_MODULE, LIST_MODULES, ROLLBACK_MODULE
from gateway.builtin.intents import Intent, Wish
from gateway.builtin.lexer import Kind
from gateway.builtin.utterance import Utterance
from gateway.builtin.verbs import is_generic
from gateway.builtin.words import is_stopword, plain, stem_set, stems_of
from gateway.messages import Attachment, JsonObject, Question, ToolSpec
from gateway.schema import Choice, choices, slots

TOOL_OF = {
    Intent.BUILD: BUILD_MODULE,
    Intent.INSTALL: INSTALL_MODULE,
    Intent.ROLLBACK: ROLLBACK_MODULE,
    Intent.LIST: LIST_MODULES,
}
_NAMED = re.compile(
    r"\b(?:called|named|name\s+it|call\s+it|with\s+the\s+name|under\s+the\s+name)\s+"
    r"[\"'“‘`]?([\w][\w .-]{0,62}?)[\"'”’`]?"
    r"(?=\s+(?:from|with|using|out\s+of|based|for|and|please)\b|[\s,;:!?]*(?:[.]\s|[.]?$)|[,;\n])",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:json|ya?ml|txt)\b", re.IGNORECASE)
_NO_PATHS = "I do not open files on the server, so “{path}” stays closed."
_ASK_SOURCE = "Which API description shall I build from? Attach the file, paste the document, or give its URL."


@dataclass(frozen=True, slots=True)
class Answer:
    """Exactly one of the three: arguments for the tool, a question, or a text that ends it."""

    arguments: JsonObject | None = None
    question: Question | None = None
    text: str = ""


def call_for(wish: Wish, said: Utterance, spec: ToolSpec, files: Sequence[Attachment]) -> Answer:
    """What to call, or to ask, for a wish about modules."""
    if wish.intent is Intent.LIST:
        return Answer(arguments={})
    if wish.intent is Intent.BUILD:
        return build(said, files)
    if wish.intent is Intent.INSTALL:
        return _picked(said, spec, "draft", "There is no draft to install. Build one first.")
    return _rollback(said, spec)


def build(said: Utterance, files: Sequence[Attachment], known: JsonObject | None = None) -> Answer:
    """The source of a build: the pasted document, the attached file or the URL; asked for when there is none."""
    named = _NAMED.search(said.said)
    arguments: JsonObject = {**(known or {}), **({"name": named.group(1).strip()} if named else {})}
    urls = list(dict.fromkeys(token.text for token in said.of_kind(Kind.URL)))
    paths = said.of_kind(Kind.PATH)
    mentioned = [one for one in files if plain(one.name) in plain(said.said)]
    candidates = mentioned or list(files)
    if said.document is not None:
        return Answer(arguments={**arguments, "text": said.document})
    if len(candidates) == 1:
        return Answer(arguments={**arguments, "attachment": candidates[0].id})
    if candidates:
        return _ask(
            "Which of the attached files is the API description?", arguments, said, [f.name for f in candidates]
        )
    if len(urls) == 1:
        return Answer(arguments={**arguments, "url": urls[0]})
    if urls:
        return _ask("Which of these addresses is the API description?", arguments, said, urls)
    if paths:
        refusal = _NO_PATHS.format(path=paths[0].text[:120])
        return _ask(f"{refusal} Attach the file, paste the document, or give its URL.", arguments, said)
    if (file_name := _FILE_NAME.search(said.said)) is not None:
        return _ask(f"No file came with the message. Attach “{file_name.group()[:120]}”.", arguments, said)
    return _ask(_ASK_SOURCE, arguments, said)


def pick(options: Sequence[Choice], text: str) -> list[Choice]:
    """The labelled choices that a text names best; all of the best ones."""
    said = set(stems_of(text))
    lowered = plain(text)
    exact = [
        one for one in options if any(len(label) > 1 and _stands_in(plain(label), lowered) for label in one.labels)
    ]
    if exact:
        longest = max(len(label) for one in exact for label in one.labels if _stands_in(plain(label), lowered))
        return [one for one in exact if any(len(x) == longest and _stands_in(plain(x), lowered) for x in one.labels)]
    weights = [
        max(len(said & set(stems_of(label)) - stem_set("module_talk")) for label in one.labels) for one in options
    ]
    best = max(weights, default=0)
    return [one for one, weight in zip(options, weights, strict=True) if weight == best and best > 0]


def _stands_in(label: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text) is not None


def _rollback(said: Utterance, spec: ToolSpec) -> Answer:
    answer = _picked(said, spec, "module", "No module is installed, so there is nothing to roll back.")
    if answer.arguments is None:
        return answer
    versions = _options(spec, "version")
    words = [
        token.text.lower() for token in said.tokens if token.kind in (Kind.WORD, Kind.CODE, Kind.NUMBER, Kind.QUOTED)
    ]
    hashes = [word.strip("\"'“”`") for word in words if re.fullmatch(r"\W*[0-9a-f]{6,64}\W*", word)]
    for piece in hashes:
        found = [one for one in versions if str(one.value).startswith(piece)]
        if len(found) == 1:
            return Answer(arguments={**answer.arguments, "version": found[0].value})
        return Answer(
            question=Question(
                text=f"No single approved version begins with “{piece}”. Which version shall become active?",
                missing="version",
                tool=spec.name,
                arguments=answer.arguments,
                options=tuple(str(one.value)[:12] for one in versions[:12]),
                utterance=said.said[:2_000],
            )
        )
    return answer


def _picked(said: Utterance, spec: ToolSpec, name: str, nothing: str) -> Answer:
    """The one choice that the text names; the only one there is, when it names none; else the question which."""
    options = _options(spec, name)
    if not options:
        return Answer(text=nothing)
    found = pick(options, said.said)
    if not found and len(options) == 1 and not _names_another(said):
        found = list(options)
    if len(found) == 1:
        return Answer(arguments={name: found[0].value})
    among = found or options
    listed = ", ".join(one.labels[-1] for one in among[:12])
    return Answer(
        question=Question(
            text=f"Which {name} do you mean: {listed}?",
            missing=name,
            tool=spec.name,
            options=tuple(str(one.value) for one in among[:12]),
            utterance=said.said[:2_000],
        )
    )


def _names_another(said: Utterance) -> bool:
    """Whether words are left that may name something which is not among the choices."""
    return bool(said.of_kind(Kind.QUOTED)) or any(
        token.kind in (Kind.WORD, Kind.CODE)
        and not is_stopword(token.word)
        and not all(part in stem_set("module_talk") or is_generic(part) for part in token.parts)
        for clause in said.clauses
        if not clause.negated
        for token in clause.tokens
    )


def _options(spec: ToolSpec, name: str) -> tuple[Choice, ...]:
    return next((choices(slot.schema) for slot in slots(spec.input_schema) if slot.path == (name,)), ())


def _ask(text: str, arguments: JsonObject, said: Utterance, options: Sequence[str] = ()) -> Answer:
    return Answer(
        question=Question(
            text=text,
            missing="source",
            tool=BUILD_MODULE,
            arguments=arguments,
            options=tuple(options),
            utterance=said.said[:2_000],
        )
    )
