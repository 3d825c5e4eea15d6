"""Talk without effects: help, what the builtin provider is, courtesy, and honesty about what was not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from gateway.builtin.profile import Profile
from gateway.builtin.ranking import Index, Match
from gateway.builtin.utterance import LONGEST, Mood, Utterance
from gateway.schema import choices

_MOST_LISTED = 15

_ABOUT = re.compile(
    r"""\b(?:who|what)\s+(?:exactly\s+)?are\s+you\b|\bwhat(?:'|’)?s\s+your\s+name\b
      |\bare\s+you\s+(?:an?\s+|the\s+|really\s+|just\s+)*(?:ai|a\.i\.|artificial|llm|language|large|gpt|chatgpt|claude|gemini
        |model|bot|robot|chatbot|human|person|real|intelligent|machine|program|assistant)\b
      |\b(?:which|what)\s+(?:language\s+|ai\s+)?(?:model|llm|provider)s?\b|\btell\s+me\s+about\s+yourself\b
      |\b(?:add|use|connect|configure|set\s+up|enable|install|plug\s+in|switch\s+to|change|get)\s+(?:\w+\s+){0,3}
        (?:language\s+model|llm|model|gpt\S*|openai|anthropic|claude|ollama|mistral|model\s+provider|provider)s?\b
      |\b(?:openai|anthropic|claude|gpt\S*|ollama)\b.{0,40}\bkey\b""",
    re.VERBOSE | re.IGNORECASE,
)
_HELP = re.compile(
    r"""^\W*help\W*(?:me\W*)?$|\bwhat\s+(?:all\s+)?(?:can|could|do)\s+(?:you|nexus|i|we|this)\s+(?:\w+\s+)?(?:do|ask|say|know|offer)?\b(?!\s+with\b)
      |\bhow\s+(?:do|can|should|does|to)\s+(?:i\s+|we\s+|one\s+|this\s+|it\s+|you\s+|nexus\s+|that\s+)?
        (?:use\s+(?:you|this|it|nexus)|work|works|get\s+started|start|begin|talk\s+to\s+you)\b
      |\bget(?:ting)?\s+started\b|\bwhat\s+(?:are|is)\s+(?:your|my|the)\s+(?:options|commands|capabilities|abilities|features)\b
      |^\W*(?:commands|menu|options|capabilities|usage|manual)\W*$|\bwhat(?:'|’)?s\s+possible\b
      |\b(?:show|list|tell)\b.{0,20}\b(?:what\s+(?:you|i)\s+can|capabilities|commands)\b
      |\bhow\s+(?:do|can|could|should|would|to)\s+(?:i\s+|we\s+|one\s+|you\s+)?(?:\w+\s+){0,2}
        (?:build|make|create|add|install|roll\s*back|remove|generate)\b.{0,30}\b(?:module|tool|integration|draft|version|api)s?\b""",
    re.VERBOSE | re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|howdy|greetings|good\s+(?:morning|day|afternoon|evening)|yo|hallo|salut|hola)\b"
)
_FEELING = re.compile(
    r"\bhow\s+(?:are|do)\s+you\s*(?:do|doing|today|feeling)?\b|\bhow(?:'|’)?s\s+it\s+going\b|\bwhat(?:'|’)?s\s+up\b"
)
_THANKS = re.compile(
    r"^\W*(?:thanks?|thank\s+you|thx|cheers|great|perfect|nice|cool|awesome|well\s+done|good\s+job|merci|danke)\b"
)
_FAREWELL = re.compile(r"^\W*(?:bye|goodbye|see\s+you|good\s+night|farewell|cya)\b")
_DROP = re.compile(
    r"^\W*(?:never\s?mind|cancel(?:\s+(?:that|this|it))?|stop(?:\s+(?:that|this|it))?|forget\s+(?:it|that|this|about\s+it)"
    r"|no(?:\s+thanks?|\s+thank\s+you)?|nothing|abort|quit|leave\s+it|drop\s+it|skip\s+it|none(?:\s+of\s+them)?)\W*$"
)
_ASSENT = re.compile(
    r"^\W*(?:yes|yeah|yep|ok|okay|sure|approve[d]?|confirm(?:ed)?|go\s+ahead|do\s+it|agreed|right|y|i\s+approve|reject|deny)\W*$"
)

ABOUT_TEXT = (
    "I am NEXUS's builtin provider: rules, not a language model. I match your words with the tools that are installed, "
    "take their inputs from what you write, and ask when one is missing; I do not make anything up. "
    "The provider is chosen under `[llm]` in `nexus.toml` (or with `NEXUS_LLM__PROVIDER`): a language model is added "
    "there as soon as this version lists its provider; `nexus check` shows what is in effect now."
)
EMPTY_TEXT = "The message is empty. Tell me what you would like, or ask what I can do."
TOO_LONG_TEXT = (
    f"That is longer than the {LONGEST:,} characters that I read as an instruction, and I found no API description in "
    "it, so I read none of it. Send a shorter message; attach long documents as files."
)
FORBIDDEN_TEXT = "Understood: I do nothing. Tell me what you would like instead."
DROPPED_TEXT = "Dropped. Nothing was called."


def drops(text: str) -> bool:
    """Whether the whole message takes back what was asked before."""
    return _DROP.match(text.lower()) is not None


def talk(said: Utterance, index: Index) -> tuple[str, str] | None:
    """An answer and what it was taken for, when the message is plainly talk."""
    text = said.said.strip()
    lowered = text.lower()
    short = len(said.tokens) <= 7
    if _ABOUT.search(text):
        return ABOUT_TEXT, "a question about the provider"
    if _HELP.search(text):
        return help_text(index), "a request for help"
    if short and _FEELING.search(lowered):
        return "Running as I should, thank you. What would you like to do?", "courtesy"
    if short and _GREETING.match(lowered):
        return f"Hello. {_offer(index)}", "a greeting"
    if short and _THANKS.match(lowered):
        return "You are welcome.", "thanks"
    if short and _FAREWELL.match(lowered):
        return "Goodbye.", "a farewell"
    if drops(text):
        return "There is nothing open to drop.", "takes something back"
    if _ASSENT.match(lowered):
        return "There is no question of mine open. Cards that wait for an answer are answered on the card.", "an assent"
    return None


def help_text(index: Index) -> str:
    """What can be done now, with the installed tools."""
    lines = [
        "You can:",
        "- **build** a module: attach an OpenAPI file, paste the document, or give its URL, and say so;",
        "- **install** a draft that was built (it waits for your approval);",
        "- **use** an installed tool: ask for what it does and give its inputs in the sentence;",
        "- **roll back** a module to the version before;",
        "- **list** the modules.",
    ]
    tools = _installed(index)
    if tools:
        lines += ["", f"Installed tools ({len(tools)}):"]
        lines += [f"- {profile.title()}" for profile in tools[:_MOST_LISTED]]
        lines += [f"- … and {len(tools) - _MOST_LISTED} more"] if len(tools) > _MOST_LISTED else []
    else:
        lines += ["", "No module is installed yet."]
    return "\n".join(lines)


def explanation(profile: Profile) -> str:
    """How a tool is used, for someone who asks how and not for it."""
    shown = [one for one in profile.inputs if one.leaf][:_MOST_LISTED]
    described = [
        f"- `{one.slot.dotted}`{' (needed)' if one.needed else ''}: {_kind(profile, one.slot.dotted)}" for one in shown
    ]
    lines = [f"{profile.title()} does that.", *(["Its inputs:", *described] if described else ["It needs no input."])]
    lines.append("Ask for it as a command with its inputs and I call it.")
    if profile.writes:
        lines.append("It changes something, so it waits for your approval first.")
    return "\n".join(lines)


def not_understood(said: Utterance, index: Index) -> str:
    """The honest end: what it was not understood as, and the nearest tools."""
    stems = [part for clause in said.clauses if not clause.negated for part in clause.parts]
    nearest = [match for match in index.search(stems) if match.strong][:3]
    opening = "No installed tool fits that, and as I am no language model I do not answer freely."
    if nearest:
        return f"{opening} Nearest: {_listed(nearest)}. Say which one, with its inputs."
    return f"{opening} {_offer(index)}"


def wants_explanation(said: Utterance) -> bool:
    """Whether it asks how to do something, and not to do it."""
    return any(clause.mood is Mood.HOW_TO for clause in said.clauses)


def _kind(profile: Profile, dotted: str) -> str:
    slot = next(one.slot for one in profile.inputs if one.slot.dotted == dotted)
    found = choices(slot.schema)
    if found:
        return "one of " + ", ".join(choice.labels[-1] for choice in found[:8])
    return slot.schema.get("format") or slot.type


def _installed(index: Index) -> list[Profile]:
    return [profile for profile in index.profiles if profile.spec.name not in CHAT_TOOL_NAMES]


def _listed(matches: Sequence[Match]) -> str:
    return "; ".join(match.profile.title() for match in matches)


def _offer(index: Index) -> str:
    tools = _installed(index)
    if not tools:
        return "No module is installed yet: attach an OpenAPI file and ask me to build a module from it."
    return "Ask what I can do for a list of what is installed, or attach an OpenAPI file to build a module."
