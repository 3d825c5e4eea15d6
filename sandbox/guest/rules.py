"""Our own reading of a source before RestrictedPython's: what it may not say, where, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, cast

from RestrictedPython.transformer import ALLOWED_FUNC_NAMES, INSPECT_ATTRIBUTES

from .guards import BUILTIN_NAMES
from .offered import OFFERED

SOURCE_BYTES = 256 * 1024
NODES = 200_000
DEPTH = 200
_DENIED_ATTRIBUTES = INSPECT_ATTRIBUTES | {"format_map", "mro"}

# Nodes that only mark another; they are the same objects everywhere.
_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

_DIALECT = "The sandbox runs a dialect of Python: "
_STATEMENTS: dict[str, str] = {
    "Nonlocal": "Keep shared state in a list or a dict that the inner function changes.",
    "Match": "Use if / elif.",
    "TryStar": "Use except without the star.",
    "AsyncFunctionDef": "Write plain functions: every ctx call waits for its answer.",
    "AsyncFor": "Use a plain for loop.",
    "AsyncWith": "Use a plain with statement.",
    "Await": "Call without await: every ctx call waits for its answer.",
    "TypeAlias": "Leave the alias out.",
    "TemplateStr": "Use an f-string.",
}
_BUILTINS: dict[str, str] = {
    "open": "There is no file system; use ctx.files.read(id) and ctx.artifacts.put(...).",
    "input": "An adapter takes its input from its arguments.",
    "eval": "Use json.loads for data.",
    "exec": "Write the code out.",
    "compile": "Write the code out.",
    "type": "Use isinstance(value, type).",
    "super": "Name the base class: Base.method(self).",
    "setattr": "Assign the attribute by name.",
    "delattr": "Use del on the attribute by name.",
    "exit": "Return from run, or raise AdapterError.",
    "quit": "Return from run, or raise AdapterError.",
    "__import__": "Use an import statement.",
}


class Breach(NamedTuple):
    """One thing in a source that the policy refuses."""

    code: str
    line: int
    sentence: str
    hint: str


class Reading:
    """A source as a tree, with its nodes by their type in the order they stand in."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.nodes: dict[type[ast.AST], list[Any]] = {}

    def of(self, *types: type[ast.AST]) -> Iterator[Any]:
        """The nodes of ``types``."""
        for each in types:
            yield from self.nodes.get(each, ())

    @cached_property
    def names(self) -> set[str]:
        """Every identifier that is read, bound or deleted as a name."""
        return {node.id for node in self.of(ast.Name)}

    @cached_property
    def bound(self) -> set[str]:
        """Names that the source gives to something, anywhere."""
        bound = {node.id for node in self.of(ast.Name) if type(node.ctx) is ast.Store}
        bound.update(node.name for node in self.of(ast.FunctionDef, ast.ClassDef, ast.ExceptHandler))
        bound.update(node.arg for node in self.of(ast.arg))
        bound.update(node.asname or node.name.partition(".")[0] for node in self.of(ast.alias))
        return bound


def read(source: bytes) -> Reading | Breach:
    """The source as a tree, or why it has none."""
    if len(source) > SOURCE_BYTES:
        sentence = f"The source has {len(source)} bytes."
        return Breach("too_large", 1, sentence, f"Stay under {SOURCE_BYTES} bytes a file.")
    try:
        tree = ast.parse(source.decode("utf-8"))
    except UnicodeDecodeError:
        return Breach("syntax", 1, "The source is not UTF-8.", "Save it as UTF-8.")
    except SyntaxError as error:
        return Breach("syntax", error.lineno or 1, f"Not Python: {error.msg}.", "Correct the syntax.")
    except (MemoryError, RecursionError, ValueError) as error:
        return Breach("too_deep", 1, f"Cannot be parsed: {error or 'nested too deep'}.", "Split the expression.")
    return _sorted_by_type(tree)


def _sorted_by_type(tree: ast.Module) -> Reading | Breach:
    """Level by level, so that depth is known and nothing recurses."""
    reading = Reading(tree)
    nodes = reading.nodes
    level: list[ast.AST] = [tree]
    count = depth = 0
    while level:
        count, depth = count + len(level), depth + 1
        if depth > DEPTH or count > NODES:
            sentence = "The source is nested too deep." if depth > DEPTH else "The source has too many parts."
            return Breach("too_deep", getattr(level[0], "lineno", 1), sentence, "Split it into smaller parts.")
        below: list[ast.AST] = []
        for node in level:
            nodes.setdefault(type(node), []).append(node)
            for value in vars(node).values():
                if type(value) is list:
                    below.extend(part for part in cast("list[Any]", value) if isinstance(part, ast.AST))
                elif isinstance(value, ast.AST) and not isinstance(value, _MARKS):
                    below.append(value)
        level = below
    return reading


