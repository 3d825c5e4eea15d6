"""Which of many tools a clause is about: shared words, weighted by how rare they are among the tools."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from gateway.builtin.profile import Profile, terms_of
from gateway.builtin.verbs import Act, act_of_stem, is_generic
from gateway.builtin.words import stem, synonyms
from gateway.messages import ToolSpec

_GENERIC_SHARE = 0.3
_SYNONYM_SHARE = 0.65
_TYPO_SHARE = 0.6
_KIN_SHARE = 0.6
_FEW = 3
_TYPO_RATIO = 85
_TYPO_LENGTH = 5
_STRONG = 1.2
_MODULE_GAIN = 1.5


@dataclass(frozen=True, slots=True)
class Match:
    """A tool, its score, and which of the clause's stems it shares; ``strong`` ones with its name or inputs.

    ``by_module``: the clause names the module, which tells nothing about which of its tools is meant.
    """

    profile: Profile
    score: float
    shared: frozenset[str]
    strong: frozenset[str]
    by_module: bool = False


class Index:
    """The words of one set of tools. Built once a set, then asked many times."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.profiles = tuple(profiles)
        self.verbs = frozenset(verb for profile in profiles for verb in profile.verbs)
        self._nouns = frozenset(noun for profile in profiles for noun in profile.nouns)
        self._verb_counts = Counter(stem(verb) for profile in profiles for verb in profile.verbs)
        self._modules: dict[str, set[int]] = {}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, profile in enumerate(profiles):
            for piece, weight in terms_of(profile).items():
                self._postings.setdefault(piece, []).append((number, weight))
            for piece in profile.module_parts:
                self._modules.setdefault(piece, set()).add(number)
        self._long = [piece for piece in self._postings if len(piece) >= _TYPO_LENGTH]

    def is_generic(self, piece: str) -> bool:
        """Whether a stem only says what to do. "Order" and "book" do not, where a tool is about orders or books."""
        return is_generic(piece) and piece not in self._nouns

    def search(self, stems: Iterable[str], verb: str = "") -> list[Match]:
        """The tools that share a word with the clause, best first; ties in the tools' order.

        ``verb`` is the stem of the clause's verb, which tells little where many tools share it.
        """
        scores: dict[int, float] = {}
        shared: dict[int, set[str]] = {}
        strong: dict[int, set[str]] = {}
        named: set[int] = set()
        for piece in dict.fromkeys(stems):
            for number in self._modules.get(piece, ()):
                scores[number] = scores.get(number, 0.0) + _MODULE_GAIN
                named.add(number)
            vague = self._is_vague(piece) if piece == verb else self.is_generic(piece)
            for number, (gain, weight) in self._hits(piece, _GENERIC_SHARE if vague else 1.0).items():
                scores[number] = scores.get(number, 0.0) + gain
                if not vague:
                    shared.setdefault(number, set()).add(piece)
                    if weight >= _STRONG:
                        strong.setdefault(number, set()).add(piece)
        ordered = sorted(scores, key=lambda number: (-scores[number], number))
        return [
            Match(
                self.profiles[number],
                scores[number],
                frozenset(shared.get(number, ())),
                frozenset(strong.get(number, ())),
                number in named,
            )
            for number in ordered
        ]

    def _is_vague(self, verb: str) -> bool:
        """Whether a verb does not tell the tools apart: one of reading, or one that no tool or many begin with."""
        if act_of_stem(verb) is Act.READ:
            return True
        return is_generic(verb) and not 1 <= self._verb_counts.get(verb, 0) <= _FEW

    def _hits(self, piece: str, share: float) -> dict[int, tuple[float, float]]:
        """For each tool, the gain of this word and the weight of the field it stands in."""
        found: dict[int, tuple[float, float]] = {}
        for term, likeness in self._variants(piece):
            postings = self._postings[term]
            rarity = math.log(1 + len(self.profiles) / len(postings))
            for number, weight in postings:
                gain = share * likeness * rarity * weight
                if gain > found.get(number, (0.0, 0.0))[0]:
                    found[number] = (gain, weight)
        return found

    def _variants(self, piece: str) -> list[tuple[str, float]]:
        """The word itself, words that mean the same, and, when it is unknown, its kin or a word it may be a slip of."""
        found = [(piece, 1.0)] if piece in self._postings else []
        found += [(other, _SYNONYM_SHARE) for other in sorted(synonyms(piece)) if other in self._postings]
        if not found and len(piece) >= _TYPO_LENGTH:
            found += [(term, _KIN_SHARE) for term in self._long if term.startswith(piece) or piece.startswith(term)]
        if not found and len(piece) >= _TYPO_LENGTH:
            best = process.extractOne(piece, self._long, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
            if best is not None:
                found.append((best[0], _TYPO_SHARE))
        return found


class Catalogue:
    """Keeps what was computed of tools, by their digests. Bounded: what was not used for longest goes first."""

    def __init__(self, *, tools: int = 4_096, sets: int = 32) -> None:
        self._profiles: OrderedDict[str, Profile] = OrderedDict()
        self._indexes: OrderedDict[tuple[str, ...], Index] = OrderedDict()
        self._most_tools, self._most_sets = tools, sets

    def profile(self, spec: ToolSpec) -> Profile:
        """The tool's profile."""
        known = self._profiles.get(spec.digest)
        if known is None:
            known = self._profiles[spec.digest] = Profile(spec)
            if len(self._profiles) > self._most_tools:
                self._profiles.popitem(last=False)
        else:
            self._profiles.move_to_end(spec.digest)
        return known

    def knows(self, specs: Sequence[ToolSpec]) -> bool:
        """Whether all of these tools were read before, so that an answer takes no longer than a few milliseconds."""
        return all(spec.digest in self._profiles or spec.name in CHAT_TOOL_NAMES for spec in specs)

    def index(self, specs: Sequence[ToolSpec]) -> Index:
        """The index of a set of tools."""
        key = tuple(spec.digest for spec in specs)
        known = self._indexes.get(key)
        if known is None:
            known = self._indexes[key] = Index([self.profile(spec) for spec in specs])
            if len(self._indexes) > self._most_sets:
                self._indexes.popitem(last=False)
        else:
            self._indexes.move_to_end(key)
        return known
