"""Rewrites two things that plain Python has and RestrictedPython lacks, before it sees the tree.

Annotated assignments lose their annotation; ``a.b += v`` and ``a[k] += v`` become a read and a write through
temporaries, with target and key evaluated once. Nothing else is loosened.
"""

from __future__ import annotations

import ast

from .rules import Reading


def _temporary_names(taken: set[str]) -> str:
    prefix = "step"
    while any(name.startswith(prefix) for name in taken):
        prefix += "x"
    return prefix


class Dialect(ast.NodeTransformer):
    """The rewriting. ``names`` are taken: temporaries get others."""

    def __init__(self, names: set[str]) -> None:
        self._prefix = _temporary_names(names)
        self._count = 0

    def _new_name(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count}"

    def _keep(self, value: ast.expr, into: list[ast.stmt]) -> str:
        name = self._new_name()
        into.append(ast.Assign(targets=[ast.Name(name, ast.Store())], value=value))
        return name

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """``x: T = v`` becomes ``x = v``; ``x: T`` becomes ``pass``."""
        replacement: ast.stmt = ast.Pass()
        if node.value is not None:
            replacement = ast.Assign(targets=[node.target], value=node.value)
        return ast.fix_missing_locations(ast.copy_location(replacement, node))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        """``a[k] op= v`` becomes ``t = a; i = k; w = t[i]; w op= v; t[i] = w``, and likewise for ``a.b``."""
        target = node.target
        if isinstance(target, ast.Name):
            return node
        steps: list[ast.stmt] = []
        owner = self._keep(target.value, steps)
        if isinstance(target, ast.Attribute):
            read: ast.expr = ast.Attribute(ast.Name(owner, ast.Load()), target.attr, ast.Load())
            write: ast.expr = ast.Attribute(ast.Name(owner, ast.Load()), target.attr, ast.Store())
        else:
            key = self._keep(_as_value(target.slice), steps)
            read = ast.Subscript(ast.Name(owner, ast.Load()), ast.Name(key, ast.Load()), ast.Load())
            write = ast.Subscript(ast.Name(owner, ast.Load()), ast.Name(key, ast.Load()), ast.Store())
        value = self._keep(read, steps)
        steps.append(ast.AugAssign(ast.Name(value, ast.Store()), node.op, node.value))
        steps.append(ast.Assign(targets=[write], value=ast.Name(value, ast.Load())))
        return [ast.fix_missing_locations(ast.copy_location(step, node)) for step in steps]


def _as_value(key: ast.expr) -> ast.expr:
    """A slice as a call of ``slice``, so that a name can hold it."""
    if isinstance(key, ast.Slice):
        parts = [part or ast.Constant(None) for part in (key.lower, key.upper, key.step)]
        return ast.Call(ast.Name("slice", ast.Load()), parts, [])
    return key


def rewrite(reading: Reading) -> ast.Module:
    """The tree in RestrictedPython's dialect; the source's own tree if nothing in it needs rewriting."""
    plain = all(isinstance(node.target, ast.Name) for node in reading.of(ast.AugAssign))
    if plain and ast.AnnAssign not in reading.nodes:
        return reading.tree
    return Dialect(reading.names).visit(reading.tree)