def breaches(reading: Reading, importable: frozenset[str]) -> list[Breach]:
    """Everything in the source that the policy refuses. ``importable``: facades and modules of the bundle."""
    found = [
        *_statements(reading),
        *_attributes(reading),
        *_names(reading),
        *(breach for node in reading.of(ast.Import, ast.ImportFrom) for breach in _imports(node, importable)),
    ]
    return sorted(set(found), key=lambda breach: breach.line)


def _statements(reading: Reading) -> Iterator[Breach]:
    for kind in reading.nodes:
        hint = _STATEMENTS.get(kind.__name__)
        if hint is not None:
            for node in reading.of(kind):
                sentence = f"{_DIALECT}'{kind.__name__}' is not in it."
                yield Breach("statement_denied", node.lineno, sentence, hint)
    for node in reading.of(ast.ClassDef):
        if node.keywords:
            yield Breach("statement_denied", node.lineno, "A class takes no keywords here.", "Leave them out.")


def _attributes(reading: Reading) -> Iterator[Breach]:
    for node in reading.of(ast.Attribute):
        name = node.attr
        if _hidden(name) or name in _DENIED_ATTRIBUTES:
            hint = "Names that begin with an underscore and Python's internals are closed to adapters."
            yield Breach("attribute_denied", node.lineno, f"The attribute '{name}' cannot be used.", hint)


def _names(reading: Reading) -> Iterator[Breach]:
    """Hidden names wherever one is given or taken, and names that nothing defines."""
    yield from (_name(line, name) for line, name in _identifiers(reading) if _hidden(name))
    unknown = reading.names - reading.bound - BUILTIN_NAMES
    for node in reading.of(ast.Name) if unknown else ():
        if node.id in unknown and type(node.ctx) is ast.Load:
            yield from _load(node.lineno, node.id)


def _identifiers(reading: Reading) -> Iterator[tuple[int, str]]:
    yield from ((node.lineno, node.id) for node in reading.of(ast.Name))
    yield from ((node.lineno, node.arg) for node in reading.of(ast.arg))
    for node in reading.of(ast.ClassDef, ast.ExceptHandler, ast.FunctionDef):
        if node.name and node.name not in ALLOWED_FUNC_NAMES:
            yield node.lineno, node.name
    for node in reading.of(ast.alias):
        yield from ((node.lineno, name) for name in (node.name, node.asname) if name)
    for node in reading.of(ast.Global):
        yield from ((node.lineno, name) for name in node.names)


def _hidden(name: str) -> bool:
    return name.startswith("_") and name != "_"


def _name(line: int, name: str) -> Breach:
    return Breach("name_denied", line, f"The name '{name}' cannot be used.", "Begin names with a letter.")


def _load(line: int, name: str) -> Iterator[Breach]:
    if name in BUILTIN_NAMES:
        return
    if name in _BUILTINS:
        yield Breach("builtin_denied", line, f"'{name}' does not exist inside the sandbox.", _BUILTINS[name])
    elif not _hidden(name):
        yield Breach(
            "undefined_name", line, f"'{name}' is defined nowhere.", "Define or import it, or correct the name."
        )


def _imports(node: ast.Import | ast.ImportFrom, importable: frozenset[str]) -> Iterator[Breach]:
    names = [alias.name for alias in node.names]
    if "*" in names:
        yield Breach("import_denied", node.lineno, "A star import is not allowed.", "Name what you import.")
    modules = names if isinstance(node, ast.Import) else ["." * node.level + (node.module or "")]
    if isinstance(node, ast.ImportFrom) and node.module in importable and node.module in OFFERED:
        offered = OFFERED[node.module]
        for name in names:
            if name not in offered and name != "*":
                hint = f"It offers: {', '.join(sorted(offered))}."
                yield Breach("import_denied", node.lineno, f"'{node.module}' offers no '{name}' here.", hint)
    for module in modules:
        if module not in importable:
            hint = f"Importable are: {', '.join(sorted(importable))}."
            yield Breach("import_denied", node.lineno, f"'{module}' cannot be imported.", hint)
