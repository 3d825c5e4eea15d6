"""From a conversation to what is wanted now: a call, one question, or talk. Pure, and the same every time."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from gateway.builtin.choosing import Chosen, Circumstances, Tie, choose
from gateway.builtin.conversation import (
    EMPTY_TEXT,
    FORBIDDEN_TEXT,
    TOO_LONG_TEXT,
    explanation,
    not_understood,
    talk,
    wants_explanation,
)
from gateway.builtin.followup import answered
from gateway.builtin.intents import Intent, Wish, from_source, wish_of
from gateway.builtin.module_calls import TOOL_OF, call_for
from gateway.builtin.outcome import Outcome, ended, of_answer, of_chosen
from gateway.builtin.questions import ask_tool
from gateway.builtin.ranking import Catalogue, Index
from gateway.builtin.utterance import Clause, Mood, Utterance, read
from gateway.builtin.words import stem_set, stems_of
from gateway.messages import Attachment, Message, ModelRequest, Question, ToolSpec
from gateway.schema import choices, slots

_FILES_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """What the request holds, taken apart."""

    said: Utterance
    files: tuple[Attachment, ...]
    open_question: Question | None
    chat: dict[str, ToolSpec]
    index: Index
    around: Circumstances


def understand(request: ModelRequest, catalogue: Catalogue) -> Outcome:
    """What the last message of the user wants."""
    scene = _scene(request, catalogue)
    if scene.said.too_long and scene.said.document is None:
        return ended(TOO_LONG_TEXT, "the message is longer than what is read", understood=False)
    if scene.open_question is not None:
        outcome = answered(scene.open_question, scene.said, scene.index, scene.files, scene.around)
        if outcome is not None:
            return outcome
    if not scene.said.said.strip() and scene.said.document is None and not scene.files:
        return ended(EMPTY_TEXT, "the message is empty")
    return _fresh(scene, request)


def _fresh(scene: Scene, request: ModelRequest) -> Outcome:
    attached = bool(request.messages and _last_user(request).attachments)
    wish = wish_of(scene.said, attached=attached, named=_names(scene.chat))
    if wish is not None and not _better_as_tool(wish, scene):
        return _managed(wish, scene)
    courtesy = talk(scene.said, scene.index)
    if courtesy is not None and not attached:
        return ended(*courtesy)
    outcome = _by_tool(scene)
    if outcome is not None:
        return outcome
    wish = wish or from_source(scene.said, attached=attached)
    if wish is not None:
        return _managed(wish, scene)
    return _talked(scene)


def _by_tool(scene: Scene) -> Outcome | None:
    """The first clause, commands before questions, that an installed tool answers."""
    clauses = [clause for clause in scene.said.wanted if clause.mood is not Mood.HOW_TO and not _is_small_talk(clause)]
    found = [(clause, choose(scene.index, scene.said, clause, scene.around)) for clause in clauses]
    done = [(clause, outcome) for clause, outcome in found if outcome is not None]
    if not done:
        return None
    clause, outcome = done[0]
    why = f"It reads as a {clause.mood.value}" + (f" with the verb “{clause.verb}”." if clause.verb else ".")
    if isinstance(outcome, Tie):
        question = ask_tool([one.profile for one in outcome.choices], scene.said.said)
        return Outcome(Intent.TOOL, clause.mood, question=question, trace=(why, "Several tools fit equally well."))
    later = [other.profile.title() for _, other in done[1:] if isinstance(other, Chosen) and _another(other, outcome)]
    return of_chosen(outcome, clause.mood, scene.said.said, why=why, later=tuple(dict.fromkeys(later)))


def _another(other: Chosen, chosen: Chosen) -> bool:
    return other.profile is not chosen.profile


def _is_small_talk(clause: Clause) -> bool:
    """A statement about someone's own affairs asks for nothing."""
    if clause.mood is not Mood.STATEMENT or not clause.tokens:
        return False
    words = [token.word for token in clause.tokens[:3]]
    about_me = words[0] in {"i", "i'm", "i’m", "we", "my", "he", "she", "they", "it", "it's", "this", "that", "that's"}
    return about_me and stem_set("wishing").isdisjoint(part for token in clause.tokens[:3] for part in token.parts)


