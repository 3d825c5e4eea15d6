"""Prompts: souls, and how one is composed with a task, materials and a conversation. Usable alone::

soul = load_souls()["companion"]
prompt = Prompt(soul=soul, purpose=Purpose.CHAT, conversation=(Message(role="user", content="Hello"),))
composed = compose(prompt)
request = ModelRequest(purpose=prompt.purpose, messages=composed.messages, tools=prompt.tools)
"""

from gateway.prompt.budget import Count, PromptBudget, estimate
from gateway.prompt.composer import Composer
from gateway.prompt.composition import compose
from gateway.prompt.cutting import Cut
from gateway.prompt.prompt import Composed, Material, Part, Prompt
from gateway.prompt.soul import Soul, load_souls

__all__ = [
    "Composed",
    "Composer",
    "Count",
    "Cut",
    "Material",
    "Part",
    "Prompt",
    "PromptBudget",
    "Soul",
    "compose",
    "estimate",
    "load_souls",
]
