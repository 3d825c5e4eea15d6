"""Routes: a described address to where a binding leads, and nowhere else."""

from __future__ import annotations

import pytest

from modules.broker import Binding, EgressDenied, Grant, parse_origin, parse_url
from modules.broker.network import Reach

BINDING = {"https://a.example": "http://10.0.0.1:8080/base", "https://a.example/v1": "http://127.0.0.1:9000"}


def real(url: str, binding: dict[str, str] | None = None) -> str | None:
    target = Binding.parse(BINDING if binding is None else binding).real(parse_url(url))
    return None if target is None else str(target)


@pytest.mark.parametrize(
    ("described", "reached"),
    [
        ("https://a.example/v1/x?q=1", "http://127.0.0.1:9000/x?q=1"),
        ("https://a.example/v1", "http://127.0.0.1:9000/"),
        ("https://a.example/v10/x", "http://10.0.0.1:8080/base/v10/x"),
        ("https://a.example:443/", "http://10.0.0.1:8080/base/"),
        ("https://a.example:8443/", None),
        ("http://a.example/", None),
        ("https://b.example/v1", None),
    ],
)
def test_the_longest_described_path_decides(described: str, reached: str | None) -> None:
    assert real(described) == reached


def test_only_bound_addresses_may_be_private() -> None:
    hosts = frozenset({parse_origin("https://a.example"), parse_origin("https://b.example")})
    grant = Grant(hosts, frozenset({"http"}), Binding.parse(BINDING))
    assert grant.route(parse_url("https://a.example/x")).reach is Reach.BOUND
    assert grant.route(parse_url("https://b.example/x")).reach is Reach.PUBLIC
    with pytest.raises(EgressDenied):
        grant.route(parse_url("http://127.0.0.1:9000/"))
    with pytest.raises(EgressDenied):
        grant.route(parse_url("https://c.example/"))


def test_a_normalised_binding_says_the_same() -> None:
    parsed = Binding.parse({"https://A.example/v1/": "http://127.0.0.1:80/"})
    assert parsed.normalised() == {"https://a.example:443/v1": "http://127.0.0.1:80"}
    assert Binding.parse(parsed.normalised()) == parsed
