"""The functions that stand between restricted code and the objects it touches."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.guest.facades import AdapterError, Facade
from sandbox.guest.guards import format_text, get_attribute, make_class, restricted_builtins, writable


@given(st.text(max_size=20), st.integers(), st.text("abc", max_size=5))
def test_formatting_plain_fields_agrees_with_python(literal: str, number: int, text: str) -> None:
    template = literal.replace("{", "{{").replace("}", "}}") + "{} {1!r:>8} {n:x^{w}}"
    template = template.replace("{} ", "{0} ")
    assert format_text(template, (number, text), {"n": text, "w": 9}) == template.format(number, text, n=text, w=9)


@pytest.mark.parametrize("template", ["{0.real}", "{0[0]}", "{:{0.real}}", "{a.b}", "{0.__class__}"])
def test_formatting_never_walks(template: str) -> None:
    with pytest.raises(AttributeError):
        format_text(template, (1, 2), {"a": 1})


@pytest.mark.parametrize(
    "name", ["__class__", "_x", "gi_frame", "tb_frame", "f_globals", "mro", "format_map", "cr_code"]
)
def test_closed_attributes_cannot_be_read(name: str) -> None:
    with pytest.raises((AttributeError, NotImplementedError)):
        get_attribute("text", name)


def test_a_missing_attribute_is_an_error_and_not_none() -> None:
    with pytest.raises(AttributeError):
        get_attribute([], "nothing")


def test_the_object_of_an_attribute_error_stays_hidden() -> None:
    error = AttributeError("x", obj=re)
    with pytest.raises(AttributeError, match="inside the sandbox"):
        get_attribute(error, "obj")


@pytest.mark.parametrize("target", [re, int, print, (), "text", Facade("f", {}), 1, object()])
def test_what_is_not_its_own_cannot_be_written(target: Any) -> None:
    with pytest.raises(TypeError):
        writable(target)


def test_its_own_objects_and_plain_containers_can_be_written() -> None:
    own = make_class("Own", (), {})
    for target in ({}, [], own, own(), AdapterError("c")):
        assert writable(target) is target


def test_a_facade_cannot_be_changed() -> None:
    facade = Facade("f", {"a": 1})
    with pytest.raises(TypeError):
        facade.a = 2
    with pytest.raises(TypeError):
        del facade.a
    with pytest.raises(AttributeError, match="offers no 'b'"):
        facade.b  # noqa: B018


@pytest.mark.parametrize(
    "name",
    [
        "open",
        "eval",
        "exec",
        "compile",
        "input",
        "vars",
        "globals",
        "locals",
        "dir",
        "type",
        "super",
        "setattr",
        "delattr",
        "memoryview",
        "id",
        "breakpoint",
    ],
)
def test_dangerous_builtins_do_not_exist(name: str) -> None:
    assert name not in restricted_builtins(lambda: None)