def _managed(wish: Wish, scene: Scene) -> Outcome:
    mood = wish.clause.mood if wish.clause is not None else Mood.COMMAND
    why = f"It is a wish to {wish.intent.value}: {wish.reason}."
    spec = scene.chat.get(TOOL_OF[wish.intent])
    if spec is None:
        return ended(f"You may not {wish.intent.value} modules here: that tool is not among yours.", why)
    answer = call_for(wish, scene.said, spec, scene.files)
    return of_answer(answer, spec.name, wish.intent, mood, (why,))


def _better_as_tool(wish: Wish, scene: Scene) -> bool:
    """A wish without a source may be an installed tool's own business: "create a support ticket"."""
    if wish.intent is Intent.LIST or wish.clause is None:
        return False
    if wish.intent is Intent.BUILD and (scene.files or scene.said.document or "http" in scene.said.said):
        return False
    outcome = choose(scene.index, scene.said, wish.clause, scene.around)
    if not isinstance(outcome, Chosen):
        return False
    nouns = outcome.profile.nouns
    own = stem_set("module_nouns") | stem_set("draft_nouns")
    meant = {part for part in wish.clause.parts if part in own}
    return bool(meant) and meant <= nouns


def _talked(scene: Scene) -> Outcome:
    if wants_explanation(scene.said):
        stems = [part for clause in scene.said.clauses for part in clause.parts]
        nearest = [match for match in scene.index.search(stems) if match.strong]
        if nearest:
            return ended(explanation(nearest[0].profile), "asks how, and not for the thing itself")
    forbidden = bool(scene.said.clauses) and all(clause.negated for clause in scene.said.clauses)
    if forbidden:
        return ended(FORBIDDEN_TEXT, "it forbids, and asks for nothing")
    return ended(not_understood(scene.said, scene.index), "nothing fits", understood=False)


def _scene(request: ModelRequest, catalogue: Catalogue) -> Scene:
    chat = {tool.name: tool for tool in request.tools if tool.name in CHAT_TOOL_NAMES}
    index = catalogue.index([tool for tool in request.tools if tool.name not in CHAT_TOOL_NAMES])
    last = _last_user(request)
    return Scene(
        said=read(last.content, index.verbs),
        files=_files(request, last),
        open_question=_open_question(request),
        chat=chat,
        index=index,
        around=Circumstances(now=request.now, params=request.params),
    )


def _last_user(request: ModelRequest) -> Message:
    return next((m for m in reversed(request.messages) if m.role == "user"), Message(role="user"))


def _files(request: ModelRequest, last: Message) -> tuple[Attachment, ...]:
    """The files of this message; without any, those of the last message that had some."""
    if last.attachments:
        return last.attachments
    recent = [message for message in request.messages if message.role == "user"][-_FILES_REMEMBERED:]
    return next((message.attachments for message in reversed(recent) if message.attachments), ())


def _open_question(request: ModelRequest) -> Question | None:
    """The question that the message before the user's last one asked."""
    numbers = [number for number, message in enumerate(request.messages) if message.role == "user"]
    if not numbers or numbers[-1] == 0:
        return None
    before = request.messages[numbers[-1] - 1]
    return before.question if before.role == "assistant" else None


def _names(chat: dict[str, ToolSpec]) -> frozenset[str]:
    """Stems of what modules and drafts are called."""
    labels = [
        label
        for spec in chat.values()
        for slot in slots(spec.input_schema)
        if slot.name in ("module", "draft")
        for choice in choices(slot.schema)
        for label in choice.labels[-1:] + (choice.labels[:1] if slot.name == "module" else ())
    ]
    return frozenset(part for label in labels for part in stems_of(label)) - stem_set("module_talk")
