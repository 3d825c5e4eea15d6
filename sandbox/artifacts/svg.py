"""SVG: parsed as XML without a document type, and written anew from the elements and attributes that draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, tostring
from xml.parsers import expat

from sandbox.artifacts.limits import ArtifactLimits
from sandbox.artifacts.refusal import ArtifactRefused
from sandbox.artifacts.svg_allowed import (
    ATTRIBUTES,
    ELEMENTS,
    FRAGMENT,
    ID,
    REFERENCE,
    REFERRING,
    UNWRAPPED,
    is_safe_value,
    safe_style,
)

_SVG: Final = "http://www.w3.org/2000/svg"
_HREFS: Final = ("href", "http://www.w3.org/1999/xlink href")
_DRAWS: Final = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "use"})


def scrub_svg(text: str, limits: ArtifactLimits) -> tuple[bytes, tuple[str, ...]]:
    """The drawing as UTF-8, and the names of what was taken out: elements, ``@attributes``, ``?instructions``.

    Comments go without a word, and namespaces other than SVG's with all that stands in them. Raises
    ``ArtifactRefused``.
    """
    scrubber = _Scrubber(limits)
    root = scrubber.read(text)
    if scrubber.removed and not any(element.tag in _DRAWS for element in root.iter()):
        raise ArtifactRefused(
            f"Nothing is left of the SVG without {', '.join(sorted(scrubber.removed)[:5])}.",
            mend="Draw with shapes, paths and text only.",
        )
    _check_expansion(root, limits.elements)
    return tostring(root, encoding="utf-8"), tuple(sorted(scrubber.removed))


class _Scrubber:
    """Builds the tree of what may stay while expat reads."""

    def __init__(self, limits: ArtifactLimits) -> None:
        self._limits = limits
        self._root: Element | None = None
        # None where the content of a dropped element is passed over.
        self._open: list[Element | None] = []
        self._elements = 0
        self.removed: set[str] = set()

    def read(self, text: str) -> Element:
        # Told the encoding, expat does not believe another one that the document claims for itself.
        parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.ProcessingInstructionHandler = lambda target, data: self._remove(f"?{target}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise ArtifactRefused(
                f"The SVG is no well-formed XML: {error}.", mend="Close every element and escape '<' and '&' in text."
            ) from None
        if self._root is None:
            raise _no_svg()
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > self._limits.elements or len(self._open) >= self._limits.depth:
            raise ArtifactRefused(
                f"The SVG has more than {self._limits.elements} elements, or more than {self._limits.depth} in a row.",
                mend="Draw less, or one path instead of many elements.",
            )
        namespace, _, tag = name.rpartition(" ")
        if not self._open:
            if (namespace, tag) != (_SVG, "svg"):
                raise _no_svg()
            self._root = Element("svg", {"xmlns": _SVG, **self._attributes(tag, attributes)})
            self._open.append(self._root)
            return
        above = self._open[-1]
        if above is None:
            self._open.append(None)
        elif namespace == _SVG and tag in ELEMENTS:
            element = Element(tag, self._attributes(tag, attributes))
            above.append(element)
            self._open.append(element)
        else:
            self._remove(tag)
            self._open.append(above if namespace == _SVG and tag in UNWRAPPED else None)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        above = self._open[-1]
        if above is None:
            return
        if len(above):
            above[-1].tail = (above[-1].tail or "") + text
        else:
            above.text = (above.text or "") + text

    def _attributes(self, tag: str, attributes: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in attributes.items():
            if name in _HREFS:
                if tag in REFERRING and FRAGMENT.fullmatch(value):
                    kept["href"] = value
                else:
                    self._remove("@href")
            elif name == "style":
                style, complete = safe_style(value)
                if style:
                    kept["style"] = style
                if not complete:
                    self._remove("@style")
            elif (name in ATTRIBUTES and is_safe_value(value)) or (name == "id" and ID.fullmatch(value)):
                kept[name] = value
            else:
                self._remove(f"@{name.rpartition(' ')[2]}")
        return kept

    def _remove(self, name: str) -> None:
        """Note a name, if it can be shown; a hostile drawing cannot make the note long."""
        plain = name if name.isascii() and name.isprintable() and len(name) <= 40 else "another"
        if len(self.removed) < 20:
            self.removed.add(plain)


def _no_document_type(name: str, system: str | None, public: str | None, internal: bool) -> None:
    raise ArtifactRefused(
        "The SVG has a document type (DOCTYPE), which could define entities.", mend="Leave the DOCTYPE out."
    )


def _no_svg() -> ArtifactRefused:
    return ArtifactRefused(
        f"The XML's root is not the element svg of the namespace {_SVG}.", mend=f'Begin it with <svg xmlns="{_SVG}">.'
    )


@dataclass(slots=True)
class _Part:
    """An element with an id: how many elements it holds, and which other parts it draws."""

    elements: int = 0
    draws: list[str] = field(default_factory=list[str])


def _check_expansion(root: Element, limit: int) -> None:
    """Refuse a drawing that repeats itself into more than ``limit`` elements, or for ever: a few lines can do it."""
    parts = {"": _Part()}
    _count(root, [parts[""]], parts)
    drawn: dict[str, int] = {}

    def total(name: str, above: tuple[str, ...]) -> int:
        if name in above:
            raise ArtifactRefused(f"The SVG's part {name!r} draws itself.", mend="Let no part refer to itself.")
        if name not in drawn:
            part = parts.get(name, _Part())
            drawn[name] = part.elements + sum(total(each, (*above, name)) for each in part.draws)
        return drawn[name]

    try:
        too_many = total("", ()) > limit
    except RecursionError:
        too_many = True
    if too_many:
        raise ArtifactRefused(f"The SVG repeats its parts into more than {limit} elements.", mend="Repeat less.")


def _count(element: Element, inside: list[_Part], parts: dict[str, _Part]) -> None:
    own = element.get("id")
    if own is not None:
        inside = [*inside, parts.setdefault(own, _Part())]
    for part in inside:
        part.elements += 1
        part.draws += _references(element)
    for child in element:
        _count(child, inside, parts)


def _references(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name == "href":
            yield value[1:]
        else:
            yield from (match[2] for match in REFERENCE.finditer(value))
