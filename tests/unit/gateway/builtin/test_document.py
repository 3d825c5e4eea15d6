"""A pasted API description is cut out whole, and the sentence around it is kept."""

from __future__ import annotations

import json

import pytest

from gateway.builtin.document import part

YAML = "openapi: 3.0.3\ninfo:\n  title: Ferries\n  version: '1'\npaths:\n  /a:\n    get:\n      responses: {}\n"
JSON = json.dumps({"info": {"title": "a } b", "description": 'say "openapi": "3"'}, "openapi": "3.1.0", "paths": {}})


@pytest.mark.parametrize("said", ["", "Build this please:", "two\nlines"])
def test_bare_yaml(said: str) -> None:
    found = part(f"{said}\n\n{YAML}")
    assert found.document == YAML
    assert found.said == said


def test_yaml_whose_first_key_is_another() -> None:
    document = f"---\n# ours\ninfo:\n  title: T\n  version: '1'\n{YAML.splitlines()[0]}\npaths: {{}}\n"
    assert part(f"make a module\n\n{document}").document == document


def test_a_sentence_after_the_yaml_is_said_and_not_pasted() -> None:
    found = part(f"{YAML}\nThat is all, build it")
    assert found.document == YAML
    assert found.said == "That is all, build it"


def test_bare_json_ends_where_its_brace_closes() -> None:
    found = part(f"turn {JSON} into a tool, thanks")
    assert found.document == JSON
    assert "into a tool" in found.said
    assert "openapi" not in found.said


@pytest.mark.parametrize("fence", ["```", "```yaml", "~~~"])
def test_a_fence(fence: str) -> None:
    found = part(f"Use this\n{fence}\n{YAML}{fence[:3]}\nand be quick")
    assert found.document == YAML
    assert found.said == "Use this\nand be quick"


def test_an_unclosed_json_document_is_taken_to_the_end() -> None:
    assert part('build {"swagger": "2.0", "paths": {').document == '{"swagger": "2.0", "paths": {'


@pytest.mark.parametrize("text", ["what is openapi: a format?", "```\nprint(1)\n```", '{"a": 1}', "", "openapi:\n"])
def test_other_text_holds_no_document(text: str) -> None:
    assert part(text).document is None


def test_a_large_document_is_found_quickly_and_whole() -> None:
    document = YAML + "".join(f"  /p{number}:\n    get: {{responses: {{}}}}\n" for number in range(20_000))
    assert part(f"build it:\n{document}").document == document
