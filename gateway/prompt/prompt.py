"""What goes into a prompt, and what comes out: plain values."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.messages import Message, ToolSpec
from gateway.prompt.cutting import Cut
from gateway.prompt.soul import Soul
from gateway.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Material:
    """Something that the model should know for this call.

    ``trusted`` is text of ours, which stands in the system message as it is. Everything that others wrote or could
    have written is not, its name included: it is made neutral, put between marks, and sent with a user's authority.
    Of materials that do not all fit, those with the lowest ``priority`` are cut first, among equals the later ones;
    ``cut`` says what goes first: ``head`` its beginning (a log), ``tail`` its end (a document), ``whole`` all at once
    (what half of is of no use, as JSON).
    """

    name: str
    text: str
    trusted: bool = False
    priority: int = 0
    cut: Cut = "tail"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One model call before it is composed.

    ``task`` is text of ours that says what this call is about; what a person or a document says belongs into
    ``context`` or ``conversation``. The conversation holds no message of the role system. ``tools`` are those that
    the model is given beside the messages.
    """

    soul: Soul
    purpose: Purpose
    task: str = ""
    context: tuple[Material, ...] = ()
    conversation: tuple[Message, ...] = ()
    tools: tuple[ToolSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one part: ``soul``, ``purpose``, ``task``, ``context`` or ``conversation``.

    ``allowed`` is the part's own budget or, when that is less, what the others left of the total. ``cut`` says that
    something is missing, ``left_out`` what: the names of materials and results, and how many messages.
    ``neutralised`` counts the places in the given texts that were shown or broken (hidden characters, tokens of chat
    templates), also in texts that were cut later.
    """

    name: str
    tokens: int
    allowed: int
    left_out: tuple[str, ...] = ()
    neutralised: int = 0

    @property
    def cut(self) -> bool:
        """Whether something of the part is not in the prompt."""
        return bool(self.left_out)


@dataclass(frozen=True, slots=True)
class Composed:
    """A prompt as a model gets it.

    ``sha256`` stands for the messages, the tools' specifications, and the soul's name and version. ``messages`` are
    for language models: a tool's result in them is no longer JSON but text between marks, a question stands in its
    text only, and the names of attachments are in the text (a provider sends the files and prints nothing of them).
    """

    messages: tuple[Message, ...]
    sha256: str
    parts: tuple[Part, ...]

    @property
    def tokens(self) -> int:
        """Tokens of all parts together."""
        return sum(part.tokens for part in self.parts)
