"""Text from others, made harmless to read: what is hidden is shown, and what could end a turn is broken.

A model's server turns a conversation into one text, with tokens of its own between the messages. Text that spells such
a token may end the message that it stands in; characters that people do not see may say what people do not know of.
Both stay readable here: a hidden character becomes its number (``[U+200B]``), and a token gets a dot that makes it
another word (``<·|im_start|>``, ``Human·:``).

Which characters are hidden is written down here instead of asked of ``unicodedata``, whose answer depends on the
version of Python: a prompt is to have the same bytes, and so the same hash, on all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.prompt.marks import MARK_WORDS


@dataclass(frozen=True, slots=True)
class Neutral:
    """A text in which nothing is hidden and nothing ends a turn, and how many places were changed for that."""

    text: str
    changed: int = 0


_HIDDEN_RANGES = (
    (0x0000, 0x0008), (0x000B, 0x001F), (0x007F, 0x009F),  # controls; tab and line feed stay
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),  # without width
    (0x3164, 0x3164), (0xFFA0, 0xFFA0), (0xFE00, 0xFE0F),  # fillers, and variants of what stands before
    (0x061C, 0x061C), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F),  # directions, line ends, operators
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),  # byte order, annotations, notation
    (0xD800, 0xDFFF),  # halves of characters, which no encoding can send
    (0xE0000, 0xE0FFF),  # tags, and more variants
)  # fmt: skip
_JOINERS = (0x200C, 0x200D, 0xFE0E, 0xFE0F)


def _codes(ranges: tuple[tuple[int, int], ...]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


_SHOWN: dict[int, str | None] = {code: f"[U+{code:04X}]" for code in _codes(_HIDDEN_RANGES)}
_SHOWN_IN_SPEECH = {code: shown for code, shown in _SHOWN.items() if code not in _JOINERS}
_HIDDEN = re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _HIDDEN_RANGES) + "]")

_TAGS = (
    "s|bos|eos|pad|unk|start_of_turn|end_of_turn|start_header_id|end_header_id|system|user|assistant|human"
    "|think|tool|tools|tool_call|tool_calls|tool_response|tool_result|function_calls|function_results"
)
_BRACKETED = (
    "INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|CALL_ID|ARGS|IMG|IMG_BREAK|IMG_END"
    "|PREFIX|SUFFIX|MIDDLE|THINK|gMASK|BOS|EOS"
)
_TOKEN = re.compile(
    rf"<(?=[|｜]|/?(?:{_TAGS})>|</?SYS>>|<<(?:{'|'.join(MARK_WORDS)})\b)|\[(?=/?(?:{_BRACKETED})\])",
    re.IGNORECASE | re.ASCII,
)
_SPEAKER = re.compile(
    r"^[ \t#*>]*(?:human|user|assistant|system|instruction|response)(?=[ \t]*:)",
    re.IGNORECASE | re.ASCII | re.MULTILINE,
)
_BROKEN = "\\g<0>\N{MIDDLE DOT}"


def neutral(text: str, *, speech: bool = False) -> Neutral:
    """The text made harmless, in time that grows with its length. A line end stays what it is (LF or CR LF).

    ``speech`` is for what persons and models say to each other: joiners and emoji variants, which many scripts are
    written with, stay in it. Applied to its own result it changes nothing.
    """
    shown, hidden = _show(text, _SHOWN_IN_SPEECH if speech else _SHOWN)
    broken, tokens = _TOKEN.subn(_BROKEN, shown)
    broken, speakers = _SPEAKER.subn(_BROKEN, broken)
    return Neutral(broken, hidden + tokens + speakers)


def neutral_line(text: str) -> Neutral:
    """The same for a name: a line end is shown as well, so that the name stays on its line."""
    lines = text.count("\n") + text.count("\r")
    found = neutral(text.replace("\r", "[U+000D]").replace("\n", "[U+000A]"))
    return Neutral(found.text, found.changed + lines)


def _show(text: str, shown: dict[int, str | None]) -> tuple[str, int]:
    if not _HIDDEN.search(text):
        return text, 0
    # a translation of each line that CR LF ends: those two stay, and a CR alone does not
    lines = text.split("\r\n")
    removed = dict.fromkeys(shown)
    changed = sum(len(line) - len(line.translate(removed)) for line in lines)
    return "\r\n".join(line.translate(shown) for line in lines), changed
