"""Our own reading of a source before RestrictedPython's: what it may not say, where, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from RestrictedPython.transformer import ALLOWED_FUNC_NAMES, INSPECT_ATTRIBUTES

from .guards import BUILTIN_NAMES

SOURCE_BYTES = 256 * 1024
NODES = 200_000
DEPTH = 200
_DENIED_ATTRIBUTES = INSPECT_ATTRIBUTES | {"format_map", "mro"}

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


def read(source: bytes) -> ast.Module | Breach:
    """The source as a tree, or why it has none."""
    if len(source) > SOURCE_BYTES:
        return Breach(
            "too_large", 1, f"The source has {len(source)} bytes.", f"Stay under {SOURCE_BYTES} bytes a file."
        )
    try:
        tree = ast.parse(source.decode("utf-8"))
    except UnicodeDecodeError:
        return Breach("syntax", 1, "The source is not UTF-8.", "Save it as UTF-8.")
    except SyntaxError as error:
        return Breach("syntax", error.lineno or 1, f"Not Python: {error.msg}.", "Correct the syntax.")
    except (MemoryError, RecursionError, ValueError) as error:
        return Breach("too_deep", 1, f"Cannot be parsed: {error or 'nested too deep'}.", "Split the expression.")
    return _measured(tree)


def _measured(tree: ast.Module) -> ast.Module | Breach:
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    count = 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if depth > DEPTH or count > NODES:
            sentence = "The source is nested too deep." if depth > DEPTH else "The source has too many parts."
            return Breach("too_deep", getattr(node, "lineno", 1), sentence, "Split it into smaller parts.")
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return tree


def breaches(tree: ast.Module, importable: frozenset[str]) -> list[Breach]:
    """Everything in ``tree`` that the policy refuses. ``importable``: facades and modules of the bundle."""
    bound = _bound_names(tree)
    found: list[Breach] = []
    for node in ast.walk(tree):
        found.extend(_check(node, importable, bound))
    return sorted(found, key=lambda breach: breach.line)


def _bound_names(tree: ast.Module) -> set[str]:
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=asname):
                bound.add(asname or name.partition(".")[0])
            case _:
                pass
    return bound


def _check(node: ast.AST, importable: frozenset[str], bound: set[str]) -> Iterator[Breach]:
    line = getattr(node, "lineno", 1)
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from _imports(line, node, importable)
        case ast.Attribute(attr=name) if _hidden(name) or name in _DENIED_ATTRIBUTES:
            hint = "Names that begin with an underscore and Python's internals are closed to adapters."
            yield Breach("attribute_denied", line, f"The attribute '{name}' cannot be used.", hint)
        case ast.Name(id=name, ctx=ast.Load()) if name not in bound:
            yield from _load(line, name)
        case ast.ClassDef(keywords=[_, *_]):
            yield Breach("statement_denied", line, "A class takes no keywords here.", "Leave them out.")
        case _:
            kind = type(node).__name__
            if kind in _STATEMENTS:
                yield Breach("statement_denied", line, f"{_DIALECT}'{kind}' is not in it.", _STATEMENTS[kind])
    yield from (_name(line, name) for name in _names(node) if _hidden(name))


def _names(node: ast.AST) -> list[str]:
    """Names that ``node`` gives to things, or takes from elsewhere."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.FunctionDef(name=name):
            return [] if name in ALLOWED_FUNC_NAMES else [name]
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            return sorted({name for alias in names for name in (alias.name, alias.asname) if name})
        case ast.Global(names=names):
            return names
        case _:
            return []


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


def _imports(line: int, node: ast.Import | ast.ImportFrom, importable: frozenset[str]) -> Iterator[Breach]:
    names = [alias.name for alias in node.names]
    if "*" in names:
        yield Breach("import_denied", line, "A star import is not allowed.", "Name what you import.")
    modules = names if isinstance(node, ast.Import) else ["." * node.level + (node.module or "")]
    for module in modules:
        if module not in importable:
            hint = f"Importable are: {', '.join(sorted(importable))}."
            yield Breach("import_denied", line, f"'{module}' cannot be imported.", hint)
